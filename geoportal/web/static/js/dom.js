// Builds elements. Text goes in as text nodes only: names of facilities are data, never markup.

/** @typedef {any} Child a node, a text, a number, a list of these; nothing for what is empty */

/**
 * Makes an element; `on` holds listeners, `data` data attributes, what is empty is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} attributes
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      for (const [key, text] of Object.entries(value)) element.dataset[key] = text;
    } else if (value === true) {
      element.setAttribute(name, "");
    } else {
      element.setAttribute(name, String(value));
    }
  }
  append(element, children);
  return element;
}

/** @param {Element} element @param {Child[]} children */
export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** @param {Element} element @param {Child[]} children */
export function replaceChildren(element, ...children) {
  while (element.firstChild) element.firstChild.remove();
  append(element, children);
}

/** @param {string} id @param {Document} [root] @returns {any} what a JSON script of the page holds */
export function readJson(id, root = document) {
  const element = root.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

/** An element of our own templates, whose kind is known where it is asked for. @returns {any} */
export const byId = (/** @type {string} */ id) => document.getElementById(id);

/** @param {string} selector @param {ParentNode} [root] @returns {any[]} */
export const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

/** Shows what only works with scripts, in browsers that cannot tell by CSS. */
export function revealScriptOnly() {
  if (!window.matchMedia("(scripting: enabled)").matches) document.documentElement.classList.add("js");
}

/** @type {Map<string, Promise<Event>>} */
const scripts = new Map();

/** Brings a library in, once; rejects when it cannot be had, and may be tried again then. */
export function loadScript(/** @type {string} */ address) {
  if (!scripts.has(address)) {
    scripts.set(address, new Promise((loaded, failed) => {
      document.head.append(h("script", { src: address, on: { load: loaded, error: failed } }));
    }));
    scripts.get(address).catch(() => scripts.delete(address));
  }
  return scripts.get(address);
}
