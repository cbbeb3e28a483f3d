/** Returns what a control holds, whether it has reached the kernel or not. */
async function shownBy(manager, reference) {
  const control = await manager.get_model(reference.replace("IPY_MODEL_", ""));
  const trait = control.get("_options_labels") === undefined ? "value" : "index";
  return [reference, { [trait]: control.get(trait) }];
}

function render({ model, el }) {
  const button = document.createElement("button");
  button.className = "jupyter-widgets jupyter-button widget-button mod-primary";
  const icon = document.createElement("i");
  icon.className = `fa fa-${model.get("icon")}`;
  icon.ariaHidden = "true";
  const note = document.createElement("small");
  button.append(icon, model.get("description"), note);
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
