// crowd-classifier and crowd-image-classifier: one class for a text or a picture.
import { Choices, arrange, changed, element, names } from "./layout.js";

class Classifier extends HTMLElement {
  connectedCallback() {
    const shown = this.shown();
    this.choices = new Choices(names(this, "categories"), { title: "Choose one", chosen: () => changed(this) });
    for (const button of this.choices.buttons) {
      const name = button.querySelector("span").textContent;
      const key = button.querySelector("kbd");
      if (key && this.choices.list.every((each) => /^\d$/.test(each))) key.textContent = name;
    }
    arrange(this, this.choices.node).append(shown);
  }

  get missing() {
    return this.choices.value === null ? "Choose a class first." : "";
  }

  get answer() {
    return { label: this.choices.value };
  }
}

export class CrowdClassifier extends Classifier {
  shown() {
    return this.querySelector("classification-target") || element("div");
  }
}

export class CrowdImageClassifier extends Classifier {
  shown() {
    return picture(this);
  }
}

// Small pictures are enlarged without blur; one that does not load says so.
export function picture(widget, loaded = () => {}) {
  const image = element("img", { alt: "The picture to label", draggable: false });
  const frame = element("div", { className: "picture" }, image);
  image.addEventListener("load", () => {
    const factor = Math.max(1, Math.floor(360 / Math.max(image.naturalWidth, image.naturalHeight)));
    if (factor > 1) {
      image.classList.add("tiny");
      image.style.width = `${image.naturalWidth * factor}px`;
    }
    loaded(image);
  });
  image.addEventListener("error", () => {
    const problem = element("p", { className: "problem", textContent: "The picture cannot be shown. Skip this task." });
    problem.setAttribute("role", "alert");
    frame.replaceChildren(problem);
  });
  image.src = widget.getAttribute("src") || "";
  return frame;
}
