// What Python sent: the maps, their ranges and their colour tables. See `encode` in __init__.py for the layout.

import { unpacked } from "../shared/pixels.js";

/** @import { Header } from "./messages.d.ts" */

/** @typedef {{ map: number, row: number, column: number }} Cell */
/** @typedef {ReturnType<typeof read>} Maps */

const TABLE_BYTES = 256 * 3;

/** @param {Uint8Array} data */
export function read(data) {
  const { header, take } = /** @type {ReturnType<typeof unpacked<Header>>} */ (unpacked(data));
  const [count, channels, height, width] = header.shape;
  const [low, high] = [take(Float32Array, count), take(Float32Array, count)];
  const values = take(Float32Array, count * channels * height * width);
  const tables = { light: take(Uint8Array, TABLE_BYTES), dark: take(Uint8Array, TABLE_BYTES) };
  const pixels = header.picture && take(Uint8Array, header.picture[0] * header.picture[1] * 3);
  const range = [low.reduce((a, b) => Math.min(a, b)), high.reduce((a, b) => Math.max(a, b))];
  return { header, count, channels, height, width, low, high, range, values, tables, pixels };
}

/** @type {(maps: Maps, cell: Cell, channel?: number) => number} */
export function valueAt(maps, { map, row, column }, channel = 0) {
  return maps.values[((map * maps.channels + channel) * maps.height + row) * maps.width + column];
}

/** The two ends of the colours of one map: its own range or that of all, symmetric where zero is the middle. @type {(maps: Maps, map: number) => number[]} */
export function ends({ header, low, high, range }, map) {
  const own = header.scale === "all" ? range : [low[map], high[map]];
  if (header.palette === "sequential") return own;
  const limit = Math.max(...own.map(Math.abs));
  return [-limit, limit];
}

/** The cell a person means who names only the map: where its value is farthest from zero. @type {(maps: Maps, map: number) => Cell} */
export function strongest({ channels, height, width, values }, map) {
  const size = channels * height * width;
  let best = 0;
  let reach = -1;
  for (let at = 0; at < size; at++) {
    const reached = Math.abs(values[map * size + at]);
    if (reached > reach) [best, reach] = [at, reached];
  }
  const inMap = best % (height * width);
  return { map, row: Math.floor(inMap / width), column: inMap % width };
}
