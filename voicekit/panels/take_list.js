function button(action, text, name) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.action = action;
  made.textContent = text;
  made.ariaLabel = name;
  made.title = name;
  return made;
}

/** Makes the line of a take; what it says comes from elsewhere and goes in as text. */
function makeRow(row) {
  const line = document.createElement("li");
  line.dataset.job = row.job;
  const title = document.createElement("b");
  title.textContent = row.title;
  const caption = document.createElement("span");
  caption.className = "voicekit-caption";
  caption.textContent = row.caption;
  const text = document.createElement("div");
  text.append(title, caption);
  const label = document.createElement("input");
  label.type = "text";
  label.placeholder = "label";
  label.ariaLabel = `Label of ${row.title}`;
  label.value = row.label;
  line.append(
    button("play", "▶\uFE0E", `Play ${row.title}`), text, label,
    button("save", "Save", `Save ${row.title}`),
    button("remove", "✕", `Remove ${row.title}`),
  );
  return line;
}

function render({ model, el }) {
  el.classList.add("voicekit-takelist", "voicekit-plain");
  const list = document.createElement("ul");
  list.ariaLabel = "Takes";
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
