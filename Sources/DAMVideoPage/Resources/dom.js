// Elements made by code. Text is always a text node: names and captions are never read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element. `on...` properties are listeners, `class` and `style` (an object) are as named, null and false are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "style") Object.entries(value).forEach(([key, item]) => element.style.setProperty(key, item));
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the page's sprite, hidden from screen readers. */
export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${className}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A button with an icon only; its label is for screen readers and shown on hover. */
export function iconButton(name, label, onclick, properties = {}) {
  return h("button", { type: "button", class: "quiet round", "aria-label": label, title: label, onclick, ...properties }, icon(name));
}

export function button(label, onclick, properties = {}, iconName = null) {
  return h("button", { type: "button", onclick, ...properties }, iconName && icon(iconName), h("span", {}, label));
}

/** Sets text only if it differs, so that a selection or a screen reader is not disturbed. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows a picture; one that is shown already is not loaded again. */
export function showPicture(image, path) {
  if (image.getAttribute("src") !== path) image.src = path;
}

export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Announces a sentence to screen readers. */
export function announce(text) {
  const live = document.getElementById("live");
  live.append(h("p", {}, text));
  while (live.childElementCount > 6) live.firstElementChild.remove();
}

/** True if keys go to a text field. */
export function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=range])"));
}

/** Calls `action` once there has been no call for a number of milliseconds. */
export function debounced(milliseconds, action) {
  let timer = 0;
  const call = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}
