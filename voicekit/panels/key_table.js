import { button, make } from "./dom.js";

function actionButton(action, text, provider, type = "button") {
  return button(text, { type, ariaLabel: `${text} ${provider}`, "data-action": action });
}

/** A field that no password manager and no page keeps. */
function field(part, provider) {
  const placeholder = part.toLowerCase().replace("_", " ");
  return make("input", {
    ...{ className: "voicekit-key", type: "password", autocomplete: "new-password" },
    ...{ placeholder, ariaLabel: `${provider} ${placeholder}`, "data-part": part },
  });
}

function makeRow({ provider, ways }) {
  const state = make("span", { className: "voicekit-state", role: "status" });
  const fields = make("div", { className: "voicekit-ways" });
  ways.forEach((parts, at) => {
    if (at > 0) fields.append(make("span", {}, "or"));
    fields.append(...parts.map((part) => field(part, provider)));
  });
  const actions = make("div", { className: "voicekit-vendor-actions" });
  if (ways.length > 0) {
    actions.append(
      actionButton("keep", "Connect", provider, "submit"),
      actionButton("forget", "Forget", provider),
    );
  }
  actions.append(actionButton("test", "Test", provider));
  const row = { className: "voicekit-vendor", "data-provider": provider };
  return make("form", row, make("b", {}, provider), state, fields, actions);
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
