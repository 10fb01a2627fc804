// What Python sent: the maps, their ranges and their colour tables. See `encode` in __init__.py for the layout.

const TABLE_BYTES = 256 * 3

function read(data) {
  const bytes = data.slice() // its own buffer, so that the floats are aligned
  const length = new DataView(bytes.buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const [count, channels, height, width] = header.shape
  let at = 4 + length
  const floats = (n) => {
    const part = new Float32Array(bytes.buffer, at, n)
    at += 4 * n
    return part
  }
  const rest = (n) => bytes.subarray(at, (at += n))
  const low = floats(count)
  const high = floats(count)
  const values = floats(count * channels * height * width)
  const tables = { false: rest(TABLE_BYTES), true: rest(TABLE_BYTES) }
  const picture = header.picture ? rest(header.picture[0] * header.picture[1] * 3) : null
  return { header, count, channels, height, width, low, high, values, tables, picture }
}

function valueAt(maps, { map, row, column }, channel = 0) {
  return maps.values[((map * maps.channels + channel) * maps.height + row) * maps.width + column]
}

// The two ends of the colours of one map: its own range or that of all of them, symmetric where zero is the middle.
function ends(maps, map) {
  let low = maps.low[map]
  let high = maps.high[map]
  if (maps.header.scale === "all") {
    low = maps.lowest ??= maps.low.reduce((a, b) => Math.min(a, b))
    high = maps.highest ??= maps.high.reduce((a, b) => Math.max(a, b))
  }
  if (maps.header.palette === "sequential") return [low, high]
  const limit = Math.max(Math.abs(low), Math.abs(high))
  return [-limit, limit]
}

// The cell a person means who names only the map: where its value is farthest from zero.
function strongest(maps, map) {
  const size = maps.channels * maps.height * maps.width
  let best = 0
  let reach = -1
  for (let i = 0; i < size; i++) {
    const reached = Math.abs(maps.values[map * size + i])
    if (reached > reach) [best, reach] = [i, reached]
  }
  const inMap = best % (maps.height * maps.width)
  return { map, row: Math.floor(inMap / maps.width), column: inMap % maps.width }
}
