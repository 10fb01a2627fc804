// One unit seen from three sides. Everything that is shown comes from Python; here it is drawn, and clicks are told.

import { element, flag, memory, part, picture, svg } from "../shared/dom.js";
import { arrow, within } from "../shared/keys.js";
import { cellAt, lay, shares } from "../shared/pointer.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Ascent, Message, Patches, SentBack } from "./messages.d.ts" */

const CURVE = { left: 66, right: 352, top: 10, bottom: 66 };

const stateOf = memory(() => ({ timer: 0 }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "unit_tiles");
  const state = stateOf(host);
  const about = () => ({ stamp: performance.now() });
  if (data.patches) {
    drawPatches(host, data.patches, (number, words) =>
      setTriggerValue("patch", { value: [number, words], ...about() }),
    );
  }
  if (data.ascent) drawAscent(host, data.ascent);
  if (data.sent) {
    drawSent(host, data.sent, (value, wait) => {
      clearTimeout(state.timer);
      state.timer = setTimeout(() => setTriggerValue("cell", { value, ...about() }), wait);
    });
  }
  return () => clearTimeout(state.timer);
}

/** @type {(source: string, alt: string, coarse: boolean) => HTMLImageElement} */
const image = (source, alt, coarse) => element("img", { src: source, alt, className: coarse ? "coarse" : "" });

/** Patches as buttons; places that no patch fills are kept free. @type {(host: HTMLElement, patches: Patches, choose: (number: number, words: string) => void) => void} */
function drawPatches(host, { tiles, slots, columns, label }, choose) {
  const boxes = Array.from({ length: slots }, (_, number) => {
    const tile = tiles[number];
    if (!tile) return element("div", "patch free");
    const { source, coarse, value, name, words } = tile;
    return element(
      "button",
      { className: "patch", title: words, ariaLabel: words, onclick: () => choose(number, words) },
      element("span", "shown", image(source, "", coarse)),
      element("span", "line", element("b", "", value), " ", element("span", "name", name)),
    );
  });
  const patches = element("div", { className: "patches", role: "group", ariaLabel: label }, boxes);
  patches.style.setProperty("--columns", String(columns));
  host.replaceChildren(patches);
}

/** The picture that is being made, and its objective step by step. @type {(host: HTMLElement, ascent: Ascent) => void} */
function drawAscent(host, ascent) {
  const { source, alt, coarse, waiting } = ascent;
  const before = host.querySelector("img");
  if (source && before) {
    picture(before, source, alt); // the same element, so that nothing flickers between two steps
    flag(before, "coarse", coarse);
    part(host, "svg", SVGSVGElement).replaceWith(curve(ascent));
  } else {
    const shown = element("div", "shown", source ? image(source, alt, coarse) : element("p", "waiting", waiting));
    host.replaceChildren(element("figure", "ascent", shown, curve(ascent)));
  }
}

/** @type {(ascent: Ascent) => SVGSVGElement} */
function curve({ points, low, high, last, steps }) {
  const { left, right, top, bottom } = CURVE;
  const places = points.map(([step, value]) => [left + step * (right - left), bottom - value * (bottom - top)]);
  const words = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ text, anchor = "middle") =>
    svg("text", { x, y, "text-anchor": anchor }, text);
  const axis = (/** @type {number} */ x2, /** @type {number} */ y1) =>
    svg("line", { class: "axis", x1: left, x2, y1, y2: bottom });
  const end = places.at(-1);
  return svg(
    "svg",
    {
      viewBox: "0 0 360 86",
      role: "img",
      "aria-label": end ? `The objective rose from ${low} to ${last} in the steps so far.` : "No step yet.",
    },
    axis(right, bottom),
    axis(left, top),
    words(left - 5, bottom, low, "end"),
    words(left - 5, top + 8, high, "end"),
    words(left, 82, "0"),
    words(right, 82, steps, "end"),
    words((left + right) / 2, 82, "steps"),
    end ? svg("polyline", { class: "curve", points: places.map((place) => place.join(",")).join(" ") }) : null,
    end ? svg("circle", { class: "now", cx: end[0], cy: end[1], r: 4 }) : null,
  );
}

/**
 * The picture with the unit's receptive field, and below it the field alone: its pixels, and what was sent back.
 * @type {(host: HTMLElement, sent: SentBack, choose: (cell: [number, number], wait: number) => void) => void}
 */
function drawSent(host, { source, alt, coarse, field, at, cells, parts }, choose) {
  if (!host.querySelector(".sent")) {
    const made = element(
      "div",
      { className: "stage", tabIndex: 0, role: "img" },
      image("", "", false),
      element("div", "frame field"),
    );
    host.replaceChildren(element("div", "sent", made, element("div", "pair")));
  }
  const stage = part(host, "stage");
  const whole = part(stage, "img", HTMLImageElement);
  picture(whole, source);
  flag(whole, "coarse", coarse);
  stage.ariaLabel = alt;
  lay(part(stage, "frame"), field);
  let [row, column] = at;
  stage.onclick = (event) => choose(cellAt(shares(stage, event), cells), 0);
  stage.onkeydown = (event) => {
    const step = arrow(event);
    if (!step) return;
    [row, column] = [within(row + step[0], cells[0]), within(column + step[1], cells[1])];
    choose([row, column], 120);
  };
  part(host, "pair").replaceChildren(
    ...parts.map(({ source: pixels, alt: words, coarse: isCoarse, caption }) =>
      element(
        "figure",
        "part",
        element("div", "shown", image(pixels, words, isCoarse)),
        element("figcaption", "", caption),
      ),
    ),
  );
}
