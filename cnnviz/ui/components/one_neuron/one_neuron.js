// One neuron: where it looks, where it stands, what it multiplies, and the lines that add up to its value. Every number
// and text comes from Python; here they are drawn, and one of the input channels is chosen to be looked at.

import { element, flag, memory, part } from "../shared/dom.js";
import { arrow, within } from "../shared/keys.js";
import { legend } from "../shared/legend.js";
import { bar, summed } from "../shared/lines.js";
import { cellAt, lay, shares } from "../shared/pointer.js";
import { isDark } from "../shared/theme.js";

/** @import { Mounted, Place } from "../shared/mounted.d.ts" */
/** @import { Answers, Grid, MapPart, Message, PicturePart, Term } from "./messages.d.ts" */

/** @typedef {{ cell: (place: Place) => void, pixel: (place: Place) => void, down: (place: number, maker: string) => void, up: (user: string) => void }} Ways */

const stateOf = memory(() => ({ id: "", chosen: 0, timer: 0 }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "one_neuron");
  const state = stateOf(host);
  if (state.id !== data.id) Object.assign(state, { id: data.id, chosen: 0 });
  const about = () => ({ id: data.id, stamp: performance.now() });
  /** @type {Ways} */
  const ways = {
    cell: (value) => setTriggerValue("cell", { value, ...about() }),
    pixel: (value) => setTriggerValue("pixel", { value, ...about() }),
    down: (place, maker) => setTriggerValue("down", { value: [place, maker], ...about() }),
    up: (value) => setTriggerValue("up", { value, ...about() }),
  };
  const theme = isDark(host) ? "dark" : "light";
  const [product, account] = [element("div", "product"), element("div", "account")];
  const choose = (/** @type {number} */ number, /** @type {boolean} */ isFocused) => {
    state.chosen = number;
    account.replaceChildren(...accountOf(data, number, (other) => choose(other, true)));
    product.replaceChildren(...productOf(data, number, ways));
    if (isFocused) account.querySelectorAll("button")[number].focus();
  };
  choose(state.chosen, false);
  const { cells } = data.terms[0].window;
  flag(host, "wide", data.written && Math.max(cells.length, cells[0].length) > 3);
  const focused = host.querySelector(".map .stage:focus") !== null;
  const map = drawnMap(data.map, theme, state, ways);
  host.replaceChildren(element("div", "places", drawnPicture(data.picture, ways), map), product, account);
  if (focused) part(map, "stage").focus(); // whoever walks over the map by keys goes on
  return () => clearTimeout(state.timer);
}

/** @type {(source: string, alt: string, label: string, frame: HTMLElement) => HTMLElement} */
const stageOf = (source, alt, label, frame) =>
  element(
    "div",
    { className: "stage", tabIndex: 0, role: "application", ariaLabel: label },
    element("img", { src: source, alt, draggable: false, decoding: "sync" }),
    frame,
  );

/** @type {(picture: PicturePart, ways: Ways) => HTMLElement} */
function drawnPicture({ source, alt, coarse, field, caption }, ways) {
  const frame = element("div", "frame field");
  const stage = stageOf(source, alt, alt, frame);
  lay(frame, field);
  flag(frame, "small", Math.min(field[2], field[3]) < 0.06);
  flag(part(stage, "img"), "coarse", coarse);
  stage.onclick = (event) => ways.pixel(shares(stage, event));
  return element("figure", "picture", stage, element("figcaption", "", caption));
}

/** @type {(map: MapPart, theme: "light" | "dark", state: { timer: number }, ways: Ways) => HTMLElement} */
function drawnMap({ sources, legends, low, high, rows, columns, at, alt, caption }, theme, state, ways) {
  const mark = element("div", rows > 40 || columns > 40 ? "unit small" : "unit");
  const stage = stageOf(sources[theme], alt, `${alt} Arrow keys choose another cell.`, mark);
  stage.style.setProperty("--aspect", String(columns / rows));
  let [row, column] = at;
  const go = (/** @type {Place} */ to, /** @type {number} */ wait) => {
    [row, column] = [within(to[0], rows), within(to[1], columns)];
    lay(mark, [row / rows, column / columns, 1 / rows, 1 / columns]);
    clearTimeout(state.timer);
    if (wait >= 0) state.timer = setTimeout(() => ways.cell([row, column]), wait);
  };
  go(at, -1);
  stage.onclick = (event) => go(cellAt(shares(stage, event), [rows, columns]), 0);
  stage.onkeydown = (event) => {
    const step = arrow(event, 5);
    if (step) go([row + step[0], column + step[1]], 200);
  };
  return element("figure", "map", stage, legend(low, legends[theme], high), element("figcaption", "", caption));
}

/** The sum as lines; the terms can be chosen. @type {(data: Message, chosen: number, choose: (number: number) => void) => HTMLElement[]} */
function accountOf({ account, terms, lines, totalName, total, agreement }, chosen, choose) {
  const items = [...terms, ...lines].map(({ name, share, sum }, number) => {
    const isChoice = number < terms.length && terms.length > 1;
    const title = isChoice
      ? element("button", { className: "name", ariaPressed: String(number === chosen) }, name)
      : element("span", "name", name);
    const item = element("li", "line", title, bar(share / 2), element("span", "sum", sum));
    if (isChoice) item.onclick = () => choose(number);
    flag(item, "chosen", isChoice && number === chosen);
    return item;
  });
  return [element("p", "heading", account), summed(items, 0.5, totalName, total, agreement)];
}

/** @type {(data: Message, chosen: number, ways: Ways) => HTMLElement[]} */
function productOf(data, chosen, ways) {
  const { terms, written, behind, makers, users } = data;
  const term = terms[chosen];
  const still = data.still[chosen] ?? "";
  const reading = element("p", { className: "reading", ariaLive: "polite" }, still);
  const read = (/** @type {string | null} */ text) => (reading.textContent = text ?? still);
  const factor = (/** @type {string} */ sign, /** @type {string} */ name, /** @type {Grid | null} */ grid) => {
    if (!grid) return null;
    const figure = element("figure", name, element("figcaption", "", name), drawnGrid(term, name, grid, written, read));
    return element("div", "factor", element("span", "sign", sign), figure);
  };
  const factors = [
    factor("", "window", term.window),
    factor("×", "kernel", term.kernel),
    factor("=", "products", term.kernel && data.kind !== "MaxPool2d" ? term.products : null),
  ];
  const stages = behind.map(({ name, formula, value }) =>
    element("p", "step", element("span", "name", name), `${formula} = `, element("output", "", value)),
  );
  const buttons = [
    ...makers.map((maker) => way("south", `Down: who made ${term.name}? ${maker}`, () => ways.down(term.place, maker))),
    ...users.map(({ name, words, gains }) =>
      gains ? way("north", `Up: ${words}`, () => ways.up(name)) : element("p", "nowhere", words),
    ),
  ];
  const which = chosen === 0 && terms.length > 1 ? ", which matters most" : "";
  return [
    element("p", "heading", term.name + which),
    element("div", written ? "grids" : "grids coarse", factors),
    element("div", "notes", reading, element("div", "behind", stages), element("div", "ways", buttons)),
  ];
}

/** @type {(term: Term, name: string, grid: Grid, written: boolean, read: (text: string | null) => void) => HTMLElement} */
function drawnGrid(term, name, { cells, tints }, written, read) {
  const drawn = cells.map((row, r) =>
    row.map((text, c) => {
      const isWinner = term.winner?.[0] === r && term.winner[1] === c;
      const kinds = {
        negative: tints[r][c] < 0,
        padding: name === "window" && term.padding[r][c],
        winner: isWinner,
      };
      const cell = element("div", { className: "cell", style: { "--tint": Math.abs(tints[r][c]) } }, written && text);
      for (const [kind, on] of Object.entries(kinds)) flag(cell, kind, on);
      cell.onpointerenter = () => read(product(term, r, c));
      cell.onpointerleave = () => read(null);
      return cell;
    }),
  );
  const label = `${name}: ${cells.map((row) => row.join(" ")).join("; ")}`;
  const letters = Math.max(4, ...cells.flat().map((text) => text.length));
  const style = { "--columns": cells[0].length, "--letters": letters };
  return element("div", { className: "grid", role: "img", ariaLabel: label, style }, drawn);
}

/** What one cell of the window is, and makes. @type {(term: Term, r: number, c: number) => string} */
function product({ window, told, padding }, r, c) {
  const where = `row ${r}, column ${c} of the window${padding[r][c] ? " (padding)" : ""}: `;
  return where + (told[r][c] || window.cells[r][c]);
}

/** @type {(direction: string, text: string, onclick: () => void) => HTMLElement} */
const way = (direction, text, onclick) => element("button", { className: `button way ${direction}`, onclick }, text);
