import { make } from "./dom.js";
import { Transport } from "./transport.js";

const PLAYS = "voicekit:plays";
const FADES = { "same time": "linear" };

/** Asks the kernel for sounds, and hands out what comes. */
export function soundsOf(model) {
  const waiting = new Map();
  function receive({ kind, id }, buffers) {
    if (kind === "sound" && waiting.has(id)) waiting.get(id).done(buffers[0]);
  }
  model.on("msg:custom", receive);
  return {
    fetch(id) {
      if (!waiting.has(id)) {
        const one = {};
        one.promise = new Promise((done) => (one.done = done));
        waiting.set(id, one);
        model.send({ kind: "need", id });
      }
      return waiting.get(id).promise;
    },
    /** Lets go of the sounds of a screen that is past. */
    clear: () => waiting.clear(),
    close: () => model.off("msg:custom", receive),
  };
}

/**
 * Buttons, a timeline and keys for a transport.
 *
 * @param {{signals: object[], modes: string[], how: string, letters: boolean}} shown
 */
export function controls(shown, { fetch, tell, selected = () => {} }) {
  const { signals, modes } = shown;
  const root = make("div", { className: "voicekit-player" });
  const transport = new Transport(signals, {
    mode: modes[0],
    curve: FADES[modes[0]] ?? "power",
    fetch,
    tell(message) {
      if (message.kind === "play") {
        // Two views of one test, or two players, do not sound together.
        window.dispatchEvent(new CustomEvent(PLAYS, { detail: transport }));
      }
      tell(message);
    },
    changed: () => show(),
  });

  const buttons = signals.map((signal, lane) =>
    make("button", {
      type: "button",
      className: "voicekit-signal",
      textContent: signal.name,
      title: `Play ${signal.name} (${signal.key})`,
      onclick: (event) => choose(lane, event),
    }),
  );
  const play = make("button", { type: "button", onclick: (e) => transport.toggle(e) });
  const again = plain("Restart", (event) => transport.restart(event));
  const from = plain("Loop from here", () => transport.markLoop(0));
  const to = plain("Loop to here", () => transport.markLoop(1));
  const loop = plain("Loop", () => transport.toggleLoop());
  const longest = Math.max(...signals.map(({ duration }) => duration));
  const place = make("input", {
    type: "range",
    min: 0,
    max: longest,
    step: 0.01,
    value: 0,
    "aria-label": "Position",
    oninput: () => transport.seek(Math.min(Number(place.value), transport.duration)),
  });
  const wave = make("canvas", { width: 800, height: 56, "aria-hidden": "true" });
  const words = make("div", { className: "voicekit-words", "aria-hidden": "true" });
  const spoken = make("p", { className: "voicekit-now", role: "status" });
  const group = { className: "voicekit-signals", role: "group", "aria-label": "Clips" };
  root.append(make("div", group, ...buttons), wave, words, place);
  root.append(
    make("div", { className: "voicekit-transport" }, play, again, from, to, loop),
    ...modeChoice(),
    spoken,
  );

  function plain(textContent, onclick) {
    return make("button", { type: "button", textContent, onclick });
  }

  function modeChoice() {
    if (modes.length < 2) return [];
    const list = make("select", {
      onchange: () => transport.setMode(list.value),
    });
    list.append(...modes.map((mode) => new Option(mode, mode)));
    const how = make("span", { textContent: ` (same word by ${shown.how})` });
    return [make("label", { className: "voicekit-modes" }, "On switching: ", list, how)];
  }

  function choose(lane, event) {
    const done = transport.select(lane, event);
    selected(lane);
    return done;
  }

  function show() {
    const { current, playing } = transport;
    const name = signals[current].name;
    play.textContent = playing ? "Pause" : "Play";
    loop.setAttribute("aria-pressed", String(transport.loop !== null));
    buttons.forEach((one, lane) => {
      one.setAttribute("aria-pressed", String(lane === current && playing));
    });
    const text = playing ? `Playing ${name}` : "";
    if (spoken.textContent !== text) spoken.textContent = text;
    draw();
  }

  function draw() {
    const { peaks, duration, words: said } = signals[transport.current];
    wave.hidden = words.hidden = !peaks;
    if (peaks) {
      drawPeaks(wave, peaks, duration / longest, transport.loop?.map((t) => t / longest));
      words.replaceChildren(
        ...said.map(([textContent, start]) => {
          const one = make("span", { textContent });
          one.style.left = `${(100 * start) / longest}%`;
          return one;
        }),
      );
    }
  }

  let frame = 0;
  function follow() {
    transport.tick();
    const here = transport.position();
    if (document.activeElement !== place || transport.playing) place.value = here;
    place.setAttribute("aria-valuetext", `${here.toFixed(1)} s`);
    frame = requestAnimationFrame(follow);
  }

  function yieldTo({ detail }) {
    if (detail !== transport) transport.pause();
  }

  const keys = {
    " ": (event) => transport.toggle(event),
    Home: (event) => transport.restart(event),
    "[": () => transport.markLoop(0),
    "]": () => transport.markLoop(1),
    l: () => transport.toggleLoop(),
  };
  signals.forEach(({ key }, lane) => (keys[key] = (event) => choose(lane, event)));

  window.addEventListener(PLAYS, yieldTo);
  show();
  follow();
  return {
    root,
    transport,
    keys,
    /** Ticks off the clips of which enough was heard. */
    mark(heard) {
      buttons.forEach((one, lane) => {
        one.textContent = `${signals[lane].name}${heard[lane] ? " ✓" : ""}`;
      });
    },
    close() {
      cancelAnimationFrame(frame);
      window.removeEventListener(PLAYS, yieldTo);
      transport.close();
    },
  };
}

/** Draws pairs of lowest and highest samples, and the loop behind them. */
function drawPeaks(canvas, peaks, share, loop) {
  const { width, height } = canvas;
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  const { color } = getComputedStyle(canvas);
  if (loop) {
    pen.globalAlpha = 0.15;
    pen.fillStyle = color;
    pen.fillRect(loop[0] * width, 0, (loop[1] - loop[0]) * width, height);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = color;
  const step = (share * width) / peaks.length;
  peaks.forEach(([low, high], column) => {
    const top = ((1 - high) / 2) * height;
    pen.fillRect(column * step, top, step, Math.max(1, ((high - low) / 2) * height));
  });
}

/** Calls what a key stands for, unless the focused control has a use for it itself. */
export function pressed(event, keys) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { tagName, type } = event.target;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const own =
    (tagName === "BUTTON" && [" ", "Enter"].includes(name)) ||
    (tagName === "SUMMARY" && [" ", "Enter"].includes(name)) ||
    (type === "radio" && (name === " " || name.startsWith("Arrow"))) ||
    tagName === "SELECT";
  const action = keys[event.shiftKey && `Shift+${name}`] ?? keys[name];
  if (own || !action) return;
  event.preventDefault();
  if (!event.repeat || name.startsWith("Arrow")) action(event);
}
