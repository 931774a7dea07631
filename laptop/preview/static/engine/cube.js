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

  class Cube {
    /** `scope` says which visual of which sheet asks, of which data set. */
    constructor(model, scope, dimensions, measures) {
      this.model = model;
      this.dimensions = dimensions.map((field) => ({
        ...model.complete(field),
        isOther: (key) => key instanceof Other,
      }));
      this.measures = measures.map((field) => model.complete(field));
      this.functions = this.measures.map((field) => model.measureFunction(field));
      this.dataSet = scope.dataSet;
      const { rows, groupTests } = Lake.filters.apply(model, scope);
      this.keys = this.dimensions.map((field) => this.keysOf(field));
      this.groups = this.grouped(rows, (row) => this.keys.map((values) => values[row]));
      if (groupTests.length) {
        this.groups = this.groups.filter((group) => groupTests.every((test) => test(group)));
        for (const group of this.groups) group.siblings = this.groups;
      }
      this.rows = groupTests.length ? this.groups.flatMap((group) => group.rows) : rows;
    }

    keysOf(field) {
      const values = this.model.values(field.dataSet, field.column);
      return field.granularity && field.type === "DATETIME"
        ? values.map((value) => dates.truncate(value, field.granularity))
        : values;
    }

    grouped(rows, keysOf) {
      const root = new Map();
      const groups = [];
      for (const row of rows) {
        const keys = keysOf(row);
        let level = root;
        for (const key of keys) {
          if (!level.has(key)) level.set(key, new Map());
          level = level.get(key);
        }
        if (!level.group) {
          level.group = { keys, rows: [], dimensions: this.dimensions, siblings: groups };
          groups.push(level.group);
        }
        level.group.rows.push(row);
      }
      return groups;
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
      const groups = new Map();
      for (const group of this.groups) {
        let level = groups;
        for (const place of places) {
          if (!level.has(group.keys[place])) level.set(group.keys[place], new Map());
          level = level.get(group.keys[place]);
        }
        level.members = level.members || [];
        level.members.push(group);
      }
      const found = [];
      const collect = (level, keys) => {
        if (level.members) {
          found.push({
            keys,
            rows: level.members.flatMap((group) => group.rows),
            dimensions: places.map((place) => this.dimensions[place]),
            siblings: found,
          });
        } else for (const [key, next] of level) collect(next, [...keys, key]);
      };
      collect(groups, []);
      return found;
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
      const size = (limit || {}).ItemsLimit ?? Lake.cube.MOST_MEMBERS;
      const members = groups.slice(0, size);
      const rest = groups.slice(size);
      const place_of = new Map(members.map((group, at) => [group.keys[0], at]));
      if (rest.length && (limit || {}).OtherCategories !== "EXCLUDE" && limit) {
        const other = {
          keys: [new Other(rest.length)],
          rows: rest.flatMap((group) => group.rows),
          dimensions: [field],
        };
        for (const group of rest) place_of.set(group.keys[0], members.length);
        members.push(other);
      }
      return {
        field,
        members,
        total: groups.length,
        shown: Math.min(size, groups.length),
        limited: rest.length > 0,
        placeOf: place_of,
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

    /** Cells of two axes: what lies at a member of the first (by place) and one of the second. */
    cells(first, second, firstAxis, secondAxis) {
      const found = new Map();
      for (const group of this.groups) {
        const [x, y] = [firstAxis.placeOf.get(group.keys[first]), secondAxis.placeOf.get(group.keys[second])];
        if (x === undefined || y === undefined) continue;
        const key = `${x}/${y}`;
        if (!found.has(key)) {
          found.set(key, {
            x,
            y,
            keys: [firstAxis.members[x].keys[0], secondAxis.members[y].keys[0]],
            rows: [],
            dimensions: [firstAxis.field, secondAxis.field],
          });
        }
        found.get(key).rows.push(...group.rows);
      }
      const cells = [...found.values()];
      for (const cell of cells) cell.siblings = cells;
      return found;
    }
  }

  // More marks than this in one chart tell nothing; the visual says how many there are.
  Lake.cube = { Cube, Other, compare, MOST_MEMBERS: 200 };
})((window.Lake = window.Lake || {}));
