// What people choose with: fields that know nothing of dashboards.
"use strict";
(function (Lake) {
  const {
    draw: { make },
    dates,
    format,
  } = Lake;
  const MOST_CHOICES = 100;

  function field(title, ...content) {
    return make("label", "control", make("span", "control-title", title), ...content);
  }

  function select(options, value, change) {
    const element = make("select");
    for (const [key, text] of options) element.append(new Option(text, key, false, key === value));
    element.addEventListener("change", () => change(element.value));
    return element;
  }

  function input(type, value, change, attributes = {}) {
    const element = Object.assign(make("input"), { type, value, ...attributes });
    element.addEventListener("change", () => change(element.value));
    return element;
  }

  /** Choose several: a list that opens, with a search. Nothing chosen means everything. */
  function several(control, values, read, change) {
    const summary = make("summary");
    const list = make("div", "choices");
    const search = Object.assign(make("input"), {
      type: "search",
      placeholder: `Search ${format.count(values.length)} values`,
    });
    const clear = Object.assign(make("button", "link", "Choose all"), { type: "button" });
    const choose = (chosen) => {
      change(chosen);
      name();
    };
    const name = () => {
      const chosen = read();
      summary.textContent = chosen.length
        ? chosen.length < 3
          ? chosen.map(shownValue).join(", ")
          : `${chosen.length} chosen`
        : "All";
      clear.disabled = !chosen.length;
    };
    const fill = () => {
      const found = values.filter((value) => String(value).toLowerCase().includes(search.value.toLowerCase()));
      list.replaceChildren(
        ...found.slice(0, MOST_CHOICES).map((value) => choice(value, read, choose)),
        ...(found.length > MOST_CHOICES
          ? [make("p", "soft", `${format.count(found.length - MOST_CHOICES)} more: search for them`)]
          : []),
      );
    };
    search.addEventListener("input", fill);
    clear.addEventListener("click", () => {
      choose([]);
      fill();
    });
    name();
    fill();
    const details = make(
      "details",
      "several",
      summary,
      make("div", "drop", values.length > 8 ? search : null, clear, list),
    );
    return make("div", "control", make("span", "control-title", control.title), details);
  }

  function choice(value, read, choose) {
    const box = Object.assign(make("input"), { type: "checkbox", checked: read().includes(value) });
    box.addEventListener("change", () =>
      choose(box.checked ? [...read(), value] : read().filter((one) => one !== value)),
    );
    return make("label", "", box, shownValue(value));
  }
  const shownValue = (value) => (value === "" ? "(empty)" : String(value));

  function slider(control, value, change) {
    const { MinimumValue: min, MaximumValue: max, StepSize: step } = control.settings;
    const shown = make("output", "", format.count(Number(value ?? min)));
    const element = input("range", value ?? min, (found) => change(Number(found)), { min, max, step });
    // A range input bounds its value by the limits that it knows: they are set after the value.
    element.value = value ?? min;
    element.addEventListener("input", () => {
      shown.value = format.count(Number(element.value));
    });
    return field(control.title, make("div", "slider", element, shown));
  }

  const FINE = new Set(["HOUR", "MINUTE", "SECOND", "MILLISECOND"]);
  function day(value, granularity, change, name) {
    const fine = FINE.has(granularity);
    const text =
      value === null || value === undefined ? "" : dates.format(value, fine ? "YYYY-MM-DD[T]HH:mm" : "YYYY-MM-DD");
    const element = input(fine ? "datetime-local" : "date", text, (found) => change(found ? dates.parse(found) : null));
    if (name) element.setAttribute("aria-label", name);
    return element;
  }

  Lake.inputs = { day, field, input, select, several, shownValue, slider };
})((window.Lake = window.Lake || {}));
