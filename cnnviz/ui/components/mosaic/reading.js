// What is pointed at, in words, and the legend.

import { element, flag, part } from "../shared/dom.js";
import { decimal } from "../shared/numbers.js";
import { gradient } from "../shared/pixels.js";
import { ends, valueAt } from "./message.js";

/** @import { Cell, Maps } from "./message.js" */
/** @import { Tile } from "./drawing.js" */
/** @import { Header } from "./messages.d.ts" */

/** The frames around what is chosen and what is pointed at. @type {(maps: Maps, tiles: Tile[], here: Cell | null, chosen: number | null | undefined) => HTMLElement[]} */
export function outlines({ header, count, height, width }, tiles, here, chosen) {
  return tiles.flatMap((tile) => {
    const isHere = tile.map === here?.map;
    const cell = { width: tile.width / width, height: tile.height / height };
    const [x, y] = here ? [tile.x + here.column * cell.width, tile.y + here.row * cell.height] : [0, 0];
    return [
      header.rows && outline("tile", tile), // a map of zeros has the colour of the page
      count > 1 && header.selectable && tile.map === chosen && outline("selected", tile),
      count > 1 && isHere && outline("map", tile),
      isHere && Math.min(cell.width, cell.height) >= 3 && outline("cell", { x, y, ...cell }),
    ].filter((made) => made instanceof HTMLElement);
  });
}

/** @type {(kind: string, box: { x: number, y: number, width: number, height: number }) => HTMLElement} */
const outline = (kind, { x, y, width, height }) =>
  element("div", {
    className: `outline ${kind}`,
    style: { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` },
  });

/** @type {(reading: HTMLElement, maps: Maps, here: Cell | null) => void} */
export function writeReading(reading, maps, here) {
  const { header, channels, count } = maps;
  flag(reading, "hint", !here);
  if (!here) {
    reading.textContent = header.hint;
    return;
  }
  const { step, decimals } = header;
  const values = Array.from({ length: channels }, (_, channel) => {
    const value = valueAt(maps, here, channel);
    return channels === 3 ? `${"RGB"[channel]} ${decimal(value, Math.min(4, decimals))}` : decimal(value, decimals);
  });
  const cell = `row ${here.row * step}, column ${here.column * step} · `;
  const place = count === 1 ? cell : `${nameOf(header, here.map)} · ${cell}`;
  reading.replaceChildren(place, count === 1 || channels === 3 ? "" : "value ", element("b", "", values.join("  ")));
}

/** Where rows and columns have names: "F(x), channel 5"; what a title adds in brackets would not fit into a phone's line. @type {(header: Header, map: number) => string} */
function nameOf({ noun, rows, names, columns }, map) {
  if (!rows || !names || !columns) return `${noun} ${map}`;
  return `${rows[Math.floor(map / columns)].split(" (")[0]}, ${noun} ${names[map % columns]}`;
}

/** @type {(legend: HTMLElement, maps: Maps, table: Uint8Array, map: number, isHere: boolean) => void} */
export function writeLegend(legend, maps, table, map, isHere) {
  const { palette, scale, decimals } = maps.header;
  const isSequential = palette === "sequential";
  const own = scale === "each" && maps.count > 1;
  const unknown = isSequential ? ["its lowest", "its highest"] : ["− its largest", "+ its largest"];
  const known = ends(maps, map).map((end) => decimal(end, Math.min(3, decimals)));
  const [low, high] = own && !isHere ? unknown : known;
  const bar = part(legend, "bar");
  const grey = "linear-gradient(to right, #000000, #808080, #ffffff)";
  bar.style.background = palette === "rgb" && maps.count > 1 ? grey : gradient(table);
  flag(bar, "zero", !isSequential);
  part(legend, "low").textContent = low;
  part(legend, "high").textContent = high;
  const whose = own ? "each map has its own range" : "one range for all";
  legend.role = "img";
  legend.ariaLabel = `Colours from ${low} to ${high}${isSequential ? "" : " with zero in the middle"}; ${whose}.`;
}
