// A picture with the receptive field of one unit, and the map the unit stands on. Dragging on either, or the arrow keys,
// chooses another unit; Python is told when it comes to rest. Both axes say where the unit at 0 begins to see (offset),
// how far apart neighbours are (stride) and how much each sees (size), in pixels of the input.

import { flag, memory, part, picture } from "../shared/dom.js";
import { arrow, within } from "../shared/keys.js";
import { drag, lay } from "../shared/pointer.js";

/** @import { Mounted, Place } from "../shared/mounted.d.ts" */
/** @import { Answers, Message } from "./messages.d.ts" */

const stateOf = memory(() => ({ timer: 0 }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "field_on_picture");
  const state = stateOf(host);
  const [seen, map] = [part(host, "picture"), part(host, "map")];
  const { axes, margins, unit } = data;
  const [height, width] = axes.map((axis, at) => axis.pixels + 2 * margins[at]);
  const image = part(seen, "img", HTMLImageElement);
  picture(image, data.source, data.alt);
  flag(image, "coarse", Math.max(axes[0].pixels, axes[1].pixels) < 100);
  lay(image, [margins[0] / height, margins[1] / width, axes[0].pixels / height, axes[1].pixels / width]);
  seen.ariaLabel = data.label;
  part(seen, "figcaption").textContent = data.pictureCaption;
  part(seen, "stage").style.setProperty("--aspect", String(width / height));
  part(map, "stage").style.setProperty("--aspect", String(axes[1].units / axes[0].units));

  let [row, column] = unit;
  const move = (/** @type {Place} */ to) => {
    [row, column] = to.map((place, at) => within(Math.round(place), axes[at].units));
    const [top, left] = [row, column].map((place, at) => axes[at].offset + place * axes[at].stride + margins[at]);
    const frame = part(seen, "frame");
    lay(frame, [top / height, left / width, axes[0].size / height, axes[1].size / width]);
    flag(frame, "small", Math.min(axes[0].size / height, axes[1].size / width) < 0.05);
    const [down, across] = [axes[0].units, axes[1].units];
    lay(part(map, "unit"), [row / down, column / across, 1 / down, 1 / across]);
    part(map, "figcaption").textContent = `${data.mapCaption}: (${row}, ${column})`;
  };
  move(unit);
  const rest = () => {
    if (row !== unit[0] || column !== unit[1]) setTriggerValue("unit", [row, column]);
  };

  // The unit whose field is centred where the picture was touched; on the map the unit itself.
  const unitSeeing = (/** @type {number} */ share, /** @type {number} */ at) => {
    const { offset, size, stride } = axes[at];
    return stride ? (share * (at ? width : height) - margins[at] - offset - size / 2) / stride : 0;
  };
  drag(part(seen, "stage"), ([y, x]) => move([unitSeeing(y, 0), unitSeeing(x, 1)]), rest);
  drag(part(map, "stage"), ([y, x]) => move([y * axes[0].units - 0.5, x * axes[1].units - 0.5]), rest);
  seen.onkeydown = (event) => {
    const step = arrow(event, 5);
    if (!step) return;
    move([row + step[0], column + step[1]]);
    clearTimeout(state.timer);
    state.timer = setTimeout(rest, 300);
  };
  return () => clearTimeout(state.timer);
}
