// What Python sent: the maps as whole numbers of their last decimal, and the colour tables. See `encode`.

import { unpacked } from "../shared/pixels.js";

/** @import { Place } from "../shared/mounted.d.ts" */
/** @import { Header, LayerHeader } from "./messages.d.ts" */

/** @typedef {LayerHeader & { values: Int16Array | Int32Array, missing: number }} Layer */
/** @typedef {ReturnType<typeof read>} Maps */
/** @typedef {"signed" | "magnitude"} Way */

const TABLE_BYTES = 256 * 3;
const MOST_PLAIN = 6; // decimals; numbers that need more are told with a power of ten

/** @param {Uint8Array} data */
export function read(data) {
  const { header, take } = /** @type {ReturnType<typeof unpacked<Header>>} */ (unpacked(data));
  /** @type {Layer[]} */
  const layers = header.layers.map((layer) => {
    const size = layer.shape[0] * layer.shape[1];
    const values = layer.bytes === 2 ? take(Int16Array, size) : take(Int32Array, size);
    return { ...layer, values, missing: layer.bytes === 2 ? -(2 ** 15) : -(2 ** 31) };
  });
  const tables = {
    sequential: take(Uint8Array, TABLE_BYTES),
    light: take(Uint8Array, TABLE_BYTES),
    dark: take(Uint8Array, TABLE_BYTES),
  };
  return { ...header, layers, tables };
}

/** The cell of a map that lies under the middle of a pixel of the picture. @type {(layer: Layer, maps: Maps, pixel: Place) => Place} */
export function cellUnder({ shape }, { size }, pixel) {
  const [row, column] = pixel.map((place, axis) => Math.floor(((place + 0.5) / size[axis]) * shape[axis]));
  return [row, column];
}

/** The value in words, or "" for a map that is not there; as a magnitude without its sign. @type {(layer: Layer, maps: Maps, pixel: Place, way: Way) => string} */
export function valueText(layer, maps, pixel, way) {
  if (layer.absent) return "";
  const [row, column] = cellUnder(layer, maps, pixel);
  const value = layer.values[row * layer.shape[1] + column];
  if (value === layer.missing) return "no number";
  return number(way === "magnitude" && layer.signed ? Math.abs(value) : value, layer.decimals);
}

/** @type {(count: number, decimals: number) => string} */
function number(count, decimals) {
  if (count === 0) return "0";
  const places = decimals > MOST_PLAIN ? 3 : decimals;
  const text = (count < 0 ? "−" : "") + (Math.abs(count) / 10 ** places).toFixed(places);
  if (places === decimals) return text;
  return `${text}·10⁻${[...String(decimals - places)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}
