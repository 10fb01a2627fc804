// The keyboard: what the arrow keys mean everywhere.

/** @import { Place } from "./mounted.d.ts" */

/** @type {Record<string, Place>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The whole number from 0 to one less than `count` that is nearest. @type {(value: number, count: number) => number} */
export const within = (value, count) => Math.max(0, Math.min(count - 1, value));

/** Whether a key was pressed with Ctrl, Alt or Meta, which belong to the browser. @type {(event: KeyboardEvent) => boolean} */
export const isShortcut = (event) => event.ctrlKey || event.metaKey || event.altKey;

/**
 * One step [down, across] for an arrow key, `far` of them with Shift; null for any other key. The key is used up.
 * @type {(event: KeyboardEvent, far?: number) => Place | null}
 */
export function arrow(event, far = 1) {
  const step = isShortcut(event) ? undefined : ARROWS[event.key];
  if (!step) return null;
  use(event);
  return [step[0] * (event.shiftKey ? far : 1), step[1] * (event.shiftKey ? far : 1)];
}

/** The key was for this component: nobody else acts on it, and the page does not scroll. @type {(event: Event) => void} */
export function use(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * The place in a list that a key leads to: arrows, Home and End; null for any other key. The key is used up.
 * @type {(event: KeyboardEvent, from: number, count: number) => number | null}
 */
export function listed(event, from, count) {
  const end = { Home: 0, End: count - 1 }[event.key];
  const step = end === undefined ? arrow(event) : null;
  if (end === undefined && !step) return null;
  use(event);
  return within(end ?? from + (step ? step[0] + step[1] : 0), count);
}
