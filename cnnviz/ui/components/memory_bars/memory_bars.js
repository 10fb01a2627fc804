// Draws the lines; every number in them was written by Python.

import { element, memory, part } from "../shared/dom.js";
import { bar, cell, readRows, table } from "../shared/rows.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { DrawnLine, Message } from "./messages.d.ts" */

const COLUMNS = [
  { kind: "name", title: "layer" },
  { kind: "shape", title: "output" },
  { kind: "memory", title: "values kept" },
  { kind: "params", title: "parameters" },
];

const stateOf = memory(() => ({ here: "" }));

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data, parentElement }) {
  const host = part(parentElement, "memory_bars");
  const state = stateOf(host);
  const rows = data.lines.map(drawnLine);
  const reading = element("output", { className: "reading", ariaLive: "polite" });
  const { values, params } = data.total;
  const sum = element("tr", "", cell("name", "sum"), cell("shape"), meter("memory", values), meter("params", params));
  host.replaceChildren(element("p", "finding", data.finding), reading, table(COLUMNS, rows, [sum]));
  const heaviest = Math.max(...data.lines.map((line) => line.params_bar));
  const before = data.lines.findIndex((line) => line.name === state.here);
  const first = before < 0 ? data.lines.findIndex((line) => line.params_bar === heaviest) : before;
  readRows(rows, first, (number) => {
    const { name, reading: words } = data.lines[number];
    state.here = name;
    reading.replaceChildren(element("div", "", element("b", "", name), ` ${words[0]}`), element("div", "", words[1]));
  });
}

/** @type {(line: DrawnLine) => HTMLTableRowElement} */
const drawnLine = ({ name, shape, values, memory_bar, heavy_memory, params, params_bar, heavy_params }) =>
  element(
    "tr",
    "",
    element("th", { className: "name", scope: "row" }, name),
    cell("shape", shape),
    meter("memory", values, memory_bar, heavy_memory),
    meter("params", params, params_bar, heavy_params),
  );

/** @type {(kind: string, text: string, share?: number, heavy?: boolean) => HTMLElement} */
const meter = (kind, text, share = 0, heavy = false) =>
  cell(heavy ? `${kind} heavy` : kind, element("div", "meter", element("span", "number", text), bar(share)));
