// Two groups of small pictures. Where the pointer or the arrow keys put a window on the left ones, its pixels are marked
// on the right ones too: Python said where each pixel went.

import { element, memory, part, svg } from "../shared/dom.js";
import { arrow, within } from "../shared/keys.js";
import { legend } from "../shared/legend.js";
import { shares } from "../shared/pointer.js";

/** @import { Mounted, Place } from "../shared/mounted.d.ts" */
/** @import { Message, PatchSide } from "./messages.d.ts" */

const stateOf = memory(() => ({ at: /** @type {Place | null} */ (null) }));

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data, parentElement }) {
  const host = part(parentElement, "shuffled_patches");
  const state = stateOf(host);
  const { size, window, places } = data;
  const last = size - window;
  const reading = element("span", { className: "reading", ariaLive: "polite" });
  /** @type {[SVGElement[], SVGElement[]]} */
  const overlays = [[], []];

  // On the left one frame; on the right each of its pixels where the shuffle put it. Filtered pictures carry no marks:
  // their pixels are answers of windows, not pixels.
  const move = (/** @type {number} */ row, /** @type {number} */ column) => {
    const [top, left] = [row, column].map((place) => within(Math.round(place), last + 1));
    state.at = [top, left];
    const cells = Array.from({ length: window * window }, (_, at) => [
      top + Math.floor(at / window),
      left + (at % window),
    ]);
    const scattered = cells.map(([y, x]) => places[y * size + x]);
    for (const drawing of overlays[0]) drawing.replaceChildren(...framed(left, top, window));
    for (const drawing of overlays[1]) {
      drawing.replaceChildren(...scattered.flatMap((place) => framed(place % size, Math.floor(place / size), 1)));
    }
    reading.textContent =
      `Rows ${top + 1} to ${top + window}, columns ${left + 1} to ${left + window}: ` +
      `${window * window} neighbours left, ${window * window} strangers right.`;
  };
  const follow = (/** @type {PointerEvent} */ event) => {
    const [y, x] = shares(/** @type {Element} */ (event.currentTarget), event);
    move(y * size - window / 2, x * size - window / 2);
  };
  part(host, "sides").replaceChildren(
    ...data.sides.map((side, index) => drawnSide(side, data, overlays[index], index ? null : follow)),
  );
  part(host, "foot").replaceChildren(legend(data.legend.low, data.legend.source, data.legend.high), reading);
  host.onkeydown = (event) => {
    const step = arrow(event);
    if (step && state.at) move(state.at[0] + step[0], state.at[1] + step[1]);
  };
  move(...(state.at ?? [Math.floor(last / 2), Math.floor(last / 2)]));
}

/** @type {(x: number, y: number, side: number) => SVGElement[]} */
const framed = (x, y, side) =>
  ["under", "inner"].map((kind) => svg("rect", { class: kind, x, y, width: side, height: side }));

/** @type {(side: PatchSide, data: Message, overlays: SVGElement[], follow: ((event: PointerEvent) => void) | null) => HTMLElement} */
function drawnSide({ title, rows }, { columns, size }, overlays, follow) {
  const cells = rows.flatMap(({ name, pictures }, index) => {
    const isMarked = index < rows.length - 1;
    const boxes = pictures.map(({ source, alt }) => {
      const box = element("div", "picture", element("img", { src: source, alt, draggable: false }));
      if (!isMarked) return box;
      const overlay = svg("svg", { viewBox: `0 0 ${size} ${size}` });
      overlays.push(overlay);
      box.append(overlay);
      if (follow) Object.assign(box, { className: "picture moves", onpointermove: follow, onpointerdown: follow });
      return box;
    });
    return [element("span", "name", name), ...boxes];
  });
  const labels = columns.map((name) => element("span", "label", name));
  const grid = element("div", { className: "grid", style: { "--columns": columns.length } }, labels, cells);
  return element("figure", "side", element("figcaption", "title", title), grid);
}
