// What the walk shows: the curve of what the network answered, the square's tint left on the picture, and a sentence.

import { element, part, svg } from "../shared/dom.js";
import { paint, pixel } from "../shared/pixels.js";

/** @import { Measure, Message } from "./messages.d.ts" */

/** What the squares that covered a pixel took away, in all, and how many they were, up to the square `upTo`. @typedef {{ measure: Measure, upTo: number, taken: Float32Array, covered: Uint16Array }} Tint */

const STRONGEST = 0.7; // so that the picture stays visible under the strongest tint

/** What is said about a square; the numbers come as texts from Python, which made them add up. @type {(data: Message, measure: Measure, step: number) => string} */
export function sentence({ squares, total }, { phrases, covered, change }, step) {
  if (!squares.length) return "No square has been covered yet.";
  const [top, bottom, left, right] = squares[step];
  const place = `Square ${step + 1} of ${total}: ${between("row", top, bottom)}, ${between("column", left, right)}.`;
  return `${place} ${phrases[0]}${covered[step]}${phrases[1]}${change[step]}.`;
}

/** @type {(noun: string, first: number, last: number) => string} */
const between = (noun, first, last) => (first === last ? `${noun} ${first}` : `${noun}s ${first} to ${last}`);

/** The curve square by square: all of it faintly, what was walked so far in full colour. @type {(host: HTMLElement, data: Message, measure: Measure, step: number, seen: number) => void} */
export function drawCurve(host, { squares, total }, measure, step, seen) {
  const { axis, values, uncovered, uncoveredText } = measure;
  const across = (/** @type {number} */ at) => (total > 1 ? at / (total - 1) : 0.5);
  const up = (/** @type {number} */ value) => (value - axis.low) / (axis.high - axis.low);
  const mark = (/** @type {string} */ kind, /** @type {Record<string, number>} */ places, text = "") => {
    const style = Object.fromEntries(Object.entries(places).map(([side, share]) => [side, `${100 * share}%`]));
    return element("div", { className: kind, style }, text);
  };
  const rowStarts = squares.map((_, at) => at).filter((at) => at > 0 && squares[at][0] !== squares[at - 1][0]);
  const points = values.map((value, at) => `${1000 * across(at)},${1000 * (1 - up(value))}`);
  const [now, before] = [up(values[step]), up(uncovered)];
  const gap = { left: across(step), bottom: Math.min(now, before), height: Math.abs(now - before) };
  part(host, "ticks").replaceChildren(...axis.ticks.map(([value, text]) => mark("tick", { bottom: up(value) }, text)));
  part(host, "plot").replaceChildren(
    ...axis.ticks.map(([value]) => mark("level", { bottom: up(value) })),
    ...rowStarts.map((at) => mark("row", { left: across(at) })),
    mark("before", { bottom: before }),
    svg(
      "svg",
      { viewBox: "0 0 1000 1000", preserveAspectRatio: "none" },
      svg("polyline", { class: "whole", points: points.join(" ") }),
      svg("polyline", { class: "walked", points: points.slice(0, seen + 1).join(" ") }),
    ),
    ...(squares.length
      ? [mark(now < before ? "gap" : "gap adds", gap), mark("dot", { left: gap.left, bottom: now })]
      : []),
  );
  part(host, "of").textContent = measure.phrases[0].trim();
  part(host, "uncovered").textContent = `uncovered ${uncoveredText}`;
  part(host, "end").textContent = String(total || "");
}

/**
 * Where the walk has been the picture pales, and each pixel is tinted by the mean of what the squares that covered it
 * took away. Gives back what it added up, for the next square to go on from.
 * @type {(host: HTMLElement, data: Message, measure: Measure, seen: number, before: Tint | null) => Tint}
 */
export function drawTint(host, { size, squares, tints }, measure, seen, before) {
  const [height, width] = size;
  const goesOn = before?.measure === measure && before.upTo <= seen;
  const cells = height * width;
  const tint = goesOn ? before : { measure, upTo: -1, taken: new Float32Array(cells), covered: new Uint16Array(cells) };
  while (tint.upTo < seen) cover(tint, squares[++tint.upTo], width);
  const { taken, covered } = tint;
  const [adds, takes] = tints.map((text) =>
    (text.match(/[0-9a-f]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  );
  const coloured = (/** @type {number} */ share) => (share > 0 ? takes : adds);
  const canvas = (/** @type {string} */ name) => part(host, name, HTMLCanvasElement);
  paint(canvas("pale"), width, height, (at) => (covered[at] ? pixel(128, 128, 128) : 0));
  paint(canvas("tint"), width, height, (at) => {
    const share = covered[at] ? taken[at] / covered[at] / (measure.limit || 1) : 0;
    const [red, green, blue] = coloured(share);
    return pixel(red, green, blue, strength(share));
  });
  part(host, "low").textContent = `adds ${measure.limitText}`;
  part(host, "high").textContent = `takes away ${measure.limitText}`;
  const shares = Array.from({ length: 21 }, (_, number) => number / 10 - 1);
  const stops = shares.map((share) => `rgb(${coloured(share).join(" ")} / ${strength(share)})`);
  part(host, "bar").style.background = `linear-gradient(to right, ${stops.join(", ")}), #b4b8bf`;
  return tint;
}

/** Small shares are seen, too. @type {(share: number) => number} */
const strength = (share) => STRONGEST * Math.min(1, Math.abs(share)) ** 0.7;

/** @type {(tint: Tint, square: [number, number, number, number], width: number) => void} */
function cover({ measure, upTo, taken, covered }, [top, bottom, left, right], width) {
  for (let row = top; row <= bottom; row++) {
    for (let at = row * width + left; at <= row * width + right; at++) {
      taken[at] += measure.uncovered - measure.values[upTo];
      covered[at] += 1;
    }
  }
}
