import { controls, pressed, soundsOf } from "./controls.js";
import { make } from "./dom.js";

const KEYS =
  "Keys: letters play a clip, space pauses, Home restarts, [ and ] set a loop, L loops.";

function render({ model, el }) {
  const sounds = soundsOf(model);
  const root = make("div", {
    className: "voicekit-booth",
    role: "group",
    "aria-label": "Player",
    tabIndex: -1,
  });
  let player = null;
  el.append(root);

  function update() {
    const state = model.get("state");
    if (state.error) root.append(make("p", { textContent: state.error, role: "alert" }));
    if (player || !state.signals) return;
    player = controls(state, { fetch: sounds.fetch, tell: () => {} });
    const hint = make("p", { className: "voicekit-hint", textContent: KEYS });
    root.append(player.root, hint);
  }

  root.addEventListener("keydown", (event) => pressed(event, player?.keys ?? {}));
  model.on("change:state", update);
  update();
  return () => {
    model.off("change:state", update);
    player?.close();
    sounds.close();
  };
}

export default { render };
