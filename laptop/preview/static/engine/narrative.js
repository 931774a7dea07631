// Narratives of insights: XML with expressions over computations, conditions and loops.
"use strict";
(function (Lake) {
  const TOKEN =
    /\s*(\$\{[^}]+\}|'[^']*'|"[^"]*"|\d+(?:\.\d+)?|<>|!=|<=|>=|[-+*/=<>(),]|[A-Za-z_][\w]*(?:\[\w+\])?(?:\.[A-Za-z_]\w*(?:\[\w+\])?)*)/y;
  const LEVELS = [["or"], ["and"], ["=", "<>", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/"]];
  const SAME = { "!=": "<>" };

  function tokens(text) {
    const found = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw new Error(`The narrative's expression ${text} cannot be read at: ${text.slice(at)}`);
      found.push(match[1]);
    }
    return found;
  }

  /** Parse to the trees of calculated fields; `["path", text]` is a member of a computation. */
  function parse(text) {
    const rest = tokens(text);
    const binary = (level) => {
      if (level === LEVELS.length) return operand();
      let left = binary(level + 1);
      while (rest.length && LEVELS[level].includes(rest[0].toLowerCase())) {
        const operator = rest.shift().toLowerCase();
        left = ["binary", SAME[operator] || operator, left, binary(level + 1)];
      }
      return left;
    };
    const operand = () => {
      const token = rest.shift();
      if (token === undefined) throw new Error(`The narrative's expression ${text} ends too early.`);
      if (token === "(") {
        const inner = binary(0);
        rest.shift();
        return inner;
      }
      if (token === "-") return ["unary", "-", operand()];
      if (/^['"]/.test(token)) return ["value", token.slice(1, -1)];
      if (/^\d/.test(token)) return ["value", Number(token)];
      if (token.startsWith("${")) return ["parameter", token.slice(2, -1)];
      if (rest[0] !== "(") return ["path", token];
      rest.shift();
      const parts = [];
      while (rest.length && rest[0] !== ")") {
        parts.push(binary(0));
        if (rest[0] === ",") rest.shift();
      }
      rest.shift();
      return ["call", token, parts];
    };
    const tree = binary(0);
    if (rest.length) throw new Error(`The narrative's expression ${text} goes on with ${rest[0]}.`);
    return tree;
  }

  function lookUp(path, scope) {
    let value = scope.computations;
    for (const part of path.split(".")) {
      const [, name, index] = /^(\w+)(?:\[(\w+)\])?$/.exec(part);
      if (value === null || value === undefined) return null;
      if (!(name in value)) throw new Error(`The narrative asks for ${path}; there is no ${name}.`);
      value = value[name];
      if (index !== undefined && value) value = value[/^\d+$/.test(index) ? Number(index) : scope.loops[index]];
    }
    return value ?? null;
  }

  const evaluate = (text, scope) => valueOf(parse(text), scope);

  // Paths become columns, whose value does not depend on a row.
  function valueOf(tree, scope) {
    const columns = JSON.parse(JSON.stringify(tree), (_, node) =>
      Array.isArray(node) && node[0] === "path" ? ["column", node[1]] : node,
    );
    return Lake.expressions.compile(columns, {
      now: scope.model.now,
      column: (path) => () => lookUp(path, scope),
      parameter: (name) => () => scope.model.parameter(name),
    })(0);
  }

  /** Text of an expression. An instant is a number: what it was made of tells that it is one. */
  function textOf(tree, scope) {
    const value = valueOf(tree, scope);
    if (value === null) return "–";
    if (tree[0] === "parameter") return Lake.parameters.text(scope.model, tree[1]);
    if (typeof value === "object") return value.formattedValue ?? "";
    const isDate =
      tree[0] === "path" ? /timeValue\.value$/i.test(tree[1]) : scope.model.typeOf(null, tree) === "DATETIME";
    return isDate ? Lake.dates.format(value, Lake.dates.PATTERNS.DAY) : String(value);
  }

  const ELEMENTS = {
    block: "div",
    b: "b",
    i: "i",
    u: "u",
    ul: "ul",
    ol: "ol",
    li: "li",
    br: "br",
    inline: "span",
    p: "p",
  };

  function style(element, node) {
    const size = node.getAttribute("font-size");
    if (node.getAttribute("color")) element.style.color = node.getAttribute("color");
    if (size)
      element.style.fontSize = /^\d/.test(size)
        ? size
        : { small: "12px", large: "18px", "extra-large": "24px" }[size] || "";
    if (node.getAttribute("align")) element.style.textAlign = node.getAttribute("align");
  }

  function append(target, node, scope) {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) target.append(child.data.replace(/\s+/g, " "));
      else if (child.nodeType === Node.ELEMENT_NODE) appendElement(target, child, scope);
    }
  }

  function appendElement(target, node, scope) {
    if (node.tagName === "expression") {
      target.append(textOf(parse(node.textContent.trim()), scope));
    } else if (node.tagName === "if") {
      if (evaluate(node.getAttribute("condition"), scope)) append(target, node, scope);
    } else if (node.tagName === "for") {
      const items = evaluate(node.getAttribute("listExpression"), scope) || [];
      items.forEach((_, index) => append(target, node, { ...scope, loops: { ...scope.loops, index } }));
    } else if (ELEMENTS[node.tagName]) {
      const made = document.createElement(ELEMENTS[node.tagName]);
      style(made, node);
      append(made, node, scope);
      target.append(made);
    } else throw new Error(`The narrative has an element that the preview does not know: ${node.tagName}`);
  }

  /** Render a narrative into an element. `scope` has computations by name, and the model. */
  function render(target, text, scope) {
    const xml = new DOMParser().parseFromString(text, "text/xml");
    const wrong = xml.querySelector("parsererror");
    if (wrong) throw new Error(`The narrative is not well-formed XML: ${wrong.textContent.split("\n")[0]}`);
    append(target, xml.documentElement, { loops: {}, ...scope });
    merge(target);
  }

  /** A loop makes one list per item; show them as one. */
  function merge(target) {
    for (const list of target.querySelectorAll("ul, ol")) {
      let next = list.nextSibling;
      while (next && next.nodeType === Node.TEXT_NODE && !next.data.trim()) next = next.nextSibling;
      while (next && next.tagName === list.tagName) {
        list.append(...next.childNodes);
        next.remove();
        next = list.nextSibling;
        while (next && next.nodeType === Node.TEXT_NODE && !next.data.trim()) next = next.nextSibling;
      }
    }
  }

  Lake.narrative = { render };
})((window.Lake = window.Lake || {}));
