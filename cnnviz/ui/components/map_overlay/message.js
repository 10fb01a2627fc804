// What Python sent: the maps as whole numbers of their last decimal, and the colour tables. See `encode`.
const TABLE_BYTES = 256 * 3;
const MOST_PLAIN = 6; // decimals; numbers that need more are told with a power of ten

function read(data) {
  const bytes = data.slice(); // its own buffer, so that the numbers are aligned
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = 4 + length;
  for (const layer of header.layers) {
    const size = layer.shape[0] * layer.shape[1];
    const Kind = layer.bytes === 2 ? Int16Array : Int32Array;
    layer.values = new Kind(bytes.buffer, at, size);
    layer.missing = layer.bytes === 2 ? -(2 ** 15) : -(2 ** 31);
    at += 4 * Math.ceil((size * layer.bytes) / 4);
  }
  const [sequential, light, dark] = [0, 1, 2].map((number) => bytes.subarray(at + number * TABLE_BYTES, at + (number + 1) * TABLE_BYTES));
  header.tables = { sequential, diverging: { false: light, true: dark } };
  return header;
}

// The cell of a map that lies under the middle of a pixel of the picture.
function cellOf({ shape }, { size }, { row, column }) {
  return [Math.floor(((row + 0.5) / size[0]) * shape[0]), Math.floor(((column + 0.5) / size[1]) * shape[1])];
}

// The value in words, or "" for a map that is not there; as a magnitude without its sign.
function valueText(layer, maps, here, way) {
  if (layer.absent) return "";
  const [row, column] = cellOf(layer, maps, here);
  const value = layer.values[row * layer.shape[1] + column];
  if (value === layer.missing) return "no number";
  return number(way === "magnitude" && layer.signed ? Math.abs(value) : value, layer.decimals);
}

function number(count, decimals) {
  if (count === 0) return "0";
  const places = decimals > MOST_PLAIN ? 3 : decimals;
  const text = (count < 0 ? "−" : "") + (Math.abs(count) / 10 ** places).toFixed(places);
  if (places === decimals) return text;
  return `${text}·10⁻${[...String(decimals - places)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}
