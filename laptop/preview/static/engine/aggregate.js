// Groups, and aggregations over their rows. Null is not a value: it is neither counted nor added.
"use strict";
(function (Lake) {
  /** Group items by lists of keys: [{keys, items}], in the order in which their keys come first. */
  function groupsOf(items, keysOf) {
    const root = new Map();
    const found = [];
    for (const item of items) {
      const keys = keysOf(item);
      let level = root;
      for (const key of keys) {
        if (!level.has(key)) level.set(key, new Map());
        level = level.get(key);
      }
      if (!level.group) found.push((level.group = { keys, items: [] }));
      level.group.items.push(item);
    }
    return found;
  }

  function present(rows, at) {
    const values = [];
    for (const row of rows) {
      const value = at(row);
      if (value !== null && value !== undefined) values.push(value);
    }
    return values;
  }

  const sum = (values) => {
    // Compensated (Neumaier): the order of rows must not show in the cents.
    let total = 0,
      lost = 0;
    for (const value of values) {
      const next = total + value;
      lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
      total = next;
    }
    return total + lost;
  };
  const least = (values) => values.reduce((a, b) => (b < a ? b : a));
  const most = (values) => values.reduce((a, b) => (b > a ? b : a));

  function variance(values, ofPopulation) {
    const divisor = values.length - (ofPopulation ? 0 : 1);
    if (divisor < 1) return null;
    const mean = sum(values) / values.length;
    return sum(values.map((value) => (value - mean) ** 2)) / divisor;
  }

  /** Linear interpolation between the two nearest ranks, as percentileCont does. */
  function percentile(values, percent) {
    const sorted = [...values].sort((a, b) => a - b);
    const place = (percent / 100) * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
  }

  const root = (value) => (value === null ? null : Math.sqrt(value));
  const OF_VALUES = {
    SUM: sum,
    AVERAGE: (values) => sum(values) / values.length,
    MIN: least,
    MAX: most,
    MEDIAN: (values) => percentile(values, 50),
    VAR: (values) => variance(values, false),
    VARP: (values) => variance(values, true),
    STDEV: (values) => root(variance(values, false)),
    STDEVP: (values) => root(variance(values, true)),
  };

  /** Aggregate `at(row)` over rows; `name` is an aggregation function of the API, or PERCENTILE with its argument. */
  function aggregate(name, rows, at, argument) {
    const values = present(rows, at);
    if (name === "COUNT") return values.length;
    if (name === "DISTINCT_COUNT") return new Set(values).size;
    if (!values.length) return null;
    if (name === "PERCENTILE") return percentile(values, argument);
    if (!OF_VALUES[name]) throw new Error(`the preview does not know the aggregation ${name}`);
    return OF_VALUES[name](values);
  }

  /** Read an AggregationFunction (of filters, sorts) or the function of a measure field. */
  function named(configuration) {
    if (!configuration) return null;
    if (typeof configuration === "string") return { name: configuration };
    if (configuration.SimpleNumericalAggregation) return { name: configuration.SimpleNumericalAggregation };
    if (configuration.PercentileAggregation) {
      return { name: "PERCENTILE", argument: configuration.PercentileAggregation.PercentileValue };
    }
    if (configuration.NumericalAggregationFunction) return named(configuration.NumericalAggregationFunction);
    const attribute = configuration.AttributeAggregationFunction;
    if (attribute) return { name: "ATTRIBUTE", other: attribute.ValueForMultipleValues ?? "*" };
    return named(configuration.CategoricalAggregationFunction || configuration.DateAggregationFunction);
  }

  const TITLES = {
    SUM: "Sum",
    AVERAGE: "Average",
    MIN: "Min",
    MAX: "Max",
    COUNT: "Count",
    DISTINCT_COUNT: "Count distinct",
    MEDIAN: "Median",
    VAR: "Variance",
    VARP: "Variance (population)",
    STDEV: "Standard deviation",
    STDEVP: "Standard deviation (population)",
    PERCENTILE: "Percentile",
  };

  Lake.aggregate = { aggregate, groupsOf, named, sum, TITLES };
})((window.Lake = window.Lake || {}));
