// Colours: the app's palettes, exact where a map stands alone; over the photo the less there is, the more one sees of it.
const LEVELS = 253;
const ZERO = 126;
const HATCH = [253, 254];
const OPAQUE = 255 << 24;

const alphaOf = (share) => Math.min(1, Math.abs(share)) ** 0.5;

function paint(canvas, layer, state) {
  const { maps, dark, way, alone } = state;
  const [height, width] = layer.shape;
  const signed = layer.signed && way === "signed";
  const folded = layer.signed && !signed;
  const colours = pixelsOf(signed ? maps.tables.diverging[dark] : maps.tables.sequential);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const value = layer.values[at];
    if (value === layer.missing) {
      pixels[at] = colours[HATCH[(Math.floor(at / width) + (at % width)) % 2]] | OPAQUE;
      continue;
    }
    const share = (folded ? Math.abs(value) : value) / layer.limit;
    const alpha = alone ? 1 : alphaOf(signed ? share : Math.max(0, share));
    pixels[at] = colours[levelOf(share, signed)] | (Math.round(255 * alpha) << 24);
  }
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
}

// The colours of a table as the canvas keeps a pixel: blue, green, red; alpha in front of them is still zero.
function pixelsOf(table) {
  return Uint32Array.from({ length: table.length / 3 }, (_, level) => (table[3 * level + 2] << 16) | (table[3 * level + 1] << 8) | table[3 * level]);
}

function levelOf(share, signed) {
  const level = Math.floor((signed ? ZERO + share * ZERO : share * (LEVELS - 1)) + 0.5);
  return Math.max(0, Math.min(LEVELS - 1, level));
}

// The bar as the maps are drawn: over the photo it lets light and dark squares show through.
function drawBar(bar, signed, { maps, dark, alone, opacity }) {
  const table = signed ? maps.tables.diverging[dark] : maps.tables.sequential;
  const stops = Array.from({ length: 43 }, (_, number) => {
    const level = number * 6;
    const share = signed ? level / ZERO - 1 : level / (LEVELS - 1);
    const alpha = alone ? 1 : (alphaOf(share) * opacity) / 100;
    return `rgb(${table[3 * level]} ${table[3 * level + 1]} ${table[3 * level + 2]} / ${alpha.toFixed(3)})`;
  });
  const squares = "repeating-conic-gradient(#a4a8ad 0 25%, #75797e 0 50%) 0 0 / 8px 8px";
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")}), ${squares}`;
}

function isDark(host) {
  const [r, g, b] = (getComputedStyle(host).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map(
    (pair) => parseInt(pair, 16),
  );
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}
