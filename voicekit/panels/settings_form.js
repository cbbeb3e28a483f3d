import { button, make } from "./dom.js";

const UNSET = "vendor's default";
let forms = 0;

const element = (tag, className, properties = {}) => make(tag, { className, ...properties });

const written = (input) =>
  input.value === "" ? null : input.type === "number" ? Number(input.value) : input.value;

/** Acts when a field is left, or Enter is pressed: in JupyterLab that is no change. */
function whenEntered(input, act) {
  input.addEventListener("change", act);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") act();
  });
}

/** A slider with its number; both say the same. */
function slider(setting, tell) {
  const { minimum, maximum, step, unit } = setting;
  const bounds = { min: minimum, max: maximum, step };
  const track = element("input", "voicekit-slider", { type: "range", ...bounds });
  const number = element("input", "voicekit-number", { type: "number", ...bounds });
  number.ariaLabel = `${setting.name}, as a number`;
  number.placeholder = "default";
  const box = element("span", "voicekit-track");
  box.append(track);
  if (setting.default !== null) {
    const mark = element("span", "voicekit-default", { title: "the default" });
    const share = (setting.default - minimum) / (maximum - minimum || 1);
    mark.style.setProperty("--voicekit-share", share);
    box.append(mark);
  }
  track.addEventListener("input", () => {
    number.value = track.value;
    track.ariaValueText = `${track.value} ${unit}`.trim();
  });
  track.addEventListener("change", () => tell(track.valueAsNumber));
  whenEntered(number, () => tell(written(number)));
  return {
    parts: [box, number],
    main: track,
    show(value) {
      track.value = value ?? setting.default ?? minimum;
      number.value = value ?? setting.default ?? "";
      track.ariaValueText = value === null && setting.default === null
        ? UNSET : `${track.value} ${unit}`.trim();
    },
  };
}

function field(setting, type, tell) {
  const input = element("input", `voicekit-${type}`, { type });
  if (type === "number") Object.assign(input, { step: setting.step });
  input.placeholder = setting.default === null ? UNSET : "";
  whenEntered(input, () => tell(written(input)));
  return {
    parts: [input],
    main: input,
    show(value) {
      input.value = value ?? setting.default ?? "";
    },
  };
}

/** A list; the first line leaves it to the vendor, where the vendor names no default. */
function menu(setting, choices, tell) {
  const list = element("select", "voicekit-choice");
  const values = setting.default === null ? [null, ...choices.keys()] : [...choices.keys()];
  const named = new Map(choices);
  list.append(...values.map((value) => new Option(named.get(value) ?? (setting.required ? "choose …" : UNSET))));
  list.addEventListener("change", () => tell(values[list.selectedIndex]));
  return {
    parts: [list],
    main: list,
    show(value) {
      list.selectedIndex = values.indexOf(value ?? setting.default);
    },
  };
}

function tick(setting, tell) {
  const box = element("input", "voicekit-toggle", { type: "checkbox" });
  box.addEventListener("change", () => tell(box.checked));
  return {
    parts: [box],
    main: box,
    show(value) {
      box.checked = value ?? setting.default;
    },
  };
}

const MAKERS = {
  slider,
  number: (setting, tell) => field(setting, "number", tell),
  text: (setting, tell) => field(setting, "text", tell),
  choice: (setting, tell) =>
    menu(setting, new Map(setting.choices.map((one) => [one, String(one)])), tell),
  toggle: (setting, tell) =>
    setting.default === null
      ? menu(setting, new Map([[true, "on"], [false, "off"]]), tell)
      : tick(setting, tell),
};

function shownDefault({ default: value, required }) {
  if (value === null) return required ? "needed" : `${UNSET}, not sent`;
  if (typeof value === "boolean") return `default ${value ? "on" : "off"}`;
  return `default ${value}`;
}

/** Makes the row of one setting; `tell` is given null where the default shall hold. */
function makeRow(setting, id, tell) {
  const row = element("div", "voicekit-setting");
  const label = element("label", "", { textContent: setting.name, htmlFor: id });
  const unit = element("span", "voicekit-unit", { textContent: setting.unit });
  const hint = element("span", "voicekit-hint", { textContent: shownDefault(setting) });
  const reset = button("↺", {
    ...{ className: "voicekit-reset", title: shownDefault(setting) },
    ariaLabel: `Reset ${setting.name}`,
  });
  const control = MAKERS[setting.kind](setting, (value) =>
    tell(value === setting.default ? null : value));
  control.main.id = id;
  const help = element("span", "voicekit-help", { id: `${id}-help` });
  help.textContent = setting.help;
  control.main.setAttribute("aria-describedby", help.id);
  const head = element("div", "voicekit-setting-head");
  head.append(label, unit, hint, reset);
  const line = element("div", "voicekit-control");
  line.append(...control.parts);
  line.title = setting.help;
  row.append(head, line, help);
  reset.addEventListener("click", () => {
    tell(null);
    control.main.focus();
  });
  return {
    row,
    show(value) {
      control.show(value);
      row.classList.toggle("voicekit-changed", value !== null);
      row.classList.toggle("voicekit-unset", value === null && setting.default === null);
      reset.hidden = value === null;
    },
  };
}

function render({ model, el }) {
  const id = `voicekit-form-${(forms += 1)}`;
  el.classList.add("voicekit-form", "voicekit-plain");
  let rows = new Map();
  let built = "";

  function tell(name, value) {
    const { edition, set } = model.get("value");
    const { [name]: _, ...others } = set;
    const now = value === null ? others : { ...others, [name]: value };
    model.set("value", { edition, set: now });
    model.save_changes();
    show();
  }

  function show() {
    const { set } = model.get("value");
    for (const [name, row] of rows) row.show(set[name] ?? null);
    el.classList.toggle("voicekit-helping", model.get("explains"));
  }

  function build() {
    const declared = model.get("declared");
    const wanted = JSON.stringify(declared);
    if (wanted !== built) {
      built = wanted;
      const focused = document.activeElement?.id;
      rows = new Map(declared.map((setting) => [
        setting.name,
        makeRow(setting, `${id}-${setting.name}`, (value) => tell(setting.name, value)),
      ]));
      el.replaceChildren(...[...rows.values()].map(({ row }) => row));
      if (focused?.startsWith(`${id}-`)) document.getElementById(focused)?.focus();
    }
    show();
  }

  model.on("change", build);
  build();
  return () => model.off("change", build);
}

export default { render };
