// What a cell takes part in: pointing at it, tapping it or reaching it with the keys shows it on all grids; a click,
// a tap or Enter keeps it.

import { write } from "../shared/dom.js";
import { use, within } from "../shared/keys.js";
import { counted, minus } from "../shared/numbers.js";
import { mark, show } from "./marking.js";
import { relateStampedOutput, relateStampKernel } from "./stamping.js";
import { remember, takeKeyboard } from "./stepper.js";
import { cellOf, writePin } from "./walk.js";

/** @import { Place } from "../shared/mounted.d.ts" */
/** @import { Input } from "./messages.d.ts" */
/** @import { Cell, Plane, Spot, Step, Walk } from "./walk.js" */

// ---------------------------------------------------------------- pure: where a cell is used

/** Every drawn place that holds the same input cell: through reflect, replicate and circular padding there are several. @type {(input: Pick<Input, "sources" | "kinds">, row: number, column: number) => Place[]} */
export function copiesOf({ sources, kinds }, row, column) {
  if (!sources || !".p".includes(kinds[row][column])) return [[row, column]];
  const same = (/** @type {number[]} */ lines, /** @type {number} */ at) =>
    lines.flatMap((source, index) => (source === lines[at] ? [index] : []));
  return same(sources.rows, row).flatMap((r) =>
    same(sources.columns, column).map((c) => /** @type {Place} */ ([r, c])),
  );
}

/** Every step, number of the channel in it, tap row and column in which one of the places of an input plane is used. @type {(steps: Step[], plane: number, places: Place[]) => { index: number, channel: number, a: number, b: number }[]} */
export function usesOfInput(steps, plane, places) {
  return steps.flatMap((step, index) => {
    const channel = step.channels.indexOf(plane);
    if (channel < 0) return [];
    const taps = places.map(([row, column]) => ({ a: step.rows.indexOf(row), b: step.columns.indexOf(column) }));
    return taps.flatMap(({ a, b }) => (Math.min(a, b) < 0 ? [] : [{ index, channel, a, b }]));
  });
}

/** Every drawn input place that a kernel cell (a, b) of a filter multiplies. @type {(steps: Step[], filter: number, a: number, b: number) => Place[]} */
export function placesOfWeight(steps, filter, a, b) {
  return steps.filter(({ at }) => at[0] === filter).map(({ rows, columns }) => [rows[a], columns[b]]);
}

// ---------------------------------------------------------------- showing it

/** @type {(walk: Walk, place: Spot | null) => void} */
export function relate(walk, place) {
  const { step } = walk.player;
  if (!place) return show(walk, step);
  const plane = place.name === "sums" ? walk.turn : place.plane;
  if (place.name === walk.ground || place.name === "sums") {
    return show(walk, walk.indexOf([plane, ...place.cell]) ?? step);
  }
  show(walk, step);
  walk.host.classList.add("relating");
  const isKernel = place.name === "kernel";
  const tell = walk.isStamp
    ? isKernel
      ? relateStampKernel
      : relateStampedOutput
    : isKernel
      ? relateKernel
      : relateInput;
  write(walk.part("relation"), tell(walk, place));
}

/** @type {(walk: Walk, place: Spot) => string} */
function relateInput(walk, { plane, cell: [row, column] }) {
  const { steps, input, kernel, kind } = walk.data;
  const places = copiesOf(input, row, column);
  const uses = usesOfInput(steps, plane, places);
  for (const [r, c] of places) mark(walk, walk.planes.input[plane].cells[r][c], "marked by-input");
  let won = 0;
  for (const { index, channel, a, b } of uses) {
    const { at, winner, divisor } = steps[index];
    const wins = winner?.[0] === a && winner[1] === b;
    if (wins) won += 1;
    const taps = kernel?.filters[at[0]].planes[channel].cells;
    const weight = taps ? `×${minus(taps[a][b])}` : divisor ? `÷${divisor}` : wins ? "max" : "";
    const look = wins || kind !== "max" ? "marked reached by-input" : "marked reached seen";
    mark(walk, walk.planes.output[at[0]].cells[at[1]][at[2]], look, weight);
  }
  const who = inputWords(walk, plane, row, column, places.length);
  const outputs = new Set(uses.map(({ index }) => index)).size;
  if (input.kinds[row][column] === "b") return `${who} ceil_mode lets a window reach it, and it is never counted.`;
  if (!uses.length) return `${who} is not reached by any window: it changes no output.`;
  if (kind === "max")
    return `${who} is seen by ${counted(outputs, "window")} and is the winner in ${won || "none"} of them.`;
  const through = kind === "average" ? "with the share" : "through the weight";
  return `${who} ${places.length > 1 ? "feed" : "feeds"} ${counted(outputs, "output")}, each ${through} written there.`;
}

/** @type {(walk: Walk, plane: number, row: number, column: number, copies: number) => string} */
function inputWords(walk, plane, row, column, copies) {
  const { input, axes } = walk.data;
  const { origin, spread, sources } = input;
  const { name, cells } = input.planes[plane];
  const text = minus(cells[row][column]);
  const named = name ? ` of ${name}` : "";
  const kind = input.kinds[row][column];
  if (kind === "b") return "This cell lies beyond the padding:";
  if (kind === "z") return "This zero, put between the inputs,";
  if (kind === "p" && !sources) return `This padding cell, a ${text}${named},`;
  const [r, c] = (sources ? [sources.rows[row], sources.columns[column]] : [row, column]).map(
    (at, axis) => (at - origin[axis]) / spread[axis] + 1,
  );
  const place = axes === 1 ? `place ${c}` : `row ${r}, column ${c}`;
  const others = `${copies - 1} ${copies > 2 ? "copies" : "copy"}`;
  if (copies > 1) return `The ${text} in ${place}${named} and its ${others} in the border`;
  return `The ${text} in ${place}${named || " of the input"}`;
}

/** @type {(walk: Walk, place: Spot) => string} */
function relateKernel(walk, { plane, cell: [a, b] }) {
  const { filters } = walk.kernel;
  const channel = walk.data.steps[walk.shown].channels[plane];
  const places = placesOfWeight(walk.data.steps, walk.turn, a, b);
  mark(walk, walk.planes.kernel[plane].cells[a][b], "marked by-kernel");
  for (const [row, column] of places) mark(walk, walk.planes.input[channel].cells[row][column], "marked by-kernel");
  const of = filters.length > 1 ? ` of ${filters[walk.turn].name}` : "";
  const which = places.length === 1 ? "in the only window" : `in all ${places.length} windows`;
  const weight = minus(walk.kernelNow[plane].cells[a][b]);
  return `The weight ${weight} is used ${which}${of}, on the framed inputs: one weight, shared.`;
}

// ---------------------------------------------------------------- pointing, tapping, keys

/** @type {(one: Spot | null, other: Spot | null) => boolean} */
const isSame = (one, other) => writePin(one) === writePin(other);

/** @type {(walk: Walk) => void} */
export function assignPointing(walk) {
  const { player, planes } = walk;
  const grids = walk.part("grids");
  grids.onpointerover = (event) => {
    if (player.playing || walk.editing || event.pointerType === "touch") return;
    const place = cellOf(event.target)?.place ?? null;
    if (isSame(place, walk.pointed)) return;
    const isBetween = !place && event.target instanceof Element && event.target.closest(".grid");
    if (isBetween) return; // between two cells nothing flickers
    walk.pointed = place;
    relate(walk, place ?? walk.pinned);
  };
  grids.onpointerleave = () => {
    if (!walk.pointed) return;
    walk.pointed = null;
    if (!player.playing) relate(walk, walk.pinned);
  };
  // A click points, and leaves the keyboard with the walk: the arrows go on stepping.
  grids.onmousedown = (event) => {
    if (walk.editing || !cellOf(event.target)) return;
    event.preventDefault();
    takeKeyboard(walk);
  };
  grids.onclick = (event) => {
    if (walk.editing) return;
    const cell = cellOf(event.target);
    if (cell) choose(walk, cell.place);
    else chooseFilter(walk, event.target);
  };
  for (const name of /** @type {const} */ (["input", "kernel", "output"])) {
    if (walk.editing || name === walk.ground) continue;
    const [row, column] = name === "kernel" ? [0, 0] : walk.data[name].origin;
    for (const one of planes[name]) setStop(walk, one, one.cells[row][column]); // Tab reaches one cell of each grid
  }
  seat(walk);
}

/** A click or Enter: on the walk's own grid it goes there, on any other it keeps what is shown, and the second lets go. @type {(walk: Walk, place: Spot) => void} */
function choose(walk, place) {
  const { player } = walk;
  const plane = place.name === "sums" ? walk.turn : place.plane;
  if (place.name === walk.ground || place.name === "sums") {
    return player.jump(walk.indexOf([plane, ...place.cell]) ?? player.step);
  }
  player.stop();
  walk.pin(isSame(walk.pinned, place) ? null : place);
  relate(walk, walk.pinned ?? (walk.pointed ? place : null));
  remember(walk);
}

/** A click on the name of an output map: the same place in that filter's turn. @type {(walk: Walk, target: EventTarget | null) => void} */
function chooseFilter(walk, target) {
  const box = target instanceof Element ? target.closest(".output .plane") : null;
  const number = walk.planes.output.findIndex((one) => one.box === box);
  if (number < 0 || walk.isStamp) return;
  const [, row, column] = walk.step.at;
  walk.player.jump(walk.indexOf([number, row, column]) ?? walk.player.step);
}

/** The cell of a grid that Tab reaches; the arrows move it. @type {(walk: Walk, one: Plane, cell: Cell) => void} */
function setStop(walk, one, cell) {
  const { player } = walk;
  if (one.stop) {
    one.stop.node.removeAttribute("tabindex");
    one.stop.node.onfocus = one.stop.node.onblur = null;
  }
  one.stop = cell;
  cell.node.tabIndex = 0;
  cell.node.onfocus = () => {
    if (player.playing) return;
    relate(walk, cell.place);
    write(walk.part("spoken"), walk.part("relation").textContent ?? "");
  };
  cell.node.onblur = () => {
    if (!player.playing && cell.node.isConnected) relate(walk, walk.pinned);
  };
}

/** Tab reaches the walk's own grid at the cell where the walk stands. @type {(walk: Walk) => void} */
export function seat(walk) {
  const [plane, row, column] = walk.step.at;
  const cell = walk.planes[walk.ground][plane].cells[row][column];
  const before = walk.seat;
  if (before === cell) return;
  const root = /** @type {ShadowRoot | undefined} */ (before?.node.getRootNode());
  const hadFocus = before?.node.isConnected && root?.activeElement === before.node;
  before?.node.removeAttribute("tabindex");
  walk.seat = cell;
  if (!walk.editing) cell.node.tabIndex = 0;
  if (hadFocus) cell.node.focus({ preventScroll: true });
}

/** Arrows, Home, End and Enter inside a grid; true where the key was for the grid. @type {(event: KeyboardEvent, walk: Walk) => boolean} */
export function onGridKey(event, walk) {
  const target = event.target instanceof HTMLElement && event.target.role === "gridcell" ? cellOf(event.target) : null;
  if (!target || walk.editing || event.ctrlKey || event.metaKey || event.altKey) return false;
  const { place } = target;
  if (event.key === "Enter") choose(walk, place);
  else {
    if (place.name === walk.ground) return false;
    const one = walk.planes[place.name][place.plane];
    const to = cellForKey(event.key, place.cell, one.cells.length, one.cells[0].length);
    if (!to) return false;
    walk.player.stop();
    const cell = one.cells[to[0]][to[1]];
    if (cell !== one.stop) {
      setStop(walk, one, cell);
      cell.node.focus();
    }
  }
  use(event);
  return true;
}

/** The cell that a key leads to inside a grid, or null for any other key. @type {(key: string, cell: Place, rows: number, columns: number) => Place | null} */
export function cellForKey(key, [row, column], rows, columns) {
  /** @type {Record<string, Place>} */
  const moves = {
    ...{ ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1], ArrowDown: [row + 1, column] },
    ...{ ArrowUp: [row - 1, column], Home: [row, 0], End: [row, columns - 1] },
  };
  const to = moves[key];
  return to ? [within(to[0], rows), within(to[1], columns)] : null;
}
