// Colours, layout and drawing: one small canvas holds every map, a cell a pixel; the visible one copies and enlarges it.

import { element } from "../shared/dom.js";
import { decimal } from "../shared/numbers.js";
import { hatched, LEVELS, levelOf, paint, pen, pixel, pixelsOf } from "../shared/pixels.js";
import { ends, valueAt } from "./message.js";

/** @import { Maps } from "./message.js" */
/** @import { Header } from "./messages.d.ts" */

/** A map to draw: its one channel, or with null the three colours of a filter at once. @typedef {{ map: number, channel: number | null }} Face */
/** @typedef {Face & { cells: number, over?: boolean, x: number, y: number, width: number, height: number }} Tile */
/** Every face as pixels, one pixel a cell, so many faces in a row. @typedef {{ sheet: HTMLCanvasElement, columns: number, faces: Face[] }} Sheet */

const GAP = 2;
const SMALLEST_TILE = 10;
const WIDE_GAP = 16;
const CAPTION = 24;
const SMALLEST_CELL_WITH_NUMBER = 40;

/** @type {(maps: Maps, theme: "light" | "dark") => Sheet} */
export function sheetOf(maps, theme) {
  const { height, width } = maps;
  const faces = facesOf(maps);
  const columns = Math.max(1, Math.ceil(Math.sqrt((faces.length * height) / width)));
  const sheet = element("canvas");
  Object.assign(sheet, { width: columns * width, height: Math.ceil(faces.length / columns) * height });
  const one = element("canvas");
  const table = pixelsOf(maps.tables[theme]);
  const to = pen(sheet);
  faces.forEach(({ map, channel }, at) => {
    paint(one, width, height, channel === null ? filterPixels(maps, map) : mapPixels(maps, map, channel, table));
    to.drawImage(one, (at % columns) * width, Math.floor(at / columns) * height);
  });
  return { sheet, columns, faces };
}

/** Of a filter over colours all three at once, and a single filter also colour by colour. @type {(maps: Maps) => Face[]} */
function facesOf({ count, channels }) {
  if (channels === 3 && count === 1) return [null, 0, 1, 2].map((channel) => ({ map: 0, channel }));
  return Array.from({ length: count }, (_, map) => ({ map, channel: channels === 3 ? null : 0 }));
}

/** @type {(maps: Maps, map: number, channel: number, table: Uint32Array) => (at: number) => number} */
function mapPixels(maps, map, channel, table) {
  const { height, width, values } = maps;
  const [low, high] = ends(maps, map);
  const flat = maps.header.palette === "sequential" ? 0 : (LEVELS - 1) / 2;
  const first = (map * maps.channels + channel) * height * width;
  return (at) => {
    if (at >= maps.header.cells) return 0;
    const value = values[first + at];
    if (!Number.isFinite(value)) return table[hatched(at, width)];
    return table[high > low ? levelOf((value - low) / (high - low), false) : flat];
  };
}

/** @type {(maps: Maps, map: number) => (at: number) => number} */
function filterPixels(maps, map) {
  const size = maps.height * maps.width;
  const limit = ends(maps, map)[1] || 1;
  const level = (/** @type {number} */ at) =>
    Math.max(0, Math.min(255, Math.round(128 + (127 * maps.values[at]) / limit)));
  return (at) => {
    const first = map * 3 * size + at;
    return pixel(level(first), level(first + size), level(first + 2 * size));
  };
}

/**
 * What stands where: with a picture the map twice (over the picture, then alone), else every face once.
 * @type {(header: Header, faces: Face[], size: [number, number], room: number) => { tiles: Tile[], columns: number, size: [number, number], caption: number }}
 */
export function arranged(header, faces, [height, width], room) {
  const shown = faces.map((face, cells) => ({ ...face, cells, over: false }));
  if (header.picture) shown.unshift({ ...shown[0], over: true });
  const caption = header.names || header.rows ? CAPTION : 0;
  const once = header.rows && header.names ? CAPTION : 0; // the names of the columns, under the title of the first row
  const gap = caption ? WIDE_GAP : shown.length === 1 ? 0 : GAP;
  const [high, wide] = header.picture ?? [height, width];
  const fit = fitting(shown.length, room, header.height - once, high / wide, gap, caption, header.columns);
  const tiles = shown.map((face, at) => ({
    ...face,
    x: (at % fit.columns) * (fit.width + gap),
    y: Math.floor(at / fit.columns) * (fit.height + gap + caption) + caption + once,
    width: fit.width,
    height: fit.height,
  }));
  const last = tiles[tiles.length - 1];
  const across = (fit.width + gap) * Math.min(fit.columns, tiles.length) - gap;
  return { tiles, columns: fit.columns, size: [across, last.y + last.height], caption };
}

/**
 * As many columns as asked for, or as give the largest tiles that all fit; if they would become too small to hit, the
 * box scrolls.
 * @type {(count: number, width: number, height: number, aspect: number, gap: number, caption: number, asked: number | null) => { columns: number, width: number, height: number }}
 */
function fitting(count, width, height, aspect, gap, caption, asked) {
  const tile = (/** @type {number} */ columns) => {
    const down = ((height + gap) / Math.ceil(count / columns) - gap - caption) / aspect;
    return { columns, width: Math.min((width + gap) / columns - gap, down) };
  };
  const all = (asked ? [asked] : Array.from({ length: count }, (_, at) => at + 1)).map(tile);
  let best = all.reduce((largest, one) => (one.width > largest.width ? one : largest));
  if (!asked && best.width < SMALLEST_TILE) {
    const columns = Math.max(1, Math.floor((width + gap) / (SMALLEST_TILE + gap)));
    best = { columns, width: (width + gap) / columns - gap };
  }
  return { ...best, height: best.width * aspect };
}

/** @type {(canvas: HTMLCanvasElement, maps: Maps, sheet: Sheet, tiles: Tile[], size: [number, number], alpha: number) => void} */
export function draw(canvas, maps, { sheet, columns }, tiles, size, alpha) {
  const ratio = window.devicePixelRatio || 1;
  const scaled = (/** @type {number} */ length) => Math.round(length * ratio); // else neighbouring tiles blur together
  Object.assign(canvas, { width: scaled(size[0]), height: scaled(size[1]) });
  Object.assign(canvas.style, { width: `${size[0]}px`, height: `${size[1]}px` });
  const to = pen(canvas);
  to.imageSmoothingEnabled = false;
  for (const tile of tiles) {
    const [x, y, width, height] = [tile.x, tile.y, tile.width, tile.height].map(scaled);
    if (tile.over) {
      to.imageSmoothingEnabled = true;
      to.drawImage(pictureOf(maps), x, y, width, height);
      to.imageSmoothingEnabled = false;
      to.globalAlpha = alpha;
    }
    const [left, top] = [(tile.cells % columns) * maps.width, Math.floor(tile.cells / columns) * maps.height];
    to.drawImage(sheet, left, top, maps.width, maps.height, x, y, width, height);
    to.globalAlpha = 1;
    if (!tile.over && tile.channel !== null && tile.width / maps.width >= SMALLEST_CELL_WITH_NUMBER) {
      writeNumbers(to, maps, tile.map, tile.channel, [x, y, width / maps.width, height / maps.height], ratio);
    }
  }
}

/** @type {(maps: Maps) => HTMLCanvasElement} */
function pictureOf({ header, pixels }) {
  const canvas = element("canvas");
  const [height, width] = header.picture ?? [0, 0];
  if (pixels) paint(canvas, width, height, (at) => pixel(pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]));
  return canvas;
}

/** @type {(to: CanvasRenderingContext2D, maps: Maps, map: number, channel: number, cell: number[], ratio: number) => void} */
function writeNumbers(to, maps, map, channel, [left, top, width, height], ratio) {
  const places = Math.min(3, maps.header.decimals);
  to.font = `600 ${Math.min(18 * ratio, width / (places + 1.6))}px system-ui, sans-serif`;
  Object.assign(to, { textAlign: "center", textBaseline: "middle" });
  for (let row = 0; row < maps.height; row++) {
    for (let column = 0; column < maps.width; column++) {
      const [x, y] = [left + (column + 0.5) * width, top + (row + 0.5) * height];
      const [red, green, blue] = to.getImageData(x, y, 1, 1).data;
      to.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 112 ? "#111111" : "#ffffff";
      to.fillText(decimal(valueAt(maps, { map, row, column }, channel), places), x, y);
    }
  }
}

/** The names over the tiles, and those of their rows. @type {(header: Header, tiles: Tile[], width: number, height: number) => HTMLElement[]} */
export function captions({ names, rows, columns }, tiles, width, height) {
  const caption = (/** @type {string} */ text, kind = "", left = 0, top = 0, wide = width) =>
    element(
      "div",
      { className: `caption ${kind}`, style: { left: `${left}px`, top: `${top}px`, width: `${wide}px` } },
      text,
    );
  const over = (names ?? []).map((text, at) => caption(text, "", tiles[at].x, tiles[at].y - height, tiles[at].width));
  const beside = (rows ?? []).map((text, at) => {
    const lines = at === 0 && names ? 2 : 1;
    return caption(text, "row", 0, tiles[at * (columns ?? 1)].y - lines * height);
  });
  return [...over, ...beside];
}
