// Showing one step: only the cells that it touches change, and a list of them is kept for the next step to clear.

import { flag, write } from "../shared/dom.js";
import { minus } from "../shared/numbers.js";
import { writeArithmetic } from "./arithmetic.js";
import { showJoint, writeSums } from "./channels.js";
import { isInUse } from "./editing.js";
import { frameAt, kernelCaption, kernelNote, kernelPlanes, sizeWords } from "./grids.js";
import { showStamp } from "./stamping.js";
import { showTime } from "./timeline.js";

/** @import { Cell, Plane, Step, Walk } from "./walk.js" */

const HINT = "Point at any cell to see what it takes part in; a click keeps it.";

/** @type {(walk: Walk, index: number) => void} */
export function show(walk, index) {
  const step = walk.data.steps[index];
  walk.shown = index;
  clearMarks(walk);
  walk.host.classList.remove("relating");
  if (walk.turn !== step.at[0]) turn(walk, step);
  reach(walk);
  if (walk.isStamp) showStamp(walk, step, index);
  else showWindow(walk, step, index);
  placeFrames(walk, index);
  writeArithmetic(walk, step);
  showJoint(walk, step);
  write(walk.part("relation"), walk.data.note || HINT);
  showTime(walk, index);
  if (walk.ready) for (const view of walk.views) view.show(walk, index);
}

/** @type {(walk: Walk, cell: Cell, names: string, weight?: string) => void} */
export function mark(walk, cell, names, weight) {
  cell.mark(names, weight);
  walk.marks.push(cell);
}

/** @type {(walk: Walk) => void} */
export function clearMarks(walk) {
  for (const cell of walk.marks) cell.clear();
  walk.marks.length = 0;
}

/** @type {(walk: Walk, step: Step, index: number) => void} */
function showWindow(walk, step, index) {
  const { planes, data } = walk;
  step.channels.forEach((channel, number) => {
    const taps = data.kernel && !walk.editing ? walk.kernelNow[number].cells : null;
    step.rows.forEach((row, a) => {
      step.columns.forEach((column, b) => {
        mark(walk, planes.input[channel].cells[row][column], "covered", taps ? `×${minus(taps[a][b])}` : "");
      });
    });
  });
  if (data.kind === "max" && step.winner) {
    const [a, b] = step.winner;
    mark(walk, planes.input[step.channels[0]].cells[step.rows[a]][step.columns[b]], "winner");
  }
  const [plane, row, column] = step.at;
  for (const one of [planes.output[plane], ...planes.sums]) {
    mark(walk, one.cells[row][column], index > walk.player.seen ? "here reached" : "here");
  }
}

/** A new filter (a new input channel, when pooling or stamping): its kernel, its channel results, and who is left out. @type {(walk: Walk, step: Step) => void} */
function turn(walk, step) {
  walk.turn = step.at[0];
  walk.spots = null;
  walk.kernelNow = kernelPlanes(walk, step);
  if (walk.data.kernel) kernelCaption(walk, step);
  const isOther = walk.kernelNow.some(({ cells, slot }, index) => {
    const one = walk.planes.kernel[index];
    return one.own !== undefined && (one.own !== `${step.at[0]}.${slot}` || !isKernelInUse(walk, one, cells));
  });
  if (isOther) walk.editDivisor = walk.kernel.divisor;
  walk.kernelNow.forEach(({ cells, shade, hue, slot, of }, index) => {
    const one = walk.planes.kernel[index];
    one.box.style.setProperty("--slot", String(slot + 1));
    one.box.dataset.hue = hue;
    one.grid.ariaLabel = `kernel${of ? `, ${of}` : ""}: ${sizeWords(cells)}`;
    cells.forEach((line, row) => {
      line.forEach((text, column) => rewrite(one.cells[row][column], isOther ? text : null, shade[row][column]));
    });
    one.own = `${step.at[0]}.${slot}`;
  });
  if (walk.data.kernel) kernelNote(walk);
  const [met, filled] = walk.isStamp ? [[step.at[0]], step.planes] : [step.channels, [step.at[0]]];
  walk.planes.input.forEach(({ box }, channel) => flag(box, "unmet", !met.includes(channel)));
  walk.planes.output.forEach(({ box }, number) => flag(box, "waiting", !filled.includes(number)));
  writeSums(walk, step);
}

/** @type {(walk: Walk, plane: Plane, texts: string[][]) => boolean} */
function isKernelInUse(walk, plane, texts) {
  const { kernel, editDivisor } = walk;
  return texts.every((line, row) =>
    line.every((text, column) => isInUse(walk, plane.cells[row][column], text, kernel.divisor, editDivisor)),
  );
}

/** A cell's text, where there is a new one, and its tint. @type {(cell: Cell, text: string | null, shade: number | null) => void} */
export function rewrite(cell, text, shade) {
  if (text !== null) cell.write(text);
  cell.kept = "cell";
  cell.tint(shade);
  cell.node.className = cell.kept;
}

/** Outputs up to the furthest step stand out; only those that are new, or left again, are touched. @type {(walk: Walk) => void} */
function reach(walk) {
  if (walk.isStamp) return;
  const { seen } = walk.player;
  const [from, to] = [Math.min(walk.reached, seen), Math.max(walk.reached, seen)];
  for (let index = from + 1; index <= to; index++) {
    const [plane, row, column] = walk.data.steps[index].at;
    const touched = [walk.planes.output[plane], ...(plane === walk.turn ? walk.planes.sums : [])];
    for (const one of touched) setReached(one.cells[row][column], index <= seen);
  }
  walk.reached = seen;
}

/** @type {(cell: Cell, on: boolean) => void} */
export function setReached(cell, on) {
  const kept = cell.kept.replace(" reached", "");
  cell.kept = on ? `${kept} reached` : kept;
  cell.node.className = cell.kept;
}

/** @type {(walk: Walk, index: number) => void} */
export function placeFrames(walk, index) {
  const step = walk.data.steps[index];
  const { input, output, sums } = walk.planes;
  const [plane, row, column] = step.at;
  const here = { rows: [row], columns: [column] };
  if (walk.isStamp) {
    frameAt(walk, "input", input[plane], here);
    for (const number of step.planes) frameAt(walk, "output", output[number], step);
    return;
  }
  for (const channel of step.channels) frameAt(walk, "input", input[channel], step);
  frameAt(walk, "output", output[plane], here);
  for (const one of sums) frameAt(walk, "sums", one, here);
}
