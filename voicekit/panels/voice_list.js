/** Shows pairs of a label and a value; labels as text. */
function render({ model, el }) {
  el.classList.add("voicekit-voices");
  const list = document.createElement("select");
  list.size = 9;
  list.setAttribute("aria-label", "Voices");
  el.append(list);

  function choose() {
    list.value = model.get("value"); // selects nothing where it is not listed
  }
  function fill() {
    const options = model.get("options");
    list.replaceChildren(...options.map(([label, value]) => new Option(label, value)));
    choose();
  }
  list.addEventListener("change", () => {
    model.set("value", list.value);
    model.save_changes();
  });
  model.on("change:options", fill);
  model.on("change:value", choose);
  fill();
  return () => {
    model.off("change:options", fill);
    model.off("change:value", choose);
  };
}

export default { render };
