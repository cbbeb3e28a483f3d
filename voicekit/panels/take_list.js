import { button, make } from "./dom.js";

const actionButton = (action, text, name) =>
  button(text, { ariaLabel: name, title: name, "data-action": action });

/** Makes the line of a take; what it says comes from elsewhere and goes in as text. */
function makeRow(row) {
  const { job, title, caption } = row;
  const label = { placeholder: "label", ariaLabel: `Label of ${title}`, value: row.label };
  return make("li", { "data-job": job },
    actionButton("play", "▶\uFE0E", `Play ${title}`),
    make("div", {},
      make("b", {}, title), make("span", { className: "voicekit-caption" }, caption)),
    make("input", { type: "text", ...label }),
    actionButton("save", "Save", `Save ${title}`),
    actionButton("remove", "✕", `Remove ${title}`),
  );
}

function render({ model, el }) {
  el.classList.add("voicekit-takelist", "voicekit-plain");
  const list = make("ul", { ariaLabel: "Takes" });
  el.append(list);
  const lines = new Map();

  function send(action, line, label) {
    model.send({ action, job: line.dataset.job, label });
  }

  function update() {
    const rows = model.get("rows");
    for (const row of rows) {
      if (!lines.has(row.job)) lines.set(row.job, makeRow(row));
    }
    const wanted = rows.map((row) => lines.get(row.job));
    const isSame = wanted.length === list.children.length
      && wanted.every((line, at) => line === list.children[at]);
    if (!isSame) list.replaceChildren(...wanted);
    for (const line of wanted) {
      const sounds = line.dataset.job === model.get("playing");
      line.firstElementChild.textContent = sounds ? "■" : "▶\uFE0E";
      line.firstElementChild.setAttribute("aria-pressed", String(sounds));
    }
    el.hidden = rows.length === 0;
  }

  list.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-action]");
    if (pressed === null) return;
    const line = pressed.closest("li");
    const next = line.nextElementSibling ?? line.previousElementSibling;
    send(pressed.dataset.action, line);
    // Whoever has no mouse goes on from the next take.
    if (pressed.dataset.action === "remove") next?.querySelector("button").focus();
  });
  function name(event) {
    send("label", event.target.closest("li"), event.target.value);
  }
  list.addEventListener("change", name);
  list.addEventListener("keydown", (event) => {
    // JupyterLab keeps Enter from being a change.
    if (event.key === "Enter" && event.target.matches("input")) name(event);
  });
  model.on("change", update);
  update();
  return () => model.off("change", update);
}

export default { render };
