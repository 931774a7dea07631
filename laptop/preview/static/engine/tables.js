// Table calculations: functions of a group that look at the other groups of the visual.
"use strict";
(function (Lake) {
  const numbers = (values) => values.filter((value) => value !== null && value !== undefined);
  const all = (reduce) => (values) => {
    const found = numbers(values);
    const result = found.length ? reduce(found) : null;
    return values.map(() => result);
  };
  const total = (values) => Lake.aggregate.sum(values);
  const running = (values) => {
    const seen = [];
    return values.map((value) => {
      seen.push(value ?? 0);
      return total(seen);
    });
  };
  const shifted = (values, by) => values.map((_, place) => values[place + by] ?? null);
  const apart = (values, by, share) =>
    values.map((value, place) => {
      const other = values[place + by];
      if (value === null || other === null || other === undefined) return null;
      return share ? (other === 0 ? null : (value - other) / other) : value - other;
    });
  const windowed = (reduce) => (values, before, after) =>
    values.map((_, place) => {
      const found = numbers(values.slice(Math.max(0, place - before), place + after + 1));
      return found.length ? reduce(found) : null;
    });
  const ranked = (values) => {
    const sorted = [...numbers(values)].sort((a, b) => b - a);
    return values.map((value) => (value === null ? null : sorted.indexOf(value) + 1));
  };

  // How arguments lie: `sort` is the place of the sort list, `partition` that of the partition list, `numbers` those of
  // plain numbers. `apply` gets the values of a partition in order, and returns as many.
  const FUNCTIONS = {
    sumOver: { partition: 1, apply: all(total) },
    avgOver: { partition: 1, apply: all((v) => total(v) / v.length) },
    minOver: { partition: 1, apply: all((v) => Math.min(...v)) },
    maxOver: { partition: 1, apply: all((v) => Math.max(...v)) },
    countOver: { partition: 1, apply: all((v) => v.length) },
    percentOfTotal: {
      partition: 1,
      apply: (values) => {
        const whole = total(numbers(values));
        return values.map((v) => (v === null || !whole ? null : v / whole));
      },
    },
    runningSum: { sort: 1, partition: 2, apply: running },
    lag: { sort: 1, numbers: [2], partition: 3, apply: (values, by) => shifted(values, -by) },
    lead: { sort: 1, numbers: [2], partition: 3, apply: (values, by) => shifted(values, by) },
    difference: { sort: 1, numbers: [2], partition: 3, apply: (values, by = -1) => apart(values, by, false) },
    percentDifference: { sort: 1, numbers: [2], partition: 3, apply: (values, by = -1) => apart(values, by, true) },
    windowSum: { sort: 1, numbers: [2, 3], partition: 4, apply: windowed(total) },
    windowAvg: { sort: 1, numbers: [2, 3], partition: 4, apply: windowed((v) => total(v) / v.length) },
    rank: { partition: 1, apply: ranked },
  };

  function listed(node) {
    return node && node[0] === "list" ? node[1] : [];
  }

  function compile(name, parts, groupFunction) {
    const shape = FUNCTIONS[name];
    if (name === "rank") return compileRank(parts, groupFunction);
    const inner = groupFunction(parts[0]);
    const partition = listed(parts[shape.partition]).map(groupFunction);
    const order = listed(parts[shape.sort]).map(([kind, node, direction]) =>
      kind === "sort" ? [groupFunction(node), direction] : [groupFunction([kind, node, direction]), "ASC"],
    );
    const extra = (shape.numbers || []).map((place) => constant(parts[place]));
    return remembered((groups) => spread(groups, inner, partition, order, (values) => shape.apply(values, ...extra)));
  }

  function compileRank([sorted, partition], groupFunction) {
    const [[, node, direction]] = listed(sorted);
    const inner = groupFunction(node);
    const sign = direction === "DESC" ? 1 : -1;
    const signed = (group) => {
      const value = inner(group);
      return value === null ? null : sign * value;
    };
    return remembered((groups) => spread(groups, signed, listed(partition).map(groupFunction), [], ranked));
  }

  function constant(node) {
    if (!node) return undefined;
    return node[0] === "unary" ? -node[2][1] : node[1];
  }

  /** Compute for all groups of a visual once. */
  function remembered(compute) {
    const known = new WeakMap();
    return (group) => {
      const groups = group.siblings || [group];
      if (!known.has(groups)) known.set(groups, compute(groups));
      return known.get(groups).get(group) ?? null;
    };
  }

  function spread(groups, inner, partition, order, apply) {
    const found = new Map();
    for (const { items } of Lake.aggregate.groupsOf(groups, (group) => partition.map((part) => part(group)))) {
      const sorted = order.length ? items.sort((a, b) => compare(order, a, b)) : items;
      apply(sorted.map(inner)).forEach((value, place) => found.set(sorted[place], value));
    }
    return found;
  }

  function compare(order, left, right) {
    for (const [at, direction] of order) {
      const [a, b] = [at(left), at(right)];
      if (a !== b) return (a < b ? -1 : 1) * (direction === "DESC" ? -1 : 1);
    }
    return 0;
  }

  Lake.tables = { FUNCTIONS, compile };
})((window.Lake = window.Lake || {}));
