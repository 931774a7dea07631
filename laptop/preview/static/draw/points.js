// Points: scatter plot, and places by longitude and latitude.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;
  const { itemTip } = draw;

  /** Points: [{x, y, size, color, name}] in the colours of a category. */
  function pointsOption(context, configuration, points, { x, y, size, xAxis, yAxis }) {
    const colors = [...new Set(points.map((point) => point.color))];
    const sizes = points.map((point) => point.size ?? 0);
    const most = Math.max(...sizes, 1);
    const symbol = (value) => (size ? 7 + 25 * Math.sqrt(Math.max(0, value[2]) / most) : 8);
    const legend = draw.legend(context, configuration.Legend, colors.length > 1);
    return {
      grid: draw.grid(legend),
      legend,
      xAxis,
      yAxis,
      tooltip: itemTip(context, ({ data }) =>
        draw.lines(data.point.name, [
          [x.label, draw.text(x, data.value[0])],
          [y.label, draw.text(y, data.value[1])],
          ...(size ? [[size.label, draw.text(size, data.value[2])]] : []),
        ]),
      ),
      series: colors.map((color, place) => ({
        type: "scatter",
        name: color ?? "",
        symbolSize: symbol,
        itemStyle: { color: draw.colorOf(context, configuration, color, place), opacity: 0.72 },
        data: points
          .filter((point) => point.color === color)
          .map((point) => ({ value: [point.x, point.y, point.size ?? 1], point })),
      })),
    };
  }

  function scatter(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const found = draw.wells(configuration);
    const [x, y] = [found.XAxis || [], found.YAxis || []];
    if ("ScatterPlotUnaggregatedFieldWells" in (configuration.FieldWells || {}))
      return unaggregated(context, configuration, found);
    const cube = draw.look(
      context,
      [...(found.Category || []).slice(0, 1), ...(found.Label || []).slice(0, 1)],
      [...x, ...y, ...(found.Size || [])],
    );
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const colored = (found.Category || []).length > 0;
    const limit = ((configuration.SortConfiguration || {}).ScatterPlotLimitConfiguration || {}).ItemsLimit ?? 2500;
    const groups = cube.groups.filter((group) => cube.value(0, group) !== null && cube.value(1, group) !== null);
    const points = groups.slice(0, limit).map((group) => ({
      x: cube.value(0, group),
      y: cube.value(1, group),
      size: cube.measures[2] ? cube.value(2, group) : null,
      color: colored ? draw.text(cube.dimensions[0], group.keys[0]) : null,
      name: group.keys.map((key, place) => draw.text(cube.dimensions[place], key)).join(" · ") || "All",
    }));
    return plotted(context, configuration, points, cube.measures, groups.length);
  }

  function unaggregated(context, configuration, found) {
    const cube = draw.look(
      context,
      [...found.XAxis, ...found.YAxis, ...(found.Category || []).slice(0, 1)],
      found.Size || [],
    );
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const points = cube.groups.slice(0, 2500).map((group) => ({
      x: group.keys[0],
      y: group.keys[1],
      size: cube.measures[0] ? cube.value(0, group) : null,
      color: found.Category ? draw.text(cube.dimensions[2], group.keys[2]) : null,
      name: `${format.count(group.rows.length)} rows`,
    }));
    return plotted(
      context,
      configuration,
      points,
      [...cube.dimensions.slice(0, 2), ...cube.measures],
      cube.groups.length,
    );
  }

  function plotted(context, configuration, points, [x, y, size], total) {
    const xAxis = {
      ...draw.valueAxis(context, [x], configuration.XAxisDisplayOptions, configuration.XAxisLabelOptions),
      scale: true,
    };
    const yAxis = {
      ...draw.valueAxis(context, [y], configuration.YAxisDisplayOptions, configuration.YAxisLabelOptions),
      scale: true,
    };
    return {
      marks: points.length,
      note: total > points.length ? `${format.count(points.length)} of ${format.count(total)} points` : null,
      option: pointsOption(context, configuration, points, { x, y, size, xAxis, yAxis }),
    };
  }

  /** Places by longitude and latitude (equirectangular), without tiles: there is no network. */
  function map(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Geospatial = [], Values = [], Colors = [] } = draw.wells(configuration);
    const cube = draw.look(context, [...Geospatial, ...Colors.slice(0, 1)], Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const role = (wanted) =>
      cube.dimensions.findIndex(
        (field) =>
          (context.roles[`${field.dataSet}/${field.column}`] || "") === wanted ||
          new RegExp(`^(${wanted.toLowerCase()}|${wanted.toLowerCase().slice(0, 3)})$`).test(
            (field.column || "").toLowerCase(),
          ),
      );
    const [latitude, longitude] = [role("LATITUDE"), role("LONGITUDE")];
    if (latitude < 0 || longitude < 0)
      throw new Error("The preview draws places by latitude and longitude only; names of places need a map service.");
    const [field] = cube.measures;
    const known = cube.groups.filter((group) => group.keys[latitude] !== null && group.keys[longitude] !== null);
    const others = cube.dimensions
      .map((_, place) => place)
      .filter((place) => place !== latitude && place !== longitude);
    const points = known.map((group) => ({
      x: group.keys[longitude],
      y: group.keys[latitude],
      size: field ? cube.value(0, group) : 1,
      color: Colors.length
        ? draw.text(cube.dimensions[cube.dimensions.length - 1], group.keys[cube.dimensions.length - 1])
        : null,
      name:
        others.map((place) => draw.text(cube.dimensions[place], group.keys[place])).join(" · ") ||
        `${group.keys[latitude]}, ${group.keys[longitude]}`,
    }));
    const axis = (name) => ({
      type: "value",
      scale: true,
      ...draw.axisName(context, name),
      axisLine: { show: false },
      splitLine: { lineStyle: { color: context.theme.line } },
      axisLabel: { color: context.theme.soft, fontSize: 11, formatter: (value) => `${value}°` },
    });
    return {
      marks: points.length,
      note: "no background map: the page uses no network",
      option: pointsOption(context, configuration, points, {
        x: { ...cube.dimensions[longitude] },
        y: { ...cube.dimensions[latitude] },
        size: field,
        xAxis: axis("Longitude"),
        yAxis: axis("Latitude"),
      }),
    };
  }

  Object.assign(Lake.visuals, { ScatterPlotVisual: scatter, GeospatialMapVisual: map });
})((window.Lake = window.Lake || {}));
