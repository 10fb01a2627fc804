// The arithmetic of one step under the grids: every term as Python wrote it, so that what is shown adds up.

import { element, write } from "../shared/dom.js";
import { bracketed, minus } from "../shared/numbers.js";
import { stampLines, stampWords } from "./stamping.js";

/** @import { Child } from "../shared/mounted.d.ts" */
/** @import { Step, Walk } from "./walk.js" */

/** @typedef {{ lines: Child[][], rows: Child[], result: Child[] }} Written */

/** @type {(walk: Walk, step: Step) => void} */
export function writeArithmetic(walk, step) {
  const { lines, rows, result } = arithmeticOf(walk, step);
  walk.part("terms").replaceChildren(...lines.map((line) => element("div", "line", line)));
  walk.part("rows").replaceChildren(element("span", "", rows));
  walk.part("rows").hidden = !rows.length;
  walk.part("result").replaceChildren(element("span", "", result));
}

/** @type {(walk: Walk, step: Step) => Written} */
function arithmeticOf(walk, step) {
  if (walk.isStamp) return { lines: stampLines(walk, step), rows: [], result: [stampWords(walk, step)] };
  const { kind } = walk.data;
  return (kind === "max" ? maximum : kind === "average" ? average : weightedSum)(walk, step);
}

/** A place where a line may break. */
export const wbr = () => element("wbr");

/** A text in one of the roles of what it stands for: x an input, w a weight, y a result. @type {(role: string, ...children: Child[]) => HTMLElement} */
export const role = (name, ...children) => element("span", name, children);

/** @type {(nodes: Child[], sign: string) => Child[]} */
const joined = (nodes, sign) => nodes.map((node, index) => (index ? [sign, wbr(), node] : node));

/** @type {(walk: Walk, channel: number) => Child} */
function who(walk, channel) {
  const { name, hue } = walk.data.input.planes[channel];
  return name && element("span", { className: "who", data: { hue } }, `${name}: `);
}

// ---------------------------------------------------------------- convolutions

/** @type {(walk: Walk, step: Step, number: number) => Child[]} */
function channelTerms(walk, step, number) {
  const inputs = walk.data.input.planes[step.channels[number]].cells;
  const weights = walk.kernelNow[number].cells;
  return step.rows.flatMap((row, a) =>
    step.columns.map((column, b) => {
      const [x, w] = [role("x", bracketed(inputs[row][column])), role("w", bracketed(weights[a][b]))];
      return [role("term", a + b ? " + " : "", x, "·", w), wbr()];
    }),
  );
}

/** @type {(walk: Walk, step: Step) => Written} */
function weightedSum(walk, step) {
  const { divisor, filters } = walk.kernel;
  const about = step.weighted_rounded ? "≈" : "=";
  const weighted = role("y", minus(step.weighted));
  const over = `${minus(step.total)}/${divisor}`;
  const bias = bracketed(filters[step.at[0]].bias);
  const put = `${bracketed(step.weighted)} + ${bias}`;
  const end = step.line_rounded ? "≈" : "=";
  const plain = ["y = w·x + b = ", `${put} ${end} `];
  const rectified = ["y = relu(w·x + b) = ", `relu(${put}) ${end} relu(${minus(step.plus_bias)}) = `];
  const result = [...(walk.data.relu ? rectified : plain), role("y", minus(step.result))];
  if (step.channels.length > 1) {
    const lines = step.channels.map((channel, number) => [
      who(walk, channel),
      channelTerms(walk, step, number),
      role("term", " = ", element("b", "", minus(step.sums[number]))),
    ]);
    const sums = step.sums.map((text, index) => (index ? ` + ${bracketed(text)}` : minus(text))).join("");
    const rows = divisor > 1 ? `(${sums}) / ${divisor} = ${over} ${about} ` : `${sums} = `;
    return { lines, rows: ["channels added: ", rows, weighted], result };
  }
  const terms = channelTerms(walk, step, 0);
  const sum = divisor > 1 ? ["(", terms, `) / ${divisor} = ${over}`] : terms;
  const products = step.products[0].map((line) => line.map(bracketed).join(" + ")).join("  |  ");
  const isTall = step.row_sums.length > 1;
  const down = isTall ? `  →  ${step.row_sums.map(bracketed).join(" + ")}` : "";
  const rows = `${isTall ? "row by row" : "products"}: ${products}${down} = ${minus(step.total)}`;
  return { lines: [[sum, role("term", ` ${about} `, weighted)]], rows: [rows], result };
}

// ---------------------------------------------------------------- pooling

/** The cells of the window that hold something; those beyond the padding hold nothing. @type {(walk: Walk, step: Step, lookOf: (a: number, b: number) => string) => Child[]} */
function windowTerms(walk, step, lookOf) {
  const { planes, kinds } = walk.data.input;
  const { cells } = planes[step.channels[0]];
  return step.rows.flatMap((row, a) =>
    step.columns.flatMap((column, b) => {
      const kind = kinds[row][column];
      const text = (walk.data.kind === "max" ? minus : bracketed)(cells[row][column]);
      return kind === "b" ? [] : [role(`x ${lookOf(a, b) || (kind === "p" ? "faint" : "")}`, text)];
    }),
  );
}

/** @type {(walk: Walk, step: Step) => Written} */
function maximum(walk, step) {
  const { input, axes } = walk.data;
  const { winner } = step;
  const terms = windowTerms(walk, step, (a, b) => (winner?.[0] === a && winner[1] === b ? "won" : ""));
  const line = [who(walk, step.channels[0]), "max(", joined(terms, ", "), ") = ", role("y", minus(step.result))];
  let result = "The window holds no input at all: its maximum is −∞, as in PyTorch.";
  if (winner) {
    const [a, b] = winner;
    const place = (/** @type {number} */ row, /** @type {number} */ column) =>
      axes === 1 ? `place ${column + 1}` : `row ${row + 1}, column ${column + 1}`;
    const inInput = place(step.rows[a] - input.origin[0], step.columns[b] - input.origin[1]);
    result = `The winner stands at ${place(a, b)} of the window: ${inInput} of the input.`;
  }
  return { lines: [line], rows: [], result: [result] };
}

/** @type {(walk: Walk, step: Step) => Written} */
function average(walk, step) {
  const terms = joined(
    windowTerms(walk, step, () => ""),
    " + ",
  );
  const about = step.result_rounded ? "≈" : "=";
  const end = `) / ${step.divisor} = ${minus(step.total)}/${step.divisor} ${about} `;
  const line = [who(walk, step.channels[0]), "(", terms, end, role("y", minus(step.result))];
  return { lines: [line], rows: [], result: [step.why] };
}

// ---------------------------------------------------------------- its room, and how it is spoken

/** The block is as high as its longest step needs, so that nothing below it jumps while the walk goes on. @type {(walk: Walk) => void} */
export function keepRoom(walk) {
  const block = walk.part("arithmetic");
  const { data, shown } = walk;
  if (data.plain) return;
  block.style.minHeight = "";
  if (!walk.isStamp) writeArithmetic(walk, longestStep(data.steps));
  block.style.minHeight = `${block.offsetHeight}px`;
  writeArithmetic(walk, data.steps[shown]);
}

/** @type {(steps: Step[]) => Step} */
function longestStep(steps) {
  const lengths = steps.map(
    ({ products, sums, why, total, result }) => JSON.stringify([products, sums, why, total, result]).length,
  );
  return steps[lengths.reduce((most, length, index) => (length > lengths[most] ? index : most), 0)];
}

/** Says the step as one sentence to those who hear it. Sixty numbers in a row help nobody: then the sums alone are said. @type {(walk: Walk) => void} */
export function speak(walk) {
  const { data, step, ground, player } = walk;
  const [plane, row, column] = step.at;
  const isLong = step.channels.length * step.rows.length * step.columns.length > 30;
  const text = (/** @type {string} */ name) => walk.part(name).textContent ?? "";
  const lines = [...walk.part("terms").children].map((line) => line.textContent);
  const place = data.axes === 1 ? `place ${column + 1}` : `row ${row + 1}, column ${column + 1}`;
  const where = [data[ground].planes[plane].name, place].filter(Boolean).join(", ");
  const said = [isLong ? text("rows") : lines.join("; "), text("result")].filter(Boolean).join(". ");
  write(walk.part("spoken"), `Step ${player.step + 1} of ${data.steps.length}, ${ground} ${where}: ${said}`);
}
