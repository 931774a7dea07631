// Heat map: where two dimensions meet.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;
  const { itemTip, isDark, ramp } = draw;

  function heatMap(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Rows = [], Columns = [], Values = [] } = draw.wells(configuration);
    const cube = draw.look(context, [...Rows.slice(0, 1), ...Columns.slice(0, 1)], Values.slice(0, 1));
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const sorts = configuration.SortConfiguration || {};
    const rows = cube.axis(0, { sorts: sorts.HeatMapRowSort, limit: sorts.HeatMapRowItemsLimitConfiguration });
    const columns = cube.axis(1, { sorts: sorts.HeatMapColumnSort, limit: sorts.HeatMapColumnItemsLimitConfiguration });
    const cells = [...cube.cells(rows, columns).values()]
      .map((cell) => ({ cell, value: cube.value(0, cell) }))
      .filter(({ value }) => value !== null);
    const values = cells.map(({ value }) => value);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const colors = draw.colorsOf(context, configuration.ColorScale);
    const paint = ramp(colors, least, most);
    const [field] = cube.measures;
    const roomy = columns.members.length <= 20 && rows.members.length <= 24;
    const labelled = draw.visible(configuration.DataLabels, roomy);
    return {
      note: draw.limitNote(rows) || draw.limitNote(columns),
      marks: cells.length,
      click: ({ dataIndex }) => [
        [cube.dimensions[0], cells[dataIndex].cell.keys[0]],
        [cube.dimensions[1], cells[dataIndex].cell.keys[1]],
      ],
      option: {
        grid: { ...draw.grid({ show: false }), right: draw.visible(configuration.Legend) ? 64 : 8 },
        tooltip: itemTip(context, ({ dataIndex }) =>
          draw.lines(
            `${draw.text(rows.field, cells[dataIndex].cell.keys[0])} · ${draw.text(columns.field, cells[dataIndex].cell.keys[1])}`,
            [[field.label, draw.text(field, cells[dataIndex].value)]],
          ),
        ),
        xAxis: draw.categoryAxis(context, columns.field, columns.members, configuration.ColumnLabelOptions),
        yAxis: draw.categoryAxis(context, rows.field, rows.members, configuration.RowLabelOptions, true),
        visualMap: {
          show: draw.visible(configuration.Legend),
          min: least,
          max: most > least ? most : least + 1,
          inRange: { color: colors },
          right: 0,
          top: "middle",
          itemWidth: 10,
          itemHeight: 90,
          text: [format.axis(field, most), format.axis(field, least)],
          textStyle: { color: context.theme.soft, fontSize: 11 },
        },
        series: [
          {
            type: "heatmap",
            data: cells.map(({ cell, value }) => ({
              value: [cell.y, cell.x, value],
              label: { color: isDark(paint(value)) ? "#fff" : context.theme.ink },
            })),
            // Lines between many cells would leave little of them.
            itemStyle: { borderColor: context.theme.card, borderWidth: roomy ? 1.5 : 0.5, borderRadius: roomy ? 2 : 0 },
            labelLayout: { hideOverlap: true },
            label: { show: labelled, fontSize: 10.5, formatter: ({ value }) => format.axis(field, value[2]) },
          },
        ],
      },
    };
  }

  Lake.visuals.HeatMapVisual = heatMap;
})((window.Lake = window.Lake || {}));
