// Parameters of a dashboard: every value is a list, empty if nothing is chosen.
"use strict";
(function (Lake) {
  function declared(definition) {
    return (definition.ParameterDeclarations || []).map((union) => {
      const [member, declaration] = Lake.fields.only(union);
      return { ...declaration, kind: member.replace("ParameterDeclaration", "") };
    });
  }

  function defaults(model) {
    const found = {};
    for (const declaration of declared(model.definition)) found[declaration.Name] = defaultOf(model, declaration);
    return found;
  }

  function defaultOf(model, { kind, DefaultValues: values = {}, ValueWhenUnset: unset = {} }) {
    if (values.StaticValues && values.StaticValues.length) {
      return kind === "DateTime" ? values.StaticValues.map(Lake.dates.parse) : values.StaticValues;
    }
    if (values.RollingDate) return [model.rollingDate(values.RollingDate)];
    if (unset.CustomValue !== undefined)
      return [kind === "DateTime" ? Lake.dates.parse(unset.CustomValue) : unset.CustomValue];
    return [];
  }

  const find = (model, name) => declared(model.definition).find((one) => one.Name === name);

  /** The type of a parameter, as those of columns; undefined if there is none of this name. */
  function type(model, name) {
    return { DateTime: "DATETIME", String: "STRING", Integer: "INTEGER", Decimal: "DECIMAL" }[find(model, name)?.kind];
  }

  /** The chosen values as people read them. */
  function text(model, name) {
    const { kind, TimeGranularity: granularity = "DAY" } = find(model, name);
    const { format, PATTERNS } = Lake.dates;
    const shown = kind === "DateTime" ? (value) => format(value, PATTERNS[granularity]) : String;
    return model.parameters[name].map(shown).join(", ");
  }

  /** Fill a title or an address: `<<$name>>` and `${name}` are parameters, `<<name>>` is a value of `fields`. */
  function filled(template, model, fields = {}, encode = String) {
    const values = new Map(Object.entries(fields));
    for (const one of declared(model.definition)) values.set(`$${one.Name}`, text(model, one.Name));
    return template.replace(/<<([^<>]+)>>|(\$)\{(\w+)\}/g, (place, name, sign, inner) => {
      const found = values.get(name ?? sign + inner);
      return found === undefined ? place : encode(found);
    });
  }

  Lake.parameters = { declared, defaults, filled, text, type };
})((window.Lake = window.Lake || {}));
