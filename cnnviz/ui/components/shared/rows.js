// Tables whose rows are read one at a time: by pointer, by tap, or by the arrow keys.

import { element, flag } from "./dom.js";
import { listed } from "./keys.js";

/** @import { Child } from "./mounted.d.ts" */

/** @typedef {{ kind: string, title: string }} Column */

/** A cell; the first of a row is its name. @type {(kind: string, ...children: Child[]) => HTMLTableCellElement} */
export const cell = (kind, ...children) => element("td", { className: kind, title: titleOf(children) }, ...children);

/** @type {(children: Child[]) => string} */
const titleOf = (children) => (typeof children[0] === "string" ? children[0] : "");

/** A bar in per cent of its track. @type {(share: number) => HTMLElement} */
export const bar = (share) =>
  element("div", "track", element("div", { className: "bar", hidden: share === 0, style: { width: `${share}%` } }));

/**
 * A table: its heads, the rows that are read, and those at its foot.
 * @type {(columns: Column[], rows: HTMLElement[], foot: HTMLElement[]) => HTMLTableElement}
 */
export function table(columns, rows, foot) {
  const heads = columns.map(({ kind, title }) => element("th", { className: kind, scope: "col" }, title));
  return element(
    "table",
    "",
    element("thead", "", element("tr", "", heads)),
    element("tbody", "", rows),
    element("tfoot", "", foot),
  );
}

/**
 * Makes rows answer: `read` gets the number of the one that is pointed at, first `first`. Tab reaches that one alone.
 * @type {(rows: HTMLElement[], first: number, read: (number: number) => void) => void}
 */
export function readRows(rows, first, read) {
  const point = (/** @type {number} */ number) => {
    rows.forEach((row, other) => {
      flag(row, "here", other === number);
      row.tabIndex = other === number ? 0 : -1;
    });
    read(number);
  };
  rows.forEach((row, number) => {
    row.onpointerenter = row.onclick = row.onfocus = () => point(number);
    row.onkeydown = (event) => {
      const next = listed(event, number, rows.length);
      if (next !== null) rows[next].focus();
    };
  });
  point(first);
}
