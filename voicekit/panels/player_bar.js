import { make } from "./dom.js";

// A message reaches every view of the panel; the sound shall come from one.
const heard = new WeakSet();

function render({ model, el }) {
  el.classList.add("voicekit-player");
  el.hidden = true;
  const title = make("p");
  const audio = make("audio", { controls: true });
  const text = make("p", { className: "voicekit-words" });
  let words = [];
  let name = "";
  let next = 0;

  function say(playing) {
    model.set("playing", playing);
    model.save_changes();
  }

  function light() {
    const now = audio.currentTime;
    for (const { element, start, end } of words) {
      element.classList.toggle("voicekit-now", start <= now && now < end);
    }
    if (!audio.paused) next = requestAnimationFrame(light);
  }

  function show(timed) {
    words = timed.map(([word, start, end]) =>
      ({ element: make("span", {}, word), start, end }));
    text.replaceChildren(...words.flatMap(({ element }) => [element, " "]));
    text.hidden = words.length === 0;
  }

  function take(message, buffers) {
    if (message.kind === "stop") audio.pause();
    if (message.kind !== "play" || heard.has(message)) return;
    heard.add(message);
    URL.revokeObjectURL(audio.src);
    audio.src = URL.createObjectURL(new Blob(buffers, { type: message.mediaType }));
    title.textContent = message.title;
    audio.ariaLabel = message.title;
    name = message.name;
    show(message.words);
    el.append(title, audio, text);
    el.hidden = false;
    // A browser may want a press of its own; the player is there for it.
    audio.play().catch(() => say(""));
  }

  audio.addEventListener("play", () => {
    say(name);
    light();
  });
  for (const end of ["pause", "ended", "error"]) {
    audio.addEventListener(end, () => say(""));
  }
  audio.addEventListener("seeked", light);
  model.on("msg:custom", take);
  return () => {
    model.off("msg:custom", take);
    audio.pause();
    URL.revokeObjectURL(audio.src);
    cancelAnimationFrame(next);
  };
}

export default { render };
