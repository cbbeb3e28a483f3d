const NO_SHORTCUTS = "data-lm-suppress-shortcuts";

/** Gives sliders and their numbers the name that stands beside them. */
function nameControls(panel) {
  for (const row of panel.querySelectorAll(".widget-slider")) {
    const name = row.querySelector(".widget-label")?.textContent ?? "";
    row.querySelector("[role=slider]")?.setAttribute("aria-label", name);
    const number = row.querySelector(".widget-readout");
    number?.setAttribute("role", "textbox");
    number?.setAttribute("aria-label", `${name}, as a number`);
  }
}

function render({ el }) {
  el.hidden = true;
  let panel = null;
  let next = 0;
  const changes = new MutationObserver(() => nameControls(panel));

  // A widget is drawn before it is put into its box.
  function attach() {
    panel = el.closest(".voicekit");
    if (panel === null) {
      next = requestAnimationFrame(attach);
      return;
    }
    changes.observe(panel, { childList: true, subtree: true });
    nameControls(panel);
  }

  // JupyterLab looks for the attribute when it hears the key on the document; the window
  // hears it before. It must stand on the very element that has the focus. Ctrl+S and
  // the like stay JupyterLab's; Ctrl+Enter would run the cell again and throw the panel
  // away.
  function keepKey(event) {
    if (panel?.contains(event.target)) {
      const passes = (event.ctrlKey || event.metaKey) && event.key !== "Enter";
      event.target.toggleAttribute(NO_SHORTCUTS, !passes);
    }
  }

  attach();
  window.addEventListener("keydown", keepKey, true);
  return () => {
    window.removeEventListener("keydown", keepKey, true);
    cancelAnimationFrame(next);
    changes.disconnect();
  };
}

export default { render };
