// Rectangles on a picture, as [top, left, bottom, right] in shares of its sides. Python keeps them; here they are drawn.

import { element, memory, part } from "../shared/dom.js";
import { arrow, use } from "../shared/keys.js";
import { lay, shares } from "../shared/pointer.js";

/** @import { Mounted, Place } from "../shared/mounted.d.ts" */
/** @import { Answers, Message } from "./messages.d.ts" */

/** @typedef {[number, number, number, number]} Rectangle */

const SMALLEST = 0.02;
const STEP = 0.02;

const stateOf = memory(() => ({ focused: /** @type {number | null} */ (null) }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "picture_regions");
  const state = stateOf(host);
  const stage = part(host, "stage");
  const { rectangles, most } = data;
  const tell = (/** @type {Rectangle[]} */ value) => setTriggerValue("rectangles", { value, stamp: performance.now() });
  const image = element("img", { src: data.picture, alt: data.words, className: data.coarse ? "coarse" : "" });
  image.draggable = false;
  const boxOf = (/** @type {Rectangle} */ rectangle, /** @type {number} */ number) => {
    const without = () => tell(rectangles.filter((_, other) => other !== number));
    const label = `Region ${number + 1}: ${percents(rectangle)}`;
    const remove = element("button", { ariaLabel: `Remove region ${number + 1}`, onclick: without }, "×");
    const box = element("div", { className: "rectangle", tabIndex: 0, role: "group", ariaLabel: label });
    box.append(element("span", "", number + 1), remove);
    place(box, rectangle);
    box.onfocus = () => (state.focused = number);
    box.onblur = () => (state.focused = null);
    box.onkeydown = (event) => {
      if (event.key === "Delete" || event.key === "Backspace") {
        use(event);
        return without();
      }
      const step = arrow(event);
      if (!step) return;
      const by = /** @type {Place} */ (step.map((one) => one * STEP));
      state.focused = number;
      tell(rectangles.with(number, event.shiftKey ? sized(rectangle, by) : shifted(rectangle, by)));
    };
    return box;
  };
  const boxes = rectangles.map(boxOf);
  stage.replaceChildren(image, ...boxes);
  if (state.focused !== null) boxes[Math.min(state.focused, boxes.length - 1)]?.focus();

  stage.onpointerdown = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("button")) return;
    const moved = boxes.findIndex((box) => box.contains(target));
    if (moved < 0 && rectangles.length >= most) return;
    event.preventDefault();
    const box = moved < 0 ? boxOf([0, 0, 0, 0], rectangles.length) : boxes[moved];
    if (moved < 0) stage.append(box);
    const began = shares(stage, event);
    let now = moved < 0 ? /** @type {Rectangle} */ ([...began, ...began]) : rectangles[moved];
    stage.setPointerCapture(event.pointerId);
    stage.onpointermove = (move) => {
      const at = shares(stage, move);
      now = moved < 0 ? between(began, at) : shifted(rectangles[moved], [at[0] - began[0], at[1] - began[1]]);
      place(box, now);
    };
    const end = (/** @type {boolean} */ isKept) => {
      stage.onpointermove = stage.onpointerup = stage.onpointercancel = null;
      const large = now[2] - now[0] >= SMALLEST && now[3] - now[1] >= SMALLEST;
      if (isKept && large && now !== rectangles[moved])
        tell(moved < 0 ? [...rectangles, now] : rectangles.with(moved, now));
      else if (moved < 0) box.remove();
      else {
        place(box, rectangles[moved]);
        box.focus();
      }
    };
    stage.onpointerup = () => end(true);
    stage.onpointercancel = () => end(false);
  };
  const add = part(host, "add", HTMLButtonElement);
  add.disabled = rectangles.length >= most;
  add.onclick = () => {
    state.focused = rectangles.length;
    tell([...rectangles, [0.35, 0.35, 0.65, 0.65]]);
  };
  const clear = part(host, "clear", HTMLButtonElement);
  clear.disabled = !rectangles.length;
  clear.onclick = () => tell([]);
  part(host, "output").textContent = rectangles.length
    ? `${rectangles.length} of ${most}. Arrow keys move the one in focus, with Shift they size it; Delete removes it.`
    : "Drag over the picture, or add a rectangle and move it with the arrow keys.";
}

/** The rectangle with these two corners. @type {(one: Place, other: Place) => Rectangle} */
function between([y, x], [down, across]) {
  return [Math.min(y, down), Math.min(x, across), Math.max(y, down), Math.max(x, across)];
}

/** @type {(rectangle: Rectangle, by: Place) => Rectangle} */
function shifted([top, left, bottom, right], [down, across]) {
  const dy = Math.min(1 - bottom, Math.max(-top, down));
  const dx = Math.min(1 - right, Math.max(-left, across));
  return [top + dy, left + dx, bottom + dy, right + dx];
}

/** @type {(rectangle: Rectangle, by: Place) => Rectangle} */
function sized([top, left, bottom, right], [down, across]) {
  const end = (/** @type {number} */ begin, /** @type {number} */ to) => Math.min(1, Math.max(begin + SMALLEST, to));
  return [top, left, end(top, bottom + down), end(left, right + across)];
}

/** @type {(box: HTMLElement, rectangle: Rectangle) => void} */
const place = (box, [top, left, bottom, right]) => lay(box, [top, left, bottom - top, right - left]);

/** @type {(rectangle: Rectangle) => string} */
function percents([top, left, bottom, right]) {
  const [a, b, c, d] = [top, bottom, left, right].map((share) => Math.round(100 * share));
  return `${a} to ${b} % down, ${c} to ${d} % across`;
}
