// Computations of insights: what a narrative can tell, under the names of the documentation
// (https://docs.aws.amazon.com/quicksuite/latest/userguide/auto-narrative-computations.html).
"use strict";
(function (Lake) {
  const { dates, format } = Lake;

  const named = (field) => ({
    name: Lake.fields.defaultLabel(field),
    timeGranularity: field.granularity,
    aggregationFunction: (field.aggregation || {}).name,
  });
  const formatted = (field, value) => ({
    value,
    formattedValue: format.value(field, value),
    formattedAbsoluteValue: format.value(
      field,
      typeof value === "number" && field.kind === "measure" ? Math.abs(value) : value,
    ),
  });
  const percent = (value) => {
    const text = (shown) =>
      shown === null
        ? "–"
        : format.number(shown, {
            PercentageDisplayFormatConfiguration: { DecimalPlacesConfiguration: { DecimalPlaces: 2 } },
          });
    return {
      value: value === null ? null : value * 100,
      formattedValue: text(value),
      formattedAbsoluteValue: text(value === null ? null : Math.abs(value)),
    };
  };
  const growth = (from, to) => (from ? (to - from) / Math.abs(from) : null);

  /** A series in time: [[instant, value]], ascending, without the rows that have no time. */
  function series(cube) {
    const groups = cube.groups.filter((group) => group.keys[0] !== null).sort((a, b) => a.keys[0] - b.keys[0]);
    return groups.map((group) => [group.keys[0], cube.value(0, group) ?? 0]);
  }

  function changed(cube, [fromTime, from], [toTime, to]) {
    const [time] = cube.dimensions,
      [metric] = cube.measures;
    return {
      timeField: named(time),
      metricField: named(metric),
      previousTimeValue: formatted(time, fromTime),
      currentTimeValue: formatted(time, toTime),
      previousMetricValue: formatted(metric, from),
      currentMetricValue: formatted(metric, to),
      percentDifference: percent(growth(from, to)),
      absoluteDifference: formatted(metric, to - from),
    };
  }

  function periodOverPeriod(cube) {
    const found = series(cube);
    return found.length < 2 ? null : changed(cube, found[found.length - 2], found[found.length - 1]);
  }

  function growthRate(cube, { PeriodSize: asked = 2 }) {
    const found = series(cube);
    if (found.length < 2) return null;
    const periods = Math.min(asked, found.length - 1);
    const [first, last] = [found[found.length - 1 - periods], found[found.length - 1]];
    const compounded = first[1] > 0 && last[1] >= 0 ? (last[1] / first[1]) ** (1 / periods) - 1 : null;
    return { ...changed(cube, first, last), compoundedGrowthRate: percent(compounded), periodSize: periods };
  }

  /** This period so far, against as much of the one before. */
  function periodToDate(cube, { PeriodTimeGranularity: period = "YEAR" }) {
    const found = series(cube);
    if (!found.length) return null;
    const last = found[found.length - 1][0];
    const start = dates.truncate(last, period);
    const before = dates.add(start, -1, period);
    const sum = (from, to) =>
      Lake.aggregate.sum(found.filter(([at]) => at >= from && at <= to).map(([, value]) => value));
    return {
      ...changed(cube, [before, sum(before, dates.add(last, -1, period))], [last, sum(start, last)]),
      periodGranularity: period,
    };
  }

  function extreme(cube, { Type: type }) {
    const found = series(cube);
    if (!found.length) return null;
    const [at, value] = found.reduce((a, b) => ((type === "MAXIMUM" ? b[1] > a[1] : b[1] < a[1]) ? b : a));
    const [time] = cube.dimensions,
      [metric] = cube.measures;
    return {
      timeField: named(time),
      metricField: named(metric),
      timeValue: formatted(time, at),
      metricValue: formatted(metric, value),
    };
  }

  function comparison(cube) {
    const groups = [...cube.groups].sort((a, b) => a.keys[0] - b.keys[0]);
    if (!groups.length) return null;
    const last = groups[groups.length - 1];
    const [time] = cube.dimensions,
      [from, target] = cube.measures;
    const [a, b] = [cube.value(0, last), cube.value(1, last)];
    return {
      timeField: named(time),
      timeValue: formatted(time, last.keys[0]),
      fromMetricField: named(from),
      toMetricField: named(target),
      fromMetricValue: formatted(from, a),
      toMetricValue: formatted(target, b),
      percentDifference: percent(growth(a, b)),
      absoluteDifference: formatted(target, (b ?? 0) - (a ?? 0)),
    };
  }

  function ranked(cube, { Type: type, ResultSize: size = 3 }) {
    const [category] = cube.dimensions,
      [metric] = cube.measures;
    const groups = [...cube.groups];
    cube.sort(groups, [{ FieldSort: { FieldId: metric.id, Direction: type === "TOP" ? "DESC" : "ASC" } }]);
    const items = groups.slice(0, size).map((group) => ({
      categoryValue: formatted(category, group.keys[0]),
      metricValue: formatted(metric, cube.value(0, group)),
    }));
    return { categoryField: named(category), metricField: named(metric), items, itemsCount: items.length };
  }

  /** Categories that changed most between the last two periods. */
  function movers(cube, { Type: type, MoverSize: size = 3, SortOrder: order = "PERCENT_DIFFERENCE" }) {
    const [time, category] = cube.dimensions,
      [metric] = cube.measures;
    const times = [...new Set(cube.groups.map((group) => group.keys[0]))]
      .filter((at) => at !== null)
      .sort((a, b) => a - b);
    if (times.length < 2) return null;
    const [start, end] = times.slice(-2);
    const values = new Map();
    for (const group of cube.groups) {
      const known = values.get(group.keys[1]) || { from: 0, to: 0 };
      if (group.keys[0] === start) known.from = cube.value(0, group) ?? 0;
      if (group.keys[0] === end) known.to = cube.value(0, group) ?? 0;
      values.set(group.keys[1], known);
    }
    const difference = ({ from, to }) => (order === "ABSOLUTE_DIFFERENCE" ? to - from : growth(from, to));
    const sorted = [...values]
      .filter(([, change]) => difference(change) !== null)
      .sort((a, b) => (difference(b[1]) - difference(a[1])) * (type === "TOP" ? 1 : -1));
    const items = sorted.slice(0, size).map(([key, { from, to }]) => ({
      categoryValue: formatted(category, key),
      previousMetricValue: formatted(metric, from),
      currentMetricValue: formatted(metric, to),
      percentDifference: percent(growth(from, to)),
      absoluteDifference: formatted(metric, to - from),
    }));
    return {
      timeField: named(time),
      categoryField: named(category),
      metricField: named(metric),
      startTimeValue: formatted(time, start),
      endTimeValue: formatted(time, end),
      items,
      itemsCount: items.length,
    };
  }

  function total(cube) {
    const [metric] = cube.measures;
    return cube.rows.length ? { metricField: named(metric), totalAggregate: formatted(metric, cube.value(0)) } : null;
  }

  function uniqueValues(cube) {
    const [category] = cube.dimensions;
    const count = new Set(cube.groups.map((group) => group.keys[0])).size;
    return { categoryField: named(category), uniqueGroupValuesCount: count };
  }

  function forecast(cube, settings) {
    const found = series(cube);
    const periods = settings.PeriodsForward ?? 1;
    const open = found.length ? Lake.forecast.unfinished(cube, found[found.length - 1][0]) : 0;
    const [time] = cube.dimensions,
      [metric] = cube.measures;
    const all = Lake.forecast.filled(found, time.granularity);
    const made = Lake.forecast.forecast(open ? all.slice(0, -1) : all, {
      periods: periods + open,
      interval: settings.PredictionInterval,
      granularity: time.granularity,
      seasonality: settings.CustomSeasonalityValue,
      low: settings.LowerBoundary,
      high: settings.UpperBoundary,
    });
    if (!made) return null;
    const end = dates.add(found[found.length - 1][0], periods, time.granularity);
    return {
      timeField: named(time),
      metricField: named(metric),
      timeValue: formatted(time, end),
      metricValue: formatted(metric, made[periods + open - 1].value),
      relativePeriodsToForecast: periods,
    };
  }

  const COMPUTATIONS = {
    PeriodOverPeriod: periodOverPeriod,
    GrowthRate: growthRate,
    PeriodToDate: periodToDate,
    MaximumMinimum: extreme,
    MetricComparison: comparison,
    TopBottomRanked: ranked,
    TopBottomMovers: movers,
    TotalAggregation: total,
    UniqueValues: uniqueValues,
    Forecast: forecast,
  };

  /** Compute one member of the Computation union for a visual; null if there are not enough values. */
  function compute(model, scope, union) {
    const [kind, settings] = Lake.fields.only(union);
    const dimensions = Lake.fields.dimensions([settings.Time, settings.Category].filter(Boolean));
    const measures = Lake.fields.measures([settings.Value, settings.FromValue, settings.TargetValue].filter(Boolean));
    const dataSet = [...dimensions, ...measures][0].dataSet;
    const cube = new Lake.cube.Cube(model, { ...scope, dataSet }, dimensions, measures);
    return {
      kind,
      name: settings.Name || settings.ComputationId,
      settings,
      output: COMPUTATIONS[kind](cube, settings),
    };
  }

  Lake.computations = { compute };
})((window.Lake = window.Lake || {}));
