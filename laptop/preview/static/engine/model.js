// A dashboard with the rows of one user: columns, calculated fields, parameters.
"use strict";
(function (Lake) {
  const { expressions, dates, aggregate } = Lake;
  const DATES = new Set(["addDateTime", "truncDate", "parseDate", "now", "epochDate"]);
  const TEXTS = new Set([
    "concat",
    "substring",
    "left",
    "right",
    "toUpper",
    "toLower",
    "trim",
    "ltrim",
    "rtrim",
    "replace",
    "split",
    "toString",
    "formatDate",
  ]);
  const WEEK = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
  const LIKE_ARGUMENT = { ifelse: 1, coalesce: 0, nullIf: 0, switch: 2, min: 0, max: 0 };

  class Model {
    /**
     * `formulas` maps texts of expressions to their trees, or to {error}; `tables` maps data sets' identifiers to
     * tables; `now` is the instant that relative dates count from.
     */
    constructor({ definition, formulas, tables, now }) {
      Object.assign(this, { definition, formulas, tables, now });
      this.calculated = new Map();
      for (const field of definition.CalculatedFields || []) {
        this.calculated.set(`${field.DataSetIdentifier}/${field.Name}`, field);
      }
      this.configured = new Map();
      for (const item of definition.ColumnConfigurations || []) {
        this.configured.set(`${item.Column.DataSetIdentifier}/${item.Column.ColumnName}`, item);
      }
      this.filterState = {};
      this.actions = [];
      Lake.dates.week.start = Math.max(0, WEEK.indexOf((definition.Options || {}).WeekStart || "SUNDAY"));
      this.columns = new Map();
      this.parameters = Lake.parameters.defaults(this);
      this.resolving = new Set();
    }

    setParameter(name, values) {
      this.parameters = { ...this.parameters, [name]: values };
      this.columns.clear();
    }

    tree(text) {
      const tree = this.formulas[text];
      if (!tree) throw new Error(`The expression ${text} was not read when the page was written.`);
      if (tree.error) throw new Error(`The expression ${text}: ${tree.error}`);
      return tree;
    }

    table(dataSet) {
      const table = this.tables[dataSet];
      if (!table) throw new Error(`There is no data set ${dataSet}.`);
      return table;
    }

    has(dataSet, name) {
      return (
        this.calculated.has(`${dataSet}/${name}`) || Boolean(this.tables[dataSet] && this.tables[dataSet].has(name))
      );
    }

    /** Whether the name is that of a calculated field over groups of rows. */
    isAggregate(dataSet, name) {
      const field = this.calculated.get(`${dataSet}/${name}`);
      if (!field) return false;
      const tree = this.tree(field.Expression);
      return (
        expressions.isAggregate(tree) ||
        [...expressions.walk(tree)].some(
          (node) => node[0] === "column" && node[1] !== name && this.isAggregate(dataSet, node[1]),
        )
      );
    }

    /** Values of a column, by row; calculated ones are computed once. */
    values(dataSet, name) {
      const key = `${dataSet}/${name}`;
      const field = this.calculated.get(key);
      if (!field) return this.table(dataSet).values(name);
      if (!this.columns.has(key)) this.columns.set(key, this.computed(dataSet, field));
      return this.columns.get(key);
    }

    computed(dataSet, field) {
      const key = `${dataSet}/${field.Name}`;
      if (this.resolving.has(key)) throw new Error(`The calculated field ${field.Name} refers to itself.`);
      this.resolving.add(key);
      try {
        const at = this.rowFunction(dataSet, this.tree(field.Expression));
        return Array.from({ length: this.table(dataSet).count }, (_, row) => at(row) ?? null);
      } finally {
        this.resolving.delete(key);
      }
    }

    rowFunction(dataSet, tree) {
      return expressions.compile(tree, {
        now: this.now,
        column: (name) => {
          const values = this.values(dataSet, name);
          return (row) => values[row];
        },
        parameter: (name) => {
          const value = this.parameter(name);
          return () => value;
        },
      });
    }

    /** Value of a parameter: one value, or a list if it has several. */
    parameter(name) {
      if (!Object.hasOwn(this.parameters, name)) throw new Error(`There is no parameter ${name}.`);
      const values = this.parameters[name];
      return values.length > 1 ? values : (values[0] ?? null);
    }

    type(dataSet, name) {
      const field = this.calculated.get(`${dataSet}/${name}`);
      return field ? this.typeOf(dataSet, this.tree(field.Expression)) : this.table(dataSet).type(name);
    }

    typeOf(dataSet, tree) {
      const [kind, first, second] = tree;
      if (kind === "column") return this.type(dataSet, first);
      if (kind === "parameter") return Lake.parameters.type(this, first);
      if (kind === "value") return typeof first === "string" ? "STRING" : "DECIMAL";
      if (kind !== "call") return "DECIMAL";
      if (DATES.has(first)) return "DATETIME";
      if (TEXTS.has(first)) return "STRING";
      return first in LIKE_ARGUMENT ? this.typeOf(dataSet, second[LIKE_ARGUMENT[first]]) : "DECIMAL";
    }

    /** Complete a field: its type, and the format that the definition gives its column. */
    complete(field) {
      const configured = this.configured.get(`${field.dataSet}/${field.column}`) || {};
      const [, format] = Lake.fields.only(configured.FormatConfiguration || {});
      const type = field.type || (field.column ? this.type(field.dataSet, field.column) : "DECIMAL");
      return { ...field, type, format: field.format || format };
    }

    /** An instant that a RollingDateConfiguration names. */
    rollingDate(rolling) {
      return expressions.compile(this.tree(rolling.Expression), {
        now: this.now,
        column: () => {
          throw new Error("a rolling date has no columns");
        },
        parameter: (name) => () => this.parameter(name),
      })(0);
    }

    /** Value of a measure for a group of rows. */
    measureFunction(field) {
      if (field.expression) return this.groupFunction(field.dataSet, this.tree(field.expression));
      if (this.isAggregate(field.dataSet, field.column)) {
        return this.groupFunction(
          field.dataSet,
          this.tree(this.calculated.get(`${field.dataSet}/${field.column}`).Expression),
        );
      }
      const values = this.values(field.dataSet, field.column);
      const { name, argument } = field.aggregation || {
        name: this.type(field.dataSet, field.column) === "STRING" ? "COUNT" : "SUM",
      };
      return (group) => aggregate.aggregate(name, group.rows, (row) => values[row], argument);
    }

    groupFunction(dataSet, tree) {
      const scope = {
        now: this.now,
        parameter: (name) => {
          const value = this.parameter(name);
          return () => value;
        },
        column: (name) => {
          if (this.isAggregate(dataSet, name))
            return this.groupFunction(dataSet, this.tree(this.calculated.get(`${dataSet}/${name}`).Expression));
          return (group) => keyOf(group, name);
        },
        call: (name, parts) => {
          if (name in Lake.tables.FUNCTIONS)
            return Lake.tables.compile(name, parts, (part) => this.groupFunction(dataSet, part));
          return name in expressions.AGGREGATES ? this.aggregation(dataSet, name, parts) : undefined;
        },
      };
      return expressions.compile(tree, scope);
    }

    aggregation(dataSet, name, [measured, second]) {
      if (second && second[0] === "list")
        throw new Error(`The preview does not compute level-aware aggregations (${name}).`);
      const at = this.rowFunction(dataSet, measured);
      const conditional = name.endsWith("If");
      const counted = conditional ? this.rowFunction(dataSet, second) : null;
      const argument = second && second[0] === "value" ? second[1] : undefined;
      const rowsOf = (group) => (conditional ? Array.prototype.filter.call(group.rows, counted) : group.rows);
      return (group) => aggregate.aggregate(expressions.AGGREGATES[name], rowsOf(group), at, argument);
    }
  }

  function keyOf(group, name) {
    const place = (group.dimensions || []).findIndex((field) => field.column === name);
    if (place < 0) throw new Error(`The field ${name} must be aggregated, or be a dimension of the visual.`);
    return group.keys[place];
  }

  Lake.model = { Model };
})((window.Lake = window.Lake || {}));
