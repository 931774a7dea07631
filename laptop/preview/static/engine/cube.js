// What a visual asks: rows grouped by dimensions, measures of the groups, members sorted and limited.
"use strict";
(function (Lake) {
  const { dates, aggregate } = Lake;

  /** The member that stands for all that a limit leaves out. */
  class Other {
    constructor(count) {
      this.count = count;
    }
    toString() {
      return `Other (${Lake.format.count(this.count)})`;
    }
  }

  function compare(a, b) {
    if (a === b) return 0;
    if (a instanceof Other || b instanceof Other) return a instanceof Other ? 1 : -1;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return typeof a === "string" && typeof b === "string" ? a.localeCompare(b, "en") : a < b ? -1 : 1;
  }

  /** Let groups know each other: table calculations of one look at the others. */
  function together(groups) {
    for (const group of groups) group.siblings = groups;
    return groups;
  }

  class Cube {
    /** `scope` says which visual of which sheet asks, of which data set. */
    constructor(model, scope, dimensions, measures) {
      this.model = model;
      this.dimensions = dimensions.map((field) => model.complete(field));
      this.measures = measures.map((field) => model.complete(field));
      this.functions = this.measures.map((field) => model.measureFunction(field));
      this.dataSet = scope.dataSet;
      const { rows, groupTests } = Lake.filters.apply(model, scope);
      const keys = this.dimensions.map((field) => this.keysOf(field));
      this.groups = together(
        aggregate
          .groupsOf(rows, (row) => keys.map((values) => values[row]))
          .map((group) => ({ keys: group.keys, rows: group.items, dimensions: this.dimensions })),
      );
      if (groupTests.length)
        this.groups = together(this.groups.filter((group) => groupTests.every((test) => test(group))));
      this.rows = groupTests.length ? this.groups.flatMap((group) => group.rows) : rows;
    }

    keysOf(field) {
      const values = this.model.values(field.dataSet, field.column);
      return field.granularity && field.type === "DATETIME"
        ? values.map((value) => dates.truncate(value, field.granularity))
        : values;
    }

    /** Value of a measure, by its place, for a group; all rows if there is none. */
    value(place, group) {
      return this.functions[place](group || this.whole()) ?? null;
    }

    whole() {
      return { keys: [], rows: this.rows, dimensions: [] };
    }

    /** Groups by some of the dimensions, by their places. */
    by(places) {
      const dimensions = places.map((place) => this.dimensions[place]);
      return together(
        aggregate
          .groupsOf(this.groups, (group) => places.map((place) => group.keys[place]))
          .map(({ keys, items }) => ({ keys, rows: items.flatMap((group) => group.rows), dimensions })),
      );
    }

    /**
     * Members of a dimension: sorted, and limited with the rest as one member.
     *
     * Without a sort, dates and numbers ascend and text descends by the first measure, as a new visual does.
     */
    axis(place, { sorts = [], limit } = {}) {
      const field = this.dimensions[place];
      const groups = this.by([place]);
      this.sort(groups, sorts.length ? sorts : this.usualSort(field));
      const size = (limit || {}).ItemsLimit ?? MOST_MEMBERS;
      const members = groups.slice(0, size);
      const rest = groups.slice(size);
      const placeOf = new Map(members.map((group, at) => [group.keys[0], at]));
      if (rest.length && limit && limit.OtherCategories !== "EXCLUDE") {
        const other = {
          keys: [new Other(rest.length)],
          rows: rest.flatMap((group) => group.rows),
          dimensions: [field],
        };
        for (const group of rest) placeOf.set(group.keys[0], members.length);
        members.push(other);
        other.siblings = members;
      }
      return {
        field,
        place,
        members,
        total: groups.length,
        shown: Math.min(size, groups.length),
        limited: rest.length > 0,
        placeOf,
      };
    }

    usualSort(field) {
      const byName = { FieldSort: { FieldId: field.id, Direction: "ASC" } };
      if (field.type !== "STRING" || !this.measures.length) return [byName];
      return [{ FieldSort: { FieldId: this.measures[0].id, Direction: "DESC" } }];
    }

    /** Sort groups in place by FieldSortOptions. */
    sort(groups, sorts) {
      const orders = sorts.map((option) => this.order(option)).filter(Boolean);
      const known = new Map(groups.map((group) => [group, orders.map(({ at }) => at(group))]));
      groups.sort((a, b) => {
        for (let place = 0; place < orders.length; place++) {
          const [x, y] = [known.get(a)[place], known.get(b)[place]];
          const found = compare(x, y);
          // Null comes last in both directions.
          if (found) return x === null || y === null ? found : found * orders[place].sign;
        }
        return 0;
      });
    }

    order({ FieldSort: byField, ColumnSort: byColumn }) {
      const sign = (byField || byColumn).Direction === "DESC" ? -1 : 1;
      if (byColumn) {
        const aggregation = aggregate.named(byColumn.AggregationFunction) || { name: "MIN" };
        const at = this.model.measureFunction({
          dataSet: this.dataSet,
          column: byColumn.SortBy.ColumnName,
          aggregation,
        });
        return { at, sign };
      }
      const measure = this.measures.findIndex((field) => field.id === byField.FieldId);
      if (measure >= 0) return { at: (group) => this.value(measure, group), sign };
      const field = this.dimensions.find((one) => one.id === byField.FieldId);
      if (!field) return null;
      return { at: (group) => group.keys[group.dimensions.findIndex((one) => one.id === field.id)] ?? null, sign };
    }

    /** Cells of two axes, by `x/y`: what lies at a member of the first and one of the second. */
    cells(first, second) {
      const found = new Map();
      for (const group of this.groups) {
        const [x, y] = [first.placeOf.get(group.keys[first.place]), second.placeOf.get(group.keys[second.place])];
        if (x === undefined || y === undefined) continue;
        const key = `${x}/${y}`;
        if (!found.has(key)) {
          found.set(key, {
            x,
            y,
            keys: [first.members[x].keys[0], second.members[y].keys[0]],
            rows: [],
            dimensions: [first.field, second.field],
          });
        }
        found.get(key).rows.push(...group.rows);
      }
      together([...found.values()]);
      return found;
    }
  }

  // More marks than this in one chart tell nothing; the visual says how many there are.
  const MOST_MEMBERS = 200;

  Lake.cube = { Cube, Other, compare };
})((window.Lake = window.Lake || {}));
