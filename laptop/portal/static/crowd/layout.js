// What all widgets share: instructions beside the object, and classes to choose from.

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function changed(widget) {
  widget.dispatchEvent(new Event("crowd-change", { bubbles: true }));
}

// Returns the names of an attribute that holds a JSON list of names, or of documents with a label each.
export function names(widget, attribute) {
  let list;
  try {
    list = JSON.parse(widget.getAttribute(attribute) || "[]");
  } catch {
    list = [];
  }
  const found = (Array.isArray(list) ? list : []).map((entry) => (typeof entry === "string" ? entry : entry?.label));
  return found.filter((name) => typeof name === "string" && name);
}

// Puts instructions, work and choices side by side; returns the part for the work.
export function arrange(widget, choices) {
  const short = widget.querySelector("short-instructions");
  const full = widget.querySelector("full-instructions");
  const side = element("aside", { className: "instructions" }, element("h2", { textContent: "Instructions" }));
  if (short) side.append(element("div", {}, ...short.childNodes));
  if (full) side.append(more(full));
  const work = element("div", { className: "work" });
  const header = element("h1", { textContent: widget.getAttribute("header") || "" });
  widget.replaceChildren(side, element("main", {}, header, work), choices);
  return work;
}

function more(full) {
  const title = full.getAttribute("header") || "Instructions";
  const close = element("button", { type: "button", textContent: "Close" });
  const dialog = element("dialog", {}, element("h2", { textContent: title }), element("div", {}, ...full.childNodes), close);
  const open = element("button", { type: "button", className: "link", textContent: "More instructions" });
  open.addEventListener("click", () => dialog.showModal());
  close.addEventListener("click", () => dialog.close());
  return element("div", {}, open, dialog);
}

// Buttons for classes; digits choose them too: 1 is the first one, 0 the tenth.
export class Choices {
  constructor(list, { title, chosen }) {
    this.list = list;
    this.chosen = chosen;
    this.value = null;
    this.buttons = list.map((name, number) => this.button(name, number));
    this.node = element("div", { className: "choices" }, element("h2", { textContent: title }), ...this.buttons);
    this.node.setAttribute("role", "radiogroup");
    this.node.setAttribute("aria-label", title);
    if (!list.length) this.node.append(element("p", { className: "problem", textContent: "There are no classes." }));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  button(name, number) {
    const button = element("button", { type: "button", className: "choice" }, element("span", { textContent: name }));
    button.style.setProperty("--hue", hue(number));
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", "false");
    if (number < 10) button.append(element("kbd", { textContent: String((number + 1) % 10) }));
    button.addEventListener("click", () => this.choose(name));
    return button;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input, textarea, select") || !/^\d$/.test(event.key)) return;
    // A class that is a digit has the key of its name: "3" is chosen by 3.
    const named = this.list.every((name) => /^\d$/.test(name));
    const name = named ? this.list.find((each) => each === event.key) : this.list[(Number(event.key) + 9) % 10];
    if (name === undefined) return;
    event.preventDefault();
    this.choose(name);
  }

  choose(name) {
    this.value = name;
    this.list.forEach((each, number) => this.buttons[number].setAttribute("aria-checked", String(each === name)));
    this.chosen?.(name);
  }
}

export function hue(number) {
  return String((212 + number * 137) % 360);
}
