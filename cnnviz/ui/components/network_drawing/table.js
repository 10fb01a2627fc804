// The table: a row for each layer, the sums at the foot, which stays in sight however long the table is.

import { element, part } from "../shared/dom.js";
import { table } from "../shared/rows.js";

/** @import { Layer, Message } from "./messages.d.ts" */

const COLUMNS = /** @type {const} */ ([
  ["name", "Layer"],
  ["settings", "Settings"],
  ["output", "Output"],
  ["params", "Parameters"],
  ["trainable", "Trained"],
  ["macs", "MACs"],
  ["memory", "Memory"],
  ["field", "Receptive field"],
]);

/** @type {(data: Message) => { made: HTMLTableElement, rows: HTMLElement[] }} */
export function drawnTable({ layers, total }) {
  // what is trained is only said where a text leaves some parameters as they are
  const columns = COLUMNS.filter(([kind]) => kind !== "trainable" || total.trainable);
  const rows = layers.map((layer) => drawnRow(layer, columns));
  const sums = element(
    "tr",
    "",
    columns.map(([kind]) => element("td", kind, total[kind] ?? "")),
  );
  return {
    made: table(
      columns.map(([kind, title]) => ({ kind, title })),
      rows,
      [sums],
    ),
    rows,
  };
}

/** @type {(layer: Layer, columns: ReadonlyArray<(typeof COLUMNS)[number]>) => HTMLElement} */
const drawnRow = ({ state, cells, titles, shares }, columns) =>
  element(
    "tr",
    { className: state, tabIndex: -1 },
    columns.map(([kind]) => {
      const isName = kind === "name";
      const share = shares[kind];
      return element(
        isName ? "th" : "td",
        { className: kind, title: titles[kind] ?? "", ...(isName ? { scope: "row" } : {}) },
        element("span", "text", cells[kind]),
        isName && element("span", "under", cells.settings), // where there is no column for it
        share ? element("span", { className: "meter", style: { "--share": `${share}%` } }) : null,
      );
    }),
  );

/** A row comes into the table's own window; the page stays where it is. @type {(sheet: HTMLElement, row: HTMLElement | undefined) => void} */
export function scrollToRow(sheet, row) {
  if (!row) {
    sheet.scrollTop = 0;
    return;
  }
  const [above, below] = [part(sheet, "thead").offsetHeight, part(sheet, "tfoot").offsetHeight];
  const end = row.offsetTop + row.offsetHeight - sheet.clientHeight + below;
  if (row.offsetTop < sheet.scrollTop + above) sheet.scrollTop = row.offsetTop - above;
  else if (end > sheet.scrollTop) sheet.scrollTop = end;
}
