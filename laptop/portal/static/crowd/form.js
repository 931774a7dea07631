// The form: gathers what its elements answer, and hands it to the portal around the page.

// The page is in a frame of its own origin: messages are its only way out.
export function tell(message) {
  window.parent.postMessage(message, "*");
}

export class CrowdForm extends HTMLElement {
  connectedCallback() {
    if (!this.querySelector("crowd-button[form-action='submit']")) {
      const button = document.createElement("crowd-button");
      button.setAttribute("form-action", "submit");
      button.setAttribute("variant", "primary");
      button.textContent = "Submit";
      this.append(button);
    }
    this.problem = document.createElement("p");
    this.problem.className = "problem";
    this.problem.setAttribute("role", "alert");
    this.querySelector("crowd-button[form-action='submit']").before(this.problem);
    this.addEventListener("crowd-change", () => (this.problem.textContent = ""));
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("message", (event) => this.forwarded(event));
    tell({ type: "ready" });
  }

  // A key that the portal got before this page had the focus.
  forwarded(event) {
    if (event.source !== window.parent || event.data?.type !== "key") return;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: event.data.key, bubbles: true, cancelable: true }));
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
    // Enter on a class that was chosen with the mouse submits as well.
    if (event.key === "Enter" && !event.target.matches("textarea, button:not(.choice), a, summary")) {
      event.preventDefault();
      this.submit();
    } else if (!typing && event.key.toLowerCase() === "s") {
      event.preventDefault();
      tell({ type: "skip" });
    }
  }

  submit() {
    if (this.sent) return;
    const widgets = [...this.querySelectorAll("*")].filter((element) => "answer" in element);
    const missing = widgets.map((widget) => widget.missing).find(Boolean);
    if (missing) {
      this.problem.textContent = missing;
      return;
    }
    if (!this.dispatchEvent(new Event("submit", { cancelable: true }))) return;
    this.sent = true;
    tell({ type: "submit", content: { ...inputs(this), ...answers(widgets) } });
  }
}

function answers(widgets) {
  return Object.fromEntries(widgets.map((widget) => [widget.getAttribute("name") || widget.localName, widget.answer]));
}

// Plain HTML inputs in a crowd-form are answers as well.
function inputs(form) {
  const found = {};
  for (const input of form.querySelectorAll("input[name], select[name], textarea[name]")) {
    if (input.type === "checkbox") found[input.name] = { on: input.checked };
    else if (input.type === "radio") found[input.name] = { ...found[input.name], [input.value]: { on: input.checked } };
    else found[input.name] = input.value;
  }
  return found;
}

export class CrowdButton extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = this.getAttribute("variant") === "primary" ? "primary" : "";
    button.append(...this.childNodes);
    this.append(button);
    if (this.getAttribute("form-action") === "submit") {
      button.addEventListener("click", () => this.closest("crowd-form").submit());
    }
  }
}
