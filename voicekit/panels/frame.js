const NO_SHORTCUTS = "data-lm-suppress-shortcuts";

function render({ el }) {
  el.hidden = true;

  // JupyterLab looks for the attribute when it hears the key on the document; the window
  // hears it before. It must stand on the very element that has the focus. Ctrl+S and
  // the like stay JupyterLab's; Ctrl+Enter would run the cell again and throw the panel
  // away.
  function keepKey(event) {
    if (el.closest(".voicekit")?.contains(event.target)) {
      const passes = (event.ctrlKey || event.metaKey) && event.key !== "Enter";
      event.target.toggleAttribute(NO_SHORTCUTS, !passes);
    }
  }

  window.addEventListener("keydown", keepKey, true);
  return () => window.removeEventListener("keydown", keepKey, true);
}

export default { render };
