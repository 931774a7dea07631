// What the page was written from, and the rows that it has loaded.
"use strict";
(function (Lake) {
  const files = new Map();
  const waiting = new Map();

  /** Called by dashboards.js. */
  Lake.open = (snapshot) => {
    Lake.snapshot = snapshot;
  };
  /** Called by the files of rows. */
  Lake.receive = (user, dataSet, file) => files.set(`${user}/${dataSet}`, file);

  function load(user, dataSet) {
    const key = `${user}/${dataSet}`;
    if (!waiting.has(key))
      waiting.set(key, files.has(key) ? Promise.resolve() : script(Lake.snapshot.users[user].files[dataSet]));
    return waiting.get(key).then(() => new Lake.data.Table(dataSet, files.get(key)));
  }

  function script(source) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = source;
      element.onload = resolve;
      element.onerror = () =>
        reject(new Error(`The file ${source} is missing: write the page again with \`make dashboards\`.`));
      document.head.append(element);
    });
  }

  async function tables(user, dataSets) {
    const known = dataSets.filter((id) => id in Lake.snapshot.users[user].files);
    const loaded = await Promise.all(known.map((id) => load(user, id)));
    return Object.fromEntries(loaded.map((table) => [table.id, table]));
  }

  Lake.store = { tables };
})((window.Lake = window.Lake || {}));
