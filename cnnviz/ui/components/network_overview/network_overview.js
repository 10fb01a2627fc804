// A network from left to right. Python made the pictures and chose the channels; here one of them is pointed at or chosen.

import { element, flag, memory, part, picture, write } from "../shared/dom.js";
import { arrow, use, within } from "../shared/keys.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, DrawnColumn, Message } from "./messages.d.ts" */

const stateOf = memory(() => ({ seen: "" }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "network_overview");
  const state = stateOf(host);
  const [chosenLayer, chosenChannel] = data.chosen;
  const { columns } = data;
  const first = Math.max(
    0,
    columns.findIndex(({ layer }) => layer === chosenLayer),
  );
  let at = [first, Math.max(0, columns[first].channels.indexOf(chosenChannel))];
  const choose = () => {
    const { layer, channels } = columns[at[0]];
    setTriggerValue("map", { layer, channel: channels[at[1]], stamp: performance.now() });
  };
  const tiles = columns.map(({ layer, channels }, number) =>
    channels.map((channel, place) => {
      const tile = element("button", { className: "tile", tabIndex: -1, ariaLabel: `${layer}, channel ${channel}` });
      tile.onpointerenter = () => point([number, place]);
      tile.onclick = () => {
        point([number, place]);
        choose();
      };
      flag(tile, "chosen", layer === chosenLayer && channel === chosenChannel);
      flag(tile, "path", place === 0 && data.path.includes(layer));
      return tile;
    }),
  );
  const point = (/** @type {number[]} */ to) => {
    at = to;
    tiles.forEach((column, number) =>
      column.forEach((tile, place) => flag(tile, "here", number === at[0] && place === at[1])),
    );
    const { layer, channels, tops } = columns[at[0]];
    const words = `${layer}, channel ${channels[at[1]]}: highest value ${tops[at[1]]}. Click or Enter enlarges it.`;
    write(part(host, "reading"), words);
  };
  const drawn = columns.map((column, number) => drawnColumn(column, tiles[number]));
  // Of branches the first begins a bracket, which the others go on with.
  columns.forEach(({ beside }, number) => {
    flag(drawn[number], "beside", beside);
    flag(drawn[number], "branches", !beside && columns[number + 1]?.beside === true);
  });
  const strip = part(host, "strip");
  host.style.setProperty("--highest", `${Math.max(...columns.map(({ box }) => box[1]))}px`);
  strip.replaceChildren(drawnInput(data), ...drawn, drawnAnswer(data));
  point(at);
  picture(part(host, ".legend img", HTMLImageElement), data.legend);
  // It opens with the picture and the answer in view; what is chosen later is scrolled to.
  const here = drawn[first];
  if (state.seen && state.seen !== chosenLayer) {
    strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.clientWidth / 2;
  }
  state.seen = chosenLayer;
  host.onkeydown = (event) => {
    const step = arrow(event);
    if (step) {
      const across = within(at[0] + step[1], columns.length);
      point([across, within(at[1] + step[0], columns[across].channels.length)]);
      drawn[across].scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") {
      use(event);
      choose();
    }
  };
}

/** @type {(data: Message) => HTMLElement} */
const drawnInput = ({ picture: src, size }) =>
  element(
    "div",
    "input",
    element("div", "scale"),
    element("p", "name", "picture"),
    element("p", "shape", size),
    element("img", { src, alt: "The picture as the network was given it." }),
  );

/** @type {(data: Message) => HTMLElement} */
const drawnAnswer = ({ classes }) =>
  element(
    "div",
    "answer",
    element("div", "scale"),
    element("p", "name", "answer"),
    element("p", "shape", "likeliest classes"),
    element(
      "ol",
      "",
      classes.map(([name, percent]) => element("li", "", name, element("b", "", ` ${percent}`))),
    ),
  );

/** @type {(column: DrawnColumn, tiles: HTMLElement[]) => HTMLElement} */
function drawnColumn({ layer, words, shape, box, channels, sheet, range }, tiles) {
  const alt = `The maps of channels ${channels.join(", ")} of ${layer}.`;
  return element(
    "div",
    "column",
    element(
      "div",
      "scale",
      element("div", { className: "box", style: { width: `${box[0]}px`, height: `${box[1]}px` } }),
    ),
    element("p", "name", layer),
    element("p", "shape", words, element("br"), shape),
    element(
      "div",
      { className: "tiles", style: { "--count": tiles.length } },
      element("img", { src: sheet, alt }),
      tiles,
    ),
    element("p", "range", range),
  );
}
