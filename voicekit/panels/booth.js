import { controls, pressed, soundsOf } from "./controls.js";
import { make } from "./dom.js";
import { FORMS } from "./forms.js";

const WAITING = "One moment …";
const UNANSWERED = "Now give your answer.";

function render({ model, el }) {
  const sounds = soundsOf(model);
  const root = make("div", {
    className: "voicekit-booth",
    role: "group",
    "aria-label": "Listening test",
    tabIndex: -1,
  });
  el.append(root);
  let shown = { screen: null };

  function send(message) {
    model.send(message);
  }

  function update() {
    const state = model.get("state");
    if (state.screen !== shown.screen) {
      const hadFocus = root.contains(document.activeElement);
      shown.close?.();
      sounds.clear();
      shown = build(state, { sounds, send });
      root.replaceChildren(shown.root);
      if (hadFocus) root.focus({ preventScroll: true });
    }
    shown.refresh?.(state);
  }

  root.addEventListener("keydown", (event) => {
    if (model.get("state").keys) pressed(event, shown.keys ?? {});
  });
  model.on("change:state", update);
  update();
  return () => {
    model.off("change:state", update);
    shown.close?.();
    sounds.close();
  };
}

/** Draws a screen, and returns its element, its keys, and how it is brought up to date. */
function build(state, { sounds, send }) {
  const root = make("div");
  const error = make("p", { className: "voicekit-error", role: "alert" });
  const heading = make("h3", { textContent: state.heading ?? WAITING });
  const texts = (state.texts ?? []).map((textContent) => make("p", { textContent }));
  root.append(heading, progress(state), ...texts);
  if (!state.control) {
    root.append(error);
    const refresh = (now) => (error.textContent = now.error ?? "");
    return { root, screen: state.screen, refresh };
  }

  let ready = false;
  let sent = false;
  const next = make("button", {
    type: "button",
    className: "voicekit-next",
    textContent: state.next,
    onclick: submit,
  });
  const hint = make("p", { className: "voicekit-hint" });
  const form = FORMS[state.control]?.(state, check);
  const player =
    state.signals.length > 0
      ? controls(state, { fetch: sounds.fetch, tell: send, selected: form?.selected })
      : null;
  const help = make("details", { className: "voicekit-hint" });
  help.append(make("summary", { textContent: "Keys (?)" }), state.help);
  help.hidden = !state.keys || !player;
  root.append(...[player?.root, form?.root, error, next, hint, help].filter(Boolean));

  function check() {
    const answered = !form || form.answer() !== null;
    next.setAttribute("aria-disabled", String(!(ready && answered) || sent));
    hint.textContent = ready ? (answered ? "" : UNANSWERED) : state.rule;
  }

  function submit() {
    const answer = form ? form.answer() : null;
    if (next.getAttribute("aria-disabled") === "true") return;
    player?.transport.pause(); // so that all that was heard is told before
    sent = true;
    check();
    send({ kind: "answer", screen: state.screen, answer });
  }

  return {
    root,
    screen: state.screen,
    keys: {
      ...player?.keys,
      ...form?.keys,
      Enter: submit,
      "?": () => (help.open = !help.open),
      "Shift+?": () => (help.open = !help.open),
    },
    refresh(now) {
      ready = now.ready;
      player?.mark(now.heard);
      sent = false;
      error.textContent = now.error ?? "";
      error.hidden = !now.error;
      check();
    },
    close: () => player?.close(),
  };
}

function progress({ done, total }) {
  const bar = make("progress", { max: total || 1, value: done || 0 });
  bar.setAttribute("aria-label", "Trials answered");
  return bar;
}

export default { render };
