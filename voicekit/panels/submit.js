import { make } from "./dom.js";

/** Which trait holds what a control shows, by a trait that only its kind has. */
const SHOWN = { _options_labels: "index", chosen: "chosen" };

/** Returns what a control holds, whether it has reached the kernel or not. */
async function shownBy(manager, reference) {
  const control = await manager.get_model(reference.replace("IPY_MODEL_", ""));
  const kind = Object.keys(SHOWN).find((one) => control.get(one) !== undefined);
  const trait = SHOWN[kind] ?? "value";
  return [reference, { [trait]: control.get(trait) }];
}

function render({ model, el }) {
  const className = "jupyter-widgets jupyter-button widget-button";
  const button = make("button", { className, title: model.get("tooltip") });
  const icon = make("i", { className: `fa fa-${model.get("icon")}`, ariaHidden: "true" });
  const note = make("small");
  // The one with a picture is what the panel is for.
  if (model.get("icon")) {
    button.classList.add("mod-primary");
    button.append(icon);
  }
  button.append(model.get("description"), note);
  el.append(button);
  const update = () => {
    const text = model.get("note");
    note.textContent = text && ` · ${text}`;
  };
  model.on("change:note", update);
  update();
  button.addEventListener("click", async () => {
    const controls = model.get("controls");
    const shown = await Promise.all(
      controls.map((reference) => shownBy(model.widget_manager, reference)),
    );
    model.send({ shown: Object.fromEntries(shown) });
  });
  return () => model.off("change:note", update);
}

export default { render };
