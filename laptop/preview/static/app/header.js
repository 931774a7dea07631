// Above the sheet: dashboards, people, what they may see, and how fresh it is.
"use strict";
(function (Lake) {
  const {
    draw: { make },
    format,
    dates,
  } = Lake;

  function button(text, pressed, action, attributes = {}) {
    const element = Object.assign(make("button", pressed ? "on" : "", text), { type: "button" });
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.addEventListener("click", action);
    return element;
  }

  function dashboards(page) {
    const readable = Lake.snapshot.users[page.user].dashboards;
    return make(
      "nav",
      "dashboards",
      ...Lake.snapshot.dashboards.map((one) => {
        const may = readable.includes(one.id);
        const made = button(
          one.name,
          page.dashboard && one.id === page.dashboard.id,
          () => page.show({ dashboard: one.id, sheet: null }),
          { "data-dashboard": one.id },
        );
        if (!may) made.prepend(Lake.draw.icon("lock"));
        if (!may) Object.assign(made, { disabled: true, title: `${page.user} may not read this dashboard` });
        return made;
      }),
    );
  }

  function people(page) {
    const names = Object.keys(Lake.snapshot.users);
    const made = make("div", "people", make("span", "soft", "View as"));
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", "View as");
    for (const name of names) {
      const groups = Lake.snapshot.users[name].groups.join(", ") || "no group";
      made.append(
        button(name, name === page.user, () => page.show({ user: name }), {
          "data-user": name,
          title: groups,
          "aria-pressed": String(name === page.user),
        }),
      );
    }
    return made;
  }

  function render(page) {
    return make(
      "header",
      "top",
      make("span", "brand", "Lake", make("small", "", "dashboards preview")),
      dashboards(page),
      people(page),
    );
  }

  /** What row-level and column-level security do for the person who looks. */
  function rights(page) {
    const user = Lake.snapshot.users[page.user];
    const facts = page.dashboard.dataSets
      .filter((id) => user.files[id])
      .flatMap((id) => {
        const { rows } = Lake.snapshot.dataSets[id];
        const { count, hidden, error } = user.rights[id];
        if (error) return [fact(id, `rows of ${short(id)} cannot be read`, "rows")];
        const seen =
          rows === null || rows === undefined || count >= rows
            ? []
            : [fact(id, `${format.count(count)} of ${format.count(rows)} rows of ${short(id)}`, "rows")];
        return [
          ...seen,
          ...(hidden.length ? [fact(id, `${hidden.join(", ")} of ${short(id)} withheld`, "hidden")] : []),
        ];
      });
    const who = make("span", "", make("b", "", page.user), ` · ${user.groups.join(", ") || "in no group"}`);
    return make("p", "who", who, ...(facts.length ? facts : [make("span", "pill plain", "sees all rows and columns")]));
  }

  const short = (id) => (Lake.snapshot.dataSets[id] || {}).name || id;
  const fact = (id, text, kind) => {
    const made = make("span", `pill ${kind}`, text);
    made.dataset.dataSet = id;
    return made;
  };

  const at = (instant) => dates.format(instant, "YYYY-MM-DD HH:mm [UTC]");

  function freshness(page) {
    const known = page.dashboard.dataSets.map((id) => [id, Lake.snapshot.dataSets[id]]).filter(([, info]) => info);
    const refreshed = known.filter(([, info]) => info.lastGood);
    const oldest = refreshed.length ? Math.min(...refreshed.map(([, info]) => info.lastGood)) : null;
    const rows = known.reduce((all, [, info]) => all + (info.rows || 0), 0);
    const direct = known.every(([, info]) => info.importMode === "DIRECT_QUERY");
    const text = direct
      ? "Queried when this page was written"
      : oldest === null
        ? "Never refreshed"
        : `Refreshed ${format.ago((Date.now() - oldest) / 1000)}, ${format.count(rows)} rows`;
    const lines = known.map(([id, info]) => {
      const rowsText = info.rows === null || info.rows === undefined ? "" : `${format.count(info.rows)} rows`;
      const when =
        info.importMode === "DIRECT_QUERY"
          ? "queried when the page was written"
          : info.lastGood
            ? at(info.lastGood)
            : "not refreshed yet";
      const line = make(
        "tr",
        info.status === "FAILED" ? "bad" : "",
        make("td", "", short(id)),
        make("td", "", info.importMode === "SPICE" ? "SPICE" : "direct query"),
        make("td", "n", rowsText),
        make("td", "", when),
        make("td", "", info.status === "FAILED" ? "last refresh failed" : ""),
      );
      line.dataset.dataSet = id;
      return line;
    });
    return make("details", "fresh", make("summary", "", text), make("table", "", ...lines));
  }

  function banners(page) {
    return page.dashboard.dataSets
      .map((id) => [id, Lake.snapshot.dataSets[id]])
      .filter(([, info]) => info && info.status === "FAILED")
      .map(([id, info]) => {
        const shown = info.lastGood
          ? `What you see are the ${format.count(info.rows ?? 0)} rows of ${at(info.lastGood)}.`
          : "There is no earlier good refresh.";
        const made = make(
          "p",
          "banner bad",
          make("b", "", `The refresh of ${short(id)} failed (${at(info.created)}). `),
          `${info.error || "No reason was given."} ${shown}`,
        );
        made.dataset.dataSet = id;
        return made;
      });
  }

  function tabs(page) {
    const made = make("div", "tabs");
    made.setAttribute("role", "tablist");
    for (const sheet of page.dashboard.definition.Sheets) {
      const on = sheet.SheetId === page.sheetId;
      made.append(
        button(sheet.Name || sheet.SheetId, on, () => page.show({ sheet: sheet.SheetId }), {
          role: "tab",
          "aria-selected": String(on),
          "data-sheet": sheet.SheetId,
        }),
      );
    }
    return made;
  }

  function title(page) {
    const sheet = page.dashboard.definition.Sheets.find((one) => one.SheetId === page.sheetId);
    return [
      rights(page),
      ...banners(page),
      make(
        "div",
        "title",
        make(
          "div",
          "",
          make("h1", "", page.dashboard.name),
          make("p", "soft", sheet.Description || page.dashboard.description || ""),
        ),
        freshness(page),
      ),
      tabs(page),
    ];
  }

  function foot(page) {
    return make(
      "footer",
      "soft",
      `Preview of the laptop: drawn from the deployed definition of ${page.dashboard.id} (version ${page.dashboard.version}) and the rows of each person, written ${at(Lake.snapshot.created)}; relative dates count from then. QuickSight's own rendering differs in detail.`,
    );
  }

  Lake.header = { render, title, foot };
})((window.Lake = window.Lake || {}));
