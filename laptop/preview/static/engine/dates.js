// Instants are milliseconds since 1970 in UTC: data sets have no time zone of their own.
"use strict";
(function (Lake) {
  const DAY = 86_400_000;
  const FIXED = { MILLISECOND: 1, SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY, WEEK: 7 * DAY };
  const MONTHS = { MONTH: 1, QUARTER: 3, YEAR: 12 };
  const MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ];
  const DAY_NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  const PATTERNS = {
    YEAR: "YYYY",
    QUARTER: "[Q]Q YYYY",
    MONTH: "MMM YYYY",
    WEEK: "MMM D, YYYY",
    DAY: "MMM D, YYYY",
    HOUR: "MMM D, HH:mm",
    MINUTE: "MMM D, HH:mm",
    SECOND: "MMM D, HH:mm:ss",
    MILLISECOND: "MMM D, HH:mm:ss.SSS",
  };
  // Weeks begin on Sunday unless the definition's options say otherwise.
  const week = { start: 0 };

  function truncate(instant, granularity) {
    if (instant === null || !granularity) return instant;
    const date = new Date(instant);
    if (granularity in MONTHS) {
      const month = date.getUTCMonth();
      return Date.UTC(date.getUTCFullYear(), month - (month % MONTHS[granularity]), 1);
    }
    if (granularity === "WEEK") {
      const midnight = truncate(instant, "DAY");
      return midnight - ((date.getUTCDay() - week.start + 7) % 7) * DAY;
    }
    return Math.floor(instant / FIXED[granularity]) * FIXED[granularity];
  }

  /** Move by calendar units; the 31st becomes the last day of a shorter month. */
  function add(instant, amount, granularity) {
    if (instant === null) return null;
    if (!(granularity in MONTHS)) return instant + amount * FIXED[granularity];
    const date = new Date(instant);
    const months = date.getUTCMonth() + amount * MONTHS[granularity];
    const first = Date.UTC(date.getUTCFullYear(), months, 1);
    const last = new Date(Date.UTC(date.getUTCFullYear(), months + 1, 0)).getUTCDate();
    return first + (Math.min(date.getUTCDate(), last) - 1) * DAY + (instant - truncate(instant, "DAY"));
  }

  /** Count the boundaries of a unit between two instants. */
  function difference(from, to, granularity) {
    if (from === null || to === null) return null;
    if (granularity in MONTHS) {
      const [a, b] = [new Date(truncate(from, granularity)), new Date(truncate(to, granularity))];
      const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
      return Math.round(months / MONTHS[granularity]);
    }
    return Math.round((truncate(to, granularity) - truncate(from, granularity)) / FIXED[granularity]);
  }

  function extract(unit, instant) {
    if (instant === null) return null;
    const date = new Date(instant);
    const parts = {
      YYYY: () => date.getUTCFullYear(),
      Q: () => Math.floor(date.getUTCMonth() / 3) + 1,
      MM: () => date.getUTCMonth() + 1,
      DD: () => date.getUTCDate(),
      WD: () => date.getUTCDay() + 1,
      HH: () => date.getUTCHours(),
      MI: () => date.getUTCMinutes(),
      SS: () => date.getUTCSeconds(),
      MS: () => date.getUTCMilliseconds(),
    };
    if (!(unit in parts)) throw new Error(`extract needs one of ${Object.keys(parts).join(", ")}; got ${unit}`);
    return parts[unit]();
  }

  const two = (number) => String(number).padStart(2, "0");
  const TOKENS = {
    YYYY: (d) => d.getUTCFullYear(),
    YY: (d) => two(d.getUTCFullYear() % 100),
    Q: (d) => Math.floor(d.getUTCMonth() / 3) + 1,
    MMMM: (d) => MONTH_NAMES[d.getUTCMonth()],
    MMM: (d) => MONTH_NAMES[d.getUTCMonth()].slice(0, 3),
    MM: (d) => two(d.getUTCMonth() + 1),
    M: (d) => d.getUTCMonth() + 1,
    DD: (d) => two(d.getUTCDate()),
    D: (d) => d.getUTCDate(),
    EEEE: (d) => DAY_NAMES[d.getUTCDay()],
    EEE: (d) => DAY_NAMES[d.getUTCDay()].slice(0, 3),
    HH: (d) => two(d.getUTCHours()),
    H: (d) => d.getUTCHours(),
    hh: (d) => two(d.getUTCHours() % 12 || 12),
    h: (d) => d.getUTCHours() % 12 || 12,
    mm: (d) => two(d.getUTCMinutes()),
    ss: (d) => two(d.getUTCSeconds()),
    SSS: (d) => String(d.getUTCMilliseconds()).padStart(3, "0"),
    a: (d) => (d.getUTCHours() < 12 ? "AM" : "PM"),
  };
  // Patterns of visuals write YYYY-MM-DD and dddd, those of formatDate yyyy-MM-dd and EEEE: both mean the same.
  const SAME = { yyyy: "YYYY", yy: "YY", dddd: "EEEE", ddd: "EEE", dd: "DD", d: "D", A: "a" };
  const TOKEN =
    /\[[^\]]*\]|'[^']*'|YYYY|yyyy|YY|yy|Q|MMMM|MMM|MM|M|EEEE|EEE|dddd|ddd|DD|dd|D|d|HH|H|hh|h|mm|ss|SSS|a|A/g;

  function format(instant, pattern) {
    const date = new Date(instant);
    return pattern.replace(TOKEN, (token) => {
      if (token[0] === "[" || token[0] === "'") return token.slice(1, -1);
      return TOKENS[SAME[token] || token](date);
    });
  }

  /** Read an ISO date or date-time as UTC; null if it is none. */
  function parse(text) {
    if (typeof text === "number" || text === null) return text;
    const iso = String(text).trim().replace(" ", "T");
    const zoned = /T.*(Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes("T") ? iso : `${iso}Z`;
    const instant = Date.parse(zoned);
    return Number.isNaN(instant) ? null : instant;
  }

  Lake.dates = { DAY, PATTERNS, week, truncate, add, difference, extract, format, parse };
})((window.Lake = window.Lake || {}));
