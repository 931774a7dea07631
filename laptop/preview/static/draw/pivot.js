// Pivot tables, with totals of rows and columns.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;
  const { cell, frame, MOST_ROWS } = draw;
  const MOST_COLUMNS = 60;

  function sortOf(configuration, field) {
    const options = (configuration.SortConfiguration || {}).FieldSortOptions || [];
    const by = (options.find((one) => one.FieldId === field.id) || {}).SortBy || {};
    if (by.Column) return { ColumnSort: by.Column };
    return { FieldSort: by.Field || { FieldId: field.id, Direction: "ASC" } };
  }

  /** Groups of some dimensions: those of the first are sorted as wholes, and each is sorted within itself. */
  function side(cube, configuration, places) {
    let sorted = cube.by([]);
    places.forEach((place, level) => {
      const groups = cube.by(places.slice(0, level + 1));
      cube.sort(groups, [sortOf(configuration, cube.dimensions[place])]);
      const families = new Map(
        Lake.aggregate
          .groupsOf(groups, (group) => group.keys.slice(0, level))
          .map(({ keys, items }) => [JSON.stringify(keys), items]),
      );
      sorted = sorted.flatMap((group) => families.get(JSON.stringify(group.keys)));
    });
    return sorted;
  }

  function pivot(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Rows = [], Columns = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, [...Rows, ...Columns], Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const rowPlaces = Rows.map((_, place) => place),
      columnPlaces = Columns.map((_, place) => place + Rows.length);
    const rows = side(cube, configuration, rowPlaces),
      allColumns = side(cube, configuration, columnPlaces),
      columns = allColumns.slice(0, MOST_COLUMNS);
    const cells = new Map(cube.groups.map((group) => [JSON.stringify(group.keys), group]));
    const at = (row, column) => cells.get(JSON.stringify([...row.keys, ...column.keys]));
    const totals = configuration.TotalOptions || {};
    const shows = (options) => Boolean(options) && options.TotalsVisibility !== "HIDDEN";
    const withTotalColumn = Columns.length > 0 && shows(totals.ColumnTotalOptions);
    const valuesOf = (group) =>
      cube.measures.map((field, place) => (group ? cell(field, cube.value(place, group)) : draw.make("td")));
    const line = (row) => [
      ...columns.flatMap((column) => valuesOf(at(row, column))),
      ...(withTotalColumn ? valuesOf(row).map(strong) : []),
    ];
    const heads = rowHeads(cube, rowPlaces);
    const body = [];
    rows.slice(0, MOST_ROWS).forEach((row, place) => {
      body.push(draw.make("tr", "", ...heads(row, rows[place - 1]), ...line(row)));
      if (
        shows(totals.RowSubtotalOptions) &&
        Rows.length > 1 &&
        (!rows[place + 1] || rows[place + 1].keys[0] !== row.keys[0])
      )
        body.push(subtotal(cube, row, rows, columns, at, valuesOf, Rows.length, withTotalColumn));
    });
    const foot = shows(totals.RowTotalOptions)
      ? draw.make(
          "tr",
          "total",
          spanning("td", totals.RowTotalOptions.CustomLabel || "Total", Rows.length),
          ...columns.flatMap(valuesOf),
          ...(withTotalColumn ? valuesOf(cube.whole()) : []),
        )
      : null;
    const notes = [
      rows.length > MOST_ROWS ? `first ${MOST_ROWS} of ${format.count(rows.length)} rows` : null,
      allColumns.length > MOST_COLUMNS ? `first ${MOST_COLUMNS} of ${format.count(allColumns.length)} columns` : null,
    ];
    return {
      element: frame(pivotHead(cube, Rows.length, columns, withTotalColumn, totals), body, foot),
      marks: rows.length * Math.max(1, columns.length),
      note: notes.filter(Boolean).join("; ") || null,
    };
  }

  const strong = (element) => {
    element.classList.add("sum");
    return element;
  };
  const spanning = (tag, text, span) => {
    const made = draw.make(tag, "", text);
    made.colSpan = span;
    return made;
  };

  /** Row headings: a repeated outer member is left blank. */
  function rowHeads(cube, places) {
    return (row, before) =>
      places.map((place, level) => {
        const same =
          level < places.length - 1 &&
          before &&
          row.keys.slice(0, level + 1).every((key, at) => key === before.keys[at]);
        return draw.make("th", "row", same ? "" : draw.text(cube.dimensions[place], row.keys[level]));
      });
  }

  function subtotal(cube, row, rows, columns, at, valuesOf, width, withTotalColumn) {
    const family = rows.filter((one) => one.keys[0] === row.keys[0]);
    const merged = (groups) => ({
      keys: [row.keys[0]],
      dimensions: [cube.dimensions[0]],
      rows: groups.filter(Boolean).flatMap((group) => group.rows),
    });
    const cells = columns.flatMap((column) => valuesOf(merged(family.map((one) => at(one, column)))));
    return draw.make(
      "tr",
      "subtotal",
      spanning("th", `${draw.text(cube.dimensions[0], row.keys[0])} – total`, width),
      ...cells,
      ...(withTotalColumn ? valuesOf(merged(family)) : []),
    );
  }

  function pivotHead(cube, rowCount, columns, withTotalColumn, totals) {
    const names = cube.dimensions.slice(0, rowCount).map((field) => draw.make("th", "row", field.label));
    const span = cube.measures.length;
    const columnFields = cube.dimensions.slice(rowCount);
    if (!columnFields.length)
      return [draw.make("tr", "", ...names, ...cube.measures.map((field) => draw.make("th", "n", field.label)))];
    const lines = columnFields.map((field, level) =>
      draw.make(
        "tr",
        "",
        ...(level === columnFields.length - 1 && span === 1
          ? names
          : [spanning("th", level === 0 ? field.label : "", rowCount)]),
        ...columns.map((column) => {
          const made = spanning("th", draw.text(field, column.keys[level]), span);
          made.className = "n";
          return made;
        }),
        ...(withTotalColumn
          ? [
              Object.assign(spanning("th", level ? "" : totals.ColumnTotalOptions.CustomLabel || "Total", span), {
                className: "n sum",
              }),
            ]
          : []),
      ),
    );
    if (span > 1)
      lines.push(
        draw.make(
          "tr",
          "",
          ...names,
          ...[...columns, ...(withTotalColumn ? [null] : [])].flatMap(() =>
            cube.measures.map((field) => draw.make("th", "n", field.label)),
          ),
        ),
      );
    return lines;
  }

  Lake.visuals.PivotTableVisual = pivot;
})((window.Lake = window.Lake || {}));
