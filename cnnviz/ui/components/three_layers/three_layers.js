// Draws the three layers and lights, in all of them at once, what is pointed at. Every line, weight and sentence was
// written by Python. A click keeps what is lit and tells Python, so that the address carries it.

import { element, flag, memory, part, svg, write } from "../shared/dom.js";
import { arrow, use, within } from "../shared/keys.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Message, Panel } from "./messages.d.ts" */

/** What can be pointed at: a unit, or the line between an output and an input; see script.py. @typedef {string} Target */
/** @typedef {{ out: number, into: number, weight: number, stroke: SVGElement, at: [number, number] }} Line */
/** @typedef {{ figure: HTMLElement, says: (target: Target) => string, light: (target: Target) => void }} Drawn */

const WIDE = 360;
const TALL = 196;
const INPUTS_AT = 30;
const OUTPUTS_AT = 166;
const UNIT = 26;
const [TOP, BOTTOM] = [INPUTS_AT + UNIT / 2, OUTPUTS_AT - UNIT / 2]; // of the lines

const stateOf = memory(() => ({ drawn: "", known: "", at: "" })); // `known` is what Python knows to be chosen

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setStateValue }) {
  const host = part(parentElement, "three_layers");
  const state = stateOf(host);
  const drawn = `${data.inputs} ${data.window}`;
  if (state.drawn !== drawn || state.known !== data.at) state.at = data.at;
  Object.assign(state, { drawn, known: data.at });
  const light = (/** @type {Target} */ target) => {
    for (const panel of panels) panel.light(target);
  };
  const keep = (/** @type {Target} */ target) => {
    state.at = target;
    light(target);
    write(part(host, "spoken"), panels.map(({ says }, at) => `${data.panels[at].title}: ${says(target)}`).join(" "));
  };
  const tell = (/** @type {Target} */ target) => {
    keep(target);
    state.known = target;
    setStateValue("at", target);
  };
  const panels = data.panels.map((panel) => drawnPanel(panel, data, light, tell));
  const box = part(host, "panels");
  box.replaceChildren(...panels.map(({ figure }) => figure));
  box.onpointerleave = () => light(state.at);
  host.onkeydown = (event) => {
    if (event.key === "Enter") {
      use(event);
      return tell(state.at);
    }
    const step = arrow(event);
    if (step) keep(neighbour(state.at, step, data));
  };
  light(state.at);
}

/** @type {(target: Target) => [string, number, number]} */
function read(target) {
  const [kind, first, second] = target.split(".");
  return [kind, Number(first), Number(second)];
}

/** Where an arrow key leads: along the row, or to the row above or below (outputs, lines, inputs). @type {(target: Target, step: [number, number], data: Message) => Target} */
function neighbour(target, [down, across], { inputs, outputs, window }) {
  const [kind, first, second] = read(target);
  const half = Math.floor(window / 2);
  if (across && kind === "line") {
    const place = within(first * window + within(second - first, window) + across, outputs * window);
    const out = Math.floor(place / window);
    return `line.${out}.${out + (place % window)}`;
  }
  if (across) return `${kind}.${within(first + across, kind === "output" ? outputs : inputs)}`;
  if (kind === "line") return down < 0 ? `input.${second}` : `output.${first}`;
  if (down < 0 && kind === "output") return `line.${first}.${first + half}`;
  if (down > 0 && kind === "input") {
    const out = within(first - half, outputs);
    return `line.${out}.${out + within(first - out, window)}`;
  }
  return target;
}

/** @type {(panel: Panel, data: Message, light: (target: Target) => void, tell: (target: Target) => void) => Drawn} */
function drawnPanel(panel, { inputs, outputs, window }, light, tell) {
  const { title, count, words, formula, hues, readings } = panel;
  const gap = Math.min(44, (WIDE - UNIT - 8) / (inputs - 1));
  const across = (/** @type {number} */ place) => WIDE / 2 + (place - (inputs - 1) / 2) * gap;
  const over = (/** @type {number} */ out) => across(out + (window - 1) / 2);
  const pointed = (/** @type {SVGElement} */ made, /** @type {Target} */ target) => {
    made.onpointerenter = () => light(target);
    made.onclick = () => tell(target);
    return made;
  };
  const isDense = panel.lines.length > outputs * window;
  const rest = isDense ? 0.3 : hues.length < panel.lines.length ? 0.8 : 0.6;
  /** @type {Line[]} */
  const lines = panel.lines.map(([out, into, weight]) => {
    const d = `M${across(into)} ${TOP}L${over(out)} ${BOTTOM}`;
    const stroke = svg("path", { class: "line", d, style: `--hue: ${hues[weight]}; --rest: ${rest}` });
    return { out, into, weight, stroke, at: [across(into), over(out)] };
  });
  const catches = lines.map(({ out, into, stroke }) => {
    const d = stroke.getAttribute("d") ?? "";
    return pointed(svg("path", { class: "catch", d, "stroke-width": isDense ? 5 : 12 }), `line.${out}.${into}`);
  });
  const labels = svg("g", {});
  const unit = (/** @type {string} */ kind, /** @type {number} */ place) => {
    const [x, y] = kind === "input" ? [across(place), INPUTS_AT] : [over(place), OUTPUTS_AT];
    const top = y - UNIT / 2;
    const made = svg(
      "g",
      { class: `unit ${kind}` },
      svg("rect", {
        class: "reach",
        x: x - UNIT / 2 - 2,
        y: kind === "input" ? top - 14 : top,
        width: UNIT + 4,
        height: UNIT + 14,
      }),
      svg("rect", { x: x - UNIT / 2, y: top, width: UNIT, height: UNIT }),
      svg("text", { x, y: y + 5 }, place + 1),
    );
    return { kind, place, made: pointed(made, `${kind}.${place}`) };
  };
  const units = [
    ...Array.from({ length: inputs }, (_, place) => unit("input", place)),
    ...Array.from({ length: outputs }, (_, place) => unit("output", place)),
  ];
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": `${title}: ${count}` },
    svg("text", { class: "side", x: 0, y: 11 }, "inputs"),
    svg("text", { class: "side", x: 0, y: TALL - 2 }, "outputs"),
    lines.map(({ stroke }) => stroke),
    catches,
    labels,
    units.map(({ made }) => made),
  );
  const reading = element("div", "reading");
  const says = (/** @type {Target} */ target) => readings[target] ?? "Not joined here: no weight.";
  const figure = element(
    "figure",
    "panel",
    element("div", "head", element("span", "title", title), element("span", "count", count)),
    element("div", "words", element("span", "", words), element("span", "", formula)),
    drawing,
    reading,
  );
  const lightTarget = (/** @type {Target} */ target) => {
    const lit = litLines(target, lines);
    for (const line of lines) flag(line.stroke, "lit", lit.includes(line));
    for (const { kind, place, made } of units) {
      const isAt = target === `${kind}.${place}`;
      flag(made, "lit", isAt || lit.some(({ into, out }) => (kind === "input" ? into : out) === place));
      flag(made, "at", isAt);
    }
    labels.replaceChildren(...lit.map((line) => label(line, hues[line.weight], target)));
    reading.textContent = says(target);
  };
  return { figure, says, light: lightTarget };
}

/** The lines of a unit, or all that carry the same weight as the line pointed at. @type {(target: Target, lines: Line[]) => Line[]} */
function litLines(target, lines) {
  const [kind, first, second] = read(target);
  if (kind !== "line") return lines.filter(({ out, into }) => (kind === "output" ? out : into) === first);
  const pointedAt = lines.find(({ out, into }) => out === first && into === second);
  return lines.filter(({ weight }) => weight === pointedAt?.weight);
}

/** The weight's name stands where the lines are far apart: near the end away from the unit pointed at. @type {(line: Line, hue: number, target: Target) => SVGElement} */
function label({ at: [from, to], weight }, hue, target) {
  const share = { output: 0.26, input: 0.74 }[read(target)[0]] ?? 0.5;
  const place = { x: from + (to - from) * share, y: TOP + (BOTTOM - TOP) * share + 5 };
  return svg("text", { class: "weight", ...place, style: `--hue: ${hue}` }, `w${weight + 1}`);
}
