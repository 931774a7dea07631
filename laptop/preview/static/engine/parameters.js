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

  Lake.parameters = { declared, defaults };
})((window.Lake = window.Lake || {}));
