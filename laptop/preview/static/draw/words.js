// Numbers and sentences: KPI and insight.
"use strict";
(function (Lake) {
  const { draw, format } = Lake;

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...content.filter((part) => part !== null && part !== undefined));
    return element;
  }

  const ICONS = {
    lock: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    warning: '<path d="M12 4 21 20H3Z"/><path d="M12 10v4M12 17v.5"/>',
    empty: '<circle cx="12" cy="12" r="8"/><path d="m6.5 17.5 11-11"/>',
  };
  function icon(name) {
    const holder = make("span", "icon");
    holder.innerHTML = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${ICONS[name]}</svg>`;
    return holder;
  }

  /** What a KPI compares: the last period with the one before, or a value with its target. */
  function compared(cube, hasTrend, hasTarget) {
    if (hasTarget) return { value: cube.value(0), other: cube.value(1), against: cube.measures[1].label };
    if (!hasTrend) return { value: cube.value(0), other: null };
    const groups = cube.groups
      .filter((group) => group.keys[0] !== null)
      .sort((a, b) => Lake.cube.compare(a.keys[0], b.keys[0]));
    const series = groups.map((group) => cube.value(0, group));
    const name = (group) => draw.text(cube.dimensions[0], group.keys[0]);
    return {
      value: series[series.length - 1] ?? null,
      other: series[series.length - 2] ?? null,
      series,
      period: groups.length ? name(groups[groups.length - 1]) : "",
      against: groups.length > 1 ? name(groups[groups.length - 2]) : null,
    };
  }

  function change({ value, other }, comparison = {}, field) {
    if (value === null || other === null || other === undefined) return null;
    const method = comparison.ComparisonMethod || "PERCENT_DIFFERENCE";
    const own = comparison.ComparisonFormat;
    const share = method === "PERCENT" ? value / other : (value - other) / Math.abs(other);
    if (method === "DIFFERENCE")
      return {
        sign: Math.sign(value - other),
        text: own ? format.number(value - other, own) : format.value(field, value - other),
      };
    if (!Number.isFinite(share)) return null;
    const text = format.number(
      share,
      own || { PercentageDisplayFormatConfiguration: { DecimalPlacesConfiguration: { DecimalPlaces: 1 } } },
    );
    return { sign: Math.sign(value - other), text: method === "PERCENT" || share < 0 ? text : `+${text}` };
  }

  function sparkline(series, color, area) {
    const values = series.map((value) => value ?? 0);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const at = (value, place) =>
      `${((100 * place) / Math.max(1, values.length - 1)).toFixed(2)},${(30 - (26 * (value - least)) / (most - least || 1)).toFixed(2)}`;
    const path = values.map(at).join(" L");
    const holder = make("div", "sparkline");
    // The colour is text of a definition, and never part of the markup.
    holder.style.color = color;
    holder.innerHTML = `<svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">${area ? `<path d="M0,32 L${path} L100,32 Z" fill="currentColor" opacity=".12"/>` : ""}<path d="M${path}" fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke"/></svg>`;
    return holder;
  }

  function kpi(context) {
    const configuration = context.visual.ChartConfiguration || {};
    const { Values = [], TargetValues = [], TrendGroups = [] } = configuration.FieldWells || {};
    const cube = draw.look(context, TrendGroups.slice(0, 1), [...Values.slice(0, 1), ...TargetValues.slice(0, 1)]);
    const empty = draw.emptiness(context, cube);
    if (empty) return { empty };
    const options = configuration.KPIOptions || {};
    const [field] = cube.measures;
    const found = compared(cube, TrendGroups.length > 0, TargetValues.length > 0);
    const changed = change(found, options.Comparison, field);
    const primary =
      options.PrimaryValueDisplayType === "COMPARISON" && changed ? changed.text : format.value(field, found.value);
    const element = make(
      "div",
      found.series || TargetValues.length ? "kpi" : "kpi alone",
      make("div", "kpi-value", primary),
    );
    element.dataset.value = String(found.value);
    const arrow = { 1: "▲", "-1": "▼", 0: "●" };
    if (changed && draw.visible(options.TrendArrows)) {
      const badge = make(
        "span",
        `badge ${changed.sign > 0 ? "up" : changed.sign < 0 ? "down" : "level"}`,
        `${arrow[changed.sign]} ${changed.text}`,
      );
      element.append(
        make(
          "div",
          "kpi-change",
          badge,
          make(
            "span",
            "soft",
            `${found.period ? `${found.period} against` : "against"} ${found.against} (${format.value(field, found.other)})`,
          ),
        ),
      );
    }
    const line = options.Sparkline || {};
    if (found.series && found.series.length > 1 && draw.visible(line))
      element.append(sparkline(found.series, line.Color || context.theme.colors[0], line.Type !== "LINE"));
    if (TargetValues.length && draw.visible(options.ProgressBar)) element.append(progress(found));
    return { element, marks: 1 };
  }

  function progress({ value, other }) {
    const bar = make("div", "progress", make("i"));
    bar.firstChild.style.width = `${Math.max(0, Math.min(100, (100 * (value ?? 0)) / (other || 1)))}%`;
    return bar;
  }

  const says = (path) => `<b><expression>${path}</expression></b>`;
  const itemsOf = (name, value) =>
    `<for level="block" listExpression="${name}.items"><ul><li>${says(`${name}.items[index].categoryValue.formattedValue`)}: ${says(`${name}.items[index].${value}.formattedValue`)}</li></ul></for>`;
  const metricOf = (name) => says(`${name}.metricField.name`);
  const comparing = (name) =>
    `${metricOf(name)} of ${says(`${name}.currentTimeValue.formattedValue`)} is ${says(`${name}.currentMetricValue.formattedValue`)}, ${says(`${name}.percentDifference.formattedValue`)} from ${says(`${name}.previousTimeValue.formattedValue`)}.`;
  // What an insight without a narrative of its own says of each computation.
  const USUAL = {
    PeriodOverPeriod: comparing,
    PeriodToDate: comparing,
    GrowthRate: (name) =>
      `${metricOf(name)} changed by ${says(`${name}.compoundedGrowthRate.formattedValue`)} a period.`,
    MaximumMinimum: (name, settings) =>
      `The ${settings.Type.toLowerCase()} is ${says(`${name}.metricValue.formattedValue`)}, on ${says(`${name}.timeValue.formattedValue`)}.`,
    MetricComparison: (name) =>
      `${says(`${name}.fromMetricField.name`)} is ${says(`${name}.fromMetricValue.formattedValue`)}, ${says(`${name}.toMetricField.name`)} ${says(`${name}.toMetricValue.formattedValue`)}.`,
    TopBottomRanked: (name, settings) =>
      `${settings.Type === "TOP" ? "Top" : "Bottom"} ${says(`${name}.itemsCount`)}:${itemsOf(name, "metricValue")}`,
    TopBottomMovers: (name) =>
      `What moved most until ${says(`${name}.endTimeValue.formattedValue`)}:${itemsOf(name, "absoluteDifference")}`,
    TotalAggregation: (name) => `${metricOf(name)} is ${says(`${name}.totalAggregate.formattedValue`)}.`,
    UniqueValues: (name) =>
      `There are ${says(`${name}.uniqueGroupValuesCount`)} different values of ${says(`${name}.categoryField.name`)}.`,
    Forecast: (name) =>
      `${metricOf(name)} is forecast to be ${says(`${name}.metricValue.formattedValue`)} for ${says(`${name}.timeValue.formattedValue`)}.`,
  };

  function insight(context) {
    const configuration = context.visual.InsightConfiguration || {};
    const table = context.model.table(context.visual.DataSetIdentifier);
    if (!table.count) return { empty: context.whyNoRows(context.visual.DataSetIdentifier) };
    const computed = (configuration.Computations || []).map((union) =>
      Lake.computations.compute(context.model, context.scope, union),
    );
    const lacking = computed.filter((one) => one.output === null);
    if (computed.length && lacking.length === computed.length)
      return { empty: "No data: there are not enough values to compute this insight." };
    const usual = () =>
      `<narrative>${computed
        .filter((one) => one.output)
        .map((one) => `<block>${USUAL[one.kind](one.name, one.settings)}</block>`)
        .join("")}</narrative>`;
    const element = make("div", "insight");
    Lake.narrative.render(element, (configuration.CustomNarrative || {}).Narrative || usual(), {
      computations: Object.fromEntries(computed.map((one) => [one.name, one.output])),
      model: context.model,
    });
    const notes = [
      lacking.length ? `too few values for ${lacking.map((one) => one.name).join(", ")}` : null,
      computed.some((one) => one.kind === "Forecast") ? "forecast by Holt-Winters; QuickSight's differs" : null,
    ];
    return { element, marks: 1, note: notes.filter(Boolean).join("; ") || null };
  }

  Object.assign(Lake.visuals, { KPIVisual: kpi, InsightVisual: insight });
  Object.assign(Lake.draw, { make, icon });
})((window.Lake = window.Lake || {}));
