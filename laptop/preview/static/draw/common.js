// What all charts share: fields of wells, axes, legends, tooltips, and the words for what is not there.
"use strict";
(function (Lake) {
  const { format, fields } = Lake;

  /** The one member of a FieldWells union. */
  const wells = (configuration) => fields.only((configuration || {}).FieldWells || {})[1] || {};

  /** Look at a visual: its fields, and the cube that they ask for. */
  function look(context, dimensionUnions, measureUnions) {
    const dimensions = fields.dimensions(dimensionUnions),
      measures = fields.measures(measureUnions);
    const first = [...dimensions, ...measures].find((field) => field.dataSet);
    if (!first) throw new Error("The visual has no fields.");
    for (const field of [...dimensions, ...measures]) field.dataSet = field.dataSet || first.dataSet;
    const cube = new Lake.cube.Cube(context.model, { ...context.scope, dataSet: first.dataSet }, dimensions, measures);
    for (const field of [...cube.dimensions, ...cube.measures]) field.label = label(context, field);
    return cube;
  }

  const label = (context, field) => context.labels[field.id] || fields.defaultLabel(field);

  /** Why there is nothing to draw, or null. */
  function emptiness(context, cube) {
    const table = context.model.table(cube.dataSet);
    if (!table.count) return context.whyNoRows(cube.dataSet);
    if (!cube.rows.length) return `No data: the filters leave none of ${format.count(table.count)} rows.`;
    if (
      cube.measures.length &&
      cube.groups.every((group) => cube.measures.every((_, place) => cube.value(place, group) === null))
    ) {
      return allNull(cube);
    }
    return null;
  }

  function allNull(cube) {
    const names = cube.measures.map((field) => field.column || field.expression).join(", ");
    return `${names} is null in all rows: 0 of ${format.count(cube.rows.length)} have a value.`;
  }

  const limitNote = (axis) => (axis.limited ? `top ${format.count(axis.shown)} of ${format.count(axis.total)}` : null);
  const visible = (options, fallback = true) =>
    options && options.Visibility ? options.Visibility === "VISIBLE" : fallback;
  const text = (field, value) => (value instanceof Lake.cube.Other ? String(value) : format.value(field, value));

  /** The name of an axis; the library moves it away from the labels. */
  const axisName = (context, name) => ({
    name,
    nameLocation: "middle",
    nameGap: 10,
    nameTextStyle: { color: context.theme.soft, fontSize: 11.5, textMargin: [7, 3] },
  });

  /** An axis of values of some fields, written in the format of the first. */
  function valueAxis(context, shown, options, labelOptions) {
    const [field] = shown;
    const range = (((options || {}).DataOptions || {}).NumericAxisOptions || {}).Range || {};
    return {
      type: "value",
      ...axisName(context, fields.axisTitle(labelOptions, shown)),
      min: (range.MinMax || {}).Minimum ?? (range.DataDriven ? "dataMin" : undefined),
      max: (range.MinMax || {}).Maximum,
      axisLabel: {
        color: context.theme.soft,
        fontSize: 11,
        hideOverlap: true,
        formatter: (value) => format.axis(field, value),
      },
      axisLine: { show: false },
      splitLine: { lineStyle: { color: context.theme.line } },
      splitNumber: 4,
    };
  }

  function categoryAxis(context, field, members, labelOptions, horizontal) {
    const names = members.map((member) => text(field, member.keys[0]));
    return {
      type: "category",
      data: names,
      inverse: horizontal,
      ...axisName(context, fields.axisTitle(labelOptions, [field])),
      axisLabel: {
        color: context.theme.soft,
        fontSize: 11,
        hideOverlap: true,
        width: horizontal ? 150 : undefined,
        overflow: "truncate",
      },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: context.theme.line } },
    };
  }

  function legend(context, options, shown) {
    if (!shown || !visible(options)) return { show: false };
    const place = { TOP: { top: 0 }, RIGHT: { right: 0, top: "middle", orient: "vertical" } }[
      (options || {}).Position
    ] || { bottom: 0 };
    return {
      type: "scroll",
      icon: "roundRect",
      itemWidth: 10,
      itemHeight: 10,
      textStyle: { color: context.theme.soft, fontSize: 11.5, width: 170, overflow: "truncate" },
      ...place,
    };
  }

  /** Room for axes, and for a legend where it lies. */
  function grid(shownLegend) {
    const room = { left: 4, right: 12, top: 14, bottom: 4 };
    const kept =
      shownLegend.show === false
        ? room
        : shownLegend.orient
          ? { ...room, right: 150 }
          : shownLegend.top === 0
            ? { ...room, top: 36 }
            : { ...room, bottom: 30 };
    // The room holds the axes with their names, however long those are.
    return { ...kept, outerBoundsMode: "same", outerBoundsContain: "all" };
  }

  function tooltip(context, rest) {
    return {
      confine: true,
      backgroundColor: context.theme.card,
      borderColor: context.theme.line,
      padding: [8, 12],
      textStyle: { color: context.theme.ink, fontSize: 12, fontFamily: context.theme.font },
      extraCssText: "box-shadow: 0 4px 16px rgba(16,24,40,.12); border-radius: 8px",
      ...rest,
    };
  }

  const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const escape = (value) => String(value).replace(/[&<>"']/g, (character) => escapes[character]);
  const lines = (title, pairs) =>
    `<b>${escape(title)}</b>` +
    pairs
      .map(([name, value]) => `<div class="tip"><span>${escape(name)}</span><em>${escape(value)}</em></div>`)
      .join("");

  /** The palette, with the colours that a visual gives to values of a field. */
  function colorOf(context, configuration, value, place) {
    const palette = (configuration || {}).VisualPalette || {};
    const named = (palette.ColorMap || []).find((entry) => entry.Element.FieldValue === value);
    return named
      ? named.Color
      : (!place && palette.ChartColor) || context.theme.colors[place % context.theme.colors.length];
  }

  const colorsOf = (context, scale) => {
    const own = ((scale || {}).Colors || []).map((one) => one.Color).filter(Boolean);
    return own.length > 1 ? own.slice(0, 3) : context.theme.gradient;
  };

  Lake.draw = {
    wells,
    look,
    label,
    emptiness,
    limitNote,
    visible,
    text,
    axisName,
    valueAxis,
    categoryAxis,
    legend,
    grid,
    tooltip,
    lines,
    colorOf,
    colorsOf,
  };
  // Member of the Visual union -> function of a context that returns {option} for a chart, {element}, or {empty: why}.
  Lake.visuals = {};
})((window.Lake = window.Lake || {}));
