import { make } from "./dom.js";

const ROLES = { status: "status", error: "alert" };

/** Shows the model's text as text. */
function render({ model, el }) {
  el.classList.add("voicekit-notice");
  const line = make("p");
  const more = make("pre");
  const fold = make("details", {}, make("summary", { textContent: "Details" }), more);
  el.append(line, fold);

  function update() {
    const role = ROLES[model.get("kind")];
    role ? line.setAttribute("role", role) : line.removeAttribute("role");
    el.classList.toggle("voicekit-error", role === "alert");
    line.textContent = model.get("text");
    more.textContent = model.get("details");
    fold.hidden = more.textContent === "";
    el.hidden = line.textContent === "";
  }

  model.on("change", update);
  update();
  return () => model.off("change", update);
}

export default { render };
