// Parts of a whole: pie, funnel, tree map.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;
  const { itemTip, isDark, ramp } = draw;

  // Pixels. There is no room beside a pie then: its legend goes below.
  const NARROW = 320;
  const belowOf = (ring) => ({
    legend: { orient: "horizontal", top: "auto", right: "auto", bottom: 0, left: "center" },
    title: ring ? { left: "50%", top: "45%" } : undefined,
    series: [{ center: ["50%", "45%"] }],
  });

  function pie(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Category = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, Category.slice(0, 1), Values);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const axis = Category.length
      ? cube.axis(0, { sorts: sorts.CategorySort, limit: sorts.CategoryItemsLimit || { ItemsLimit: 20 } })
      : null;
    const parts = axis
      ? axis.members.map((member) => ({
          name: draw.text(axis.field, member.keys[0]),
          value: cube.value(0, member),
          key: member.keys[0],
        }))
      : cube.measures.map((field, place) => ({ name: field.label, value: cube.value(place) }));
    const whole = Lake.aggregate.sum(parts.map((part) => part.value ?? 0));
    const [field] = cube.measures;
    const labels = configuration.DataLabels || {};
    const legend = draw.legend(context, configuration.Legend, true);
    const ring = configuration.DonutOptions && (configuration.DonutOptions.ArcOptions || {}).ArcThickness !== "WHOLE";
    const center = legend.orient ? ["33%", "50%"] : ["50%", legend.show === false ? "50%" : "45%"];
    return {
      note: axis && draw.limitNote(axis),
      marks: parts.length,
      click: ({ dataIndex }) => axis && [[axis.field, parts[dataIndex].key]],
      option: {
        legend,
        media: legend.orient ? [{ query: { maxWidth: NARROW }, option: belowOf(ring) }] : [],
        tooltip: itemTip(context, ({ dataIndex }) =>
          draw.lines(parts[dataIndex].name, [
            [field.label, draw.text(field, parts[dataIndex].value)],
            ["Share", `${((100 * parts[dataIndex].value) / whole).toFixed(1)}%`],
          ]),
        ),
        title: ring
          ? {
              text: format.axis(field, cube.value(0)),
              subtext: field.label,
              left: center[0],
              top: center[1],
              textAlign: "center",
              textVerticalAlign: "bottom",
              itemGap: 10,
              padding: 0,
              textStyle: { fontSize: 20, fontWeight: 600, color: context.theme.ink },
              subtextStyle: { fontSize: 11, color: context.theme.soft },
            }
          : undefined,
        series: [
          {
            type: "pie",
            radius: ring
              ? [legend.orient ? "40%" : "46%", legend.orient ? "60%" : "70%"]
              : [0, legend.orient ? "60%" : "70%"],
            center,
            data: parts,
            itemStyle: {
              borderColor: context.theme.card,
              borderWidth: 2,
              color: ({ dataIndex }) => draw.colorOf(context, configuration, parts[dataIndex].key, dataIndex),
            },
            label: {
              show: draw.visible(labels),
              overflow: "none",
              color: context.theme.soft,
              fontSize: 11,
              formatter: ({ percent, value }) =>
                labels.LabelContent === "VALUE" ? format.axis(field, value) : `${percent.toFixed(0)}%`,
            },
            labelLine: { length: 6, length2: 6 },
          },
        ],
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
    const stages = axis.members.map((member) => ({
      name: draw.text(axis.field, member.keys[0]),
      value: cube.value(0, member),
      key: member.keys[0],
    }));
    const color = draw.colorOf(context, configuration, null, 0);
    const style = (configuration.DataLabelOptions || {}).MeasureDataLabelStyle || "VALUE_ONLY";
    const share = (place) => {
      const base = /FIRST/.test(style) ? stages[0].value : (stages[place - 1] || stages[0]).value;
      return base ? `${((100 * stages[place].value) / base).toFixed(1)}%` : "";
    };
    const label = (place) =>
      [
        /VALUE/.test(style) ? format.value(cube.measures[0], stages[place].value) : "",
        /PERCENTAGE/.test(style) ? share(place) : "",
      ]
        .filter(Boolean)
        .join(" · ");
    return {
      note: draw.limitNote(axis),
      marks: stages.length,
      click: ({ dataIndex }) => [[axis.field, stages[dataIndex].key]],
      option: {
        tooltip: itemTip(context, ({ dataIndex }) =>
          draw.lines(stages[dataIndex].name, [
            [cube.measures[0].label, draw.text(cube.measures[0], stages[dataIndex].value)],
          ]),
        ),
        series: [
          {
            type: "funnel",
            sort: "none",
            gap: 3,
            left: "6%",
            right: "6%",
            top: 10,
            bottom: 10,
            minSize: "18%",
            data: stages,
            itemStyle: { borderWidth: 0, color },
            label: {
              position: "inside",
              color: "#fff",
              fontSize: 12,
              formatter: ({ dataIndex, name }) => `${name}: ${label(dataIndex)}`,
              // Where the stage is narrower than its label, the border keeps the text readable.
              textBorderColor: color,
              textBorderWidth: 3,
            },
          },
        ],
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
    const tiles = axis.members.map((member) => ({
      name: draw.text(axis.field, member.keys[0]),
      value: [cube.value(0, member) ?? 0, color ? (cube.value(1, member) ?? 0) : 0],
      key: member.keys[0],
    }));
    const depth = tiles.map((tile) => tile.value[color ? 1 : 0]);
    const paint = ramp(draw.colorsOf(context, configuration.ColorScale), Math.min(...depth), Math.max(...depth));
    tiles.forEach((tile, place) => {
      tile.itemStyle = {
        color:
          color || configuration.ColorScale
            ? paint(depth[place])
            : draw.colorOf(context, configuration, tile.key, place),
      };
      tile.label = { color: isDark(tile.itemStyle.color) ? "#fff" : context.theme.ink };
    });
    return {
      note: draw.limitNote(axis),
      marks: tiles.length,
      click: ({ data }) => [[axis.field, data.key]],
      option: {
        tooltip: itemTip(context, ({ data }) =>
          data
            ? draw.lines(data.name, [
                [size.label, draw.text(size, data.value[0])],
                ...(color ? [[color.label, draw.text(color, data.value[1])]] : []),
              ])
            : "",
        ),
        series: [
          {
            type: "treemap",
            roam: false,
            nodeClick: false,
            breadcrumb: { show: false },
            left: 4,
            right: 4,
            top: 6,
            bottom: 6,
            data: tiles,
            itemStyle: { gapWidth: 2, borderColor: context.theme.card },
            label: {
              fontSize: 12,
              lineHeight: 17,
              formatter: ({ data }) => `${data.name}\n${format.axis(size, data.value[0])}`,
              overflow: "truncate",
            },
          },
        ],
      },
    };
  }

  Object.assign(Lake.visuals, { PieChartVisual: pie, FunnelChartVisual: funnel, TreeMapVisual: treeMap });
})((window.Lake = window.Lake || {}));
