// Controls of parameters and of filters.
"use strict";
(function (Lake) {
  const { dates } = Lake;
  const { make } = Lake.draw;
  const { day, field, input, select, several, shownValue, slider } = Lake.inputs;
  const DEFAULTS = {
    DefaultDateTimePickerOptions: "DateTimePicker",
    DefaultListOptions: "List",
    DefaultDropdownOptions: "Dropdown",
    DefaultTextFieldOptions: "TextField",
    DefaultTextAreaOptions: "TextArea",
    DefaultSliderOptions: "Slider",
    DefaultRelativeDateTimeOptions: "RelativeDateTime",
  };

  /** Controls of a sheet: {id, kind, title, settings, parameter or filter}. */
  function ofSheet(definition, sheet) {
    const filters = Object.fromEntries(Lake.filters.declared(definition).map((one) => [one.id, one]));
    const parameters = Object.fromEntries(Lake.parameters.declared(definition).map((one) => [one.Name, one]));
    const forParameters = (sheet.ParameterControls || []).map((union) => {
      const [kind, settings] = Lake.fields.only(union);
      return {
        id: settings.ParameterControlId,
        kind,
        settings,
        title: settings.Title || settings.SourceParameterName,
        parameter: parameters[settings.SourceParameterName],
      };
    });
    const forFilters = (sheet.FilterControls || []).map((union) => {
      const [kind, settings] = Lake.fields.only(union);
      const filter = filters[settings.SourceFilterId];
      return kind === "CrossSheet"
        ? crossSheet(settings, filter)
        : {
            id: settings.FilterControlId,
            kind,
            settings,
            title: settings.Title || filter.filter.Column.ColumnName,
            filter,
          };
    });
    return [...forParameters, ...forFilters];
  }

  function crossSheet(settings, filter) {
    const usual = filter.filter.DefaultFilterControlConfiguration || { ControlOptions: {} };
    const [member, options] = Lake.fields.only(usual.ControlOptions);
    return {
      id: settings.FilterControlId,
      kind: DEFAULTS[member],
      settings: options || {},
      title: usual.Title || filter.filter.Column.ColumnName,
      filter,
    };
  }

  function distinct(model, column) {
    if (!model.tables[column.DataSetIdentifier]) return [];
    const values = new Set(model.values(column.DataSetIdentifier, column.ColumnName));
    values.delete(null);
    return [...values].sort(Lake.cube.compare);
  }

  function choices(model, { settings, filter }) {
    const selectable = settings.SelectableValues || {};
    if (selectable.Values) return selectable.Values;
    const column = selectable.LinkToDataSetColumn || (filter && filter.filter.Column);
    return column ? distinct(model, column) : [];
  }

  function chosenBy(control, model, read, change) {
    const values = choices(model, control);
    if (control.settings.Type !== "SINGLE_SELECT") return several(control, values, read, change);
    const current = read();
    const options = values.map((value) => [String(value), shownValue(value)]);
    const hidden = ((control.settings.DisplayOptions || {}).SelectAllOptions || {}).Visibility === "HIDDEN";
    const open = control.filter || !current.length;
    return field(
      control.title,
      select([...(open && !hidden ? [["", "All"]] : []), ...options], String(current[0] ?? ""), (value) =>
        change(value === "" ? [] : [values.find((one) => String(one) === value)]),
      ),
    );
  }

  function forParameter(control, model, change) {
    const { parameter, kind } = control;
    const current = model.parameters[parameter.Name];
    const typed = (text) => (parameter.kind === "Integer" || parameter.kind === "Decimal" ? Number(text) : text);
    if (kind === "Dropdown" || kind === "List")
      return chosenBy(
        control,
        model,
        () => model.parameters[parameter.Name],
        (values) => change(values.map(typed)),
      );
    if (kind === "Slider") return slider(control, current[0], (value) => change([value]));
    if (kind === "DateTimePicker")
      return field(
        control.title,
        day(current[0], parameter.TimeGranularity, (value) => change(value === null ? [] : [value])),
      );
    const split = (text) =>
      (kind === "TextArea" ? text.split(control.settings.Delimiter || "\n") : [text])
        .map((one) => one.trim())
        .filter(Boolean)
        .map(typed);
    return field(
      control.title,
      input("text", current.join(control.settings.Delimiter || " "), (text) => change(split(text)), {
        placeholder: "Any",
      }),
    );
  }

  function forFilter(control, model, change) {
    const {
      filter: { kind: filterKind, filter, id },
      kind,
    } = control;
    const state = model.filterState[id];
    if (kind === "RelativeDateTime") return relative(control, filter, state, change);
    if (kind === "Dropdown" || kind === "List")
      return chosenBy(
        control,
        model,
        () => (model.filterState[id] || {}).values || initial(filter),
        (values) => change({ values }),
      );
    if (kind === "Slider" && filterKind === "NumericRangeFilter") {
      const now = state || boundsOf(model, filter.RangeMinimum, filter.RangeMaximum);
      if (control.settings.Type === "RANGE") return rangeOf(control, now, change);
      const end = filter.RangeMinimum ? "minimum" : "maximum";
      return slider(control, now[end], (value) => change({ ...now, [end]: value }));
    }
    if (kind === "Slider")
      return slider(control, state ? state.value : (filter.Value ?? filter.Limit), (value) => change({ value }));
    if (kind === "DateTimePicker") return picker(control, model, filterKind, filter, state, change);
    const [, configuration = {}] = Lake.fields.only(filter.Configuration || {});
    const now = state ? (state.text ?? state.value) : (filter.Value ?? configuration.CategoryValue);
    const typed = (text) =>
      filterKind === "CategoryFilter" ? { text } : { value: text === "" ? undefined : Number(text) };
    return field(
      control.title,
      input("text", now ?? "", (text) => change(typed(text)), { placeholder: "Any" }),
    );
  }

  const initial = ({ Configuration: union = {} }) => {
    const [, configuration] = Lake.fields.only(union);
    return (configuration && !/NOT/.test(configuration.MatchOperator) && configuration.CategoryValues) || [];
  };

  /** The range of a filter before somebody chooses another. */
  function boundsOf(model, minimum, maximum) {
    const [from, to] = [minimum, maximum].map((bound) => dates.parse(Lake.filters.bound(model, bound)));
    return { minimum: from, maximum: to };
  }

  function rangeOf(control, state, change) {
    const { MinimumValue: min, MaximumValue: max, StepSize: step } = control.settings;
    const now = { minimum: state.minimum ?? min, maximum: state.maximum ?? max };
    const one = (key, name) => {
      const element = input(
        "number",
        now[key],
        (value) => {
          now[key] = Number(value);
          change({ ...now });
        },
        { min, max, step },
      );
      element.setAttribute("aria-label", `${control.title}: ${name}`);
      return element;
    };
    return field(control.title, make("div", "range", one("minimum", "from"), "–", one("maximum", "to")));
  }

  function picker(control, model, filterKind, filter, state, change) {
    if (filterKind === "TimeEqualityFilter")
      return field(
        control.title,
        day(state ? state.value : dates.parse(filter.Value ?? null), filter.TimeGranularity, (value) =>
          change({ value }),
        ),
      );
    const now = { ...(state || boundsOf(model, filter.RangeMinimumValue, filter.RangeMaximumValue)) };
    const one = (key, name) =>
      day(
        now[key],
        filter.TimeGranularity,
        (value) => {
          now[key] = value;
          change({ ...now });
        },
        `${control.title}: ${name}`,
      );
    return field(control.title, make("div", "range", one("minimum", "from"), "–", one("maximum", "to")));
  }

  function relative(control, filter, state, change) {
    const now = {
      type: filter.RelativeDateType,
      size: filter.RelativeDateValue ?? 1,
      granularity: filter.TimeGranularity,
      ...state,
    };
    const types = [
      ["LAST", "Last"],
      ["THIS", "This"],
      ["PREVIOUS", "Previous"],
      ["NOW", "To date"],
      ["NEXT", "Next"],
    ];
    const units = ["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"].map((unit) => [
      unit,
      `${unit.toLowerCase()}s`,
    ]);
    const hasSize = () => now.type === "LAST" || now.type === "NEXT";
    const set = (part) => {
      Object.assign(now, part);
      size.disabled = !hasSize();
      change({ ...now });
    };
    const attributes = { min: 1, disabled: !hasSize() };
    const size = input("number", now.size, (value) => set({ size: Math.max(1, Number(value)) }), attributes);
    const named = (element, name) => {
      element.setAttribute("aria-label", `${control.title}: ${name}`);
      return element;
    };
    return make(
      "div",
      "control",
      make("span", "control-title", control.title),
      make(
        "div",
        "range",
        named(
          select(types, now.type, (type) => set({ type })),
          "which",
        ),
        named(size, "how many"),
        named(
          select(units, now.granularity, (granularity) => set({ granularity })),
          "unit",
        ),
      ),
    );
  }

  /** Make the element of a control; `changed` is called after the model has the new value. */
  function render(control, model, changed) {
    const element = control.parameter
      ? forParameter(control, model, (values) => {
          model.setParameter(control.parameter.Name, values);
          changed();
        })
      : forFilter(control, model, (state) => {
          model.filterState[control.filter.id] = state;
          changed();
        });
    element.dataset.control = control.id;
    return element;
  }

  Lake.controls = { ofSheet, render };
})((window.Lake = window.Lake || {}));
