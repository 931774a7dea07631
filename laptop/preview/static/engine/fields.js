// Fields of visuals: one plain shape for the unions of the API.
"use strict";
(function (Lake) {
  const { aggregate } = Lake;
  const only = (union) => Object.entries(union).find(([, value]) => value) || [];

  function base(kind, member, field) {
    return {
      kind,
      member,
      id: field.FieldId,
      format: field.FormatConfiguration,
      dataSet: (field.Column || {}).DataSetIdentifier,
      column: (field.Column || {}).ColumnName,
      expression: field.Expression,
      granularity: field.DateGranularity,
    };
  }

  function dimension(union) {
    const [member, field] = only(union);
    const made = base("dimension", member, field);
    if (member === "DateDimensionField") {
      made.granularity = made.granularity || "DAY";
      made.type = "DATETIME";
    }
    return made;
  }

  function measure(union) {
    const [member, field] = only(union);
    const made = base("measure", member, field);
    made.aggregation = aggregate.named(field.AggregationFunction);
    made.counts = Boolean(made.aggregation) && /COUNT/.test(made.aggregation.name);
    if (member === "DateMeasureField") made.type = "DATETIME";
    return made;
  }

  /** A column of a table that is not aggregated. */
  function plain(field) {
    const [, format] = only(field.FormatConfiguration || {});
    return { ...base("plain", "UnaggregatedField", field), format };
  }

  const each = (make) => (unions) => (unions || []).map(make);
  const dimensions = each(dimension);
  const measures = each(measure);

  function defaultLabel(field) {
    if (field.expression) return field.expression;
    const title = field.aggregation && aggregate.TITLES[field.aggregation.name];
    return title ? `${field.column} (${title})` : field.column;
  }

  /** Names that a visual's configuration gives its fields: axis labels that apply to a field, table headings. */
  function customLabels(configuration, found = {}) {
    for (const [key, value] of Object.entries(configuration || {})) {
      if (!value || typeof value !== "object") continue;
      if (key === "AxisLabelOptions") {
        for (const option of value) {
          const target = (option.ApplyTo || {}).FieldId;
          if (target && option.CustomLabel) found[target] = option.CustomLabel;
        }
      } else if (key === "SelectedFieldOptions") {
        for (const option of value) if (option.CustomLabel) found[option.FieldId] = option.CustomLabel;
      } else if (key !== "FieldWells") customLabels(value, found);
    }
    return found;
  }

  /** The title of an axis: a label of its own, or that of its only field; several fields are told apart by the legend. */
  function axisTitle(options, shown) {
    if (options && options.Visibility === "HIDDEN") return "";
    const own = ((options || {}).AxisLabelOptions || []).find(
      (option) => option.CustomLabel && !(option.ApplyTo || {}).FieldId,
    );
    if (own) return own.CustomLabel;
    return shown.length === 1 ? shown[0].label : "";
  }

  Lake.fields = { dimensions, measures, plain, defaultLabel, customLabels, axisTitle, only };
})((window.Lake = window.Lake || {}));
