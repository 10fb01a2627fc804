// The whole picture and the whole filtered picture beside the grids: the patch and the window's place drawn on both.
// Dragging, tapping or arrow keys move the patch; Python is told once, when it comes to rest.

import { element, flag, part, picture } from "../shared/dom.js";
import { arrow, within } from "../shared/keys.js";
import { largeButton } from "../shared/large.js";
import { legend } from "../shared/legend.js";
import { drag, lay } from "../shared/pointer.js";

/** @import { Box } from "../shared/mounted.d.ts" */
/** @import { Filtered, WholePicture } from "./messages.d.ts" */
/** @import { View, Walk } from "./walk.js" */

const BESIDE_FROM = 800; // px of width from which the pictures stand beside the grids
const [NARROWEST, WIDEST] = [110, 180]; // px of a picture there
const GUTTER = 20;
const AROUND = 92; // px of the captions and the legend

/** @type {View} */
export const pictureView = {
  build(walk) {
    const slot = walk.part("pictures");
    const whole = walk.data.picture;
    slot.hidden = !whole;
    flag(walk.host, "pictured", whole);
    if (!whole) return slot.replaceChildren();
    if (!slot.childElementCount) slot.append(figureOf("source"), figureOf("filtered"));
    const figure = part(slot, "source");
    figure.tabIndex = 0;
    figure.role = "slider";
    figure.ariaLabel = "Place of the patch. Arrow keys move it.";
    drawPicture(figure, whole);
    assignDragging(walk, figure, whole);
    walk.filtered = null;
  },

  // The window on the picture, and its output on the filtered picture. What lies in the padding is cut off.
  show(walk, index) {
    const whole = walk.data.picture;
    if (!whole) return;
    const { input, output, steps } = walk.data;
    const {
      at: [number, row, column],
      rows,
      columns,
    } = steps[index];
    const [source, figure] = [walk.part(".pictures .source"), walk.part(".pictures .filtered")];
    const filtered = whole.filtered[number];
    const [top, left] = [whole.top, whole.left].map((place, axis) => Math.floor(place / whole.stride[axis]));
    if (walk.filtered !== number) {
      walk.filtered = number;
      drawPicture(figure, filtered);
      figure.querySelector(".legend")?.remove();
      figure.append(legend(filtered.low, filtered.legend, filtered.high));
      part(figure, "figcaption").append(
        " ",
        largeButton(filtered.alt, () => whatIsLarge(filtered)),
      );
      lay(part(figure, "patch"), shareOf(filtered, [top, left, ...output.size]));
    }
    const [first, last] = [0, -1].map((end) => [rows.at(end) ?? 0, columns.at(end) ?? 0]);
    const begin = [whole.top + first[0] - input.origin[0], whole.left + first[1] - input.origin[1]];
    const size = [last[0] - first[0] + 1, last[1] - first[1] + 1];
    lay(part(source, "window"), shareOf(whole, [...begin, ...size]));
    lay(part(figure, "window"), shareOf(filtered, [top + row, left + column, 1, 1]));
  },

  leave: (walk) => clearTimeout(walk.patchTimer),
};

/** Beside the grids, one under the other, where there is the width for it; else above them. Gives the width that they take, in px. @type {(walk: Walk) => number} */
export function placePictures({ host, data: { picture: whole }, width, room = 400 }) {
  const isBeside = whole !== null && width >= BESIDE_FROM;
  flag(host, "beside", isBeside);
  if (!isBeside) return 0;
  const high = Math.min((room - AROUND) / 2, (WIDEST * whole.rows) / whole.columns);
  const wide = Math.round(Math.max(NARROWEST, (high * whole.columns) / whole.rows));
  host.style.setProperty("--picture-wide", `${wide}px`);
  return wide + GUTTER;
}

/** @type {(name: string) => HTMLElement} */
const figureOf = (name) =>
  element(
    "figure",
    name,
    element("figcaption"),
    element("div", "stage", element("img", { draggable: false }), element("div", "patch"), element("div", "window")),
  );

/** @type {(figure: HTMLElement, picture: WholePicture | Filtered) => void} */
function drawPicture(figure, { source, caption, alt, rows, columns }) {
  part(figure, "figcaption").textContent = caption;
  picture(part(figure, ".stage img", HTMLImageElement), source, alt);
  figure.style.setProperty("--aspect", String(columns / rows));
}

const whatIsLarge = (/** @type {Filtered} */ { source, alt }) => ({ source, words: alt });

/** A box of pixels as shares of the picture, so that it stays right at any width. @type {(size: { rows: number, columns: number }, box: number[]) => Box} */
export const shareOf = ({ rows, columns }, [top, left, height, width]) => [
  top / rows,
  left / columns,
  height / rows,
  width / columns,
];

/** @type {(walk: Walk, figure: HTMLElement, picture: WholePicture) => void} */
function assignDragging(walk, figure, { rows, columns, side, stride, ...before }) {
  let [top, left] = [0, 0];
  const snapped = (/** @type {number} */ value, /** @type {number} */ most, /** @type {number} */ step) =>
    step * Math.floor(within(Math.round(value), most + 1) / step);
  const place = (/** @type {number} */ row, /** @type {number} */ column) => {
    [top, left] = [row, column];
    lay(part(figure, "patch"), shareOf({ rows, columns }, [top, left, side, side]));
    figure.ariaValueMin = "0";
    figure.ariaValueNow = String(top * columns + left);
    figure.ariaValueMax = String(rows * columns - 1);
    figure.setAttribute("aria-valuetext", `row ${top}, column ${left}`);
  };
  const move = (/** @type {number} */ row, /** @type {number} */ column) => {
    place(snapped(row, rows - side, stride[0]), snapped(column, columns - side, stride[1]));
    figure.classList.add("moving");
  };
  const rest = () => {
    figure.classList.remove("moving");
    if (top !== before.top || left !== before.left) walk.python?.setStateValue("place", [top, left]);
  };
  place(before.top, before.left);
  drag(part(figure, "stage"), ([y, x]) => move(y * rows - side / 2, x * columns - side / 2), rest);
  figure.onkeydown = (event) => {
    const step = arrow(event, side);
    if (!step) return;
    move(top + step[0] * stride[0], left + step[1] * stride[1]);
    clearTimeout(walk.patchTimer);
    walk.patchTimer = setTimeout(rest, 250);
  };
}
