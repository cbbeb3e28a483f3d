import { make } from "./dom.js";

/**
 * The forms of a trial. Each is given the screen's state and what to call when its answer
 * changes, and returns its element, its keys, its answer (null while there is none), and
 * what to do when another clip plays.
 */
export const FORMS = { choice, sliders, best_worst: bestWorst, rank };

const none = () => {};

function choice({ screen, options, question }, changed) {
  let chosen = null;
  const keys = {};
  // On a scale of marks, such as 5 for "Excellent", the digit is the mark itself.
  const marks = options.every(([value]) => Number.isInteger(value) && value >= 1 && value <= 9);
  const rows = options.map(([value, words], index) => {
    const digit = String(marks ? value : index + 1);
    const button = make("input", {
      type: "radio",
      name: `voicekit-${screen}`,
      onchange: () => choose(index),
    });
    keys[digit] = () => choose(index);
    return { button, value, label: make("label", {}, button, `${digit}  ${words}`) };
  });
  function choose(index) {
    rows[index].button.checked = true;
    chosen = index;
    changed();
  }
  return {
    root: fieldset(question, ...rows.map(({ label }) => label)),
    keys,
    answer: () => (chosen === null ? null : rows[chosen].value),
    selected: none,
  };
}

/** Sliders from 0 to 100, of which only that of the clip last played can be moved. */
function sliders({ signals, bands, question }, changed) {
  const rated = signals.filter(({ rated }) => rated);
  const wordsOf = (value) => bands.find(([, low]) => value >= low)?.[0] ?? "";
  const rows = rated.map(({ id, name }) => {
    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50 });
    slider.disabled = true;
    const shown = make("output", { textContent: "not rated" });
    const row = { id, slider, shown, moved: false };
    slider.setAttribute("aria-label", name);
    slider.oninput = () => move(row, Number(slider.value));
    row.root = make("div", { className: "voicekit-slider" }, make("span", {}, name));
    row.root.append(slider, shown);
    return row;
  });
  let current = null;
  function move(row, value) {
    row.slider.value = value;
    row.moved = true;
    const words = `${row.slider.value}, ${wordsOf(Number(row.slider.value))}`;
    row.slider.setAttribute("aria-valuetext", words);
    row.shown.textContent = words;
    changed();
  }
  const by = (amount) => () => {
    if (current) move(current, Number(current.slider.value) + amount);
  };
  const scale = make("p", { className: "voicekit-hint" });
  scale.textContent = bands.map(([words, low, high]) => `${low}–${high} ${words}`).join(" · ");
  return {
    root: fieldset(question, scale, ...rows.map(({ root }) => root)),
    keys: {
      ArrowLeft: by(-1),
      ArrowDown: by(-1),
      ArrowRight: by(1),
      ArrowUp: by(1),
      "Shift+ArrowLeft": by(-10),
      "Shift+ArrowDown": by(-10),
      "Shift+ArrowRight": by(10),
      "Shift+ArrowUp": by(10),
    },
    answer: () =>
      rows.every(({ moved }) => moved) ? rows.map(({ slider }) => Number(slider.value)) : null,
    selected(lane) {
      current = rows.find(({ id }) => id === signals[lane].id) ?? null;
      for (const row of rows) row.slider.disabled = row !== current;
    },
  };
}

function bestWorst({ screen, signals, question }, changed) {
  const chosen = { best: null, worst: null };
  let current = null;
  const buttons = { best: [], worst: [] };
  const rows = signals.map(({ name }, place) => {
    const row = make("div", { className: "voicekit-slider" }, make("span", {}, name));
    for (const which of ["best", "worst"]) {
      const button = make("input", {
        type: "radio",
        name: `voicekit-${which}-${screen}`,
        onchange: () => choose(which, place),
      });
      buttons[which].push(button);
      button.setAttribute("aria-label", `${name} is ${which}`);
      row.append(make("label", {}, button, which));
    }
    return row;
  });
  function choose(which, place) {
    if (place === null) return;
    const other = which === "best" ? "worst" : "best";
    if (chosen[other] === place) {
      chosen[other] = null;
      buttons[other][place].checked = false;
    }
    chosen[which] = place;
    buttons[which][place].checked = true;
    changed();
  }
  return {
    root: fieldset(question, ...rows),
    keys: {
      ArrowUp: () => choose("best", current),
      ArrowDown: () => choose("worst", current),
    },
    answer: () => (chosen.best === null || chosen.worst === null ? null : { ...chosen }),
    selected: (lane) => (current = lane),
  };
}

/** A list to be put in order; the clip that plays moves up and down by keys. */
function rank({ signals, question }, changed) {
  const order = signals.map((_, place) => place);
  let current = null;
  let touched = false;
  const list = make("ol", { className: "voicekit-rank" });
  const rows = signals.map(({ name }, place) => {
    const arrow = (by, textContent, words) =>
      make("button", {
        type: "button",
        textContent,
        "aria-label": `Move ${name} ${words}`,
        onclick: () => move(place, by),
      });
    return make("li", {}, `${name} `, arrow(-1, "▲", "up"), arrow(1, "▼", "down"));
  });
  const keep = make("input", {
    type: "checkbox",
    onchange: () => {
      touched = keep.checked;
      changed();
    },
  });
  function move(place, by) {
    if (place === null) return;
    const from = order.indexOf(place);
    const to = Math.max(0, Math.min(order.length - 1, from + by));
    order.splice(from, 1);
    order.splice(to, 0, place);
    const focused = document.activeElement;
    show();
    if (list.contains(focused)) focused.focus();
    changed();
  }
  const show = () => list.replaceChildren(...order.map((place) => rows[place]));
  show();
  return {
    root: fieldset(question, list, make("label", {}, keep, "This is my order (o)")),
    keys: {
      ArrowUp: () => move(current, -1),
      ArrowDown: () => move(current, 1),
      o: () => {
        keep.checked = touched = !touched;
        changed();
      },
    },
    answer: () => (touched ? signals.map((_, place) => order.indexOf(place) + 1) : null),
    selected: (lane) => (current = lane),
  };
}

function fieldset(question, ...children) {
  return make("fieldset", {}, make("legend", { textContent: question }), ...children);
}
