// Several channels: their results for the current filter, how they are added up, and which channel meets which filter.

import { element, flag, svg, write } from "../shared/dom.js";
import { bracketed, counted, minus } from "../shared/numbers.js";
import { isStill } from "../shared/theme.js";
import { plane, sizeWords } from "./grids.js";
import { rewrite, setReached } from "./marking.js";
import { amount } from "./walk.js";

/** @import { Plane, Script, Step, Walk } from "./walk.js" */

const SLIDE_MS = 480;
/** @type {Record<string, string>} */
const SIGNS = { max: "max", average: "mean", stamp: "stamp" };

// ---------------------------------------------------------------- the result of each channel

/** A map per input channel that the current filter reads; its texts follow with each filter (writeSums). @type {(walk: Walk) => Plane[]} */
export function sumPlanes(walk) {
  const { steps, output } = walk.data;
  const [rows, columns] = output.size;
  const blank = Array.from({ length: rows }, () => Array(columns).fill(""));
  const texts = steps.flatMap(({ sums }) => sums);
  walk.largest.sum = texts.reduce((most, text) => Math.max(most, Math.abs(amount(text))), 1e-9);
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
  return steps[0].channels.map((_, index) => {
    const one = plane("sums", index, blank, { label: "", paint: (cell) => cell.tint(0) });
    return { ...one, longest };
  });
}

/** @type {(walk: Walk, step: Step) => void} */
export function writeSums(walk, step) {
  if (!walk.hasSums) return;
  const { data, ticks } = walk;
  const here = ticks.findIndex((tick) => tick.plane === step.at[0]);
  const own = data.steps.slice(ticks[here].index, ticks[here + 1]?.index);
  walk.planes.sums.forEach((one, number) => {
    const { name, hue } = data.input.planes[step.channels[number]];
    one.box.style.setProperty("--slot", String(step.channels[number] + 1));
    one.box.dataset.hue = hue;
    one.grid.ariaLabel = `results of ${name}: ${sizeWords(one.cells)}`;
    own.forEach(({ at, sums }, index) => {
      const cell = one.cells[at[1]][at[2]];
      rewrite(cell, sums[number], amount(sums[number]) / walk.largest.sum);
      setReached(cell, ticks[here].index + index <= walk.reached);
    });
  });
}

// ---------------------------------------------------------------- between the planes and the output

/** What stands between input and output: an arrow, an operator, or the column in which the channel sums are added. @type {(walk: Walk) => void} */
export function buildJoint(walk) {
  const { data } = walk;
  const sum = walk.part("sum");
  const { channels } = data.steps[0];
  walk.sumLines = [];
  if (walk.hasSums) {
    walk.sumLines = [...channels, "bias", "all"].map(() =>
      element("div", "line", element("span", "who"), element("span", "what")),
    );
    sum.replaceChildren(...walk.sumLines);
  } else {
    const sign = SIGNS[data.kind];
    const window = data.axes === 1 ? `${data.window[1]}` : data.window.join(" × ");
    const pooled = sign && !walk.isStamp ? [element("span", "", `of ${window}`)] : [];
    const linear = data.relu ? "relu(Σ + b)" : "Σ + b";
    sum.replaceChildren(element("b", sign ? "sign" : "", sign ?? linear), ...pooled);
  }
  walk.part("flyers").replaceChildren(...(walk.hasSums ? channels : []).map(() => element("span", "flyer")));
  buildMeeting(walk);
}

/** @type {(walk: Walk, step: Step) => void} */
export function showJoint(walk, step) {
  if (walk.hasSums) {
    const { divisor, filters } = walk.kernel;
    step.channels.forEach((channel, index) => {
      const { name, hue } = walk.data.input.planes[channel];
      const sum = index ? `+ ${bracketed(step.sums[index])}` : minus(step.sums[index]);
      sumLine(walk.sumLines[index], shortName(name, channel), sum, hue);
    });
    const [bias, all] = walk.sumLines.slice(-2);
    sumLine(bias, `${divisor > 1 ? `/ ${divisor} ` : ""}bias`, `+ ${bracketed(filters[step.at[0]].bias)}`);
    sumLine(all, walk.data.relu ? "relu" : "", `${step.result_rounded ? "≈" : "="} ${minus(step.result)}`);
  }
  for (const line of walk.part("meets").querySelectorAll("[data-filter]")) {
    flag(line, "lit", line.getAttribute("data-filter") === String(step.at[0]));
  }
}

/** @type {(line: HTMLElement, who: string, what: string, hue?: string) => void} */
function sumLine(line, who, what, hue = "") {
  write(line.children[0], who);
  write(line.children[1], what);
  line.dataset.hue = hue;
}

/** @type {(name: string, number: number) => string} */
const shortName = (name, number) => (name.length > 4 ? `c${number + 1}` : name);

// ---------------------------------------------------------------- which channels meet

/** Dots for input channels and filters, a line wherever they meet: all lines for one group, one each when depthwise. @type {(walk: Walk) => void} */
function buildMeeting(walk) {
  const { kernel, input, output, steps, groups } = walk.data;
  const box = walk.part("meets");
  const [channels, filters] = [input.planes.length, output.planes.length];
  box.hidden = !kernel || walk.isStamp || channels < 2 || filters < 2;
  if (box.hidden) return box.replaceChildren();
  const high = Math.max(channels, filters) * 20 + 8;
  const at = (/** @type {number} */ count, /** @type {number} */ number) => high / 2 + (number - (count - 1) / 2) * 20;
  const lines = walk.ticks.flatMap(({ plane: filter, index }) =>
    steps[index].channels.map((channel) =>
      svg("line", { x1: 30, x2: 78, y1: at(channels, channel), y2: at(filters, filter), "data-filter": filter }),
    ),
  );
  const dots = walk.ticks.map(({ plane: filter }) =>
    svg(
      "g",
      { "data-filter": filter, class: "dot" },
      svg("circle", { cx: 80, cy: at(filters, filter), r: 5 }),
      svg("text", { x: 89, y: at(filters, filter) + 4 }, `f${filter + 1}`),
    ),
  );
  const sources = input.planes.map(({ name, hue }, channel) => [
    svg("circle", { cx: 28, cy: at(channels, channel), r: 5, class: "source", "data-hue": hue }),
    svg("text", { x: 19, y: at(channels, channel) + 4, "text-anchor": "end" }, shortName(name, channel)),
  ]);
  const attributes = { viewBox: `0 0 108 ${high}`, width: 108, height: high, role: "img" };
  box.replaceChildren(
    svg("svg", { ...attributes, "aria-label": meetingWords(walk.data) }, lines, dots, sources),
    element("div", "", groups > 1 ? `${groups} groups` : "all meet all"),
  );
}

/** @type {(script: Script) => string} */
function meetingWords({ groups, input, output }) {
  const channels = input.planes.length;
  const some = `each filter meets ${counted(channels / groups, "channel")} of ${channels}`;
  const which = groups === 1 ? "every filter meets every channel" : some;
  const counts = [
    counted(channels, "input channel"),
    counted(output.planes.length, "filter"),
    counted(groups, "group"),
  ];
  return `${counts.join(", ")}: ${which}.`;
}

// ---------------------------------------------------------------- the sums slide together

/**
 * Each channel's sum moves from its map to the output cell, where they become one number. Nothing moves for those who
 * asked for less motion; the column of sums says the same.
 * @type {(walk: Walk, milliseconds: number) => void}
 */
export function slide(walk, milliseconds) {
  if (!walk.hasSums || isStill() || !walk.pitches) return;
  const { step } = walk;
  walk.spots ??= { sums: walk.planes.sums.map(spotOf(walk)), output: walk.planes.output.map(spotOf(walk)) };
  const { sums, output } = walk.spots;
  const pitch = walk.pitches.sums;
  const [filter, row, column] = step.at;
  const middle = (/** @type {{ left: number, top: number }} */ { left, top }) =>
    `translate(${left + (column + 0.5) * pitch}px, ${top + (row + 0.5) * pitch}px) translate(-50%, -50%)`;
  const to = middle(output[filter]);
  for (const motion of walk.motions) motion.cancel();
  const flyers = /** @type {HTMLCollectionOf<HTMLElement>} */ (walk.part("flyers").children);
  [...flyers].forEach((flyer, index) => {
    const from = middle(sums[index]);
    write(flyer, minus(step.sums[index]));
    flyer.dataset.hue = walk.data.input.planes[step.channels[index]].hue;
    const frames = [
      { transform: `${from} scale(0.8)`, opacity: 0 },
      { transform: `${from} scale(1)`, opacity: 1, offset: 0.15 },
      { transform: `${to} scale(1)`, opacity: 1, offset: 0.85 },
      { transform: `${to} scale(0.6)`, opacity: 0 },
    ];
    walk.motions[index] = flyer.animate(frames, { duration: Math.min(SLIDE_MS, milliseconds), easing: "ease-in-out" });
  });
}

/** Where a plane stands among the grids; read once per placing, not per step. @type {(walk: Walk) => (plane: Plane) => { left: number, top: number }} */
function spotOf(walk) {
  const origin = walk.part("grids").getBoundingClientRect();
  return ({ grid }) => {
    const { left, top } = grid.getBoundingClientRect();
    return { left: left - origin.left, top: top - origin.top };
  };
}
