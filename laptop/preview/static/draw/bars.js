// Bars: clustered, stacked, of shares; upright or lying; with lines in a combo chart; histograms.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;

  /** One series per colour, or per measure: {name, place, values by category, groups}. */
  function seriesOf(cube, categories, colors) {
    if (!colors) {
      return cube.measures.map((field, measure) => ({
        name: field.label,
        field,
        key: null,
        groups: categories.members,
        values: categories.members.map((member) => cube.value(measure, member)),
      }));
    }
    const cells = cube.cells(categories, colors);
    return colors.members.map((color, y) => {
      const groups = categories.members.map((_, x) => cells.get(`${x}/${y}`));
      return {
        name: draw.text(colors.field, color.keys[0]),
        field: cube.measures[0],
        key: color.keys[0],
        groups,
        values: groups.map((group) => (group ? cube.value(0, group) : null)),
      };
    });
  }

  const SHARE = { label: "", format: { PercentageDisplayFormatConfiguration: {} } };

  /** The categories of a chart; without a field for them there is one, of all rows. */
  function categoriesOf(cube, wells, { CategorySort: sorts, CategoryItemsLimit: limit }) {
    if (wells.length) return cube.axis(0, { sorts, limit });
    const members = [{ ...cube.whole(), keys: [""] }];
    // It has no place among the dimensions, so that no group has a key there: all lie at the only member.
    return { field: { type: "STRING", label: "" }, members, placeOf: new Map([[undefined, 0]]) };
  }

  function shares(series) {
    const totals = series[0].values.map((_, x) => Lake.aggregate.sum(series.map((one) => one.values[x] ?? 0)));
    for (const one of series) one.drawn = one.values.map((value, x) => (totals[x] ? (value ?? 0) / totals[x] : null));
  }

  function barSeries(context, configuration, series, arrangement, horizontal) {
    const labelled = draw.visible(configuration.DataLabels || configuration.BarDataLabels, false);
    const stacked = arrangement !== "CLUSTERED";
    const highest = Math.max(
      ...series[0].values.map((_, x) => Lake.aggregate.sum(series.map((one) => Math.abs(one.values[x] ?? 0)))),
    );
    // A label needs room within its part of a stack.
    const fits = (value) => value !== null && (!stacked || Math.abs(value) > 0.13 * highest);
    return series.map((one, place) => ({
      type: "bar",
      name: one.name,
      stack: stacked ? "all" : undefined,
      data: one.drawn || one.values,
      barMaxWidth: 46,
      barGap: "10%",
      barCategoryGap: "32%",
      itemStyle: {
        color: draw.colorOf(context, configuration, one.key ?? one.name, place),
        borderRadius: stacked ? 0 : horizontal ? [0, 3, 3, 0] : [3, 3, 0, 0],
      },
      label: {
        show: labelled,
        position: stacked ? "inside" : horizontal ? "right" : "top",
        color: stacked ? "#fff" : context.theme.soft,
        fontSize: 11,
        formatter: ({ dataIndex }) =>
          fits(one.values[dataIndex]) ? format.axis(one.field, one.values[dataIndex]) : "",
      },
      labelLayout: { hideOverlap: true },
      emphasis: { focus: stacked ? "series" : "none" },
    }));
  }

  const axisTip = (context, series, names) =>
    draw.tooltip(context, {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: "rgba(16,24,40,.05)" } },
      formatter: ([first]) =>
        draw.lines(
          names[first.dataIndex],
          series
            .filter((one) => one.values[first.dataIndex] !== null)
            .map((one) => [one.name, draw.text(one.field, one.values[first.dataIndex])]),
        ),
    });

  function bar(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Category = [], Values = [], Colors = [], SmallMultiples = [] } = draw.wells(configuration);
    if (SmallMultiples.length) throw new Error("The preview does not draw small multiples.");
    const cube = draw.look(context, [...Category.slice(0, 1), ...Colors.slice(0, 1)], Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const categories = categoriesOf(cube, Category, sorts);
    const colors = Colors.length
      ? cube.axis(cube.dimensions.length - 1, {
          sorts: sorts.ColorSort,
          limit: sorts.ColorItemsLimit || { ItemsLimit: 12 },
        })
      : null;
    const series = seriesOf(cube, categories, colors);
    const arrangement = configuration.BarsArrangement || "CLUSTERED";
    if (arrangement === "STACKED_PERCENT") shares(series);
    const horizontal = configuration.Orientation === "HORIZONTAL";
    const value = draw.valueAxis(
      context,
      arrangement === "STACKED_PERCENT" ? [SHARE] : cube.measures,
      configuration.ValueAxis,
      configuration.ValueLabelOptions,
    );
    const category = draw.categoryAxis(
      context,
      categories.field,
      categories.members,
      configuration.CategoryLabelOptions,
      horizontal,
    );
    const legend = draw.legend(context, configuration.Legend, series.length > 1);
    return {
      note: draw.limitNote(categories),
      marks: series.reduce((all, one) => all + one.values.filter((v) => v !== null).length, 0),
      click: ({ dataIndex, seriesIndex }) => [
        ...(Category.length ? [[categories.field, categories.members[dataIndex].keys[0]]] : []),
        ...(colors ? [[colors.field, series[seriesIndex].key]] : []),
      ],
      option: {
        grid: { ...draw.grid(legend), ...(horizontal ? { right: 58 } : {}) },
        legend,
        tooltip: axisTip(context, series, category.data),
        xAxis: horizontal ? value : category,
        yAxis: horizontal ? category : value,
        series: barSeries(context, configuration, series, arrangement, horizontal),
      },
    };
  }

  function combo(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Category = [], BarValues = [], LineValues = [] } = draw.wells(configuration);
    const cube = draw.look(context, Category.slice(0, 1), [...BarValues, ...LineValues]);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const categories = categoriesOf(cube, Category, configuration.SortConfiguration || {});
    const series = seriesOf(cube, categories, null);
    const [bars, lines] = [series.slice(0, BarValues.length), series.slice(BarValues.length)];
    const two = bars.length > 0 && lines.length > 0 && !configuration.SingleAxisOptions;
    const category = draw.categoryAxis(
      context,
      categories.field,
      categories.members,
      configuration.CategoryLabelOptions,
      false,
    );
    const legend = draw.legend(context, configuration.Legend, true);
    const primary = draw.valueAxis(
      context,
      cube.measures.slice(0, BarValues.length || 1),
      configuration.PrimaryYAxisDisplayOptions,
      configuration.PrimaryYAxisLabelOptions,
    );
    const secondary = two
      ? {
          ...draw.valueAxis(
            context,
            lines.map((one) => one.field),
            configuration.SecondaryYAxisDisplayOptions,
            configuration.SecondaryYAxisLabelOptions,
          ),
          splitLine: { show: false },
        }
      : null;
    return {
      note: draw.limitNote(categories),
      marks: series.length * categories.members.length,
      click: ({ dataIndex }) => (Category.length ? [[categories.field, categories.members[dataIndex].keys[0]]] : []),
      option: {
        grid: draw.grid(legend),
        legend,
        tooltip: axisTip(context, series, category.data),
        xAxis: category,
        yAxis: [primary, ...(secondary ? [secondary] : [])],
        series: [
          ...barSeries(context, configuration, bars, configuration.BarsArrangement || "CLUSTERED", false),
          ...lines.map((one, place) => ({
            type: "line",
            name: one.name,
            data: one.values,
            yAxisIndex: two ? 1 : 0,
            symbolSize: 6,
            lineStyle: { width: 2.5 },
            itemStyle: { color: draw.colorOf(context, configuration, one.name, bars.length + place) },
          })),
        ],
      },
    };
  }

  function bins(values, { SelectedBinType: type, BinCount: byCount = {}, BinWidth: byWidth = {} } = {}) {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const width = type === "BIN_WIDTH" && byWidth.Value ? byWidth.Value : (most - least) / (byCount.Value || 10) || 1;
    const start = type === "BIN_WIDTH" ? Math.floor(least / width) * width : least;
    const count = Math.min(100, Math.max(1, Math.ceil((most - start) / width) || 1));
    const counts = new Array(count).fill(0);
    for (const value of values) counts[Math.min(count - 1, Math.floor((value - start) / width))] += 1;
    return counts.map((found, place) => ({ from: start + place * width, to: start + (place + 1) * width, found }));
  }

  function histogram(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, [], Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const [field] = cube.measures;
    const column = context.model.values(field.dataSet, field.column);
    const found = bins(
      cube.rows.map((row) => column[row]).filter((value) => value !== null),
      configuration.BinOptions,
    );
    const names = found.map(({ from, to }) => `${format.axis(field, from)} – ${format.axis(field, to)}`);
    const counted = { kind: "measure", label: "Rows", format: null };
    return {
      marks: found.length,
      option: {
        grid: draw.grid({ show: false }),
        tooltip: axisTip(context, [{ name: "Rows", field: counted, values: found.map((bin) => bin.found) }], names),
        xAxis: {
          ...draw.categoryAxis(context, { label: field.label, type: "STRING" }, [], configuration.XAxisLabelOptions),
          data: names,
        },
        yAxis: draw.valueAxis(context, [counted], configuration.YAxisDisplayOptions),
        series: [
          {
            type: "bar",
            barCategoryGap: "4%",
            data: found.map((bin) => bin.found),
            itemStyle: { color: draw.colorOf(context, configuration, null, 0) },
          },
        ],
      },
    };
  }

  Object.assign(Lake.visuals, { BarChartVisual: bar, ComboChartVisual: combo, HistogramVisual: histogram });
  Lake.draw.seriesOf = seriesOf;
})((window.Lake = window.Lake || {}));
