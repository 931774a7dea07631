// The crowd-* elements of Ground Truth's worker pages that this project's templates use.
// Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-reference.html
import { CrowdBoundingBox } from "./boxes.js";
import { CrowdClassifier, CrowdImageClassifier } from "./classifier.js";
import { CrowdEntityAnnotation } from "./entities.js";
import { CrowdButton, CrowdForm, tell } from "./form.js";

// The form comes last: when it starts, the elements in it are there.
const ELEMENTS = {
  "crowd-button": CrowdButton,
  "crowd-classifier": CrowdClassifier,
  "crowd-image-classifier": CrowdImageClassifier,
  "crowd-entity-annotation": CrowdEntityAnnotation,
  "crowd-bounding-box": CrowdBoundingBox,
  "crowd-form": CrowdForm,
};

const used = new Set([...document.querySelectorAll("*")].map((element) => element.localName));
const unknown = [...used].filter((name) => name.startsWith("crowd-") && !(name in ELEMENTS));
if (unknown.length || !used.has("crowd-form")) {
  const what = unknown.length ? `The laptop does not have ${unknown.join(", ")}` : "The template must have a crowd-form";
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  problem.textContent = `${what}. This task can be skipped.`;
  document.body.replaceChildren(problem);
  tell({ type: "broken", message: what });
} else {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("crowd.css", import.meta.url).href;
  document.head.append(style);
  for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
}
