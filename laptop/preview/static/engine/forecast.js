// A forecast that is honest about what it is: exponential smoothing with a damped trend, and an additive season if the
// past shows one (Holt-Winters; Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", chapter 8).
// QuickSight uses a method of its own (random cut forests); its numbers differ.
"use strict";
(function (Lake) {
  const USUAL_SEASONS = { MINUTE: 60, HOUR: 24, DAY: 7, WEEK: 52, MONTH: 12, QUARTER: 4 };
  const GRID = [0.1, 0.3, 0.5, 0.7, 0.9];
  const DAMPING = 0.9;
  const MOST_PERIODS = 10_000;
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  /** The season of a series: that of its granularity, if two whole ones are there and it repeats. */
  function season(values, granularity) {
    const size = USUAL_SEASONS[granularity];
    if (!size || values.length < 2 * size) return 1;
    const center = mean(values);
    const spread = values.reduce((all, value) => all + (value - center) ** 2, 0);
    if (!spread) return 1;
    let together = 0;
    for (let at = size; at < values.length; at++) together += (values[at] - center) * (values[at - size] - center);
    return together / spread > 0.3 ? size : 1;
  }

  /** Mean square of errors; those of a quarter of the past ago count half, so that a break long ago does not decide. */
  function recentLoss(errors) {
    let sum = 0,
      weights = 0;
    errors.forEach((error, at) => {
      const weight = 0.5 ** ((4 * (errors.length - 1 - at)) / errors.length);
      sum += weight * error * error;
      weights += weight;
    });
    return weights ? sum / weights : 0;
  }

  function smooth(values, size, [alpha, beta, gamma]) {
    const first = values.slice(0, size);
    let level = mean(first);
    let trend =
      size > 1 ? (mean(values.slice(size, 2 * size)) - level) / size : values.length > 1 ? values[1] - values[0] : 0;
    const seasonal = size > 1 ? first.map((value) => value - level) : [0];
    const errors = [];
    for (let at = size > 1 ? size : 1; at < values.length; at++) {
      const place = at % size;
      const expected = level + DAMPING * trend + seasonal[place];
      errors.push(values[at] - expected);
      const before = level;
      level = alpha * (values[at] - seasonal[place]) + (1 - alpha) * (level + DAMPING * trend);
      trend = beta * (level - before) + (1 - beta) * DAMPING * trend;
      if (size > 1) seasonal[place] = gamma * (values[at] - level) + (1 - gamma) * seasonal[place];
    }
    const loss = recentLoss(errors);
    return { level, trend, seasonal, loss, deviation: Math.sqrt(loss), alpha, beta };
  }

  function best(values, size) {
    let found = null;
    for (const alpha of GRID)
      for (const beta of GRID.slice(0, 3))
        for (const gamma of size > 1 ? GRID.slice(0, 3) : [0]) {
          const fitted = smooth(values, size, [alpha, beta, gamma]);
          if (!found || fitted.loss < found.loss) found = fitted;
        }
    return found;
  }

  /** Quantile of the normal distribution for a two-sided interval (Acklam's approximation would be finer than needed). */
  function reach(percent) {
    const table = [
      [50, 0.674],
      [60, 0.842],
      [70, 1.036],
      [80, 1.282],
      [90, 1.645],
      [95, 1.96],
      [99, 2.576],
    ];
    const above = table.findIndex(([level]) => level >= percent);
    if (above <= 0) return table[above === 0 ? 0 : table.length - 1][1];
    const [[low, a], [high, b]] = [table[above - 1], table[above]];
    return a + ((percent - low) / (high - low)) * (b - a);
  }

  /**
   * Values of every period from the first to the last of a series in time, [[instant, value]] ascending.
   *
   * What is missing is zero: a day without orders has none. Of a series without end the newest periods are enough.
   */
  function filled(series, granularity) {
    if (!series.length) return [];
    const known = new Map(series);
    const last = series[series.length - 1][0];
    const size = Math.min(MOST_PERIODS, Lake.dates.difference(series[0][0], last, granularity) + 1);
    return Array.from({ length: size }, (_, at) => known.get(Lake.dates.add(last, at + 1 - size, granularity)) ?? 0);
  }

  /** Continue values of periods by more: [{value, low, high}], or null where there is too little to go by. */
  function forecast(values, { periods, interval = 90, granularity, seasonality, low: least, high: most }) {
    if (values.length < 3) return null;
    const asked = seasonality && values.length >= 2 * seasonality ? seasonality : null;
    const size = asked || season(values, granularity);
    const fitted = best(values, size);
    const z = reach(interval);
    const within = (value) => Math.min(most ?? Infinity, Math.max(least ?? -Infinity, value));
    let damped = 0,
      spread = 0;
    return Array.from({ length: periods }, (_, step) => {
      if (step > 0) spread += (fitted.alpha * (1 + fitted.beta * damped)) ** 2;
      damped += DAMPING ** (step + 1);
      const value = fitted.level + damped * fitted.trend + fitted.seasonal[(values.length + step) % size];
      const width = z * fitted.deviation * Math.sqrt(1 + spread);
      return { value: within(value), low: within(value - width), high: within(value + width) };
    });
  }

  /** Whether data that end at `latest` fill the period that begins at `start`; a date stands for its whole day. */
  function isComplete(latest, start, granularity) {
    const end = latest % Lake.dates.DAY === 0 ? latest + Lake.dates.DAY : latest + 1;
    return end >= Lake.dates.add(start, 1, granularity);
  }

  /** How many periods at the end of a cube's series are not over yet: one or none. A part of a period is no trend. */
  function unfinished(cube, start) {
    const [field] = cube.dimensions;
    const raw = cube.model.values(field.dataSet, field.column);
    const latest = cube.rows.reduce((most, row) => (raw[row] !== null && raw[row] > most ? raw[row] : most), -Infinity);
    return isComplete(latest, start, field.granularity) ? 0 : 1;
  }

  Lake.forecast = { filled, forecast, isComplete, unfinished };
})((window.Lake = window.Lake || {}));
