// Pixels of maps: the app's palettes as tables of (red, green, blue), see cnnviz/figures/palettes.py.

/** Levels of a palette; the two colours behind them hatch what holds no number. */
export const LEVELS = 253;

/** The middle of a diverging palette. */
export const ZERO = (LEVELS - 1) / 2;

/** The level of a share: from 0 to 1, or from -1 to 1 around zero. @type {(share: number, signed: boolean) => number} */
export function levelOf(share, signed) {
  const level = Math.floor((signed ? ZERO + share * ZERO : share * (LEVELS - 1)) + 0.5);
  return Math.max(0, Math.min(LEVELS - 1, level));
}

/** The level of a cell without a number: two in turn, as a hatching. @type {(at: number, width: number) => number} */
export const hatched = (at, width) => LEVELS + ((Math.floor(at / width) + (at % width)) % 2);

/** A pixel as a canvas keeps it. @type {(red: number, green: number, blue: number, alpha?: number) => number} */
export function pixel(red, green, blue, alpha = 1) {
  return ((Math.round(255 * alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** A table's colours as pixels. @type {(table: Uint8Array) => Uint32Array} */
export function pixelsOf(table) {
  const [red, green, blue] = [0, 1, 2];
  return Uint32Array.from({ length: table.length / 3 }, (_, level) =>
    pixel(table[3 * level + red], table[3 * level + green], table[3 * level + blue]),
  );
}

/**
 * Fills a canvas, one pixel a cell, row by row.
 * @type {(canvas: HTMLCanvasElement, width: number, height: number, pixelAt: (at: number) => number) => void}
 */
export function paint(canvas, width, height, pixelAt) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = pixelAt(at);
  pen(canvas).putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
}

/** What draws on a canvas. @type {(canvas: HTMLCanvasElement) => CanvasRenderingContext2D} */
export function pen(canvas) {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser draws on no canvas.");
  return found;
}

/** A table as a gradient from left to right. @type {(table: Uint8Array, alphaOf?: (level: number) => number) => string} */
export function gradient(table, alphaOf = () => 1) {
  const stops = Array.from({ length: 43 }, (_, number) => {
    const level = number * 6;
    return `rgb(${table.slice(3 * level, 3 * level + 3).join(" ")} / ${alphaOf(level).toFixed(3)})`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/**
 * A message of bytes: four of them give the length of a JSON header, then come arrays; see `packed` in component.py.
 * @template Header
 * @param {Uint8Array} data
 * @returns {{ header: Header, take: <T extends ArrayBufferView>(kind: new (buffer: ArrayBuffer, at: number, count: number) => T, count: number) => T }}
 */
export function unpacked(data) {
  const { buffer } = new Uint8Array(data); // its own, so that the numbers are aligned
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let at = 4 + length;
  return {
    header,
    take(kind, count) {
      const taken = new kind(buffer, at, count);
      at += 4 * Math.ceil(taken.byteLength / 4);
      return taken;
    },
  };
}
