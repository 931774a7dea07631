// Calculated fields. Their syntax trees come from the parser that the emulator uses; here they become functions.
"use strict";
(function (Lake) {
  const { dates, aggregate } = Lake;
  const AGGREGATES = {
    sum: "SUM",
    avg: "AVERAGE",
    min: "MIN",
    max: "MAX",
    count: "COUNT",
    distinct_count: "DISTINCT_COUNT",
    median: "MEDIAN",
    stdev: "STDEV",
    stdevp: "STDEVP",
    var: "VAR",
    varp: "VARP",
    percentile: "PERCENTILE",
    percentileCont: "PERCENTILE",
    sumIf: "SUM",
    avgIf: "AVERAGE",
    minIf: "MIN",
    maxIf: "MAX",
    countIf: "COUNT",
    distinct_countIf: "DISTINCT_COUNT",
  };

  const nothing = (value) => value === null || value === undefined;
  /** Give null as soon as one argument is null, as SQL does. */
  const strict =
    (apply) =>
    (...values) =>
      values.some(nothing) ? null : apply(...values);
  const unit = (name) => String(name).toUpperCase();
  const EXTRACTED = { YEAR: "YYYY", QUARTER: "Q", MONTH: "MM", DAY: "DD" };

  const FUNCTIONS = {
    isNull: (x) => nothing(x),
    isNotNull: (x) => !nothing(x),
    nullIf: (x, y) => (x === y ? null : x),
    coalesce: (...values) => values.find((value) => !nothing(value)) ?? null,
    concat: strict((...parts) => parts.join("")),
    strlen: strict((text) => text.length),
    toUpper: strict((text) => text.toUpperCase()),
    toLower: strict((text) => text.toLowerCase()),
    trim: strict((text) => text.trim()),
    ltrim: strict((text) => text.trimStart()),
    rtrim: strict((text) => text.trimEnd()),
    left: strict((text, size) => text.slice(0, size)),
    right: strict((text, size) => text.slice(Math.max(0, text.length - size))),
    substring: strict((text, start, size) => text.substr(start - 1, size)),
    replace: strict((text, old, by) => text.split(old).join(by)),
    locate: strict((text, part, from = 1) => text.indexOf(part, from - 1) + 1),
    contains: strict((text, part, mode) =>
      mode === "CASE_INSENSITIVE" ? text.toLowerCase().includes(part.toLowerCase()) : text.includes(part),
    ),
    startsWith: strict((text, part) => text.startsWith(part)),
    endsWith: strict((text, part) => text.endsWith(part)),
    notContains: strict((text, part) => !text.includes(part)),
    split: strict((text, by, place) => text.split(by)[place - 1] ?? null),
    parseInt: strict((text) => (Number.isNaN(parseInt(text, 10)) ? null : parseInt(text, 10))),
    parseDecimal: strict((text) => (Number.isNaN(parseFloat(text)) ? null : parseFloat(text))),
    parseDate: strict((text) => dates.parse(text)),
    toString: strict((value) => String(value)),
    intToDecimal: (x) => x,
    decimalToInt: strict(Math.trunc),
    abs: strict(Math.abs),
    ceil: strict(Math.ceil),
    floor: strict(Math.floor),
    sqrt: strict(Math.sqrt),
    exp: strict(Math.exp),
    ln: strict(Math.log),
    log: strict(Math.log10),
    mod: strict((x, y) => (y === 0 ? null : x % y)),
    round: strict((x, places = 0) => (Math.sign(x) * Math.round(Number(`${Math.abs(x)}e${places}`))) / 10 ** places),
    dateDiff: strict((from, to, period = "DAY") =>
      dates.difference(dates.parse(from), dates.parse(to), PERIODS[unit(period)] || unit(period)),
    ),
    addDateTime: strict((amount, period, date) =>
      dates.add(dates.parse(date), amount, PERIODS[unit(period)] || unit(period)),
    ),
    truncDate: strict((period, date) => dates.truncate(dates.parse(date), PERIODS[unit(period)] || unit(period))),
    extract: strict((part, date) => dates.extract(EXTRACTED[unit(part)] || unit(part), dates.parse(date))),
    formatDate: strict((date, pattern = "yyyy-MM-dd") => dates.format(dates.parse(date), pattern)),
    epochDate: strict((seconds) => seconds * 1000),
  };
  const PERIODS = {
    YYYY: "YEAR",
    Q: "QUARTER",
    MM: "MONTH",
    WK: "WEEK",
    DD: "DAY",
    HH: "HOUR",
    MI: "MINUTE",
    SS: "SECOND",
  };

  /** Make two values comparable: a date against a text is a comparison of dates. */
  function alike(left, right) {
    if (typeof left === "number" && typeof right === "string") return [left, dates.parse(right) ?? right];
    if (typeof left === "string" && typeof right === "number") return [dates.parse(left) ?? left, right];
    return [left, right];
  }
  const compared = (test) => strict((left, right) => test(...alike(left, right)));
  /** One side decides alone; else null leaves it open. */
  const conclude = (x, y, decisive) => {
    if ((!nothing(x) && Boolean(x) === decisive) || (!nothing(y) && Boolean(y) === decisive)) return decisive;
    return nothing(x) || nothing(y) ? null : !decisive;
  };
  const BINARY = {
    "+": strict((x, y) => x + y),
    "-": strict((x, y) => x - y),
    "*": strict((x, y) => x * y),
    "/": strict((x, y) => (y === 0 ? null : x / y)),
    "%": strict((x, y) => (y === 0 ? null : x % y)),
    "^": strict((x, y) => x ** y),
    "=": compared((x, y) => x === y),
    "<>": compared((x, y) => x !== y),
    "<": compared((x, y) => x < y),
    "<=": compared((x, y) => x <= y),
    ">": compared((x, y) => x > y),
    ">=": compared((x, y) => x >= y),
    and: (x, y) => conclude(x, y, false),
    or: (x, y) => conclude(x, y, true),
  };

  /** Yield every node of a tree; arguments and members are lists of nodes. */
  function* walk(node) {
    if (typeof node[0] === "string") yield node;
    for (const part of node) if (Array.isArray(part)) yield* walk(part);
  }
  const calls = (tree) => [...walk(tree)].filter((node) => node[0] === "call").map((node) => node[1]);
  const isAggregate = (tree) =>
    calls(tree).some((name) => name in AGGREGATES || name in Lake.tables.FUNCTIONS);

  /**
   * Compile a tree to a function of one argument: a row, or a group of rows.
   *
   * `scope.column(name)` and `scope.parameter(name)` give such functions, `scope.call(name, args)` may take a call over
   * (aggregations); it returns undefined for those that it leaves to the functions of rows.
   */
  function compile(tree, scope) {
    const [kind, ...parts] = tree;
    if (kind === "value") return () => parts[0];
    if (kind === "column") return scope.column(parts[0]);
    if (kind === "parameter") return scope.parameter(parts[0]);
    if (kind === "unary") {
      const inner = compile(parts[1], scope);
      return parts[0] === "-" ? strictly(inner, (x) => -x) : strictly(inner, (x) => !x);
    }
    if (kind === "binary") {
      const [apply, left, right] = [BINARY[parts[0]], compile(parts[1], scope), compile(parts[2], scope)];
      return (at) => apply(left(at), right(at));
    }
    if (kind === "in") return compileIn(parts, scope);
    if (kind === "call") return compileCall(parts[0], parts[1], scope);
    throw new Error(`the preview cannot compute a ${kind} here`);
  }
  const strictly = (inner, apply) => (at) => {
    const value = inner(at);
    return nothing(value) ? null : apply(value);
  };

  function compileIn([tested, members, negated], scope) {
    const value = compile(tested, scope);
    const others = members.map((member) => compile(member, scope));
    return (at) => {
      const found = value(at);
      if (nothing(found)) return null;
      const within = others
        .flatMap((other) => other(at))
        .some((other) => alike(found, other).every((x, _, all) => x === all[0]));
      return within !== Boolean(negated);
    };
  }

  function compileCall(name, argumentTrees, scope) {
    const special = scope.call && scope.call(name, argumentTrees);
    if (special) return special;
    if (name === "now") return () => scope.now;
    const values = argumentTrees.map((tree) => compile(tree, scope));
    if (name === "ifelse") return (at) => choose(values, at);
    if (name === "switch") return (at) => chooseEqual(values, at);
    if (!FUNCTIONS[name]) throw new Error(`the preview does not know the function ${name}`);
    const apply = FUNCTIONS[name];
    return (at) => apply(...values.map((value) => value(at)));
  }

  function choose(values, at) {
    for (let place = 0; place + 1 < values.length; place += 2) if (values[place](at)) return values[place + 1](at);
    return values.length % 2 ? values[values.length - 1](at) : null;
  }

  function chooseEqual([tested, ...values], at) {
    const found = tested(at);
    for (let place = 0; place + 1 < values.length; place += 2)
      if (values[place](at) === found) return values[place + 1](at);
    return values.length % 2 ? values[values.length - 1](at) : null;
  }

  Lake.expressions = { AGGREGATES, compile, isAggregate, walk };
})((window.Lake = window.Lake || {}));
