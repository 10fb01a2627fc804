// Editing: every input cell and the cells of the current filter's kernels become fields; what is typed goes to Python.

import { element } from "../shared/dom.js";
import { numberIn, writePin } from "./walk.js";

/** @import { Cell, Spot, Walk } from "./walk.js" */

/** @type {(walk: Walk, rebuild: () => void) => void} */
export function assignEditing(walk, rebuild) {
  const edit = walk.part("edit");
  edit.hidden = !walk.data.editable;
  edit.textContent = walk.editing ? "Done" : "Edit numbers";
  edit.ariaPressed = String(walk.editing);
  edit.onclick = () => {
    walk.player.stop();
    Object.assign(walk, { editing: !walk.editing, drawnShape: "", pinned: null });
    rebuild();
  };
}

/** @type {(walk: Walk, place: Spot, text: string) => HTMLInputElement} */
export function numberField(walk, place, text) {
  const { name, plane, cell } = place;
  const { input } = walk.data;
  const id = writePin(place);
  const isInput = name === "input";
  const many = (isInput ? input.planes : walk.kernel.filters[0].planes).length > 1;
  const [top, left] = isInput ? input.origin : [0, 0];
  const title = many ? `${name} ${isInput ? input.planes[plane].name : plane + 1}` : name;
  const ariaLabel = `${title} row ${cell[0] - top + 1}, column ${cell[1] - left + 1}`;
  const made = element("input", { className: "field", value: text, defaultValue: text, inputMode: "text", ariaLabel });
  made.onfocus = () => {
    walk.focused = id;
    made.select();
  };
  made.onchange = () => {
    made.value = made.defaultValue = made.value.trim() || "0";
    send(walk, name, plane);
  };
  made.onkeydown = (event) => {
    if (event.key === "Escape") walk.part("edit").click();
  };
  if (walk.focused === id) requestAnimationFrame(() => made.isConnected && made.focus());
  return made;
}

/**
 * Whether a field still holds what Python has in its place, `text` over `divisor`; its own number is over `own`. What is
 * being typed, is on its way to Python, or was refused in words, stays as it is.
 * @type {(walk: Walk, cell: Cell, text: string, divisor?: number, own?: number) => boolean}
 */
export function isInUse({ data, sent }, { field }, text, divisor = 1, own = 1) {
  if (!field || data.heard < sent || data.refused.includes(field.defaultValue)) return true;
  return Math.abs(numberIn(field.defaultValue) / own - numberIn(text) / divisor) < 1e-7;
}

/** A kernel is drawn as it lies on the input; Python stores it the other way round where it is flipped. @type {(rows: string[][], isFlipped: boolean) => string[][]} */
export const stored = (rows, isFlipped) => (isFlipped ? rows.map((row) => row.toReversed()).toReversed() : rows);

/** Sends the whole plane. Two quick changes may reach Python as one: what was not heard yet is sent again with the next. @type {(walk: Walk, name: Spot["name"], plane: number) => void} */
function send(walk, name, plane) {
  const { data, isStamp } = walk;
  const typed = walk.planes[name][plane].cells
    .map((line) => line.flatMap(({ field }) => (field ? [field.value] : [])))
    .filter((line) => line.length);
  const isKernel = name === "kernel";
  const filter = !isKernel ? 0 : isStamp ? walk.kernelNow[plane].slot : walk.turn;
  const number = isKernel && isStamp ? walk.turn % walk.kernel.filters[filter].planes.length : plane;
  const cells = stored(typed, isKernel && walk.isLaidFlipped);
  const isOther = (/** @type {typeof walk.edits[number]} */ edit) =>
    edit.grid !== name || edit.plane !== number || edit.filter !== filter;
  const edit = {
    grid: name,
    plane: number,
    filter,
    cells,
    divisor: isKernel ? walk.editDivisor : 1,
    sent: Math.max(Date.now(), walk.sent + 1), // the same numbers typed again are news again
  };
  walk.sent = edit.sent;
  walk.edits = [...walk.edits.filter((one) => one.sent > data.heard && isOther(one)), edit];
  walk.python?.setStateValue("numbers", { edits: walk.edits, sent: edit.sent });
}
