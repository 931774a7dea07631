// Parts and places: pie, funnel, tree map, heat map, scatter plot, points on a map.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;
  const itemTip = (context, formatter) => draw.tooltip(context, { trigger: "item", formatter });

  function pie(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Category = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, Category.slice(0, 1), Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const axis = Category.length ? cube.axis(0, { sorts: sorts.CategorySort, limit: sorts.CategoryItemsLimit || { ItemsLimit: 20 } }) : null;
    const parts = axis ? axis.members.map((member) => ({ name: draw.text(axis.field, member.keys[0]), value: cube.value(0, member), key: member.keys[0] }))
      : cube.measures.map((field, place) => ({ name: field.label, value: cube.value(place) }));
    const whole = Lake.aggregate.sum(parts.map((part) => part.value ?? 0));
    const [field] = cube.measures;
    const labels = configuration.DataLabels || {};
    const legend = draw.legend(context, configuration.Legend, true);
    const ring = configuration.DonutOptions && (configuration.DonutOptions.ArcOptions || {}).ArcThickness !== "WHOLE";
    const center = legend.orient ? ["33%", "50%"] : ["50%", legend.show === false ? "50%" : "45%"];
    return {
      note: axis && draw.limitNote(axis), marks: parts.length, click: ({ dataIndex }) => axis && [[axis.field, parts[dataIndex].key]],
      option: {
        legend, tooltip: itemTip(context, ({ dataIndex }) => draw.lines(parts[dataIndex].name, [[field.label, draw.text(field, parts[dataIndex].value)], ["Share", `${((100 * parts[dataIndex].value) / whole).toFixed(1)}%`]])),
        title: ring ? { text: format.axis(field, cube.value(0)), subtext: field.label, left: center[0], top: center[1], textAlign: "center", textVerticalAlign: "middle", itemGap: 2, textStyle: { fontSize: 20, fontWeight: 600, color: context.theme.ink }, subtextStyle: { fontSize: 11, color: context.theme.soft } } : undefined,
        series: [{
          type: "pie", radius: ring ? [legend.orient ? "40%" : "46%", legend.orient ? "60%" : "70%"] : [0, legend.orient ? "60%" : "70%"], center, data: parts, itemStyle: { borderColor: context.theme.card, borderWidth: 2, color: ({ dataIndex }) => draw.colorOf(context, configuration, parts[dataIndex].key, dataIndex) },
          label: { show: draw.visible(labels), overflow: "none", color: context.theme.soft, fontSize: 11, formatter: ({ percent, value }) => (labels.LabelContent === "VALUE" ? format.axis(field, value) : `${percent.toFixed(0)}%`) },
          labelLine: { length: 6, length2: 6 },
        }],
      },
    };
  }

  function funnel(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Category = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, Category.slice(0, 1), Values.slice(0, 1));
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const axis = cube.axis(0, { sorts: sorts.CategorySort, limit: sorts.CategoryItemsLimit });
    const stages = axis.members.map((member) => ({ name: draw.text(axis.field, member.keys[0]), value: cube.value(0, member), key: member.keys[0] }));
    const style = (configuration.DataLabelOptions || {}).MeasureDataLabelStyle || "VALUE_ONLY";
    const share = (place) => { const base = /FIRST/.test(style) ? stages[0].value : (stages[place - 1] || stages[0]).value; return base ? `${((100 * stages[place].value) / base).toFixed(1)}%` : ""; };
    const label = (place) => [/VALUE/.test(style) ? format.value(cube.measures[0], stages[place].value) : "", /PERCENTAGE/.test(style) ? share(place) : ""].filter(Boolean).join(" · ");
    return {
      note: draw.limitNote(axis), marks: stages.length, click: ({ dataIndex }) => [[axis.field, stages[dataIndex].key]],
      option: {
        tooltip: itemTip(context, ({ dataIndex }) => draw.lines(stages[dataIndex].name, [[cube.measures[0].label, draw.text(cube.measures[0], stages[dataIndex].value)]])),
        series: [{
          type: "funnel", sort: "none", gap: 3, left: "6%", right: "6%", top: 10, bottom: 10, minSize: "18%", data: stages,
          itemStyle: { borderWidth: 0, color: draw.colorOf(context, configuration, null, 0) },
          label: { position: "inside", color: "#fff", fontSize: 12, formatter: ({ dataIndex, name }) => `${name}: ${label(dataIndex)}`, textBorderColor: "rgba(0,0,0,.35)", textBorderWidth: 2 },
        }],
      },
    };
  }

  function treeMap(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Groups = [], Sizes = [], Colors = [] } = draw.wells(configuration);
    const cube = draw.look(context, Groups.slice(0, 1), [...Sizes.slice(0, 1), ...Colors.slice(0, 1)]);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const axis = cube.axis(0, { sorts: sorts.TreeMapSort, limit: sorts.TreeMapGroupItemsLimitConfiguration });
    const [size, color] = cube.measures;
    const tiles = axis.members.map((member) => ({ name: draw.text(axis.field, member.keys[0]), value: [cube.value(0, member) ?? 0, color ? cube.value(1, member) ?? 0 : 0], key: member.keys[0] }));
    const depth = tiles.map((tile) => tile.value[color ? 1 : 0]);
    const paint = ramp(draw.colorsOf(context, configuration.ColorScale), Math.min(...depth), Math.max(...depth));
    tiles.forEach((tile, place) => { tile.itemStyle = { color: color || configuration.ColorScale ? paint(depth[place]) : draw.colorOf(context, configuration, tile.key, place) }; tile.label = { color: isDark(tile.itemStyle.color) ? "#fff" : context.theme.ink }; });
    return {
      note: draw.limitNote(axis), marks: tiles.length, click: ({ data }) => [[axis.field, data.key]],
      option: {
        tooltip: itemTip(context, ({ data }) => (data ? draw.lines(data.name, [[size.label, draw.text(size, data.value[0])], ...(color ? [[color.label, draw.text(color, data.value[1])]] : [])]) : "")),
        series: [{ type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, left: 4, right: 4, top: 6, bottom: 6, data: tiles, itemStyle: { gapWidth: 2, borderColor: context.theme.card }, label: { fontSize: 12, lineHeight: 17, formatter: ({ data }) => `${data.name}\n${format.axis(size, data.value[0])}`, overflow: "truncate" } }],
      },
    };
  }

  const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const isDark = (color) => { const [r, g, b] = /^rgb/.test(color) ? color.match(/\d+/g).map(Number) : channels(color); return 0.299 * r + 0.587 * g + 0.114 * b < 140; };
  /** A colour between the ends of a scale. */
  function ramp(colors, least, most) {
    const stops = colors.map(channels);
    return (value) => {
      const place = most > least ? ((value - least) / (most - least)) * (stops.length - 1) : stops.length - 1;
      const below = Math.min(stops.length - 2, Math.floor(place));
      return `rgb(${stops[below].map((from, channel) => Math.round(from + (place - below) * (stops[below + 1][channel] - from))).join(",")})`;
    };
  }

  function heatMap(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Rows = [], Columns = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, [...Rows.slice(0, 1), ...Columns.slice(0, 1)], Values.slice(0, 1));
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const rows = cube.axis(0, { sorts: sorts.HeatMapRowSort, limit: sorts.HeatMapRowItemsLimitConfiguration });
    const columns = cube.axis(1, { sorts: sorts.HeatMapColumnSort, limit: sorts.HeatMapColumnItemsLimitConfiguration });
    const cells = [...cube.cells(0, 1, rows, columns).values()].map((cell) => ({ cell, value: cube.value(0, cell) })).filter(({ value }) => value !== null);
    const values = cells.map(({ value }) => value);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const colors = draw.colorsOf(context, configuration.ColorScale);
    const paint = ramp(colors, least, most);
    const [field] = cube.measures;
    const roomy = columns.members.length <= 20 && rows.members.length <= 24;
    const labelled = draw.visible(configuration.DataLabels, roomy);
    return {
      note: draw.limitNote(rows) || draw.limitNote(columns), marks: cells.length,
      click: ({ dataIndex }) => [[cube.dimensions[0], cells[dataIndex].cell.keys[0]], [cube.dimensions[1], cells[dataIndex].cell.keys[1]]],
      option: {
        grid: { ...draw.grid({ show: false }), right: draw.visible(configuration.Legend) ? 64 : 8 },
        tooltip: itemTip(context, ({ dataIndex }) => draw.lines(`${draw.text(rows.field, cells[dataIndex].cell.keys[0])} · ${draw.text(columns.field, cells[dataIndex].cell.keys[1])}`, [[field.label, draw.text(field, cells[dataIndex].value)]])),
        xAxis: draw.categoryAxis(context, columns.field, columns.members, configuration.ColumnLabelOptions),
        yAxis: draw.categoryAxis(context, rows.field, rows.members, configuration.RowLabelOptions, true),
        visualMap: { show: draw.visible(configuration.Legend), min: least, max: most > least ? most : least + 1, inRange: { color: colors }, right: 0, top: "middle", itemWidth: 10, itemHeight: 90, text: [format.axis(field, most), format.axis(field, least)], textStyle: { color: context.theme.soft, fontSize: 11 } },
        series: [{ type: "heatmap", data: cells.map(({ cell, value }) => ({ value: [cell.y, cell.x, value], label: { color: isDark(paint(value)) ? "#fff" : context.theme.ink } })), itemStyle: { borderColor: context.theme.card, borderWidth: 1.5, borderRadius: 2 }, label: { show: labelled, fontSize: 10.5, formatter: ({ value }) => format.axis(field, value[2]) } }],
      },
    };
  }

  /** Points: [{x, y, size, color, name}] in the colours of a category. */
  function pointsOption(context, configuration, points, { x, y, size, xAxis, yAxis }) {
    const colors = [...new Set(points.map((point) => point.color))];
    const sizes = points.map((point) => point.size ?? 0);
    const most = Math.max(...sizes, 1);
    const symbol = (value) => (size ? 7 + 25 * Math.sqrt(Math.max(0, value[2]) / most) : 8);
    const legend = draw.legend(context, configuration.Legend, colors.length > 1);
    return {
      grid: draw.grid(legend), legend, xAxis, yAxis,
      tooltip: itemTip(context, ({ data }) => draw.lines(data.point.name, [[x.label, draw.text(x, data.value[0])], [y.label, draw.text(y, data.value[1])], ...(size ? [[size.label, draw.text(size, data.value[2])]] : [])])),
      series: colors.map((color, place) => ({
        type: "scatter", name: color ?? "", symbolSize: symbol, itemStyle: { color: draw.colorOf(context, configuration, color, place), opacity: 0.72 },
        data: points.filter((point) => point.color === color).map((point) => ({ value: [point.x, point.y, point.size ?? 1], point })),
      })),
    };
  }

  function scatter(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const found = draw.wells(configuration);
    const [x, y] = [found.XAxis || [], found.YAxis || []];
    if ("ScatterPlotUnaggregatedFieldWells" in (configuration.FieldWells || {})) return unaggregated(context, configuration, found);
    const cube = draw.look(context, [...(found.Category || []).slice(0, 1), ...(found.Label || []).slice(0, 1)], [...x, ...y, ...(found.Size || [])]);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const colored = (found.Category || []).length > 0;
    const limit = ((configuration.SortConfiguration || {}).ScatterPlotLimitConfiguration || {}).ItemsLimit ?? 2500;
    const groups = cube.groups.filter((group) => cube.value(0, group) !== null && cube.value(1, group) !== null);
    const points = groups.slice(0, limit).map((group) => ({
      x: cube.value(0, group), y: cube.value(1, group), size: cube.measures[2] ? cube.value(2, group) : null,
      color: colored ? draw.text(cube.dimensions[0], group.keys[0]) : null, name: group.keys.map((key, place) => draw.text(cube.dimensions[place], key)).join(" · ") || "All",
    }));
    return plotted(context, configuration, points, cube.measures, groups.length);
  }

  function unaggregated(context, configuration, found) {
    const cube = draw.look(context, [...found.XAxis, ...found.YAxis, ...(found.Category || []).slice(0, 1)], found.Size || []);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const points = cube.groups.slice(0, 2500).map((group) => ({ x: group.keys[0], y: group.keys[1], size: cube.measures[0] ? cube.value(0, group) : null, color: found.Category ? draw.text(cube.dimensions[2], group.keys[2]) : null, name: `${format.count(group.rows.length)} rows` }));
    return plotted(context, configuration, points, [...cube.dimensions.slice(0, 2), ...cube.measures], cube.groups.length);
  }

  function plotted(context, configuration, points, [x, y, size], total) {
    const xAxis = { ...draw.valueAxis(context, [x], configuration.XAxisDisplayOptions, configuration.XAxisLabelOptions), scale: true };
    const yAxis = { ...draw.valueAxis(context, [y], configuration.YAxisDisplayOptions, configuration.YAxisLabelOptions), scale: true };
    return { marks: points.length, note: total > points.length ? `${format.count(points.length)} of ${format.count(total)} points` : null, option: pointsOption(context, configuration, points, { x, y, size, xAxis, yAxis }) };
  }

  /** Places by longitude and latitude (equirectangular), without tiles: there is no network. */
  function map(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Geospatial = [], Values = [], Colors = [] } = draw.wells(configuration);
    const cube = draw.look(context, [...Geospatial, ...Colors.slice(0, 1)], Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const role = (wanted) => cube.dimensions.findIndex((field) => (context.roles[`${field.dataSet}/${field.column}`] || "") === wanted || new RegExp(`^(${wanted.toLowerCase()}|${wanted.toLowerCase().slice(0, 3)})$`).test((field.column || "").toLowerCase()));
    const [latitude, longitude] = [role("LATITUDE"), role("LONGITUDE")];
    if (latitude < 0 || longitude < 0) throw new Error("The preview draws places by latitude and longitude only; names of places need a map service.");
    const [field] = cube.measures;
    const known = cube.groups.filter((group) => group.keys[latitude] !== null && group.keys[longitude] !== null);
    const others = cube.dimensions.map((_, place) => place).filter((place) => place !== latitude && place !== longitude);
    const points = known.map((group) => ({
      x: group.keys[longitude], y: group.keys[latitude], size: field ? cube.value(0, group) : 1, color: Colors.length ? draw.text(cube.dimensions[cube.dimensions.length - 1], group.keys[cube.dimensions.length - 1]) : null,
      name: others.map((place) => draw.text(cube.dimensions[place], group.keys[place])).join(" · ") || `${group.keys[latitude]}, ${group.keys[longitude]}`,
    }));
    const axis = (name) => ({ type: "value", scale: true, name, nameLocation: "middle", nameGap: 10, nameTextStyle: { color: context.theme.soft, fontSize: 11.5 }, axisLine: { show: false }, splitLine: { lineStyle: { color: context.theme.line } }, axisLabel: { color: context.theme.soft, fontSize: 11, formatter: (value) => `${value}°` } });
    return {
      marks: points.length, note: "no background map: the page uses no network",
      option: pointsOption(context, configuration, points, { x: { ...cube.dimensions[longitude] }, y: { ...cube.dimensions[latitude] }, size: field, xAxis: axis("Longitude"), yAxis: axis("Latitude") }),
    };
  }

  Object.assign(Lake.visuals, { PieChartVisual: pie, FunnelChartVisual: funnel, TreeMapVisual: treeMap, HeatMapVisual: heatMap, ScatterPlotVisual: scatter, GeospatialMapVisual: map });
})((window.Lake = window.Lake || {}));
