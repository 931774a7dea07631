// Lines in time, with a forecast; lines over other categories.
"use strict";
(function (Lake) {
  const { draw, dates } = Lake;
  const MOST_POINTS = 10_000;

  function forecastOf(configuration, series, cube, times) {
    const [field] = cube.dimensions;
    const properties = ((configuration.ForecastConfigurations || [])[0] || {}).ForecastProperties;
    if (!properties || series.length !== 1 || times.length < 3) return null;
    const skipped = (properties.PeriodsBackward || 0) + Lake.forecast.unfinished(cube, times[times.length - 1]);
    const all = Lake.forecast.filled(
      times.map((time, place) => [time, series[0].values[place]]),
      field.granularity,
    );
    const past = skipped ? all.slice(0, -skipped) : all;
    const made = Lake.forecast.forecast(past, {
      periods: (properties.PeriodsForward || 14) + skipped,
      interval: properties.PredictionInterval,
      granularity: field.granularity,
      seasonality: properties.Seasonality,
      low: properties.LowerBoundary,
      high: properties.UpperBoundary,
    });
    const ahead = (step) => dates.add(times[times.length - 1], step + 1 - skipped, field.granularity);
    return made && made.map((point, step) => ({ ...point, at: ahead(step) }));
  }

  function forecastSeries(color, forecast, last) {
    const band = {
      type: "line",
      stack: "forecast",
      symbol: "none",
      lineStyle: { opacity: 0 },
      tooltip: { show: false },
      silent: true,
    };
    return [
      { ...band, name: "Lower bound", data: [[last[0], last[1]], ...forecast.map((point) => [point.at, point.low])] },
      {
        ...band,
        name: "Forecast range",
        data: [[last[0], 0], ...forecast.map((point) => [point.at, point.high - point.low])],
        areaStyle: { color, opacity: 0.16 },
      },
      {
        type: "line",
        name: "Forecast",
        data: [last, ...forecast.map((point) => [point.at, point.value])],
        symbol: "none",
        lineStyle: { type: "dashed", width: 2 },
        itemStyle: { color },
      },
    ];
  }

  function line(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Category = [], Values = [], Colors = [], SmallMultiples = [] } = draw.wells(configuration);
    if (SmallMultiples.length) throw new Error("The preview does not draw small multiples.");
    const cube = draw.look(context, [...Category.slice(0, 1), ...Colors.slice(0, 1)], Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const categories = cube.axis(0, {
      sorts: sorts.CategorySort,
      limit: sorts.CategoryItemsLimitConfiguration || { ItemsLimit: MOST_POINTS, OtherCategories: "EXCLUDE" },
    });
    const timed = categories.field.type === "DATETIME";
    if (timed) categories.members = dropUntimed(categories);
    const colors = Colors.length
      ? cube.axis(1, { sorts: sorts.ColorSort, limit: sorts.ColorItemsLimitConfiguration || { ItemsLimit: 12 } })
      : null;
    const series = draw.seriesOf(cube, categories, colors);
    const times = categories.members.map((member) => member.keys[0]);
    const forecast = timed ? forecastOf(configuration, series, cube, times) : null;
    const legend = draw.legend(context, configuration.Legend, series.length > 1);
    const names = times.map((time) => draw.text(categories.field, time));
    return {
      note: draw.limitNote(categories) || (forecast ? "forecast by Holt-Winters; QuickSight's differs" : null),
      marks: series.reduce((all, one) => all + one.values.filter((value) => value !== null).length, 0),
      click: ({ dataIndex, seriesIndex }) => [
        [categories.field, times[dataIndex]],
        ...(colors ? [[colors.field, series[seriesIndex].key]] : []),
      ],
      option: {
        useUTC: true,
        grid: draw.grid(legend),
        legend: { ...legend, data: series.map((one) => one.name) },
        tooltip: draw.tooltip(context, {
          trigger: "axis",
          formatter: (points) => tip(points, series, times, names, categories.field, forecast),
        }),
        xAxis: timed
          ? timeAxis(context, categories.field, configuration)
          : {
              ...draw.categoryAxis(context, categories.field, categories.members, configuration.XAxisLabelOptions),
              boundaryGap: false,
            },
        yAxis: draw.valueAxis(
          context,
          cube.measures,
          (configuration.PrimaryYAxisDisplayOptions || {}).AxisOptions,
          configuration.PrimaryYAxisLabelOptions,
        ),
        series: [
          ...series.map((one, place) => lineSeries(context, configuration, one, place, timed ? times : null)),
          ...(forecast
            ? forecastSeries(
                draw.colorOf(context, configuration, null, 0),
                forecast,
                pointBefore(series[0], times, forecast[0].at),
              )
            : []),
        ],
      },
    };
  }

  function dropUntimed(axis) {
    const members = axis.members.filter((member) => typeof member.keys[0] === "number");
    axis.placeOf = new Map(members.map((member, place) => [member.keys[0], place]));
    return members;
  }

  /** The last known point before a forecast begins. */
  function pointBefore(one, times, start) {
    const place = one.values.findLastIndex((value, at) => value !== null && times[at] < start);
    return [times[place], one.values[place]];
  }

  function lineSeries(context, configuration, one, place, times) {
    const area = configuration.Type === "AREA" || configuration.Type === "STACKED_AREA";
    const missing = (((configuration.PrimaryYAxisDisplayOptions || {}).MissingDataConfigurations || [])[0] || {})
      .TreatmentOption;
    const filled =
      configuration.Type === "STACKED_AREA" || missing === "SHOW_AS_ZERO"
        ? one.values.map((value) => value ?? 0)
        : one.values;
    return {
      type: "line",
      name: one.name,
      data: times ? filled.map((value, x) => [times[x], value]) : filled,
      stack: configuration.Type === "STACKED_AREA" ? "all" : undefined,
      areaStyle: area ? { opacity: configuration.Type === "AREA" ? 0.18 : 0.6 } : undefined,
      showSymbol: one.values.length < 32,
      symbolSize: 5,
      lineStyle: { width: 2.2 },
      connectNulls: missing !== "SHOW_AS_BLANK",
      itemStyle: { color: draw.colorOf(context, configuration, one.key ?? one.name, place) },
    };
  }

  function timeAxis(context, field, configuration) {
    return {
      ...draw.categoryAxis(context, field, [], configuration.XAxisLabelOptions),
      type: "time",
      data: undefined,
      axisLabel: { color: context.theme.soft, fontSize: 11, hideOverlap: true },
      splitLine: { show: false },
    };
  }

  function tip(points, series, times, names, field, forecast) {
    const at = Array.isArray(points[0].value) ? points[0].value[0] : times[points[0].dataIndex];
    const place = times.indexOf(at);
    const known =
      place < 0
        ? []
        : series
            .filter((one) => one.values[place] !== null)
            .map((one) => [one.name, draw.text(one.field, one.values[place])]);
    const ahead = (forecast || []).find((point) => point.at === at);
    const show = (value) => draw.text(series[0].field, value);
    const expected = ahead
      ? [
          ["Forecast", show(ahead.value)],
          ["Range", `${show(ahead.low)} – ${show(ahead.high)}`],
        ]
      : [];
    return draw.lines(place < 0 ? draw.text(field, at) : names[place], [...known, ...expected]);
  }

  Lake.visuals.LineChartVisual = line;
})((window.Lake = window.Lake || {}));
