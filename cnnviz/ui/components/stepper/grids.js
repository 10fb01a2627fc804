// Building the grids of a script: every plane with its name, cells and frame, once per script. Later steps touch only the
// cells that change (marking.js), so 2,000 cells step as smoothly as 30.

import { element, flag, part, write } from "../shared/dom.js";
import { counted, minus } from "../shared/numbers.js";
import { keepRoom } from "./arithmetic.js";
import { buildJoint, sumPlanes } from "./channels.js";
import { isInUse, numberField } from "./editing.js";
import { gapOf, LOWEST, layoutOf, numberSize } from "./layout.js";
import { clearMarks, placeFrames } from "./marking.js";
import { placePictures } from "./picture.js";
import { ticksOf } from "./timeline.js";
import { Cell } from "./walk.js";

/** @import { GridName, Plane, Script, Step, Walk } from "./walk.js" */
/** @import { Input, KernelPlane, OutputGrid } from "./messages.d.ts" */

/** A kernel's plane beside what it meets: the channel, or the output, at the place `slot`. @typedef {KernelPlane & { hue: string, slot: number, of: string }} KernelNow */

const GAP = 24; // px around the player and under the arithmetic

/** @type {Record<string, string>} */
const TITLES = {
  b: "beyond the padding: reached because of ceil_mode, never counted",
  z: "a zero put between the inputs",
  x: "not reached: no window reads this cell",
  c: "cropped by the padding",
};
/** @type {Record<string, string>} */
const KINDS = { p: " padding", z: " between", b: " beyond" };

/** @type {(walk: Walk) => void} */
export function build(walk) {
  const { data, planes } = walk;
  clearMarks(walk); // cells that are being edited stay
  Object.assign(walk, { turn: -1, reached: -1, spots: null, ticks: ticksOf(data.steps) });
  walk.indexAt = new Map(data.steps.map(({ at }, index) => [at.join("."), index]));
  walk.host.dataset.kind = data.kind;
  flag(walk.host, "summing", walk.hasSums);
  flag(walk.host, "editing", walk.editing);
  captions(walk);
  const isKept = isBeingEdited(walk); // the fields stay where they are, or they would lose the focus
  if (isKept) data.input.planes.forEach((one, index) => renewInput(walk, one, planes.input[index]));
  else {
    walk.editDivisor = data.kernel?.divisor ?? 1;
    planes.input = data.input.planes.map((_, index) => inputPlane(walk, index));
    planes.kernel = kernelPlanes(walk, walk.step).map((one, index) => kernelPlane(walk, one, index));
    walk.drawnShape = shapeOf(data);
  }
  planes.output = data.output.planes.map((_, index) => outputPlane(walk, index));
  planes.sums = walk.hasSums ? sumPlanes(walk) : [];
  for (const name of gridNames(walk)) {
    if (isKept && (name === "input" || name === "kernel")) continue;
    part(walk.part(name), "planes").replaceChildren(...planes[name].map(({ box }) => box));
  }
  walk.part("kernel").hidden = !data.kernel;
  walk.part("sums").hidden = !walk.hasSums;
  buildJoint(walk);
}

/** @type {(walk: Walk) => GridName[]} */
const gridNames = ({ planes }) => /** @type {GridName[]} */ (Object.keys(planes));

/** While somebody types, their fields stay as they are: an answer that comes late must not write over newer typing. @type {(walk: Walk) => boolean} */
const isBeingEdited = ({ editing, drawnShape, data, planes }) =>
  editing && drawnShape === shapeOf(data) && planes.input.some(({ grid }) => grid.querySelector(".field"));

/** @type {(script: Script) => string} */
const shapeOf = ({ kind, input, kernel }) => {
  const { size, filters } = kernel ?? {};
  return JSON.stringify([kind, input.kinds, input.planes.length, size, filters?.length, filters?.[0].planes.length]);
};

// ---------------------------------------------------------------- captions

/** @type {(walk: Walk) => void} */
function captions(walk) {
  const { input, kernel, output, axes } = walk.data;
  const size = (/** @type {number} */ count, /** @type {number[]} */ [rows, columns]) =>
    `${count > 1 ? `${count} × ` : ""}${axes === 1 ? columns : `${rows} × ${columns}`}`;
  const rounded = output.rounded ? " (rounded)" : "";
  caption(walk, "input", "input", `${size(input.planes.length, input.size)}${borderWords(walk.data)}`);
  caption(walk, "output", "output", `${size(output.planes.length, output.size)}${croppedWords(output)}${rounded}`);
  caption(walk, "sums", "per channel", "");
  walk.part("sums").title = "input · kernel, summed";
  if (kernel) kernelCaption(walk, walk.step);
}

/** @type {(walk: Walk, step: Step) => void} */
export function kernelCaption(walk, step) {
  const { kernel, data } = walk;
  const of = walk.isStamp || kernel.filters.length === 1 ? "" : ` of ${kernel.filters[step.at[0]].name}`;
  const holes = Math.max(...data.dilation) > 1 ? `, dilation ${[...new Set(data.dilation)].join(" × ")}` : "";
  const size = data.axes === 1 ? `${kernel.size[1]}` : kernel.size.join(" × ");
  caption(walk, "kernel", walk.isLaidFlipped ? "kernel, flipped" : "kernel", `${size}${holes}${of}`);
}

/** @type {(walk: Walk) => void} */
export function kernelNote(walk) {
  const divisor = walk.editing ? walk.editDivisor : walk.kernel.divisor;
  write(walk.part("note"), divisor > 1 ? `each divided by ${divisor}` : "");
}

/** @type {(walk: Walk, panel: GridName, name: string, words: string) => void} */
function caption(walk, panel, name, words) {
  const line = part(walk.part(panel), "figcaption");
  if (line.textContent !== `${name} ${words}`) line.replaceChildren(element("b", "", name), ` ${words}`);
}

/** @type {(output: OutputGrid) => string} */
const croppedWords = ({ kinds }) =>
  kinds.some((line) => line.includes("c")) ? `, cropped from ${kinds.length} × ${kinds[0].length}` : "";

/** What is drawn around the input, such as " + padding 1", " + reflect padding 1 × 2". @type {(script: Script) => string} */
function borderWords({ input, axes }) {
  const [top, left] = input.origin;
  const lines = [input.kinds.map((line) => line[left]), [...input.kinds[top]]];
  const padded = (/** @type {string[]} */ letters) => letters.filter((letter) => letter === "p").length;
  const before = lines.map((line, axis) => padded(line.slice(0, input.origin[axis])));
  const after = lines.map((line, axis) => padded(line.slice(input.origin[axis])));
  const stretched = Math.max(...input.spread) > 1 ? ", zeros between" : "";
  if (![...before, ...after].some(Boolean)) return stretched;
  const mode = ["", "zeros"].includes(input.border) ? "" : `${input.border} `;
  const sizes = axes === 1 ? [before[1]] : before[0] === before[1] ? [before[0]] : before;
  return `${stretched} + ${mode}padding${before.join() === after.join() ? ` ${sizes.join(" × ")}` : ""}`;
}

// ---------------------------------------------------------------- planes

/**
 * A plane with a cell for each text; `paint` gives each its look, and, where it is edited, its field.
 * @param {GridName} name
 * @param {number} index
 * @param {string[][]} texts
 * @param {{ label: string, title?: string, hue?: string, paint: (cell: Cell, row: number, column: number) => HTMLElement | null | void }} look
 * @returns {Plane}
 */
export function plane(name, index, texts, { title = "", hue = "", label, paint }) {
  const cells = texts.map((line, row) =>
    line.map((text, column) => {
      const cell = new Cell({ name, plane: index, cell: [row, column] });
      const field = paint(cell, row, column);
      cell.node.className = cell.kept;
      cell.node.append(field ?? minus(text));
      return cell;
    }),
  );
  const bands = cells.map((line) =>
    element(
      "div",
      { className: "band", role: "row" },
      line.map(({ node }) => node),
    ),
  );
  const frame = element("div", "frame");
  const style = { "--columns": texts[0].length };
  const grid = element("div", { className: "grid", role: "grid", ariaLabel: label, style }, bands, frame);
  const box = element("div", "plane", title && element("div", "name", title), grid);
  if (hue) box.dataset.hue = hue;
  return { box, grid, cells, frame, label, longest: Math.max(...texts.flat().map((text) => text.length)) };
}

/** @type {(texts: unknown[][]) => string} */
export const sizeWords = (texts) => `${counted(texts.length, "row")}, ${counted(texts[0].length, "column")}`;

/** @type {(walk: Walk, index: number) => Plane} */
function inputPlane(walk, index) {
  const { input } = walk.data;
  const { name, hue, cells, shade } = input.planes[index];
  return plane("input", index, cells, {
    title: name,
    hue,
    label: `${name ? `input, ${name}` : "input"}: ${sizeWords(cells)}`,
    paint: (cell, row, column) => {
      paintInput(cell, input, row, column, shade[row][column]);
      const isField = walk.editing && input.kinds[row][column] === ".";
      return isField ? numberField(walk, cell.place, cells[row][column]) : null;
    },
  });
}

/** The cells that are there already: new tints, copies of the border, and fields whose numbers were changed elsewhere. @type {(walk: Walk, one: Script["input"]["planes"][number], drawn: Plane) => void} */
function renewInput(walk, { cells, shade }, drawn) {
  cells.forEach((line, row) => {
    line.forEach((text, column) => {
      const cell = drawn.cells[row][column];
      cell.kept = "cell";
      paintInput(cell, walk.data.input, row, column, shade[row][column]);
      cell.clear();
      if (!cell.field || !isInUse(walk, cell, text)) cell.write(text);
    });
  });
}

/** @type {(cell: Cell, input: Input, row: number, column: number, shade: number | null) => void} */
function paintInput(cell, { kinds, unread, grey }, row, column, shade) {
  const kind = kinds[row][column];
  const isUnread = unread[row][column] === "x";
  cell.kept += `${KINDS[kind] ?? ""}${isUnread ? " unread" : ""}`;
  cell.node.title = TITLES[isUnread ? "x" : kind] ?? "";
  if (!grey || shade === null) return cell.tint(shade);
  const level = Math.round(shade * 255);
  cell.kept += " grey";
  cell.node.style.setProperty("--level", String(level));
  cell.node.style.setProperty("--on-grey", level > 120 ? "#10151a" : "#f4f7fa");
}

/** @type {(walk: Walk, index: number) => Plane} */
function outputPlane(walk, index) {
  const { planes, kinds } = walk.data.output;
  const { name, hue, cells, shade } = planes[index];
  return plane("output", index, cells, {
    title: name,
    hue,
    label: `output${name ? `, ${name}` : ""}: ${sizeWords(cells)}`,
    paint: (cell, row, column) => {
      if (kinds[row][column] === "c") {
        cell.kept += " cropped";
        cell.node.title = TITLES.c;
      }
      if (!walk.isStamp) cell.tint(shade[row][column]);
    },
  });
}

/**
 * The kernel's planes that a step uses: those of its filter, beside the channels they meet; when stamping those of its
 * input channel, beside the outputs they are stamped into.
 * @type {(walk: Walk, step: Step) => KernelNow[]}
 */
export function kernelPlanes(walk, step) {
  const { kernel, input } = walk.data;
  if (!kernel) return [];
  const [place] = step.at;
  if (walk.isStamp) {
    return step.planes.map((slot) => {
      const { planes, name } = kernel.filters[slot];
      return { ...planes[place % planes.length], hue: "", slot, of: name };
    });
  }
  return kernel.filters[place].planes.map((one, index) => {
    const slot = step.channels[index];
    const { name, hue } = input.planes[slot];
    return { ...one, hue, slot, of: name };
  });
}

/** @type {(walk: Walk, kernel: KernelNow, index: number) => Plane} */
function kernelPlane(walk, { cells, shade, hue, of }, index) {
  return plane("kernel", index, cells, {
    hue,
    label: `kernel${of ? `, ${of}` : ""}: ${sizeWords(cells)}`,
    paint: (cell, row, column) => {
      cell.tint(shade[row][column]);
      return walk.editing ? numberField(walk, cell.place, cells[row][column]) : null;
    },
  });
}

// ---------------------------------------------------------------- sizes and places

/** All that the page holds, inside the element that scrolls. @type {(host: HTMLElement) => Element | null} */
export function pageOf(host) {
  const root = host.getRootNode();
  return root instanceof ShadowRoot ? root.host.closest('[data-testid="stMainBlockContainer"]') : null;
}

/** How high the grids may be for the arithmetic under them to end within the window, as the page opens. @type {(walk: Walk) => number | undefined} */
export function roomOf(walk) {
  if (walk.data.plain) return undefined;
  const scrolled = pageOf(walk.host)?.parentElement?.scrollTop;
  const below =
    walk.part("arithmetic").getBoundingClientRect().bottom - walk.part("player").getBoundingClientRect().top;
  const room = innerHeight - walk.host.getBoundingClientRect().top - (scrolled ?? 0) - below - GAP;
  return room < LOWEST ? undefined : room;
}

/** Px of the column of sums with the drawing of which channels meet under it. @type {(channels: number, filters: number) => number} */
const jointHeight = (channels, filters) => 22 * (channels + 2) + 20 * Math.max(channels, filters) + 75;

/** The placing for the width there is, and every size that follows from it. @type {(walk: Walk) => void} */
export function fit(walk) {
  const { host, data, planes } = walk;
  walk.width = host.clientWidth;
  if (!walk.width) return;
  keepRoom(walk);
  walk.room = roomOf(walk);
  const width = walk.width - placePictures(walk);
  const { input, kernel, output } = data;
  const caption = (/** @type {GridName} */ name) =>
    7.6 * (part(walk.part(name), "figcaption").textContent ?? "").length;
  const side = (/** @type {"input" | "output"} */ name) => {
    const [{ cells, name: title }] = data[name].planes;
    const count = data[name].planes.length;
    return { rows: cells.length, columns: cells[0].length, planes: count, named: title !== "", caption: caption(name) };
  };
  const shape = {
    input: side("input"),
    kernel: kernel && { rows: kernel.size[0], columns: kernel.size[1], caption: caption("kernel") },
    sums: walk.hasSums,
    meeting: !walk.part("meets").hidden,
    named: input.planes[0].name !== "",
    output: side("output"),
  };
  const { way, folds, sumFolds, pitch, small, isNarrow } = layoutOf(shape, width, walk.room);
  const [channels, filters] = [input.planes.length, output.planes.length];
  host.dataset.way = way;
  flag(host, "narrow", isNarrow);
  flag(host, "many", channels > 1);
  const isPaired = { row: folds === 1, stacked: folds === filters }[way] && channels === filters;
  flag(host, "paired", isPaired && !walk.hasSums);
  flag(
    host,
    "meetless",
    way === "aside" && jointHeight(input.planes.length, output.planes.length) > (walk.room ?? 999),
  );
  host.style.setProperty("--name", shape.named ? "21px" : "0px");
  host.style.setProperty("--folds", String(folds));
  host.style.setProperty("--sum-folds", String(sumFolds));
  host.style.setProperty("--channels", String(walk.isStamp ? Math.max(channels, filters) : channels));
  walk.pitches = { input: pitch, kernel: small, sums: pitch, output: pitch };
  const boxes = gridNames(walk).flatMap((name) => (planes[name].length ? [sizePanel(walk, name)] : []));
  const sources = boxes.filter(({ name }) => name !== "output" || isPaired);
  host.style.setProperty("--box-wide", `${Math.max(...sources.map(({ wide }) => wide))}px`);
  host.style.setProperty("--box-high", `${Math.max(...sources.map(({ high }) => high))}px`);
  const { timeline } = walk.player;
  flag(timeline, "crowded", timeline.clientWidth < 26 * walk.ticks.length);
  walk.spots = null;
  placeFrames(walk, walk.shown);
}

/** The sizes inside one panel; gives those of a plane in px. @type {(walk: Walk, name: GridName) => { name: GridName, wide: number, high: number }} */
function sizePanel(walk, name) {
  const pitch = walk.pitches?.[name] ?? 0;
  const planes = walk.planes[name];
  const gap = gapOf(pitch);
  const size = numberSize(pitch, Math.max(...planes.map(({ longest }) => longest)));
  const panel = walk.part(name);
  const sizes = { cell: pitch - gap, gap, type: size, border: pitch < 14 ? 2 : pitch < 24 ? 3 : 4 };
  for (const [key, value] of Object.entries(sizes)) panel.style.setProperty(`--${key}`, `${value}px`);
  flag(panel, "wordless", size === 0);
  flag(panel, "weighted", pitch >= 28);
  const [{ cells }] = planes;
  return { name, wide: cells[0].length * pitch - gap, high: cells.length * pitch - gap };
}

/** Moves a plane's frame over these rows and columns; reads nothing back from the page. @type {(walk: Walk, name: GridName, one: Plane, lines: { rows: number[], columns: number[] }) => void} */
export function frameAt(walk, name, { frame: { style } }, { rows, columns }) {
  if (!walk.pitches) return;
  const pitch = walk.pitches[name];
  const out = pitch < 14 ? 2 : 3;
  const size = (/** @type {number[]} */ lines) =>
    `${(lines[lines.length - 1] - lines[0] + 1) * pitch - gapOf(pitch) + 2 * out}px`;
  const [width, height] = [size(columns), size(rows)];
  style.transform = `translate(${columns[0] * pitch - out}px, ${rows[0] * pitch - out}px)`;
  if (style.width !== width) style.width = width;
  if (style.height !== height) style.height = height;
}
