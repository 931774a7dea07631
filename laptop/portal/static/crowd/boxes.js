// crowd-bounding-box: rectangles on a picture, in its own pixels.
import { picture } from "./classifier.js";
import { Choices, arrange, changed, element, hue, names } from "./layout.js";

// Smaller ones are clicks, not boxes; in pixels of the screen.
const SMALLEST = 4;
const CORNERS = ["nw", "ne", "sw", "se"];

export class CrowdBoundingBox extends HTMLElement {
  connectedCallback() {
    this.boxes = [];
    this.picked = null;
    this.labels = names(this, "labels");
    this.choices = new Choices(this.labels, { title: "Label of the box", chosen: (label) => this.relabel(label) });
    if (this.labels.length) this.choices.choose(this.labels[0]);
    this.layer = element("div", { className: "layer" });
    const frame = picture(this, (image) => {
      this.image = image;
      this.draw();
    });
    frame.append(this.layer);
    const hint = "Draw with the mouse. A box that is picked can be moved, resized at its corners, and deleted with Del.";
    arrange(this, this.choices.node).append(frame, element("p", { className: "hint", textContent: hint }));
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("resize", () => this.draw());
  }

  get missing() {
    return this.image ? "" : "The picture has not been loaded.";
  }

  get answer() {
    const boundingBoxes = this.boxes.map(({ left, top, width, height, label }) => ({
      height: Math.round(height), label, left: Math.round(left), top: Math.round(top), width: Math.round(width),
    }));
    return { boundingBoxes, inputImageProperties: { height: this.image.naturalHeight, width: this.image.naturalWidth } };
  }

  get scale() {
    return this.image.naturalWidth / this.image.clientWidth;
  }

  place(event) {
    const { left, top } = this.image.getBoundingClientRect();
    const x = Math.min(Math.max((event.clientX - left) * this.scale, 0), this.image.naturalWidth);
    const y = Math.min(Math.max((event.clientY - top) * this.scale, 0), this.image.naturalHeight);
    return { x, y };
  }

  begin(event) {
    if (!this.image || event.button !== 0) return;
    event.preventDefault();
    const start = this.place(event);
    const corner = event.target.dataset.corner;
    const touched = this.boxes[event.target.closest("[data-box]")?.dataset.box];
    const box = touched || { left: start.x, top: start.y, width: 0, height: 0, label: this.choices.value };
    this.picked = box;
    const before = { ...box };
    const drag = (moved) => this.drag(box, before, touched && !corner ? "move" : corner || "se", start, this.place(moved));
    const end = () => {
      window.removeEventListener("pointermove", drag);
      if (!touched && Math.min(box.width, box.height) < SMALLEST * this.scale) this.remove(box);
      this.draw();
      changed(this);
    };
    if (!touched) this.boxes.push(box);
    window.addEventListener("pointermove", drag);
    window.addEventListener("pointerup", end, { once: true });
    this.draw();
  }

  drag(box, before, how, from, to) {
    if (how === "move") {
      box.left = Math.min(Math.max(before.left + to.x - from.x, 0), this.image.naturalWidth - box.width);
      box.top = Math.min(Math.max(before.top + to.y - from.y, 0), this.image.naturalHeight - box.height);
    } else {
      const x = how.includes("w") ? before.left + before.width : before.left;
      const y = how.includes("n") ? before.top + before.height : before.top;
      Object.assign(box, { left: Math.min(x, to.x), top: Math.min(y, to.y) });
      Object.assign(box, { width: Math.abs(to.x - x), height: Math.abs(to.y - y) });
    }
    this.draw();
  }

  key(event) {
    if (!this.picked || !["Delete", "Backspace"].includes(event.key)) return;
    event.preventDefault();
    this.remove(this.picked);
    this.draw();
    changed(this);
  }

  remove(box) {
    this.boxes = this.boxes.filter((each) => each !== box);
    this.picked = null;
  }

  relabel(label) {
    if (!this.picked) return;
    this.picked.label = label;
    this.draw();
    changed(this);
  }

  draw() {
    if (!this.image) return;
    const scale = this.scale;
    Object.assign(this.layer.style, { width: `${this.image.clientWidth}px`, height: `${this.image.clientHeight}px` });
    this.layer.replaceChildren(...this.boxes.map((box, number) => this.rectangle(box, number, scale)));
  }

  rectangle(box, number, scale) {
    const node = element("div", { className: box === this.picked ? "box picked" : "box" });
    node.dataset.box = number;
    node.dataset.label = box.label;
    node.style.setProperty("--hue", hue(this.labels.indexOf(box.label)));
    for (const side of ["left", "top", "width", "height"]) node.style[side] = `${box[side] / scale}px`;
    for (const corner of box === this.picked ? CORNERS : []) {
      const handle = element("span", { className: `corner ${corner}` });
      handle.dataset.corner = corner;
      node.append(handle);
    }
    return node;
  }
}
