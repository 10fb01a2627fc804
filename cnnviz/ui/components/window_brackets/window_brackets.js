// Draws the strip; which cell is what and where each window lies was worked out by Python.

import { element, part } from "../shared/dom.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Bracket, Cell, Message } from "./messages.d.ts" */

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data: { cells, brackets, lanes, sentence }, parentElement }) {
  const strip = element(
    "div",
    {
      className: "strip",
      role: "img",
      ariaLabel: sentence,
      data: { many: cells.length > 20 },
      style: { "--cells": cells.length },
    },
    brackets.map((window) => bracket(window, lanes)),
    cells.map((cell, place) => square(cell, place, lanes)),
  );
  const figure = element("figure", "", strip, element("figcaption", "", sentence));
  part(parentElement, "window_brackets").replaceChildren(figure);
}

/** @type {(window: Bracket, lanes: number) => HTMLElement} */
function bracket({ index, first, last, lane }, lanes) {
  const style = { "grid-column": `${first + 1} / ${last + 2}`, "grid-row": lanes - lane };
  const title = `window ${index}, which gives output value ${index}`;
  return element("div", { className: "bracket", title, style }, element("b", "", index));
}

/** @type {(cell: Cell | null, place: number, lanes: number) => HTMLElement} */
function square(cell, place, lanes) {
  const style = { "grid-column": place + 1, "grid-row": lanes + 1 };
  if (!cell) return element("div", { className: "gap", style }, "⋯");
  const { number, role, read, title } = cell;
  const className = `cell ${role}${read ? "" : " unread"}`;
  return element("div", { className, title, style }, role === "input" && number);
}
