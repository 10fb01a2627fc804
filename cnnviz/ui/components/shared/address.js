// The page's address: words that a component keeps there, so that a copied link opens on the same state.

import { keepHistory } from "./history.js";

/** @type {(name: string) => string | null} */
export const fromAddress = (name) => new URL(window.location.href).searchParams.get(name);

/** A share that the address says in percent, such as opacity=60; else the usual one. @type {(name: string, usual: number) => number} */
export function percentFromAddress(name, usual) {
  const words = fromAddress(name) ?? "";
  return /^\d{1,3}$/.test(words) ? Math.min(100, Number(words)) : usual;
}

/** Writes a word, or takes it away with null; all others stay, and no entry is added to the history. @type {(name: string, value: string | null) => void} */
export function setInAddress(name, value) {
  keepHistory().own.add(name);
  const address = new URL(window.location.href);
  if (address.searchParams.get(name) === value) return;
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  window.history.replaceState(window.history.state, "", address);
}
