// The layer as one matrix, the current row lit; or its windows as the columns of another (im2col), the current column lit.
// Both are drawn once; a step only moves what is lit.

import { element, flag, part, write } from "../shared/dom.js";
import { bracketed, minus } from "../shared/numbers.js";
import { pen } from "../shared/pixels.js";
import { colour, isDark } from "../shared/theme.js";

/** @import { Script, Step, View, Walk } from "./walk.js" */

/** An entry: row, column, shade from -1 to 1, text. @typedef {[number, number, number, string]} Entry */
/** @typedef {{ rows: number, columns: number, cells: Entry[] }} Table */
/** A matrix as it is drawn, without what is lit; `pitch` is an entry in px. @typedef {Table & { pitch: number, back: HTMLCanvasElement }} Drawn */

const TALL_MATRIX = 320; // px
const WAYS = { toeplitz: "One row an output", im2col: "One column a window (im2col)" };
const BESIDE = 2; // entries that stand left of the matrix and above it: its vectors

/** @type {View} */
export const matrixView = {
  build(walk) {
    const slot = walk.part("matrix");
    slot.hidden = !walk.data.matrix || walk.data.plain;
    if (slot.hidden) return slot.replaceChildren();
    if (!slot.childElementCount) openMatrix(walk, slot);
    drawMatrix(walk);
  },
  show: showMatrix,
};

/** @type {(walk: Walk, slot: HTMLElement) => void} */
function openMatrix(walk, slot) {
  const { matrix } = walk;
  const asked = walk.remembered("view");
  matrix.way = asked === "im2col" ? "im2col" : "toeplitz";
  matrix.isOpen = asked === "matrix" || asked === "im2col";
  const set = (/** @type {Partial<Walk["matrix"]>} */ change) => {
    Object.assign(matrix, change);
    walk.remember("view", matrix.isOpen ? (matrix.way === "im2col" ? "im2col" : "matrix") : null);
    drawMatrix(walk);
    showMatrix(walk, walk.shown);
  };
  const ways = Object.entries(WAYS).map(([way, text]) =>
    element("button", { className: `button ${way}`, onclick: () => set({ way }) }, text),
  );
  const canvas = element("canvas", { role: "img" });
  slot.append(
    element("button", { className: "button open", onclick: () => set({ isOpen: !matrix.isOpen }) }, "As a matrix"),
    element(
      "div",
      "body",
      element("div", "ways", ways),
      element("p", "matrix-caption"),
      canvas,
      element("p", "matrix-words"),
      element("p", "matrix-legend"),
    ),
  );
  const entryAt = (/** @type {MouseEvent} */ event) => {
    const { left, top } = canvas.getBoundingClientRect();
    const pitch = matrix.drawn?.pitch ?? 1;
    return [event.clientY - top, event.clientX - left].map((place) => Math.floor(place / pitch) - BESIDE);
  };
  canvas.onpointermove = (event) => write(part(slot, "matrix-words"), entryWords(walk, ...entryAt(event)));
  canvas.onpointerleave = () => showMatrix(walk, walk.shown);
  canvas.onclick = (event) => {
    const [row, column] = entryAt(event);
    const step = matrix.way === "im2col" ? column + matrix.first : row;
    if (step >= 0 && step < walk.data.steps.length) walk.player.jump(step);
  };
}

// ---------------------------------------------------------------- what is drawn

/** @type {(script: Pick<Script, "matrix">) => Table} */
export function toeplitzOf({ matrix }) {
  const { rows = 0, columns = 0, entries = [] } = matrix ?? {};
  const cells = entries.flatMap((line, row) =>
    line.map(([column, text, shade]) => /** @type {Entry} */ ([row, column, shade, text])),
  );
  return { rows, columns, cells };
}

/** The windows of one filter as columns: row = the tap (channel, then row by row), column = the window. @type {(script: Pick<Script, "steps" | "input">, first: number, last: number) => Table} */
export function im2colOf({ steps, input }, first, last) {
  const cells = steps.slice(first, last).flatMap(({ channels, rows, columns }, window) => {
    const taps = channels.flatMap((channel) => {
      const { cells: texts, shade } = input.planes[channel];
      return rows.flatMap((row) =>
        columns.map((column) => ({ shade: shade[row][column] ?? 0, text: texts[row][column] })),
      );
    });
    return taps.map(({ shade, text }, row) => /** @type {Entry} */ ([row, window, shade, text]));
  });
  const { channels, rows, columns } = steps[first];
  return { rows: channels.length * rows.length * columns.length, columns: last - first, cells };
}

/** The steps of the filter that is shown, from the first up to that behind the last. @type {(walk: Walk) => [number, number]} */
function filterRange({ data: { steps }, shown }) {
  const isOwn = (/** @type {Step} */ { at }) => at[0] === steps[shown].at[0];
  return [steps.findIndex(isOwn), steps.findLastIndex(isOwn) + 1];
}

/** @type {(walk: Walk) => void} */
function drawMatrix(walk) {
  const { host, data, matrix } = walk;
  const slot = walk.part("matrix");
  const isIm2col = matrix.way === "im2col";
  part(slot, "open").ariaExpanded = String(matrix.isOpen);
  flag(slot, "shown", matrix.isOpen);
  for (const way of Object.keys(WAYS)) part(slot, way).ariaPressed = String(matrix.way === way);
  if (!matrix.isOpen || !host.clientWidth) return;
  const [first, last] = filterRange(walk);
  matrix.first = isIm2col ? first : 0;
  matrix.filter = data.steps[walk.shown].at[0];
  const table = isIm2col ? im2colOf(data, first, last) : toeplitzOf(data);
  const [columns, rows] = [table.columns + BESIDE + 1, table.rows + BESIDE + 1];
  const across = Math.floor(Math.min(host.clientWidth - 4, 900) / columns);
  const pitch = Math.max(2, Math.min(22, across, Math.floor(TALL_MATRIX / rows)));
  const canvas = part(slot, "canvas", HTMLCanvasElement);
  const ratio = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.ceil(columns * pitch * ratio), height: Math.ceil(rows * pitch * ratio) });
  Object.assign(canvas.style, { width: `${columns * pitch}px`, height: `${rows * pitch}px` });
  matrix.drawn = { ...table, pitch, back: paintTable(walk, table, pitch, canvas, ratio) };
  const planes = walk.kernel.filters.flatMap((filter) => filter.planes);
  const weights = planes.reduce((sum, { cells }) => sum + cells.length * cells[0].length, 0);
  const [all, filled] = [table.rows * table.columns, table.cells.length].map((count) => count.toLocaleString("en"));
  const caption = isIm2col
    ? `${table.rows} numbers in each of ${table.columns} windows; the kernel, written down the left side, multiplies every column.`
    : `${table.rows} × ${table.columns} = ${all} entries: ${filled} lie in a window, made of ${weights} weights. A dense layer would learn all of them.`;
  write(part(slot, "matrix-caption"), caption);
  canvas.ariaLabel = caption;
  part(slot, "matrix-legend").replaceChildren(
    `${isIm2col ? "the input’s values" : "weights"}: `,
    element("span", "", "−"),
    element("i", "ramp"),
    element("span", "", "+"),
  );
}

/** The matrix on a canvas of its own. @type {(walk: Walk, table: Table, pitch: number, canvas: HTMLCanvasElement, ratio: number) => HTMLCanvasElement} */
function paintTable(walk, { rows, columns, cells }, pitch, canvas, ratio) {
  const dark = isDark(walk.host);
  const faint = (/** @type {number} */ alpha) => `rgb(${dark ? "255 255 255" : "0 0 0"} / ${alpha})`;
  const back = element("canvas");
  Object.assign(back, { width: canvas.width, height: canvas.height });
  const to = pen(back);
  const size = pitch - (pitch >= 8 ? 1 : 0);
  to.scale(ratio, ratio);
  to.fillStyle = faint(dark ? 0.05 : 0.035);
  to.fillRect(BESIDE * pitch, BESIDE * pitch, columns * pitch, rows * pitch);
  const colours = entryColours(walk);
  for (const [row, column, shade, text] of cells) {
    const [x, y] = [(column + BESIDE) * pitch, (row + BESIDE) * pitch];
    to.fillStyle = colours(shade);
    to.fillRect(x, y, size, size);
    if (pitch >= 17 && text.length < 4) {
      writeEntry(
        walk,
        to,
        [x + pitch / 2, y + pitch / 2, pitch],
        text,
        dark || Math.abs(shade) > 0.6 ? "#fff" : "#10151a",
      );
    }
  }
  if (walk.matrix.way === "im2col") return back;
  // Faint lines where a new row of the input begins, and stronger ones where a new channel does.
  const [height, width] = walk.data.input.size;
  for (let column = width; column < columns; column += width) {
    const isChannel = column % (height * width) === 0;
    to.fillStyle = faint(isChannel ? 0.55 : 0.16);
    to.fillRect((column + BESIDE) * pitch - 1, BESIDE * pitch, 1, rows * pitch);
  }
  return back;
}

/** Negative blue, positive red, as in every picture of signed numbers; im2col shows the input, in its own blue. @type {(walk: Walk) => (shade: number) => string} */
function entryColours({ host, matrix }) {
  const input = colour(host, "var(--input)").match(/\d+/g)?.join(" ");
  return (shade) => {
    if (!shade) return "rgb(128 128 128 / 0.16)"; // a zero that stands in a window is not an empty place
    const strength = Math.min(1, 0.18 + 0.82 * Math.abs(shade));
    const positive = matrix.way === "im2col" ? input : "208 58 44";
    return `rgb(${shade < 0 ? "47 111 208" : positive} / ${strength})`;
  };
}

/** @type {(walk: Walk, to: CanvasRenderingContext2D, place: number[], text: string, ink: string, weight?: string) => void} */
function writeEntry({ host }, to, [x, y, pitch], text, ink, weight = "") {
  to.font = `${weight} ${Math.floor(pitch * 0.5)}px ${getComputedStyle(host).fontFamily}`;
  Object.assign(to, { textAlign: "center", textBaseline: "middle", fillStyle: ink });
  to.fillText(minus(text), x, y);
}

// ---------------------------------------------------------------- the step

/** @type {(walk: Walk, index: number) => void} */
function showMatrix(walk, index) {
  const { data, matrix, host } = walk;
  if (!matrix.isOpen || !data.matrix || data.plain) return;
  const isIm2col = matrix.way === "im2col";
  const step = data.steps[index];
  if (isIm2col && matrix.filter !== step.at[0]) drawMatrix(walk);
  if (!matrix.drawn) return;
  const { rows, columns, pitch, back } = matrix.drawn;
  const to = pen(part(walk.part("matrix"), "canvas", HTMLCanvasElement));
  const size = pitch - (pitch >= 8 ? 1 : 0);
  const ratio = window.devicePixelRatio || 1;
  to.setTransform(1, 0, 0, 1, 0, 0);
  to.clearRect(0, 0, back.width, back.height);
  to.drawImage(back, 0, 0);
  to.scale(ratio, ratio);
  const box = (
    /** @type {number} */ column,
    /** @type {number} */ row,
    /** @type {string} */ role,
    /** @type {string} */ text,
  ) => {
    const [x, y] = [column * pitch, row * pitch];
    to.fillStyle = colour(host, `var(--${role})`);
    to.fillRect(x, y, size, size);
    if (pitch < 17 || text.length > 3) return;
    writeEntry(walk, to, [x + size / 2, y + size / 2, pitch], text, role === "kernel" ? "#10151a" : "#fff", "600");
  };
  const frame = (
    /** @type {number} */ column,
    /** @type {number} */ row,
    /** @type {number} */ wide,
    /** @type {number} */ high,
  ) => {
    to.lineWidth = Math.max(1.5, Math.min(3, pitch / 4));
    to.strokeStyle = colour(host, "var(--kernel)");
    to.strokeRect(column * pitch, row * pitch, wide, high);
  };
  const bias = walk.kernel.filters[step.at[0]].bias;
  const sum = `${bias === "0" ? "" : ` + ${bracketed(bias)}`} = ${minus(step.plus_bias)}`;
  const words = walk.part("matrix-words");
  if (isIm2col) {
    const column = index - matrix.first + BESIDE;
    const weights = walk.kernel.filters[step.at[0]].planes.flatMap(({ cells }) => cells.flat());
    frame(column, BESIDE, size, rows * pitch);
    weights.forEach((text, row) => box(0.5, row + BESIDE, "kernel", text));
    box(column, 0.5, "output", step.plus_bias);
    write(words, `Window ${index - matrix.first + 1}: kernel times this column${sum}`);
  } else {
    frame(BESIDE, index + BESIDE, columns * pitch, size);
    for (const [column] of data.matrix.entries[index]) box(column + BESIDE, 0.5, "input", inputAt(data, column).text);
    box(0.5, index + BESIDE, "output", step.plus_bias);
    const marked = "the input’s values that count are marked above, the output at the left.";
    write(words, `Row ${index + 1} times the input${sum}: ${marked}`);
  }
}

/** The input value that a column of the matrix multiplies, and where it stands. @type {(script: Script, column: number) => { text: string, place: string }} */
function inputAt({ input: { planes, size, origin, spread } }, column) {
  const [height, width] = size;
  const { name, cells } = planes[Math.floor(column / (height * width))];
  const within = column % (height * width);
  const [row, across] = [Math.floor(within / width), within % width];
  const text = cells[origin[0] + row * spread[0]][origin[1] + across * spread[1]];
  return { text, place: `${name ? `${name}, ` : ""}row ${row + 1}, column ${across + 1}` };
}

/** @type {(walk: Walk, ...entry: number[]) => string} */
function entryWords({ data, matrix }, row, column) {
  const { rows, columns, cells } = matrix.drawn ?? { rows: 0, columns: 0, cells: [] };
  if (row < 0 || column < 0 || row >= rows || column >= columns) return "Click a row or a column to go to its step.";
  const text = minus(cells.find(([r, c]) => r === row && c === column)?.[3] ?? "");
  if (matrix.way === "im2col") return `Window ${column + 1}, number ${row + 1} of it: ${text}`;
  const { place } = inputAt(data, column);
  return text
    ? `Output ${row + 1} takes the input at ${place} times ${text}`
    : `Output ${row + 1} does not read the input at ${place}`;
}
