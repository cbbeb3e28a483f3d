/** Makes an element; everything given is set as a property, text is never markup. */
export function make(tag, properties = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") one.setAttribute(name, value);
    else one[name] = value;
  }
  one.append(...children);
  return one;
}

/** Makes a button that sends no form. */
export function button(textContent, properties = {}) {
  return make("button", { type: "button", textContent, ...properties });
}
