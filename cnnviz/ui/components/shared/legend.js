// What colours mean: the palette as a bar between its two ends.

import { element } from "./dom.js";

/** @type {(low: string, source: string, high: string) => HTMLElement} */
export function legend(low, source, high) {
  const bar = element("img", { src: source, alt: "" });
  return element("p", "legend", element("span", "low", low), bar, element("span", "high", high));
}
