// The page: who looks, at which dashboard, at which sheet.
"use strict";
(function (Lake) {
  const {
    draw: { make },
  } = Lake;
  const FONTS =
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", Arial, sans-serif';

  const page = { show, redraw, main: null, turn: 0 };

  /** Show something else, or say why not; who asks again meanwhile gets what they asked for last. */
  function show(change) {
    const turn = (page.turn += 1);
    turnTo(change, turn).catch((error) => {
      if (turn !== page.turn) return;
      (page.main || document.body).replaceChildren(make("p", "banner bad", error.message));
      document.body.dataset.ready = "true";
    });
  }

  /** Colours and fonts of the dashboard's theme, for charts and (as variables) for the page. */
  function themed(configuration = {}) {
    const ui = configuration.UIColorPalette || {},
      data = configuration.DataColorPalette || {};
    const family = (((configuration.Typography || {}).FontFamilies || [])[0] || {}).FontFamily;
    const tile = (configuration.Sheet || {}).Tile || {};
    const theme = {
      ink: ui.PrimaryForeground || "#1b2733",
      card: ui.PrimaryBackground || "#ffffff",
      soft: ui.SecondaryForeground || "#5b6b7b",
      page: ui.SecondaryBackground || "#f4f6f8",
      accent: ui.Accent || "#0b5cad",
      onAccent: ui.AccentForeground || "#ffffff",
      danger: ui.Danger || "#b3261e",
      warning: ui.Warning || "#b26a00",
      success: ui.Success || "#1b7f4b",
      colors:
        data.Colors && data.Colors.length
          ? data.Colors
          : ["#0b5cad", "#e08e0b", "#1b8a6b", "#a05195", "#5aa9e6", "#c8553d"],
      gradient: data.MinMaxGradient && data.MinMaxGradient.length === 2 ? data.MinMaxGradient : ["#e6eff7", "#0b4f8a"],
      font: family ? `"${family}", ${FONTS}` : FONTS,
      line: "#e4e8ee",
    };
    const style = document.documentElement.style;
    for (const name of ["ink", "card", "soft", "page", "accent", "danger", "warning", "success", "line", "font"])
      style.setProperty(`--${name}`, theme[name]);
    style.setProperty("--on-accent", theme.onAccent);
    style.setProperty("--border", tile.Border && tile.Border.Show === false ? "transparent" : theme.line);
    return theme;
  }

  function fromAddress() {
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  }

  /** Members that are missing stay. */
  async function turnTo(change, turn) {
    const wanted = { user: page.user, dashboard: page.dashboard && page.dashboard.id, sheet: page.sheetId, ...change };
    const users = Lake.snapshot.users;
    const user = Object.hasOwn(users, wanted.user) ? wanted.user : Object.keys(users)[0];
    const readable = users[user].dashboards;
    const dashboard =
      Lake.snapshot.dashboards.find((one) => one.id === wanted.dashboard && readable.includes(one.id)) ||
      Lake.snapshot.dashboards.find((one) => readable.includes(one.id));
    if (!dashboard) return nothing(user);
    document.body.dataset.ready = "false";
    const tables = await Lake.store.tables(user, dashboard.dataSets);
    if (turn !== page.turn) return undefined;
    const same = page.user === user && page.dashboard === dashboard;
    Object.assign(page, { user, dashboard });
    if (!same)
      page.model = new Lake.model.Model({
        definition: dashboard.definition,
        formulas: Lake.snapshot.formulas,
        tables,
        now: Lake.snapshot.created,
      });
    page.theme = themed(Lake.snapshot.themes[dashboard.theme]);
    page.chartBase = {
      color: page.theme.colors,
      textStyle: { fontFamily: page.theme.font, color: page.theme.ink },
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 350,
      aria: { enabled: true },
    };
    page.roles = Lake.snapshot.roles;
    const sheets = dashboard.definition.Sheets;
    page.sheetId = (sheets.find((one) => one.SheetId === wanted.sheet) || sheets[0]).SheetId;
    history.replaceState(null, "", `#${new URLSearchParams({ user, dashboard: dashboard.id, sheet: page.sheetId })}`);
    renew();
    return undefined;
  }

  function nothing(user) {
    Object.assign(page, { user, dashboard: null });
    themed();
    history.replaceState(null, "", `#${new URLSearchParams({ user })}`);
    page.main = make("main", "frame", make("p", "missing", `${user} may read no dashboard.`));
    document.body.replaceChildren(Lake.header.render(page), page.main);
    document.body.dataset.ready = "true";
  }

  const sheetOf = () => page.dashboard.definition.Sheets.find((one) => one.SheetId === page.sheetId);

  /** Draw the visuals after a choice. */
  function redraw() {
    Lake.sheet.update(page, sheetOf());
  }

  function renew() {
    const sheet = sheetOf();
    page.main = make("main");
    document.title = `${page.dashboard.name} – ${sheet.Name || sheet.SheetId}`;
    document.body.replaceChildren(
      Lake.header.render(page),
      make("div", "frame", ...Lake.header.title(page), page.main, Lake.header.foot(page)),
    );
    Lake.sheet.render(page, sheet);
    document.body.dataset.ready = "true";
  }

  function start() {
    if (!Lake.snapshot.dashboards.length) {
      document.body.replaceChildren(make("div", "frame", make("p", "missing", "No dashboard is deployed.")));
      return;
    }
    window.addEventListener("resize", () => Lake.sheet.resize());
    document.addEventListener("click", (event) => {
      for (const open of document.querySelectorAll("details.several[open]"))
        if (!open.contains(event.target) && document.contains(event.target)) open.open = false;
    });
    window.addEventListener("hashchange", () => show(fromAddress()));
    show(fromAddress());
  }

  Lake.page = page;
  Lake.start = start;
})((window.Lake = window.Lake || {}));
