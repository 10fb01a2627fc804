// Draws the table; every number in it was written by Python.

import { element, memory, part } from "../shared/dom.js";
import { bar, cell, readRows, table } from "../shared/rows.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Message, Others } from "./messages.d.ts" */

const COLUMNS = [
  { kind: "class", title: "class" },
  { kind: "probability", title: "probability" },
  { kind: "score", title: "score" },
  { kind: "difference", title: "score − max" },
  { kind: "exponential", title: "exp" },
];

const stateOf = memory(() => ({ here: 0 }));

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data, parentElement }) {
  const host = part(parentElement, "softmax");
  const state = stateOf(host);
  const rows = data.rows.map((row) => line("", row.name, meter(row), row.score, row.difference, row.exponential));
  const others = line("others", data.others.name, meter(data.others), "", "", data.others.exponential);
  const sum = line("", "sum", cell("probability total", "100.00 %"), "", "", data.total);
  const steps = element("output", { className: "steps", ariaLive: "polite" });
  const made = table(COLUMNS, rows, [sum]);
  part(made, "tbody").append(others);
  host.replaceChildren(made, steps);
  readRows(rows, Math.min(state.here, rows.length - 1), (number) => {
    state.here = number;
    steps.replaceChildren(
      ...data.rows[number].steps.map(([left, sign, result]) =>
        element("div", "", `${left} ${sign} `, element("b", "", result)),
      ),
    );
  });
}

/** @type {(kind: string, name: string, probability: HTMLElement, score: string, difference: string, exponential: string) => HTMLTableRowElement} */
const line = (kind, name, probability, score, difference, exponential) =>
  element(
    "tr",
    kind,
    cell("class", name),
    probability,
    cell("score", score),
    cell("difference", difference),
    cell("exponential", exponential),
  );

/** @type {(row: Pick<Others, "percent" | "share">) => HTMLElement} */
const meter = ({ percent, share }) =>
  cell("probability", element("div", "meter", bar(share), element("span", "percent", percent)));
