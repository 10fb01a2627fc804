// Places on a picture or a map, and the pointer that chooses them.

/** @import { Box, Place } from "./mounted.d.ts" */

/** Lays an element over its parent. @type {(node: HTMLElement | SVGElement, box: Box) => void} */
export function lay(node, [top, left, height, width]) {
  const [y, x, high, wide] = [top, left, height, width].map((share) => `${100 * share}%`);
  Object.assign(node.style, { top: y, left: x, height: high, width: wide });
}

/** Where the pointer is on an element, as shares of its sides from 0 to 1. @type {(node: Element, event: MouseEvent) => Place} */
export function shares(node, event) {
  const box = node.getBoundingClientRect();
  const inside = (/** @type {number} */ share) => Math.min(1, Math.max(0, share));
  return [inside((event.clientY - box.top) / box.height), inside((event.clientX - box.left) / box.width)];
}

/** The cell of a grid at these shares. @type {(place: Place, size: Place) => Place} */
export function cellAt(place, size) {
  return /** @type {Place} */ (place.map((share, axis) => Math.min(size[axis] - 1, Math.floor(share * size[axis]))));
}

/**
 * Follows a pointer from the press to the release: `move` gets where it is, `rest` is called when it lets go.
 * @type {(node: HTMLElement, move: (place: Place) => void, rest: () => void) => void}
 */
export function drag(node, move, rest) {
  node.onpointerdown = (event) => {
    node.setPointerCapture(event.pointerId);
    move(shares(node, event));
  };
  node.onpointermove = (event) => {
    if (node.hasPointerCapture(event.pointerId)) move(shares(node, event));
  };
  node.onpointerup = node.onpointercancel = rest;
}

/**
 * Calls `point` with the event while a pointer is over an element or presses it, and with null when a mouse leaves; a
 * finger leaves when it lifts, and what it touched stays readable.
 * @type {(node: HTMLElement, point: (event: PointerEvent | null) => void) => void}
 */
export function hover(node, point) {
  node.onpointermove = node.onpointerdown = point;
  node.onpointerleave = (event) => {
    if (event.pointerType === "mouse") point(null);
  };
}
