// crowd-entity-annotation: marks in a text. Offsets count UTF-16 units, as JavaScript does; the end is not included.
import { Choices, arrange, changed, element, hue, names } from "./layout.js";

export class CrowdEntityAnnotation extends HTMLElement {
  connectedCallback() {
    this.content = this.getAttribute("text") || "";
    this.entities = [];
    this.labels = names(this, "labels");
    this.choices = new Choices(this.labels, { title: "Mark as", chosen: () => this.mark() });
    this.view = element("div", { className: "text" });
    const hint = "Choose a label, then select text with the mouse; or select first. A click on a mark removes it.";
    const work = arrange(this, this.choices.node);
    work.append(this.view, element("p", { className: "hint", textContent: hint }));
    document.addEventListener("mouseup", () => this.choices.value !== null && this.mark());
    this.draw();
  }

  get missing() {
    return "";
  }

  get answer() {
    const entities = this.entities.map(({ startOffset, endOffset, label }) => ({ startOffset, endOffset, label }));
    return { entities };
  }

  // Marks what is selected; a new mark replaces those that it touches.
  mark() {
    const selected = this.selected();
    if (!selected) return;
    const [startOffset, endOffset] = selected;
    const apart = this.entities.filter((each) => each.endOffset <= startOffset || each.startOffset >= endOffset);
    this.entities = [...apart, { startOffset, endOffset, label: this.choices.value }];
    this.entities.sort((one, other) => one.startOffset - other.startOffset);
    window.getSelection().removeAllRanges();
    this.draw();
    changed(this);
  }

  // Returns start and end of the selection without spaces around it, or null.
  selected() {
    const selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!this.view.contains(range.startContainer) || !this.view.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(this.view);
    before.setEnd(range.startContainer, range.startOffset);
    const text = range.toString();
    const start = before.toString().length + (text.length - text.trimStart().length);
    const end = start + text.trim().length;
    return end > start ? [start, end] : null;
  }

  draw() {
    const parts = [];
    let place = 0;
    for (const entity of this.entities) {
      parts.push(this.content.slice(place, entity.startOffset), this.badge(entity));
      place = entity.endOffset;
    }
    this.view.replaceChildren(...parts, this.content.slice(place));
  }

  badge(entity) {
    const mark = element("mark", { textContent: this.content.slice(entity.startOffset, entity.endOffset) });
    // The label is drawn by CSS: in the text it would shift offsets.
    mark.dataset.label = entity.label;
    mark.style.setProperty("--hue", hue(this.labels.indexOf(entity.label)));
    mark.title = "Remove this mark";
    mark.addEventListener("click", () => {
      if (!window.getSelection().isCollapsed) return;
      this.entities = this.entities.filter((each) => each !== entity);
      this.draw();
      changed(this);
    });
    return mark;
  }
}
