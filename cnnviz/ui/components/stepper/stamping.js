// A transposed convolution as stamping: each step adds one stamped kernel to the output, whose cells hold what came so far.

import { bracketed, counted, minus } from "../shared/numbers.js";
import { role, wbr } from "./arithmetic.js";
import { mark } from "./marking.js";
import { amount } from "./walk.js";

/** @import { Child } from "../shared/mounted.d.ts" */
/** @import { Spot, Step, Walk } from "./walk.js" */

/** What every output cell holds after the step `index`, null where nothing was stamped yet: texts[plane][row][column]. @type {(planes: number, rows: number, columns: number, steps: Step[], index: number) => (string | null)[][][]} */
export function stampedTexts(planes, rows, columns, steps, index) {
  const texts = Array.from({ length: planes }, () => Array.from({ length: rows }, () => Array(columns).fill(null)));
  for (const step of steps.slice(0, index + 1)) {
    taps(step, (plane, row, column, number, a, b) => {
      texts[plane][row][column] = step.after[number][a][b];
    });
  }
  return texts;
}

/** Calls `each` for every cell that a step stamps: its plane, row and column, and where in the stamp it is. @type {(step: Step, each: (plane: number, row: number, column: number, number: number, a: number, b: number) => void) => void} */
function taps({ planes, rows, columns }, each) {
  planes.forEach((plane, number) => {
    rows.forEach((row, a) => {
      columns.forEach((column, b) => each(plane, row, column, number, a, b));
    });
  });
}

/** Every step that stamps onto the output cell (plane, row, column), and with which part of the kernel. @type {(steps: Step[], plane: number, row: number, column: number) => { index: number, a: number, b: number }[]} */
function stampsOn(steps, plane, row, column) {
  return steps.flatMap((step, index) => {
    const [a, b] = [step.rows.indexOf(row), step.columns.indexOf(column)];
    return Math.min(step.planes.indexOf(plane), a, b) < 0 ? [] : [{ index, a, b }];
  });
}

/** @type {(walk: Walk, step: Step, index: number) => void} */
export function showStamp(walk, step, index) {
  const { output, steps } = walk.data;
  const drawn = walk.planes.output;
  const { cells } = drawn[0];
  const texts = stampedTexts(drawn.length, cells.length, cells[0].length, steps, index);
  const values = output.planes.flatMap((plane) => plane.cells.flat().map((text) => Math.abs(amount(text))));
  const largest = Math.max(1e-9, ...values);
  drawn.forEach((one, plane) => {
    one.cells.flat().forEach((cell) => {
      const [row, column] = cell.place.cell;
      const text = texts[plane][row][column];
      if (cell.stamped === text) return;
      cell.stamped = text;
      cell.kept = `cell${output.kinds[row][column] === "c" ? " cropped" : ""}${text === null ? "" : " reached"}`;
      cell.tint(text === null ? 0 : amount(text) / largest);
      cell.node.textContent = minus(text ?? output.start?.[plane] ?? "0");
      cell.clear();
    });
  });
  taps(step, (plane, row, column, number, a, b) => {
    mark(walk, drawn[plane].cells[row][column], "covered reached", `+${bracketed(step.products[number][a][b])}`);
  });
  const [channel, row, column] = step.at;
  mark(walk, walk.planes.input[channel].cells[row][column], "here");
}

// ---------------------------------------------------------------- what a cell takes part in

/** @type {(walk: Walk, place: Spot) => string} */
export function relateStampedOutput(walk, { plane, cell: [row, column] }) {
  const { steps, output } = walk.data;
  const uses = stampsOn(steps, plane, row, column);
  mark(walk, walk.planes.output[plane].cells[row][column], "marked by-output");
  for (const { index, a, b } of uses) {
    const { at } = steps[index];
    const { planes } = walk.kernel.filters[plane];
    const weight = planes[at[0] % planes.length].cells[a][b];
    mark(walk, walk.planes.input[at[0]].cells[at[1]][at[2]], "marked by-output", `×${minus(weight)}`);
  }
  const stamped = `stamped by ${counted(uses.length, "input")}, each times the weight written there`;
  const [r, c] = [row - output.origin[0] + 1, column - output.origin[1] + 1];
  if (output.kinds[row][column] === "c") {
    return `This cell is cropped by the padding${uses.length ? `; it was ${stamped}` : " never stamped: it keeps the bias"}.`;
  }
  return `Output row ${r}, column ${c} is ${uses.length ? stamped : "never stamped: it keeps the bias"}.`;
}

/** @type {(walk: Walk, place: Spot) => string} */
export function relateStampKernel(walk, { plane, cell: [a, b] }) {
  const { steps } = walk.data;
  const [turn] = steps[walk.shown].at;
  const own = steps.filter(({ at }) => at[0] === turn);
  mark(walk, walk.planes.kernel[plane].cells[a][b], "marked by-kernel");
  for (const { planes, rows, columns } of own) {
    mark(walk, walk.planes.output[planes[plane]].cells[rows[a]][columns[b]], "marked by-kernel");
  }
  const weight = minus(walk.kernelNow[plane].cells[a][b]);
  return `The weight ${weight} is stamped ${counted(own.length, "time")}, onto the framed outputs: one weight, shared.`;
}

// ---------------------------------------------------------------- its arithmetic

/** @type {(walk: Walk, step: Step) => Child[][]} */
export function stampLines(walk, step) {
  return step.planes.map((plane, number) => {
    const name = walk.data.output.planes[plane].name || `output ${plane + 1}`;
    const terms = step.rows.flatMap((_, a) =>
      step.columns.map((__, b) => {
        const before = `${minus(step.before[number][a][b])} + `;
        const product = [
          role("x", bracketed(step.value)),
          "·",
          role("w", bracketed(walk.kernelNow[number].cells[a][b])),
        ];
        const after = role("y", minus(step.after[number][a][b]));
        return [a + b ? role("apart", " | ") : null, role("term", before, product, " = ", after), wbr()];
      }),
    );
    return [step.planes.length > 1 && role("who", `${name}: `), terms];
  });
}

/** @type {(walk: Walk, step: Step) => string} */
export function stampWords(walk, step) {
  const { input, output, relu, steps } = walk.data;
  const [channel, row, column] = step.at;
  const { name } = input.planes[channel];
  const into = step.planes.length > 1 ? ` into each of ${counted(step.planes.length, "output")}` : "";
  const place = `${name ? `${name}, ` : ""}row ${row + 1}, column ${column + 1}`;
  const isLast = walk.shown === steps.length - 1;
  const rectified = relu ? "; relu then sets what is negative to 0" : "";
  const cropped = output.kinds.some((line) => line.includes("c")) ? " What is hatched is cropped." : "";
  const end = isLast ? ` The output is complete${rectified}.${cropped}` : "";
  const value = `The input ${minus(step.value)} (${place})`;
  return `${value} stamps the kernel, times ${bracketed(step.value)}${into}.${end}`;
}
