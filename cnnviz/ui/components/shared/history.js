// One entry of the browser's history for each page that is visited, as on any web site: what changes on a page changes
// its entry, and Back leads to the page before, as it was left.
//
// Streamlit 1.67 adds an entry for every parameter that the server writes into the address, three for one click on
// “Up”, and has no setting for it. It also writes what the next page is to be told into the address of the page that is
// being left, before it adds the entry of the next one. And the server hears late, or never, of the words that the
// browser alone writes, such as the step of a walk: it would write the address without them, and a page to which the
// visitor comes again by the menu would begin without them.

import { closeMenu } from "./menu.js";

/** @typedef {{ own: Set<string>, searches: Map<string, string> }} Kept the words that the browser alone writes; path -> the last parameters there */

const KEPT = Symbol.for("cnnviz: one entry for each page"); // each component brings a copy of this file along
const SHARED = ["network", "picture", "class"]; // one choice for all pages, which the server carries along

/** Begins to keep them, if that has not been done yet. @returns {Kept} */
export function keepHistory() {
  const { history } = window;
  if (!Reflect.has(history, KEPT)) Reflect.set(history, KEPT, guarded(history));
  return Reflect.get(history, KEPT);
}

/**
 * What was added before this file was there cannot be taken away: the entry that the visitor opened, which says less
 * than the page showed. Back goes on from there. Streamlit gives a state to each entry that it adds, and that has none.
 * @param {History} history
 */
function passOver(history) {
  const { pathname } = window.location;
  const arrived = (/** @type {PopStateEvent} */ event) => {
    if (event.state !== null || window.location.pathname !== pathname || window.location.hash) return;
    event.stopImmediatePropagation();
    history.back();
  };
  window.addEventListener("popstate", arrived, true);
}

/** @param {History} history @returns {Kept} */
function guarded(history) {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  /** @type {Kept} */
  const kept = { own: new Set(), searches: new Map() };
  const { own, searches } = kept;
  let before = ""; // the address at which the visitor clicked last, once the server has changed it
  let last = ""; // the parameters that the page which is being opened had when it was left
  const heard = () => {
    before = last = "";
  };
  const note = () => searches.set(window.location.pathname, window.location.search);
  const rest = (/** @type {URLSearchParams} */ words) =>
    JSON.stringify([...words].filter(([name]) => !own.has(name) && !SHARED.includes(name)).sort());
  const keep = (/** @type {URL} */ next) => {
    const now = new URLSearchParams(window.location.search);
    for (const name of own) {
      if (now.has(name)) next.searchParams.set(name, now.get(name) ?? "");
      else next.searchParams.delete(name);
    }
    return next;
  };
  const carry = (/** @type {URL} */ next) => {
    const words = new URLSearchParams(last);
    if (rest(words) !== rest(next.searchParams)) return next;
    for (const name of own) if (words.has(name)) next.searchParams.set(name, words.get(name) ?? "");
    return next;
  };

  for (const kind of ["pointerdown", "click", "keydown", "popstate"]) window.addEventListener(kind, heard, true);
  window.addEventListener("click", closeMenu, true);
  if (history.state !== null) passOver(history);
  history.replaceState = (state, unused, address) => {
    replace(state, unused, address);
    note();
  };
  history.pushState = (state, unused, address) => {
    const next = new URL(address ?? window.location.href, window.location.href);
    if (next.pathname === window.location.pathname) {
      before ||= window.location.href;
      history.replaceState(state, unused, carry(keep(next)));
      return;
    }
    if (before) history.replaceState(history.state, unused, before);
    before = "";
    last = searches.get(next.pathname) ?? "";
    push(state, unused, carry(next));
    note();
  };
  note();
  return kept;
}
