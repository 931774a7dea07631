// Tables: groups with their measures, or rows as they are.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;
  const MOST_ROWS = 500;

  const heading = (field) => draw.make("th", format.isNumeric(field) ? "n" : "", field.label);
  const cell = (field, value) => draw.make("td", format.isNumeric(field) ? "n" : "", draw.text(field, value));

  /** Colours of cells by the conditions of the visual: solid ones; gradients and icons are left out. */
  function conditions(context, cube) {
    const options = (context.visual.ConditionalFormatting || {}).ConditionalFormattingOptions || [];
    return options
      .filter((option) => option.Cell)
      .map(({ Cell: { FieldId: id, TextFormat: style = {} } }) => {
        const rule = (color) =>
          color &&
          color.Solid && {
            color: color.Solid.Color,
            holds: context.model.groupFunction(cube.dataSet, context.model.tree(color.Solid.Expression)),
          };
        return { id, text: rule(style.TextColor), background: rule(style.BackgroundColor) };
      });
  }

  function paint(element, rules, field, group) {
    for (const rule of rules.filter((one) => one.id === field.id)) {
      if (rule.text && rule.text.holds(group)) {
        element.style.color = rule.text.color;
        element.style.fontWeight = "600";
      }
      if (rule.background && rule.background.holds(group)) element.style.background = rule.background.color;
    }
  }

  function dataBars(configuration) {
    return Object.fromEntries(
      (configuration.TableInlineVisualizations || [])
        .filter((one) => one.DataBars)
        .map((one) => [one.DataBars.FieldId, one.DataBars]),
    );
  }

  function frame(head, body, foot) {
    const table = draw.make(
      "table",
      "",
      draw.make("thead", "", ...head),
      draw.make("tbody", "", ...body),
      foot ? draw.make("tfoot", "", foot) : null,
    );
    return draw.make("div", "scroll", table);
  }

  function table(context) {
    const configuration = context.visual.ChartConfiguration || {};
    if ("TableUnaggregatedFieldWells" in (configuration.FieldWells || {})) return listing(context, configuration);
    const { GroupBy = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, GroupBy, Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const groups = sortedGroups(cube, (configuration.SortConfiguration || {}).RowSort);
    const fields = ordered([...cube.dimensions, ...cube.measures], configuration.FieldOptions);
    const valueOf = (field, group) =>
      field.kind === "measure"
        ? cube.value(cube.measures.indexOf(field), group)
        : group.keys[cube.dimensions.indexOf(field)];
    const [rules, bars] = [conditions(context, cube), dataBars(configuration)];
    const most = Object.fromEntries(
      cube.measures.map((field) => [
        field.id,
        Math.max(...groups.map((group) => Math.abs(valueOf(field, group) ?? 0)), 0),
      ]),
    );
    const body = groups.slice(0, MOST_ROWS).map((group) =>
      draw.make(
        "tr",
        "",
        ...fields.map((field) => {
          const made = cell(field, valueOf(field, group));
          paint(made, rules, field, group);
          if (bars[field.id])
            bar(made, valueOf(field, group), most[field.id], bars[field.id].PositiveColor || context.theme.colors[0]);
          return made;
        }),
      ),
    );
    const total =
      configuration.TotalOptions && draw.visible({ Visibility: configuration.TotalOptions.TotalsVisibility }, false)
        ? draw.make(
            "tr",
            "total",
            ...fields.map((field, place) =>
              field.kind === "measure"
                ? cell(field, valueOf(field))
                : draw.make("td", "", place ? "" : configuration.TotalOptions.CustomLabel || "Total"),
            ),
          )
        : null;
    const head = draw.make("tr", "", ...fields.map(heading));
    return {
      element: frame([head], body, total),
      marks: groups.length,
      note: groups.length > MOST_ROWS ? `first ${MOST_ROWS} of ${format.count(groups.length)} rows` : null,
    };
  }

  function sortedGroups(cube, sorts) {
    const groups = [...cube.groups];
    cube.sort(
      groups,
      sorts && sorts.length
        ? sorts
        : cube.dimensions.map((field) => ({ FieldSort: { FieldId: field.id, Direction: "ASC" } })),
    );
    return groups;
  }

  function ordered(fields, options = {}) {
    const hidden = new Set(
      (options.SelectedFieldOptions || []).filter((one) => one.Visibility === "HIDDEN").map((one) => one.FieldId),
    );
    const order = options.Order || [];
    const place = (field) => (order.includes(field.id) ? order.indexOf(field.id) : order.length);
    return fields.filter((field) => !hidden.has(field.id)).sort((a, b) => place(a) - place(b));
  }

  function bar(element, value, most, color) {
    element.style.background = `linear-gradient(to right, ${color}33 ${most ? (100 * Math.abs(value ?? 0)) / most : 0}%, transparent 0)`;
  }

  /** Rows as they are. */
  function listing(context, configuration) {
    const { Values = [] } = draw.wells(configuration);
    const plain = Values.map(Lake.fields.plain);
    const cube = new Lake.cube.Cube(context.model, { ...context.scope, dataSet: plain[0].dataSet }, [], []);
    const columns = plain.map((field) => {
      const made = context.model.complete(field);
      return { ...made, label: draw.label(context, made), values: context.model.values(field.dataSet, field.column) };
    });
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const fields = ordered(columns, configuration.FieldOptions);
    const rows = [...cube.rows];
    for (const option of [...((configuration.SortConfiguration || {}).RowSort || [])].reverse()) {
      const field = columns.find((one) => one.id === (option.FieldSort || {}).FieldId);
      if (field)
        rows.sort(
          (a, b) =>
            Lake.cube.compare(field.values[a], field.values[b]) * (option.FieldSort.Direction === "DESC" ? -1 : 1),
        );
    }
    const head = draw.make("tr", "", ...fields.map(heading));
    const body = rows
      .slice(0, MOST_ROWS)
      .map((row) => draw.make("tr", "", ...fields.map((field) => cell(field, field.values[row]))));
    return {
      element: frame([head], body, null),
      marks: rows.length,
      note: rows.length > MOST_ROWS ? `first ${MOST_ROWS} of ${format.count(rows.length)} rows` : null,
    };
  }

  Lake.visuals.TableVisual = table;
  Object.assign(Lake.draw, { cell, frame, MOST_ROWS });
})((window.Lake = window.Lake || {}));
