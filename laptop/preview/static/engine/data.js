// Rows of a data set as one user sees them, column by column.
"use strict";
(function (Lake) {
  /** A column that column-level security keeps from the user. */
  class Withheld extends Error {
    constructor(column) {
      super(`You may not read the column ${column}: column-level security withholds it.`);
    }
  }

  function decoded(column) {
    if (!column.dictionary) return column.values;
    return column.codes.map((code) => (code < 0 ? null : column.dictionary[code]));
  }

  class Table {
    /** `file` is what the page's data files hold: count, columns ({type, values} or {type, dictionary, codes}), hidden. */
    constructor(id, file) {
      this.id = id;
      this.count = file.count;
      this.hidden = new Set(file.hidden || []);
      this.file = file;
      this.loaded = new Map();
    }

    has(name) {
      return Object.hasOwn(this.file.columns, name) || this.hidden.has(name);
    }

    type(name) {
      if (this.file.error) this.values(name);
      return Object.hasOwn(this.file.columns, name) ? this.file.columns[name].type : undefined;
    }

    values(name) {
      if (this.file.error) throw new Error(`The rows of ${this.id} cannot be read: ${this.file.error}`);
      if (this.hidden.has(name)) throw new Withheld(name);
      if (!Object.hasOwn(this.file.columns, name)) throw new Error(`The data set ${this.id} has no column ${name}.`);
      if (!this.loaded.has(name)) this.loaded.set(name, decoded(this.file.columns[name]));
      return this.loaded.get(name);
    }
  }

  Lake.data = { Table, Withheld };
})((window.Lake = window.Lake || {}));
