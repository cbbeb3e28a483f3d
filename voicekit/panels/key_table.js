function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(action, text, provider) {
  const made = element("button", "", text);
  made.type = "button";
  made.dataset.action = action;
  made.ariaLabel = `${text} ${provider}`;
  return made;
}

/** A field that no password manager and no page keeps. */
function field(part, provider) {
  const input = element("input", "voicekit-key");
  input.type = "password";
  input.autocomplete = "new-password";
  input.dataset.part = part;
  input.placeholder = part.toLowerCase().replace("_", " ");
  input.ariaLabel = `${provider} ${input.placeholder}`;
  return input;
}

function makeRow({ provider, ways }) {
  const row = element("form", "voicekit-vendor");
  row.dataset.provider = provider;
  const state = element("span", "voicekit-state");
  state.setAttribute("role", "status");
  const fields = element("div", "voicekit-ways");
  ways.forEach((parts, at) => {
    if (at > 0) fields.append(element("span", "", "or"));
    fields.append(...parts.map((part) => field(part, provider)));
  });
  const actions = element("div", "voicekit-vendor-actions");
  if (ways.length > 0) {
    const keep = button("keep", "Connect", provider);
    keep.type = "submit";
    actions.append(keep, button("forget", "Forget", provider));
  }
  actions.append(button("test", "Test", provider));
  row.append(element("b", "", provider), state, fields, actions);
  return row;
}

/** Takes what was typed out of the page. */
function taken(row) {
  const inputs = [...row.querySelectorAll("input")];
  const typed = inputs.filter((input) => input.value !== "");
  const parts = Object.fromEntries(typed.map((input) => [input.dataset.part, input.value]));
  for (const input of inputs) input.value = "";
  return parts;
}

function render({ model, el }) {
  el.classList.add("voicekit-keys", "voicekit-plain");
  const rows = new Map();

  function update() {
    for (const told of model.get("rows")) {
      if (!rows.has(told.provider)) {
        rows.set(told.provider, makeRow(told));
        el.append(rows.get(told.provider));
      }
      const row = rows.get(told.provider);
      row.classList.toggle("voicekit-connected", told.is_connected);
      const state = row.querySelector(".voicekit-state");
      if (state.textContent !== told.state) state.textContent = told.state;
    }
  }

  function send(action, row) {
    const parts = action === "keep" ? taken(row) : {};
    model.send({ action, provider: row.dataset.provider, parts });
  }

  el.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault(); // JupyterLab does so later: Enter would do nothing
    event.target.form.requestSubmit();
  });
  el.addEventListener("submit", (event) => {
    event.preventDefault();
    send("keep", event.target);
  });
  el.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-action]");
    if (pressed?.type === "button") send(pressed.dataset.action, pressed.closest("form"));
  });
  model.on("change:rows", update);
  update();
  return () => model.off("change:rows", update);
}

export default { render };
