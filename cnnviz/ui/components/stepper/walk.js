// The state of one walk: what Python sent, where the walk stands, and what is drawn of it.

import { fromAddress, setInAddress } from "../shared/address.js";
import { flag, part } from "../shared/dom.js";
import { minus } from "../shared/numbers.js";
import { Player } from "../shared/player.js";

/** @import { Mounted, Place } from "../shared/mounted.d.ts" */
/** @import { Answers, Edit, Message, Step as AnyStep } from "./messages.d.ts" */

/** Which fields a step has follows from the kind of the layer. @typedef {Required<AnyStep>} Step */
/** @typedef {Omit<Message, "steps"> & { steps: Step[] }} Script */
/** @typedef {"input" | "kernel" | "sums" | "output"} GridName */
/** A cell of a grid as it is drawn. @typedef {{ name: GridName, plane: number, cell: Place }} Spot */
/** Something more beside the grids: built after them, shown after each step. @typedef {{ build: (walk: Walk) => void, show: (walk: Walk, index: number) => void, leave?: (walk: Walk) => void }} View */

/** A cell knows its place, and the classes that it keeps when a step's marks are cleared. */
export class Cell {
  /** @param {Spot} place */
  constructor(place) {
    this.place = place;
    this.node = document.createElement("div");
    this.node.role = "gridcell";
    this.kept = "cell";
    this.stamped = /** @type {string | null | undefined} */ (undefined);
    cells.set(this.node, this);
  }

  /** Its own classes again, without any mark. */
  clear() {
    this.node.className = this.kept;
    delete this.node.dataset.weight;
  }

  /** How strongly it is tinted, from -1 to 1. @param {number | null} shade */
  tint(shade) {
    this.node.style.setProperty("--tint", String(Math.abs(shade ?? 0)));
    if ((shade ?? 0) < 0) this.kept += " negative";
  }

  /** @param {string} names @param {string} [weight] */
  mark(names, weight = "") {
    this.node.className += ` ${names}`;
    const { weight: before } = this.node.dataset;
    if (weight) this.node.dataset.weight = before ? `${before} ${weight}` : weight;
  }

  get field() {
    return this.node.querySelector("input");
  }

  /** @param {string} text */
  write(text) {
    const { field, node } = this;
    if (field) field.value = field.defaultValue = text;
    else node.textContent = minus(text);
  }
}

/** @type {WeakMap<EventTarget, Cell>} */
const cells = new WeakMap();

/** The cell that an event is about. @type {(target: EventTarget | null) => Cell | null} */
export function cellOf(target) {
  const node = target instanceof Element ? target.closest(".cell") : null;
  return (node && cells.get(node)) ?? null;
}

/** One plane of a grid. @typedef {{ box: HTMLElement, grid: HTMLElement, cells: Cell[][], frame: HTMLElement, label: string, longest: number, stop?: Cell, own?: string }} Plane */

export class Walk {
  editing = false;
  gone = false;
  ready = false; // everything is built
  shown = 0; // the step that is shown; while one points it is another than the player's
  turn = -1; // of which filter, or channel, the step is
  reached = -1;
  sent = 0;
  width = 0; // that it was placed for, in px
  room = /** @type {number | undefined} */ (undefined); // height that it was placed for
  editDivisor = 1; // of the kernels in the fields: while somebody types it stays, whatever Python makes of the numbers
  patchTimer = 0;
  fingerprint = "";
  drawnShape = "";
  focused = /** @type {string | null} */ (null);
  asked = /** @type {number | null} */ (null);
  pinned = /** @type {Spot | null} */ (null);
  pointed = /** @type {Spot | null} */ (null);
  seat = /** @type {Cell | null} */ (null);
  motions = /** @type {Animation[]} */ ([]);
  marks = /** @type {Cell[]} */ ([]);
  edits = /** @type {Edit[]} */ ([]);
  ticks = /** @type {{ plane: number, index: number, button?: HTMLElement }[]} */ ([]);
  sumLines = /** @type {HTMLElement[]} */ ([]);
  kernelNow = /** @type {import("./grids.js").KernelNow[]} */ ([]);
  planes = /** @type {Record<GridName, Plane[]>} */ ({ input: [], kernel: [], sums: [], output: [] });
  pitches = /** @type {Record<GridName, number> | null} */ (null);
  spots = /** @type {Record<"sums" | "output", { left: number, top: number }[]> | null} */ (null);
  largest = { sum: 1, stamp: 1 };
  /** @type {Map<string, number>} */
  indexAt = new Map();
  matrix = {
    isOpen: false,
    way: "toeplitz",
    first: 0,
    filter: 0,
    drawn: /** @type {import("./matrix.js").Drawn | null} */ (null),
  };
  filtered = /** @type {number | null} */ (null);
  observer = /** @type {ResizeObserver | null} */ (null);

  /** @param {HTMLElement} host @param {Script} data @param {View[]} views @param {import("../shared/player.js").Walked} walked */
  constructor(host, data, views, walked) {
    this.host = host;
    this.data = data;
    this.views = views;
    this.player = new Player(host, part(host, "controls"), "step", walked);
    /** @type {Pick<Mounted<Message, Answers>, "setStateValue" | "setTriggerValue"> | null} */
    this.python = null;
  }

  /** A transposed convolution shown as stamping: it goes over the input, not over the output. */
  get isStamp() {
    return this.data.kind === "stamp";
  }

  /** Whether each channel's result is shown by itself. */
  get hasSums() {
    return this.data.kernel !== null && !this.isStamp && this.data.steps[0].channels.length > 1;
  }

  /** A kernel is drawn as it lies on the input. A transposed convolution lays its kernels flipped by itself. */
  get isLaidFlipped() {
    return (this.data.kind === "transposed") !== this.data.flipped;
  }

  /** The grid that the walk itself goes over, cell by cell. @returns {"input" | "output"} */
  get ground() {
    return this.isStamp ? "input" : "output";
  }

  /** @returns {import("./messages.d.ts").Kernel} */
  get kernel() {
    if (!this.data.kernel) throw new Error("This layer has no kernel.");
    return this.data.kernel;
  }

  get step() {
    return this.data.steps[this.player.step];
  }

  /** @param {Place | number[]} at */
  indexOf(at) {
    return this.indexAt.get(at.join("."));
  }

  /** @param {string} name */
  part(name) {
    return part(this.host, name);
  }

  /** @param {Spot | null} pinned */
  pin(pinned) {
    this.pinned = pinned;
    flag(this.host, "pinned", pinned);
  }

  /** Only a walk that is linked to the address writes there, and only its own words. @param {string} name @param {string | null} value */
  remember(name, value) {
    if (this.data.linked && !this.gone) setInAddress(name, value);
  }

  /** @param {string} name */
  remembered(name) {
    return this.data.linked ? fromAddress(name) : null;
  }
}

/** The number that a text holds, a decimal or a fraction; NaN where it holds none. @type {(text: string) => number} */
export function numberIn(text) {
  const [top, bottom] = text.replace("−", "-").replace(",", ".").split("/").map(Number);
  return bottom ? top / bottom : top;
}

/** How strongly a written number is tinted among others of its kind; the picture's colour, not a value. @type {(text: string) => number} */
export function amount(text) {
  const value = numberIn(text);
  return Number.isFinite(value) ? value : 0;
}

/** The step that an address asks for, counted from 0; null where it asks for nonsense. @type {(text: string | null, count: number) => number | null} */
export function readStep(text, count) {
  return /^[1-9]\d{0,3}$/.test(text ?? "") ? Math.min(Number(text), count) - 1 : null;
}

/** The pinned cell of an address, such as input.0.2.3 (plane, row, column), if the script has it; else null. @type {(text: string | null, script: Script) => Spot | null} */
export function readPin(text, script) {
  const found = /^(input|kernel|output)\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text ?? "");
  if (!found) return null;
  const name = /** @type {"input" | "kernel" | "output"} */ (found[1]);
  const [plane, row, column] = found.slice(2).map(Number);
  const planes = name === "kernel" ? script.kernel?.filters[0].planes : script[name].planes;
  return planes?.[plane]?.cells[row]?.[column] === undefined ? null : { name, plane, cell: [row, column] };
}

/** @type {(pin: Spot | null) => string | null} */
export const writePin = (pin) => (pin ? [pin.name, pin.plane, ...pin.cell].join(".") : null);
