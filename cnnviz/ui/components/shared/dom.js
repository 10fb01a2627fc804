// Finding and making elements. What is not there is an error: nothing stays blank without a word.

/** @import { Child, Properties } from "./mounted.d.ts" */

/**
 * The element below another that a name stands for: a class, else a tag, or a whole selector.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => T} [kind] what it has to be, where that matters
 * @returns {T}
 */
export function part(root, name, kind) {
  const found = (/^[\w-]+$/.test(name) && root.querySelector(`.${name}`)) || root.querySelector(name);
  if (!found) throw new Error(`There is no “${name}” to draw into.`);
  if (kind && !(found instanceof kind)) throw new Error(`“${name}” is not a ${kind.name}.`);
  return /** @type {T} */ (found);
}

/**
 * A new element with its properties (a text is its class) and its children; null and false are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string | Properties<HTMLElementTagNameMap[Tag]>} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = "", ...children) {
  const made = document.createElement(tag);
  const { style = {}, data = {}, ...own } = typeof properties === "string" ? { className: properties } : properties;
  if (tag === "button") made.setAttribute("type", "button");
  Object.assign(made, own);
  for (const [name, value] of Object.entries(style)) made.style.setProperty(name, String(value));
  for (const [name, value] of Object.entries(data)) made.dataset[name] = String(value);
  made.append(...nodes(children));
  return made;
}

/**
 * A new element of a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...nodes(children));
  return made;
}

/** @type {(children: Child[]) => (Node | string)[]} */
function nodes(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return nodes(child);
    if (child === null || child === false) return [];
    return [typeof child === "number" ? String(child) : child];
  });
}

/**
 * What a component keeps on its own element from one call to the next.
 * @template {object} State
 * @param {() => State} first how it begins
 * @returns {(host: Element) => State}
 */
export function memory(first) {
  /** @type {WeakMap<Element, State>} */
  const states = new WeakMap();
  return (host) => {
    const state = states.get(host) ?? first();
    states.set(host, state);
    return state;
  };
}

/** @type {(node: Element, name: string, on: unknown) => boolean} */
export const flag = (node, name, on) => node.classList.toggle(name, Boolean(on));

/** Writes only what is new: a live region repeats nothing, and nothing is laid out in vain. @type {(node: Node, text: string) => void} */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows a picture, without a flicker where it is shown already. @type {(image: HTMLImageElement, source: string, alt?: string) => void} */
export function picture(image, source, alt = "") {
  if (image.getAttribute("src") !== source) image.src = source;
  image.alt = alt;
}
