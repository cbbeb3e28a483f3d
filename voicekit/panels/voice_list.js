import { make } from "./dom.js";

const ROW = 46; // pixels, also in the style sheet
const SPARE = 6; // rows drawn above and below those that are seen
const ACTIONS = { " ": "mark", p: "play", f: "star", Enter: "choose" };
let lists = 0;

/** Returns a cell with a control that the mouse can press; keys go to the grid. */
function cell(action, role) {
  const about = { className: `voicekit-${action}`, role, "data-action": action };
  const control = make("span", about);
  const cell = make("span", { className: "voicekit-cell", role: "gridcell" }, control);
  return [cell, control];
}

/** Makes a row once; `update` says what changes in it. Vendor text goes in as text. */
function makeRow(row) {
  const line = make("div", {
    ...{ className: "voicekit-voice", role: "row", "data-voice": row.voice },
    title: [row.name, row.facts, row.text, row.voice].filter(Boolean).join("\n"),
  });
  const [markCell, mark] = cell("mark", "checkbox");
  const [playCell, play] = cell("play", "button");
  const [starCell, star] = cell("star", "button");
  const [nameCell, name] = cell("choose", "presentation");
  const more = [row.voice, row.text].filter(Boolean).join(" · ");
  name.append(
    make("b", {}, row.name),
    make("span", { className: "voicekit-facts" }, row.facts),
    make("span", { className: "voicekit-more" }, more),
  );
  mark.ariaLabel = `Compare ${row.name}`;
  star.ariaLabel = `Favourite ${row.name}`;
  play.ariaLabel = row.preview ? `Preview of ${row.name}` : `${row.name} has no preview`;
  play.ariaDisabled = String(!row.preview);
  line.append(markCell, nameCell, playCell, starCell);
  const controls = [mark, play, star];
  return { line, mark, play, star, controls };
}

function render({ model, el }) {
  const id = `voicekit-list-${(lists += 1)}`;
  el.classList.add("voicekit-voices");
  const space = make("div", { className: "voicekit-space", role: "rowgroup" });
  const about = {
    ...{ className: "voicekit-listed", role: "grid", tabIndex: 0 },
    ...{ "aria-label": "Voices", "aria-colcount": 4 },
    "aria-description":
      "Arrows move, Enter chooses, Space marks for a comparison, P plays, F is favourite.",
  };
  const grid = make("div", about, space);
  el.append(grid);
  let known = new Map(); // place in the list: row, and its element once it was drawn
  let edition = -1;
  let total = 0;
  let active = 0;
  let column = -1; // -1 is the row itself, then its three controls
  let asked = "";

  const seen = () => Math.max(Math.ceil(grid.clientHeight / ROW), 1);
  const voiceAt = (place) => known.get(place)?.row.voice;

  function draw() {
    const top = Math.floor(grid.scrollTop / ROW);
    const first = Math.max(top - SPARE, 0);
    const last = Math.min(top + seen() + SPARE, total);
    const lines = [];
    let missing = -1;
    for (let place = first; place < last; place += 1) {
      const entry = known.get(place);
      if (entry === undefined) {
        if (missing < 0) missing = place;
      } else {
        entry.drawn ??= makeRow(entry.row);
        update(place, entry);
        lines.push(entry.drawn.line);
      }
    }
    const same = lines.length === space.children.length
      && lines.every((line, at) => line === space.children[at]);
    if (!same) space.replaceChildren(...lines);
    pointAtActive();
    if (missing >= 0) ask(missing, last - missing);
  }

  function ask(first, count) {
    const key = `${edition} ${first} ${count}`;
    if (key === asked) return;
    asked = key;
    model.send({ kind: "rows", first, count });
  }

  function update(place, { row, drawn }) {
    const { line, mark, play, star } = drawn;
    line.id = `${id}-${place}`;
    line.style.top = `${place * ROW}px`;
    line.ariaRowIndex = String(place + 1);
    line.ariaSelected = String(row.voice === model.get("value"));
    line.classList.toggle("voicekit-active", place === active);
    mark.ariaChecked = String(model.get("values").includes(row.voice));
    star.ariaPressed = String(model.get("favourites").includes(row.voice));
    play.classList.toggle("voicekit-sounds", row.voice === model.get("playing"));
  }

  function pointAtActive() {
    for (const on of space.querySelectorAll(".voicekit-at")) {
      on.classList.remove("voicekit-at");
    }
    const drawn = known.get(active)?.drawn;
    const target = column < 0 ? drawn?.line : drawn?.controls[column];
    if (!target?.isConnected) {
      grid.removeAttribute("aria-activedescendant");
      return;
    }
    if (target !== drawn.line) {
      target.id = `${drawn.line.id}-${column}`;
      target.classList.add("voicekit-at");
    }
    grid.setAttribute("aria-activedescendant", target.id);
  }

  function moveTo(place) {
    active = Math.min(Math.max(place, 0), Math.max(total - 1, 0));
    const top = active * ROW;
    const lowest = top + ROW - grid.clientHeight;
    if (grid.scrollTop > top) grid.scrollTop = top;
    if (grid.scrollTop < lowest) grid.scrollTop = lowest;
    draw();
  }

  function act(action, voice) {
    if (voice === undefined) return;
    if (action === "choose") model.set("value", voice);
    if (action === "mark") toggle("values", voice);
    if (action === "play") model.send({ kind: "preview", voice });
    if (action === "star") model.send({ kind: "favourite", voice });
    model.save_changes();
    draw();
  }

  function toggle(trait, voice) {
    const others = model.get(trait).filter((one) => one !== voice);
    const was = others.length < model.get(trait).length;
    model.set(trait, was ? others : [...others, voice]);
  }

  const moves = {
    ArrowDown: () => active + 1,
    ArrowUp: () => active - 1,
    PageDown: () => active + seen() - 1,
    PageUp: () => active - seen() + 1,
    Home: () => 0,
    End: () => total - 1,
  };

  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key in moves) {
      moveTo(moves[key]());
    } else if (key === "ArrowLeft" || key === "ArrowRight") {
      const step = key === "ArrowRight" ? 1 : -1;
      column = Math.min(Math.max(column + step, -1), 2);
      pointAtActive();
    } else if (column >= 0 && (key === "Enter" || key === " ")) {
      act(["mark", "play", "star"][column], voiceAt(active));
    } else if (key in ACTIONS) {
      act(ACTIONS[key], voiceAt(active));
    } else {
      return;
    }
    event.preventDefault();
  });
  grid.addEventListener("click", (event) => {
    const line = event.target.closest(".voicekit-voice");
    if (line === null) return;
    const place = Number(line.ariaRowIndex) - 1;
    active = place;
    column = -1;
    const control = event.target.closest("[data-action]");
    act(control?.dataset.action ?? "choose", line.dataset.voice);
  });
  grid.addEventListener("scroll", draw);

  function take(message) {
    if (message.edition < edition) return;
    const isNew = message.edition > edition;
    if (isNew) {
      edition = message.edition;
      known = new Map();
      column = -1;
    }
    total = message.total;
    grid.ariaRowCount = String(total);
    space.style.height = `${total * ROW}px`;
    message.rows.forEach((row, at) => {
      const place = message.first + at;
      if (!known.has(place)) known.set(place, { row });
    });
    if (isNew) {
      active = message.active;
      grid.scrollTop = (active - Math.floor(seen() / 2)) * ROW;
    }
    draw();
  }

  model.on("msg:custom", take);
  model.on("change", draw);
  const resized = new ResizeObserver(draw);
  resized.observe(grid);
  ask(0, 20);
  return () => {
    model.off("msg:custom", take);
    model.off("change", draw);
    resized.disconnect();
  };
}

export default { render };
