// One network, drawn by two instances of this component: the diagram with its bars, and the table. Pointing at a layer
// in one lights it up in the other, without a trip to the server; a click or Enter tells Python which one is chosen.
// Every number was worked out in Python (see script.py).

import { element, flag, memory, part } from "../shared/dom.js";
import { listed, use } from "../shared/keys.js";
import { diagram } from "./diagram.js";
import { drawnTable, scrollToRow } from "./table.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Message } from "./messages.d.ts" */

/** The elements that stand for a layer, and where the pointer finds it. @typedef {{ marks: Element[], hits: (HTMLElement | SVGElement)[] }} Mark */

/** What the drawings of one network have in common: the layer that is pointed at, and how each lights it. @typedef {{ here: number | null, lights: Map<HTMLElement, () => void> }} Group */

/** @type {Map<string, Group>} */
const groups = new Map();

const stateOf = memory(() => ({
  fingerprint: "",
  revealed: /** @type {number | null | undefined} */ (undefined),
  marks: /** @type {Mark[]} */ ([]),
  observer: /** @type {ResizeObserver | null} */ (null),
}));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "network_drawing");
  const state = stateOf(host);
  const isTable = data.part === "table";
  const group = groups.get(data.group) ?? { here: null, lights: new Map() };
  groups.set(data.group, group);
  if (group.here !== null && group.here >= data.layers.length) group.here = null;
  flag(host, "table", isTable);
  const choose = (/** @type {number | null} */ layer) => {
    if (layer !== null && data.layers[layer]) setTriggerValue("layer", layer);
  };
  const light = () => {
    state.marks.forEach(({ marks }, layer) => {
      for (const mark of marks) {
        flag(mark, "here", layer === group.here);
        flag(mark, "chosen", layer === data.chosen);
      }
    });
    if (!isTable) read(part(host, "reading"), data, group.here ?? data.chosen);
  };
  const point = (/** @type {number | null} */ layer) => {
    group.here = layer;
    for (const one of group.lights.values()) one();
  };
  const wire = (/** @type {Mark[]} */ marks) => {
    state.marks = marks;
    marks.forEach(({ hits }, layer) => {
      for (const hit of hits) {
        hit.onpointerenter = () => point(layer);
        hit.onclick = () => choose(layer);
      }
    });
    light();
  };
  // Drawn anew only where something changed: the table keeps its place when a row of it is chosen.
  const fingerprint = JSON.stringify({ ...data, chosen: null, reveal: null });
  if (state.fingerprint !== fingerprint) {
    state.fingerprint = fingerprint;
    state.observer?.disconnect();
    if (isTable) wire(drawTable(host, data));
    else state.observer = drawDiagram(host, data, wire);
  } else wire(state.marks);
  group.lights.set(host, light);
  const keys = part(host, isTable ? "sheet" : "drawing");
  state.observer?.observe(keys);
  if (isTable && state.revealed !== data.reveal) {
    scrollToRow(keys, /** @type {HTMLElement[]} */ ([...host.querySelectorAll("tbody tr")])[data.reveal ?? -1]);
    state.revealed = data.reveal;
  }
  host.onpointerleave = () => point(null);
  keys.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") {
      use(event);
      return choose(group.here ?? data.chosen);
    }
    const next = listed(event, group.here ?? data.chosen ?? -1, data.layers.length);
    if (next === null) return;
    point(next);
    state.marks[next].marks[0].scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  return () => {
    state.observer?.disconnect();
    group.lights.delete(host);
    if (!group.lights.size) groups.delete(data.group);
  };
}

/** @type {(host: HTMLElement, data: Message) => Mark[]} */
function drawTable(host, data) {
  const { made, rows } = drawnTable(data);
  const sheet = { className: "sheet", tabIndex: 0, role: "region", ariaLabel: data.label };
  host.replaceChildren(element("div", sheet, made));
  return rows.map((row) => ({ marks: [row], hits: [row] }));
}

/** Draws the boxes for the width there is, now and whenever that changes; `wire` gets what stands for each layer. @type {(host: HTMLElement, data: Message, wire: (marks: Mark[]) => void) => ResizeObserver} */
function drawDiagram(host, data, wire) {
  const segments = data.layers.map(() => /** @type {HTMLElement[]} */ ([]));
  const box = element("div", { className: "drawing", tabIndex: 0, role: "group", ariaLabel: data.label });
  const reading = element("output", { className: "reading", ariaLive: "polite" });
  host.replaceChildren(box, reading, strips(data, segments), element("p", "words", data.legend));
  let width = -1;
  const draw = () => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    const { drawing, layers, targets } = diagram(data, width);
    box.replaceChildren(drawing);
    wire(segments.map((own, at) => ({ marks: [layers[at], ...own], hits: [targets[at], ...own] })));
  };
  draw();
  return new ResizeObserver(draw);
}

/** @type {(reading: HTMLElement, data: Message, layer: number | null) => void} */
function read(reading, { layers, hint }, layer) {
  flag(reading, "hint", layer === null);
  if (layer === null) reading.textContent = hint;
  else reading.replaceChildren(element("b", "", layers[layer].name), ` ${layers[layer].words}`);
}

/** Where a quantity sits: one bar for the whole network, cut into its layers; `segments` takes those of each layer. @type {(data: Message, segments: HTMLElement[][]) => HTMLElement} */
function strips({ strips: bars, layers }, segments) {
  const rows = bars.map(({ kind, label, total, most }) => {
    const head = element("div", "head", element("b", "", label), ` ${total}`, element("span", "most", most));
    const cuts = layers.map(({ name, shares }, at) => {
      if (!shares[kind]) return null;
      const cut = element(
        "div",
        { className: "segment", style: { "flex-grow": shares[kind] } },
        element("span", "", name),
      );
      segments[at].push(cut);
      return cut;
    });
    return element("div", `strip ${kind}`, head, element("div", "bar", cuts));
  });
  return element("div", "strips", rows);
}
