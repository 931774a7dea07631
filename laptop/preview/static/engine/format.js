// Numbers, dates and text as the FormatConfiguration of a field asks for.
"use strict";
(function (Lake) {
  const SYMBOLS = { COMMA: ",", DOT: ".", SPACE: " " };
  const SCALES = {
    THOUSANDS: [1e3, "K"],
    MILLIONS: [1e6, "M"],
    BILLIONS: [1e9, "B"],
    TRILLIONS: [1e12, "T"],
    LAKHS: [1e5, "L"],
    CRORES: [1e7, "Cr"],
  };
  const CURRENCIES = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹" };

  /** Return the one member of the union that is there: its kind and its settings. */
  function numeric(configuration) {
    for (const [kind, member] of [
      ["number", "NumberDisplayFormatConfiguration"],
      ["currency", "CurrencyDisplayFormatConfiguration"],
      ["percentage", "PercentageDisplayFormatConfiguration"],
    ]) {
      if (configuration && configuration[member]) return { kind, ...configuration[member] };
    }
    return { kind: "number" };
  }

  function scaled(value, scale) {
    if (scale === "AUTO") {
      const fitting = ["TRILLIONS", "BILLIONS", "MILLIONS", "THOUSANDS"].find(
        (name) => Math.abs(value) >= SCALES[name][0],
      );
      return fitting ? [value / SCALES[fitting][0], SCALES[fitting][1]] : [value, ""];
    }
    return SCALES[scale] ? [value / SCALES[scale][0], SCALES[scale][1]] : [value, ""];
  }

  function digits(value, places, separators) {
    const thousands = separators.ThousandsSeparator || {};
    const plain =
      places === undefined
        ? String(Math.abs(value) >= 1000 ? Math.round(value * 100) / 100 : Number(value.toPrecision(6)))
        : value.toFixed(places);
    if (/e/.test(plain)) return plain;
    const [whole, fraction] = plain.split(".");
    const symbol = thousands.Visibility === "HIDDEN" ? "" : SYMBOLS[thousands.Symbol] || ",";
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, symbol);
    return fraction ? grouped + (SYMBOLS[separators.DecimalSeparator] || ".") + fraction : grouped;
  }

  function number(value, configuration) {
    const options = numeric(configuration);
    if (value === null || value === undefined || Number.isNaN(value)) {
      return (options.NullValueFormatConfiguration || {}).NullString ?? "–";
    }
    const places = (options.DecimalPlacesConfiguration || {}).DecimalPlaces;
    const separators = options.SeparatorConfiguration || {};
    const amount = options.kind === "percentage" ? value * 100 : value;
    const [shown, unit] = scaled(Math.abs(amount), options.NumberScale);
    const fallback = options.kind === "percentage" ? 1 : unit || options.kind === "currency" ? 2 : undefined;
    const symbol = options.kind === "currency" ? CURRENCIES[options.Symbol] || options.Symbol || "$" : "";
    const text = digits(shown, places ?? fallback, separators) + unit + (options.kind === "percentage" ? "%" : "");
    const sign = amount < 0 && Number(shown.toFixed(places ?? 6)) !== 0 ? "-" : "";
    return `${options.Prefix || ""}${sign}${symbol}${text}${options.Suffix || ""}`;
  }

  function date(instant, granularity, pattern) {
    return instant === null ? "null" : Lake.dates.format(instant, pattern || Lake.dates.PATTERNS[granularity || "DAY"]);
  }

  const isNumeric = (field) => field.kind === "measure" || field.type === "INTEGER" || field.type === "DECIMAL";

  /** Show a value of a field: the result of `Lake.fields`. */
  function value(field, shown) {
    if (field.type === "DATETIME" && !field.counts) {
      return date(shown, field.granularity, (field.format || {}).DateTimeFormat);
    }
    if (isNumeric(field)) {
      const format = field.format || {};
      return number(shown, format.FormatConfiguration || format.NumericFormatConfiguration || format);
    }
    if (shown === null) return ((field.format || {}).NullValueFormatConfiguration || {}).NullString ?? "null";
    return shown === "" ? "(empty)" : String(shown);
  }

  /** A short number for axes: its own format, but scaled. */
  function axis(field, shown) {
    const format = field.format || {};
    const configuration = format.FormatConfiguration || format.NumericFormatConfiguration || format;
    const options = numeric(configuration);
    if (options.kind === "percentage") {
      return number(shown, {
        PercentageDisplayFormatConfiguration: {
          ...options,
          DecimalPlacesConfiguration: { DecimalPlaces: Math.abs(shown) < 0.02 && shown !== 0 ? 1 : 0 },
        },
      });
    }
    const [, unit] = scaled(Math.abs(shown), "AUTO");
    const places = unit
      ? (Math.abs(shown) / SCALES[{ K: "THOUSANDS", M: "MILLIONS", B: "BILLIONS", T: "TRILLIONS" }[unit]][0]) % 1
        ? 1
        : 0
      : undefined;
    const member =
      options.kind === "currency" ? "CurrencyDisplayFormatConfiguration" : "NumberDisplayFormatConfiguration";
    const needed = (String(Number(shown.toPrecision(3))).split(".")[1] || "").length;
    const decimals = places ?? (needed && options.kind === "currency" ? Math.max(2, needed) : needed);
    return number(shown, {
      [member]: { ...options, NumberScale: "AUTO", DecimalPlacesConfiguration: { DecimalPlaces: decimals } },
    });
  }

  function ago(seconds) {
    const units = [
      [86_400, "day"],
      [3600, "hour"],
      [60, "minute"],
    ];
    const [size, name] = units.find(([size]) => seconds >= size) || [1, "second"];
    const count = Math.max(0, Math.round(seconds / size));
    return `${count} ${name}${count === 1 ? "" : "s"} ago`;
  }

  Lake.format = { number, isNumeric, value, axis, ago, count: (n) => digits(n, 0, {}) };
})((window.Lake = window.Lake || {}));
