// The network as boxes. Height and depth are rows and columns, to one scale; width grows with the logarithm of the
// channels. A flat output is drawn as a map of one row and one column.

import { svg } from "../shared/dom.js";

/** @import { Layer, Message } from "./messages.d.ts" */

/** @typedef {Pick<Layer, "shape" | "kind" | "state" | "sign"> & { height: number, across: number, up: number, gap: number, x: number, width: number }} Box */
/** A way into a layer that is not simply the layer before it. @typedef {{ from: number, to: number, height: number }} Skip */

const TALLEST = 112;
const SLANT = { across: 0.34, up: 0.2 }; // of a pixel of depth
const WIDTH_PER_DOUBLING = 2.5;
/** @type {Record<string, number>} */
const GAPS = { point: 1, weights: 8, pool: 8, shape: 8, join: 10 };
const WIDEST = 2.8; // how much the boxes may be stretched to fill the room
const NARROWEST = 0.62; // how much they may be squeezed before the drawing scrolls
const LABEL = 13;

/** The drawing, and for each layer its box and where the pointer finds it. @type {(data: Message, room: number) => { drawing: SVGElement, layers: SVGElement[], targets: SVGElement[] }} */
export function diagram(data, room) {
  const boxes = placed(data, room);
  const last = boxes[boxes.length - 1];
  const rise = Math.max(...boxes.map(({ up }) => up));
  const arcs = skips(data, boxes);
  const top = Math.max(0, ...arcs.map((arc) => arc.height + 6)) + LABEL + 6;
  const middle = top + rise + TALLEST / 2;
  const width = Math.max(...boxes.map((box) => box.x + box.width + box.across), last.x + last.width) + 6;
  const height = middle + TALLEST / 2 + LABEL + 8;
  const layers = boxes.map((box) => drawnBox(box, middle));
  const targets = boxes.slice(1).map((box, at) => {
    const next = boxes[at + 2];
    const end = next ? Math.max(box.x + box.width, next.x - 3) : box.x + box.width + box.across;
    return svg("rect", { x: box.x - 3, y: 0, width: Math.max(4, end - box.x + 3), height, class: "target" });
  });
  const drawing = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    layers,
    arcs.map((arc) => drawnArc(arc, boxes, middle)),
    labels(boxes, middle),
    targets,
  );
  return { drawing, layers: layers.slice(1), targets };
}

/** Where each box stands: first at their natural widths, then stretched or squeezed together to the room there is. @type {(data: Message, room: number) => Box[]} */
function placed({ input, layers }, room) {
  const all = [{ shape: input, kind: "input", state: "fits", sign: "" }, ...layers];
  const scale = TALLEST / Math.max(...all.map(({ shape }) => (shape ? Math.max(...sides(shape)) : 0)));
  const boxes = all.map(({ shape, kind, state, sign }) => {
    const [rows, columns] = shape ? sides(shape) : [0, 0];
    return {
      ...{ shape, kind, state, sign, x: 0, gap: GAPS[kind] ?? 0 },
      height: shape ? Math.max(3, rows * scale) : 26,
      across: shape ? Math.max(2, columns * scale * SLANT.across) : 0,
      up: shape ? Math.max(1.5, columns * scale * SLANT.up) : 0,
      width: kind === "point" ? 3 : 3 + WIDTH_PER_DOUBLING * Math.log2((shape ? shape[0] : 8) + 1),
    };
  });
  const total = boxes.reduce((sum, box) => sum + box.width + box.gap, 0);
  const free = room - Math.max(0, boxes[boxes.length - 1].across) - 12;
  const stretch = Math.min(WIDEST, Math.max(NARROWEST, free / total));
  let x = 3;
  return boxes.map((box) => {
    const stretched = { ...box, x: x + box.gap * stretch, width: box.width * stretch };
    x = stretched.x + stretched.width;
    return stretched;
  });
}

/** Rows and columns of an output; a flat one counts as one column. @type {(shape: number[]) => [number, number]} */
const sides = (shape) => (shape.length === 3 ? [shape[1], shape[2]] : [shape[1] ?? 1, 1]);

/** @type {(box: Box, middle: number) => SVGElement} */
function drawnBox({ x, width, height, across, up, shape, kind, state, sign }, middle) {
  const y = middle - height / 2;
  const group = svg("g", { class: `box ${kind} ${state}` });
  const front = { x, y, width, height, class: "front" };
  if (!shape) {
    group.append(svg("rect", { ...front, rx: 2 }));
    return group;
  }
  const right = x + width;
  const face = (/** @type {string} */ name, /** @type {number[][]} */ ...corners) =>
    svg("polygon", { class: name, points: corners.map((corner) => corner.join(",")).join(" ") });
  group.append(
    face("top", [x, y], [x + across, y - up], [right + across, y - up], [right, y]),
    face("side", [right, y], [right + across, y - up], [right + across, y - up + height], [right, y + height]),
    svg("rect", front),
  );
  if (kind === "weights") group.append(svg("rect", { class: "kernel", x, y, width: 2.5, height }));
  if (kind === "join") {
    const centre = x + width / 2;
    group.append(svg("circle", { cx: centre, cy: middle, r: 7.5, class: "joint" }));
    group.append(svg("text", { x: centre, y: middle + 4.5, class: "sign" }, sign));
  }
  return group;
}

/** @type {(data: Message, boxes: Box[]) => Skip[]} */
function skips({ layers }, boxes) {
  return layers.flatMap(({ inputs }, at) =>
    inputs
      .filter((source) => source !== at - 1)
      .map((source) => {
        const distance = boxes[at + 1].x - boxes[source + 1].x;
        return { from: source + 1, to: at + 1, height: Math.min(40, 14 + distance * 0.06) };
      }),
  );
}

/** Over everything that stands between its two ends. @type {(skip: Skip, boxes: Box[], middle: number) => SVGElement} */
function drawnArc({ from, to, height }, boxes, middle) {
  const anchor = (/** @type {Box} */ { x, width, across, height: high, up }) => ({
    x: x + width / 2 + across / 2,
    y: middle - high / 2 - up / 2,
  });
  const [start, end] = [anchor(boxes[from]), anchor(boxes[to])];
  const over = Math.min(...boxes.slice(from, to + 1).map((box) => middle - box.height / 2 - box.up)) - height;
  const tip = `M ${end.x - 4} ${end.y - 8} L ${end.x} ${end.y - 1} L ${end.x + 4} ${end.y - 8} Z`;
  const line = `M ${start.x} ${start.y} C ${start.x} ${over} ${end.x} ${over} ${end.x} ${end.y - 2}`;
  return svg("g", { class: "skip" }, svg("path", { d: line }), svg("path", { class: "tip", d: tip }));
}

/** Rows and columns above, channels below, each where it changes and where there is room for it. @type {(boxes: Box[], middle: number) => SVGElement[]} */
function labels(boxes, middle) {
  /** @type {SVGElement[]} */
  const written = [];
  const last = { above: { text: "", end: -Infinity }, below: { text: "", end: -Infinity } };
  const write = (
    /** @type {"above" | "below"} */ place,
    /** @type {string} */ text,
    /** @type {number[]} */ [x, y],
  ) => {
    const half = text.length * 3.6;
    if (text === last[place].text || x - half < last[place].end + 5) return;
    last[place] = { text, end: x + half };
    written.push(svg("text", { x: Math.max(half, x), y, class: `label ${place}` }, text));
  };
  for (const { shape, kind, x, width, height, across, up } of boxes) {
    if (!shape || kind === "point") continue;
    const [rows, columns] = sides(shape);
    const centre = x + width / 2;
    const size = shape.length === 3 ? (rows === columns ? `${rows}` : `${rows}×${columns}`) : "flat";
    write("above", size, [centre + across, middle - height / 2 - up - 5]);
    write("below", shape[0].toLocaleString("en"), [centre, middle + TALLEST / 2 + LABEL + 2]);
  }
  return written;
}
