// One sheet: its grid, its visuals, what clicks on them do.
"use strict";
(function (Lake) {
  const {
    draw: { make },
    format,
  } = Lake;
  let charts = [];

  function plainText(formatText, model) {
    if (!formatText) return "";
    const text =
      formatText.PlainText ??
      new DOMParser().parseFromString(formatText.RichText || "<t/>", "text/xml").documentElement.textContent;
    return Lake.parameters.filled(text, model);
  }

  function heading(visual, model) {
    const shown = (label) => label && label.Visibility !== "HIDDEN" && plainText(label.FormatText, model);
    const [title, subtitle] = [shown(visual.Title), shown(visual.Subtitle)];
    return make("header", "", title ? make("h3", "", title) : null, subtitle ? make("p", "subtitle", subtitle) : null);
  }

  function contextOf(page, sheet, visual) {
    return {
      model: page.model,
      theme: page.theme,
      visual,
      roles: page.roles,
      scope: { sheetId: sheet.SheetId, visualId: visual.VisualId },
      labels: Lake.fields.customLabels(visual.ChartConfiguration),
      whyNoRows: (dataSet) => whyNoRows(page, dataSet),
    };
  }

  function whyNoRows(page, dataSet) {
    const info = Lake.snapshot.dataSets[dataSet] || {};
    if (info.rows) return `0 rows for ${page.user}: row-level security shows none of ${format.count(info.rows)}.`;
    return !info.lastGood && info.importMode === "SPICE"
      ? "No rows yet: the data set was not refreshed."
      : "0 rows: the data set is empty.";
  }

  function renderVisual(page, sheet, union) {
    const [kind, visual] = Lake.fields.only(union);
    const body = make("div", "body");
    const note = make("p", "note");
    const tile = make("article", "visual", body, note);
    tile.dataset.visual = visual.VisualId;
    tile.dataset.kind = kind;
    let made;
    try {
      tile.prepend(heading(visual, page.model));
      if (!Lake.visuals[kind]) throw new Error(`The preview does not draw a ${kind}.`);
      made = Lake.visuals[kind](contextOf(page, sheet, visual));
    } catch (error) {
      return refuse(tile, body, error);
    }
    if (made.empty) return box(tile, body, "empty", made.empty);
    tile.dataset.state = "drawn";
    tile.dataset.marks = made.marks;
    note.textContent = made.note || "";
    if (made.element) body.append(made.element);
    else charts.push({ body, made, tile, visual });
    return tile;
  }

  /** Say why something cannot be shown; the rest of the sheet is. */
  function refuse(tile, body, error) {
    return box(tile, body, error instanceof Lake.data.Withheld ? "withheld" : "refused", error.message);
  }

  function box(tile, body, state, why) {
    tile.dataset.state = state;
    const icons = { withheld: "lock", refused: "warning", empty: "empty" };
    body.append(make("div", `missing ${state}`, Lake.draw.icon(icons[state]), make("p", "", why)));
    return tile;
  }

  /** Charts need the size of their box, so they are drawn once the sheet is in the page. */
  function drawCharts(page, sheet) {
    for (const one of charts) {
      one.chart = echarts.init(one.body, null, { renderer: one.made.marks > 1500 ? "canvas" : "svg" });
      one.chart.setOption({ ...page.chartBase, ...one.made.option });
      const action = (one.visual.Actions || []).find(
        (found) => found.Trigger === "DATA_POINT_CLICK" && found.Status !== "DISABLED",
      );
      if (action && one.made.click) {
        one.tile.classList.add("clickable");
        one.chart.on("click", (event) => act(page, sheet, one.visual, action, clicked(one.made, event)));
      }
    }
  }

  /** Fields with their values at a data point; what stands for all others has none. */
  function clicked(made, event) {
    return (made.click(event) || []).filter(([, value]) => !(value instanceof Lake.cube.Other));
  }

  function act(page, sheet, visual, action, pairs) {
    for (const operation of action.ActionOperations) {
      if (operation.FilterOperation) filterBy(page, sheet, visual, operation.FilterOperation, pairs);
      if (operation.SetParametersOperation) setParameters(page, sheet, operation.SetParametersOperation, pairs);
      if (operation.NavigationOperation)
        page.show({ sheet: operation.NavigationOperation.LocalNavigationConfiguration.TargetSheetId });
      if (operation.URLOperation) openAddress(page, operation.URLOperation, pairs);
    }
  }

  function filterBy(page, sheet, visual, operation, pairs) {
    const wanted = operation.SelectedFieldsConfiguration.SelectedFields;
    const targets = (operation.TargetVisualsConfiguration.SameSheetTargetVisualConfiguration || {}).TargetVisuals;
    const found = pairs
      .filter(([field]) => !wanted || wanted.includes(field.id))
      .map(([field, value]) => ({
        sheetId: sheet.SheetId,
        source: visual.VisualId,
        targets,
        column: field.column,
        granularity: field.type === "DATETIME" ? field.granularity : undefined,
        value,
        text: Lake.draw.text(field, value),
      }));
    const same =
      JSON.stringify(found) === JSON.stringify(page.model.actions.filter((one) => one.source === visual.VisualId));
    page.model.actions = [
      ...page.model.actions.filter((one) => one.source !== visual.VisualId),
      ...(same ? [] : found),
    ];
    page.redraw();
  }

  /** Set parameters by a click, and show the controls anew: they tell what is chosen. */
  function setParameters(page, sheet, operation, pairs) {
    for (const { DestinationParameterName: name, Value: value } of operation.ParameterValueConfigurations) {
      const source = value.SourceField && pairs.find(([field]) => field.id === value.SourceField);
      if (source) page.model.setParameter(name, [source[1]]);
      if (value.SourceParameterName) page.model.setParameter(name, page.model.parameters[value.SourceParameterName]);
      if (value.SelectAllValueOptions) page.model.setParameter(name, []);
      const [kind, custom] = Lake.fields.only((value.CustomValuesConfiguration || {}).CustomValues || {});
      if (custom) page.model.setParameter(name, kind === "DateTimeValues" ? custom.map(Lake.dates.parse) : custom);
    }
    render(page, sheet);
  }

  function openAddress(page, { URLTemplate: template }, pairs) {
    const fields = Object.fromEntries(pairs.map(([field, value]) => [field.column, Lake.draw.text(field, value)]));
    const address = Lake.parameters.filled(template, page.model, fields, encodeURIComponent);
    if (/^(https?|mailto):/i.test(address)) window.open(address, "_blank", "noopener");
  }

  function place(element, { ColumnIndex: column, ColumnSpan: width, RowIndex: row, RowSpan: height }) {
    element.style.gridColumn = column === undefined ? `span ${width}` : `${column + 1} / span ${width}`;
    element.style.gridRow = row === undefined ? `span ${height}` : `${row + 1} / span ${height}`;
    return element;
  }

  function layoutOf(sheet) {
    const grid = (((sheet.Layouts || [])[0] || {}).Configuration || {}).GridLayout;
    if (grid) return grid.Elements;
    return (sheet.Visuals || []).map((union) => ({
      ElementId: Lake.fields.only(union)[1].VisualId,
      ColumnSpan: 18,
      RowSpan: 9,
    }));
  }

  function textBox(page, box) {
    const element = make("div", "text-box");
    Lake.narrative.render(element, box.Content || "<text-box/>", { computations: {}, model: page.model });
    return element;
  }

  /** The chips that say by which clicks the sheet is filtered. */
  function chips(page, sheet) {
    return page.model.actions
      .filter((one) => one.sheetId === sheet.SheetId)
      .map((one) => {
        const chip = Object.assign(make("button", "chip", `${one.column}: ${one.text} ✕`), { type: "button" });
        chip.addEventListener("click", () => {
          page.model.actions = page.model.actions.filter((other) => other !== one);
          page.redraw();
        });
        return chip;
      });
  }

  function dispose() {
    for (const { chart } of charts) if (chart) chart.dispose();
    charts = [];
  }

  /** Make the sheet; `update` then draws its visuals. */
  function render(page, sheet) {
    const visuals = new Map((sheet.Visuals || []).map((union) => [Lake.fields.only(union)[1].VisualId, union]));
    const controls = Lake.controls.ofSheet(page.dashboard.definition, sheet);
    const elements = layoutOf(sheet);
    const inGrid = new Set(elements.map((element) => element.ElementId));
    const safely = (className, made) => {
      try {
        return made();
      } catch (error) {
        const told = make("div", className);
        return refuse(told, told, error);
      }
    };
    const control = (one) => safely("control", () => Lake.controls.render(one, page.model, () => page.redraw()));
    page.chips = make("div", "chips");
    page.cells = [];
    const bar = make("div", "controls", ...controls.filter((one) => !inGrid.has(one.id)).map(control), page.chips);
    const grid = make("div", "grid");
    for (const element of elements) {
      const union = visuals.get(element.ElementId);
      const other = controls.find((one) => one.id === element.ElementId);
      const text = (sheet.TextBoxes || []).find((one) => one.SheetTextBoxId === element.ElementId);
      const made = other ? control(other) : text ? safely("text-box", () => textBox(page, text)) : null;
      const cell = place(make("div", "cell", made), element);
      if (union) page.cells.push([cell, union]);
      if (union || made) grid.append(cell);
    }
    page.main.replaceChildren(bar, grid);
    update(page, sheet);
  }

  /** Draw the visuals anew, and leave the controls alone: somebody is using them. */
  function update(page, sheet) {
    dispose();
    page.chips.replaceChildren(...chips(page, sheet));
    for (const [cell, union] of page.cells) cell.replaceChildren(renderVisual(page, sheet, union));
    drawCharts(page, sheet);
  }

  function resize() {
    for (const { chart } of charts) if (chart) chart.resize();
  }

  Lake.sheet = {
    render,
    update,
    resize,
    chartOf: (visualId) => (charts.find((one) => one.visual.VisualId === visualId) || {}).chart,
  };
})((window.Lake = window.Lake || {}));
