// The terms of a sum as lines. Every number and word comes from Python; a line that is clicked is told to it.

import { element, flag, part } from "../shared/dom.js";
import { legend } from "../shared/legend.js";
import { bar, summed } from "../shared/lines.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Message, SumLine, Term } from "./messages.d.ts" */

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "weighted_sum");
  const { id, maps, terms, lines, zero, totalName, total, agreement } = data;
  const open = (/** @type {number} */ place) => setTriggerValue("open", { id, place, stamp: performance.now() });
  const kinds = ["name", "factors", "sum"];
  const key = maps && legend(maps.low, maps.legend, maps.high);
  key?.prepend(element("span", "words", maps ? maps.words : ""));
  flag(host, "mapped", maps);
  host.replaceChildren(
    element("p", "finding", data.finding),
    ...(key ? [key] : []),
    element(
      "div",
      { className: "heads", ariaHidden: "true" },
      data.heads.map((text, at) => element("span", kinds[at], text)),
    ),
    summed(
      [...terms.map((term, at) => termLine(term, maps?.sources[at], open)), ...lines.map(sumLine)],
      zero,
      totalName,
      total,
      agreement,
    ),
  );
}

/** @type {(term: Term, map: string | undefined, open: (place: number) => void) => HTMLElement} */
function termLine({ name, weight, value, sum, share, torn, place }, map, open) {
  const set = {
    className: "line",
    title: `Open ${name} in One neuron`,
    onclick: () => open(place),
  };
  const factors = element("span", "factors", element("span", "weight", weight), " × ", element("span", "value", value));
  const button = element(
    "button",
    set,
    map !== undefined && element("img", { className: "map", src: map, alt: "" }),
    element("span", "name", name),
    factors,
    bar(share, torn),
    element("span", "sum", sum),
    element("span", "more", "›"),
  );
  return element("li", "", button);
}

/** @type {(line: SumLine) => HTMLElement} */
const sumLine = ({ name, share, torn, sum }) =>
  element(
    "li",
    "line",
    element("span", "name", name),
    bar(share, torn),
    element("span", "sum", sum),
    element("span", "more"),
  );
