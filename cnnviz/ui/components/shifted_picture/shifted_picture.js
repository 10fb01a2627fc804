// Three maps for each shift of the picture, all worked out by Python; here one of them is shown.

import { fromAddress, setInAddress } from "../shared/address.js";
import { element, flag, memory, part, write } from "../shared/dom.js";
import { isShortcut, use, within } from "../shared/keys.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Message } from "./messages.d.ts" */

const ROLES = ["input", "output", "pooled"];
const WIGGLE_MS = 700;
const ADDRESS = "pool_moved"; // the shift as the page's address has it: pool_moved=-2

const stateOf = memory(() => ({ at: /** @type {number | null} */ (null), timer: 0, way: 1 }));

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data: { titles, shifts, limits, start }, parentElement }) {
  const host = part(parentElement, "shifted_picture");
  const state = stateOf(host);
  const asked = shifts.findIndex(({ across }) => across === Number(fromAddress(ADDRESS) ?? "0"));
  let at = Math.min(state.at ?? (asked < 0 ? start : asked), shifts.length - 1);
  const slide = part(host, "slide", HTMLInputElement);
  const button = part(host, "wiggle");
  slide.max = String(shifts.length - 1);
  const grids = titles.map((title, number) => new Grid(title, ROLES[number], shifts[0].maps[number], limits[number]));
  part(host, "maps").replaceChildren(...grids.map((grid) => grid.figure));

  const show = () => {
    const { across, maps, changed, words } = shifts[at];
    state.at = at;
    grids.forEach((grid, number) => grid.show(maps[number], number ? changed[number] : null, words[number]));
    slide.value = String(at);
    part(host, "where").textContent = across ? `${across > 0 ? "+" : "−"}${Math.abs(across)} px` : "not moved";
  };
  const remember = () => setInAddress(ADDRESS, shifts[at].across ? String(shifts[at].across) : null);
  const go = (/** @type {number} */ to) => {
    at = within(to, shifts.length);
    show();
    if (state.timer) return;
    write(part(host, "spoken"), shifts[at].words.filter(Boolean).join(" "));
    remember();
  };
  const tick = () => {
    state.timer = setTimeout(tick, WIGGLE_MS);
    if (at + state.way < 0 || at + state.way >= shifts.length) state.way = -state.way;
    go(at + state.way);
  };
  const stop = () => {
    clearTimeout(state.timer);
    state.timer = 0;
  };
  const wiggle = () => {
    if (state.timer) {
      stop();
      remember();
    } else tick();
    button.ariaPressed = String(state.timer !== 0);
    button.textContent = state.timer ? "Stop" : "Let it move";
  };
  show();
  if (state.timer) {
    stop(); // it goes on with what came now
    tick();
  }
  part(host, "left").onclick = () => go(at - 1);
  part(host, "right").onclick = () => go(at + 1);
  slide.oninput = () => go(Number(slide.value));
  button.onclick = wiggle;
  host.onkeydown = (event) => {
    const target = /** @type {Element} */ (event.target);
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (isShortcut(event)) return;
    if (by && target !== slide) go(at + by);
    else if (event.key === " " && !target.matches("button")) wiggle();
    else return;
    use(event);
  };
  return stop;
}

/** One map, drawn once; each shift changes its texts and tints. */
class Grid {
  /** @param {string} title @param {string} role @param {string[][]} rows @param {number} limit */
  constructor(title, role, rows, limit) {
    this.title = title;
    this.limit = limit;
    this.cells = rows.map((row) => row.map(() => element("div", "cell")));
    this.grid = element("div", { className: "grid", role: "img", style: { "--columns": rows[0].length } }, this.cells);
    this.words = element("p", "words");
    const caption = element("figcaption", "", `${title}, ${rows.length} × ${rows[0].length}`);
    this.figure = element("figure", role, caption, this.grid, this.words);
  }

  /** @param {string[][]} texts @param {string[] | null} changed @param {string} words */
  show(texts, changed, words) {
    this.cells.forEach((row, r) =>
      row.forEach((cell, c) => {
        const text = texts[r][c];
        write(cell, text);
        cell.style.setProperty("--tint", String(this.limit ? Math.abs(Number(text)) / this.limit : 0));
        flag(cell, "changed", changed?.[r][c] === "x");
        flag(cell, "zero", text === "0");
      }),
    );
    this.words.textContent = words;
    this.grid.ariaLabel = `${this.title}. ${words}`;
  }
}
