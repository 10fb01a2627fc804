// What is pointed at, in words, and the legend.

function show(state) {
  const { maps, parts, tiles, here } = state
  const { header } = maps
  const outlines = []
  for (const tile of tiles) {
    if (header.rows) outlines.push(outline("tile", tile)) // a map of zeros has the colour of the page
    if (maps.count > 1) {
      if (header.selectable && tile.map === chosen.get(header.key)) outlines.push(outline("selected", tile))
      if (here && tile.map === here.map) outlines.push(outline("map", tile))
    }
    if (here && tile.map === here.map) {
      const [width, height] = [tile.width / maps.width, tile.height / maps.height]
      if (Math.min(width, height) < 3) continue
      const [x, y] = [tile.x + here.column * width, tile.y + here.row * height]
      outlines.push(outline("cell", { x, y, width, height }))
    }
  }
  parts.outlines.replaceChildren(...outlines)
  writeReading(state)
  writeLegend(state)
}

function outline(kind, { x, y, width, height }) {
  const box = document.createElement("div")
  box.className = `outline ${kind}`
  box.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`
  return box
}

function writeReading({ maps, parts, here }) {
  const { header } = maps
  parts.reading.classList.toggle("hint", !here)
  if (!here) {
    parts.reading.textContent = header.hint
    return
  }
  const { step, decimals } = header
  const value = document.createElement("b")
  value.textContent = Array.from({ length: maps.channels }, (_, channel) => {
    const colour = maps.channels === 3 ? ["R ", "G ", "B "][channel] : ""
    return colour + number(valueAt(maps, here, channel), maps.channels === 3 ? Math.min(4, decimals) : decimals)
  }).join("  ")
  const cell = `row ${here.row * step}, column ${here.column * step} · `
  const place = maps.count === 1 ? cell : `${nameOf(header, here.map)} · ${cell}`
  parts.reading.replaceChildren(place, maps.count === 1 || maps.channels === 3 ? "" : "value ", value)
}

// Where rows and columns have names: "F(x), channel 5"; what a title adds in brackets would not fit into a phone's line.
function nameOf({ noun, rows, names, columns }, map) {
  if (!rows) return `${noun} ${map}`
  return `${rows[Math.floor(map / columns)].split(" (")[0]}, ${noun} ${names[map % columns]}`
}

function writeLegend({ maps, parts, here, dark }) {
  const { header } = maps
  const map = here ? here.map : chosenMap(maps)
  const own = header.scale === "each" && maps.count > 1
  const places = Math.min(3, header.decimals)
  const [low, high] = ends(maps, map).map((end) => number(end, places))
  const unknown = own && !here
  const lowText = unknown ? (header.palette === "sequential" ? "its lowest" : "− its largest") : low
  const highText = unknown ? (header.palette === "sequential" ? "its highest" : "+ its largest") : high
  const bar = parts.legend.querySelector(".bar")
  bar.style.background = header.palette === "rgb" && maps.count > 1
    ? "linear-gradient(to right, #000000, #808080, #ffffff)"
    : gradient(maps.tables[dark])
  bar.toggleAttribute("data-zero", header.palette !== "sequential")
  parts.legend.querySelector(".low").textContent = lowText
  parts.legend.querySelector(".high").textContent = highText
  const middle = header.palette === "sequential" ? "" : " with zero in the middle"
  const whose = own ? "each map has its own range" : "one range for all"
  parts.legend.setAttribute("aria-label", `Colours from ${lowText} to ${highText}${middle}; ${whose}.`)
}

function gradient(table) {
  const stops = Array.from({ length: 22 }, (_, i) => {
    const level = i * 12
    return `rgb(${table[3 * level]} ${table[3 * level + 1]} ${table[3 * level + 2]})`
  })
  return `linear-gradient(to right, ${stops.join(", ")})`
}

function number(value, places) {
  if (!Number.isFinite(value)) return "no number"
  const text = value.toFixed(places).replace("-", "−")
  return Number(text.replace("−", "")) === 0 ? text.replace("−", "") : text
}

function sentence(header) {
  const choose = header.selectable ? " Arrow keys go from one to the next, Enter chooses." : " Arrow keys move the cell."
  return header.label + choose
}
