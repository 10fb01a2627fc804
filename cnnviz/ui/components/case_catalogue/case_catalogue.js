// Draws the cases it is given and tells Python which one was chosen. The drawings are made once, afterwards only the
// marks change, so that the list stays where it was scrolled to.

import { element, memory, part, svg } from "../shared/dom.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, DrawnCase, Drawing, Message } from "./messages.d.ts" */

const WIDTH = 112;
const HEIGHT = 52;
const GAP = 20; // between input and output, where the arrow is
/** @type {Record<string, string>} */
const KINDS = { ".": "input", p: "border", b: "beyond", z: "zero", x: "unread" };

const stateOf = memory(() => ({ made: "" }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "case_catalogue");
  const state = stateOf(host);
  const made = JSON.stringify(data.groups);
  if (state.made !== made) {
    state.made = made;
    host.replaceChildren(
      ...data.groups.map(({ title, cases }) =>
        element("section", "group", element("h3", "heading", title), element("div", "cases", cases.map(drawnCase))),
      ),
    );
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (host.querySelectorAll(".case"))) {
    const { key = "" } = button.dataset;
    button.ariaPressed = String(data.shown.includes(key));
    button.onclick = () => setTriggerValue("case", key);
  }
}

/** @type {(one: DrawnCase) => HTMLElement} */
const drawnCase = ({ key, title, sizes, away, drawing }) =>
  element(
    "button",
    { className: "case", data: { key } },
    drawn(drawing),
    element("span", "title", title),
    element("span", "sizes", sizes),
    away && element("span", "away", `on the page ${away}`),
  );

/** Input and output to one scale, so that one sees what shrinks and what grows. @type {(drawing: Drawing) => SVGElement} */
function drawn({ kinds, rows, columns, output }) {
  const [height, width] = [kinds.length, kinds[0].length];
  const side = Math.min(HEIGHT / Math.max(height, output[0]), (WIDTH - GAP) / (width + output[1]), 9);
  const left = (WIDTH - GAP - side * (width + output[1])) / 2;
  const middle = HEIGHT / 2;
  const right = left + side * width + GAP;
  /** @type {(row: number, column: number, kind: string, x: number, high: number) => SVGElement} */
  const cell = (row, column, kind, x, high) => {
    const place = { x: x + column * side, y: middle - (side * high) / 2 + row * side };
    return svg("rect", { ...place, width: side * 0.88, height: side * 0.88, rx: side * 0.14, class: kind });
  };
  const every = Array.from({ length: output[0] * output[1] }, (_, at) => [Math.floor(at / output[1]), at % output[1]]);
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    kinds.map((line, row) => [...line].map((kind, column) => cell(row, column, KINDS[kind], left, height))),
    rows.map((row) => columns.map((column) => cell(row, column, "tap", left, height))),
    svg("path", { d: `M${right - GAP + 4} ${middle}h10m-3.5-3.5 3.5 3.5-3.5 3.5`, class: "arrow" }),
    every.map(([row, column]) => cell(row, column, "output", right, output[0])),
  );
}
