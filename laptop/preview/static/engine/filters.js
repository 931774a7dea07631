// Filter groups: which apply to a visual, and which rows they let through.
"use strict";
(function (Lake) {
  const { dates, aggregate } = Lake;
  const nullRule = (option) =>
    option === "NULLS_ONLY" ? { nulls: true, others: false } : { nulls: option === "ALL_VALUES", others: true };
  const everything = () => true;

  /** Every filter of a definition with its group; `kind` is the member of the union. */
  function declared(definition) {
    return (definition.FilterGroups || []).flatMap((group) =>
      group.Filters.map((union) => {
        const [kind, filter] = Lake.fields.only(union);
        return { kind, filter, group, id: filter.FilterId };
      }),
    );
  }

  function covers(scope, sheetId, visualId) {
    if (scope.AllSheets) return true;
    const sheets = (scope.SelectedSheets || {}).SheetVisualScopingConfigurations || [];
    return sheets.some(
      (sheet) =>
        sheet.SheetId === sheetId && (sheet.Scope === "ALL_VISUALS" || (sheet.VisualIds || []).includes(visualId)),
    );
  }

  /** The filters of a visual's data set: those over its own columns, and those that hold for all data sets. */
  function applicable(model, { sheetId, visualId, dataSet }) {
    return declared(model.definition).filter(({ group, filter }) => {
      if (group.Status === "DISABLED" || !covers(group.ScopeConfiguration, sheetId, visualId)) return false;
      const column = filter.Column;
      return (
        column.DataSetIdentifier === dataSet ||
        (group.CrossDataset === "ALL_DATASETS" && model.has(dataSet, column.ColumnName))
      );
    });
  }

  const TEXT = {
    EQUALS: (value, wanted) => value === wanted,
    DOES_NOT_EQUAL: (value, wanted) => value !== wanted,
    CONTAINS: (value, wanted) => value.includes(wanted),
    DOES_NOT_CONTAIN: (value, wanted) => !value.includes(wanted),
    STARTS_WITH: (value, wanted) => value.startsWith(wanted),
    ENDS_WITH: (value, wanted) => value.endsWith(wanted),
  };

  function chosen(values, negative, option) {
    const set = new Set(values.map(String));
    const { nulls, others } = nullRule(option ?? (negative ? "ALL_VALUES" : "NON_NULLS_ONLY"));
    return (value) => (value === null ? nulls : others && set.has(String(value)) !== negative);
  }

  function category(model, { Configuration: union }, state) {
    const [member, configuration] = Lake.fields.only(union);
    const negative = /NOT/.test(configuration.MatchOperator);
    const all = configuration.SelectAllOptions === "FILTER_ALL_VALUES";
    if (state && state.values) return state.values.length ? chosen(state.values, false) : everything;
    if (member === "FilterListConfiguration") {
      return all && !(configuration.CategoryValues || []).length
        ? everything
        : chosen(configuration.CategoryValues || [], negative, configuration.NullOption);
    }
    const wanted =
      state && state.text !== undefined
        ? [state.text].filter(Boolean)
        : configuration.ParameterName
          ? model.parameters[configuration.ParameterName]
          : configuration.CategoryValues || [configuration.CategoryValue].filter((value) => value !== undefined);
    if (!wanted || !wanted.length || (all && !configuration.ParameterName && !state)) return everything;
    const { nulls, others } = nullRule(configuration.NullOption);
    const test = TEXT[configuration.MatchOperator];
    const meets = (value) =>
      negative ? wanted.every((one) => test(value, String(one))) : wanted.some((one) => test(value, String(one)));
    return (value) => (value === null ? nulls : others && meets(String(value)));
  }

  /** A test between two bounds, each of which may be missing. */
  function between(minimum, maximum, withMinimum, withMaximum, option) {
    const { nulls, others } = nullRule(option);
    return (value) => {
      if (value === null) return nulls;
      if (minimum !== null && minimum !== undefined && (withMinimum ? value < minimum : value <= minimum)) return false;
      if (maximum !== null && maximum !== undefined && (withMaximum ? value > maximum : value >= maximum)) return false;
      return others;
    };
  }

  /** What a bound of a filter says: a number, an instant, an ISO date, or null if it is none. */
  function bound(model, value) {
    if (!value) return null;
    if (value.Parameter) return model.parameters[value.Parameter][0] ?? null;
    if (value.RollingDate) return model.rollingDate(value.RollingDate);
    return value.StaticValue ?? null;
  }

  function numericRange(model, filter, state) {
    const minimum = state ? state.minimum : bound(model, filter.RangeMinimum);
    const maximum = state ? state.maximum : bound(model, filter.RangeMaximum);
    return between(
      minimum,
      maximum,
      state ? true : filter.IncludeMinimum,
      state ? true : filter.IncludeMaximum,
      filter.NullOption,
    );
  }

  function numericEquality(model, filter, state) {
    const wanted = state
      ? state.value
      : filter.ParameterName
        ? model.parameters[filter.ParameterName][0]
        : filter.Value;
    if (wanted === undefined || wanted === null) return everything;
    const { nulls, others } = nullRule(filter.NullOption);
    return (value) =>
      value === null ? nulls : others && (Number(value) === Number(wanted)) === (filter.MatchOperator === "EQUALS");
  }

  function timeRange(model, filter, state) {
    const at = (value) => dates.truncate(dates.parse(value ?? null), filter.TimeGranularity);
    const minimum = at(state ? state.minimum : bound(model, filter.RangeMinimumValue));
    const maximum = at(excluding(filter, state ? state.maximum : bound(model, filter.RangeMaximumValue)));
    const test = between(
      minimum,
      maximum,
      state ? true : filter.IncludeMinimum,
      state ? true : filter.IncludeMaximum,
      filter.NullOption,
    );
    return (value) => test(dates.truncate(value, filter.TimeGranularity));
  }

  function excluding({ ExcludePeriodConfiguration: excluded }, end) {
    if (!excluded || excluded.Status === "DISABLED" || end === null || end === undefined) return end;
    return dates.add(dates.parse(end), -excluded.Amount, excluded.Granularity);
  }

  function timeEquality(model, filter, state) {
    const wanted = state
      ? state.value
      : filter.ParameterName
        ? model.parameters[filter.ParameterName][0]
        : filter.RollingDate
          ? model.rollingDate(filter.RollingDate)
          : filter.Value;
    if (wanted === undefined || wanted === null) return everything;
    const granularity = filter.TimeGranularity || "DAY";
    const instant = dates.truncate(dates.parse(wanted), granularity);
    return (value) => value !== null && dates.truncate(value, granularity) === instant;
  }

  /** From when until when a relative date reaches: the first instant, and the first one after it. */
  function relativeWindow(model, filter, state) {
    const anchor = (filter.AnchorDateConfiguration || {}).ParameterName;
    const now = anchor ? (model.parameters[anchor][0] ?? model.now) : model.now;
    const unit = (state && state.granularity) || filter.TimeGranularity;
    const type = (state && state.type) || filter.RelativeDateType;
    const fromParameter = filter.ParameterName ? model.parameters[filter.ParameterName][0] : undefined;
    const size = (state && state.size) ?? fromParameter ?? filter.RelativeDateValue ?? 1;
    const current = dates.truncate(now, unit);
    const next = dates.add(current, 1, unit);
    const windows = {
      PREVIOUS: [dates.add(current, -1, unit), current],
      THIS: [current, next],
      NOW: [current, now + 1],
      LAST: [dates.add(current, 1 - size, unit), next],
      NEXT: [next, dates.add(next, size, unit)],
    };
    const [from, to] = windows[type];
    return [from, excluding(filter, to)];
  }

  function relativeDates(model, filter, state) {
    const [from, to] = relativeWindow(model, filter, state);
    return between(from, to, true, false, filter.NullOption);
  }

  const TESTS = {
    CategoryFilter: category,
    NumericRangeFilter: numericRange,
    NumericEqualityFilter: numericEquality,
    TimeRangeFilter: timeRange,
    TimeEqualityFilter: timeEquality,
    RelativeDatesFilter: relativeDates,
  };

  function overGroups(model, dataSet, { kind, filter }) {
    return (
      Boolean(filter.AggregationFunction) ||
      (kind !== "TopBottomFilter" && model.isAggregate(dataSet, filter.Column.ColumnName))
    );
  }

  /** Rows of a data set that the filters of a visual let through, and the tests left for its groups. */
  function apply(model, scope) {
    const found = applicable(model, scope);
    let rows = Array.from({ length: model.table(scope.dataSet).count }, (_, row) => row);
    for (const one of found.filter((one) => one.kind !== "TopBottomFilter" && !overGroups(model, scope.dataSet, one))) {
      if (!TESTS[one.kind]) throw new Error(`The preview does not apply a ${one.kind}.`);
      const test = TESTS[one.kind](model, one.filter, model.filterState[one.id]);
      if (test === everything) continue;
      const values = model.values(scope.dataSet, one.filter.Column.ColumnName);
      rows = rows.filter((row) => test(values[row]));
    }
    for (const action of actionsOn(model, scope)) {
      const values = model.values(scope.dataSet, action.column);
      rows = rows.filter((row) => dates.truncate(values[row], action.granularity) === action.value);
    }
    for (const one of found.filter((one) => one.kind === "TopBottomFilter")) rows = topBottom(model, scope, one, rows);
    const groupTests = found
      .filter((one) => one.kind !== "TopBottomFilter" && overGroups(model, scope.dataSet, one))
      .map((one) => groupTest(model, scope.dataSet, one));
    return { rows, groupTests };
  }

  /** What a click on a data point asks of other visuals; the one that was clicked keeps all its rows. */
  function actionsOn(model, { sheetId, visualId, dataSet }) {
    return model.actions.filter(
      (action) =>
        action.sheetId === sheetId &&
        action.source !== visualId &&
        (!action.targets || action.targets.includes(visualId)) &&
        model.has(dataSet, action.column),
    );
  }

  function groupTest(model, dataSet, { kind, filter, id }) {
    const test = TESTS[kind](model, filter, model.filterState[id]);
    const measure = model.measureFunction({
      dataSet,
      column: filter.Column.ColumnName,
      aggregation: aggregate.named(filter.AggregationFunction),
    });
    return (group) => test(measure(group) ?? null);
  }

  /** Keep the rows of the categories that lead (or trail) by an aggregated column. */
  function topBottom(model, { dataSet }, { filter, id }, rows) {
    const state = model.filterState[id];
    const limit =
      (state && state.value) ??
      (filter.ParameterName ? model.parameters[filter.ParameterName][0] : undefined) ??
      filter.Limit;
    const raw = model.values(dataSet, filter.Column.ColumnName);
    const values = filter.TimeGranularity ? raw.map((value) => dates.truncate(value, filter.TimeGranularity)) : raw;
    const [by] = filter.AggregationSortConfigurations;
    const measure = model.measureFunction({
      dataSet,
      column: by.Column.ColumnName,
      aggregation: aggregate.named(by.AggregationFunction),
    });
    const ordered = aggregate
      .groupsOf(rows, (row) => [values[row]])
      .map(({ keys: [key], items }) => [key, measure({ rows: items })])
      .sort((a, b) => ((a[1] ?? -Infinity) - (b[1] ?? -Infinity)) * (by.SortDirection === "ASC" ? 1 : -1));
    const kept = new Set(ordered.slice(0, limit).map(([key]) => key));
    return rows.filter((row) => kept.has(values[row]));
  }

  Lake.filters = { declared, apply, bound };
})((window.Lake = window.Lake || {}));
