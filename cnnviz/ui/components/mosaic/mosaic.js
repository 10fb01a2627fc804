// The canvas mosaic: draws what Python sent and answers the pointer; every number it shows came in the message.
// Called again on every change of data or theme, on the same elements: all state lives on the root element.
// message.js, drawing.js and reading.js stand in front of this file when it is sent to the browser.

// Which map of which mosaic is chosen, and what each mosaic does when that changes. The choice comes in a message of its
// own (a few bytes, to an instance that draws nothing), so that choosing a map does not send all maps again.
const chosen = new Map()
const redraw = new Map()

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".mosaic")
  if (!(data instanceof Uint8Array)) {
    root.hidden = true
    chosen.set(data.mosaic, data.selected)
    redraw.get(data.mosaic)?.()
    return
  }
  const parts = {
    reading: root.querySelector(".reading"),
    legend: root.querySelector(".legend"),
    view: root.querySelector(".view"),
    sheet: root.querySelector(".sheet"),
    canvas: root.querySelector("canvas"),
    captions: root.querySelector(".captions"),
    outlines: root.querySelector(".outlines"),
    blend: root.querySelector(".blend"),
  }
  const state = (root.state ??= { alpha: 0.6 })
  state.parts = parts
  const dark = isDark(root)
  if (state.data !== data || state.dark !== dark) {
    const shape = String(state.maps?.header.shape)
    state.data = data
    state.dark = dark
    state.maps = read(data)
    state.colours = paint(state.maps, dark)
    if (shape !== String(state.maps.header.shape)) state.here = null // the cell that was pointed at may not exist any more
  }

  const { header } = state.maps
  root.classList.toggle("filters", header.palette === "rgb")
  parts.view.classList.toggle("selectable", header.selectable)
  parts.view.setAttribute("aria-label", sentence(header))
  parts.view.style.setProperty("--mosaic-height", `${Math.round(header.height * 1.25)}px`)
  root.style.setProperty("--mosaic-accent", header.accent)
  parts.blend.hidden = header.picture === null

  connect(root, state, (map) => setTriggerValue("channel", map))
  arrange(state)

  state.watcher?.disconnect()
  state.watcher = new ResizeObserver(() => {
    if (parts.sheet.clientWidth !== state.width) arrange(state)
  })
  state.watcher.observe(parts.view)
  redraw.set(header.key, () => show(state))
  return () => {
    root.state.watcher.disconnect()
    redraw.delete(root.state.maps.header.key)
  }
}


function connect(root, state, choose) {
  const { view, canvas, blend } = state.parts
  const point = (event) => {
    const box = canvas.getBoundingClientRect()
    state.here = cellAt(state, event.clientX - box.left, event.clientY - box.top)
    show(state)
  }
  canvas.onpointermove = point
  canvas.onpointerdown = point
  canvas.onpointerleave = (event) => {
    if (event.pointerType !== "mouse") return // a finger leaves when it lifts; what it touched stays readable
    state.here = null
    show(state)
  }
  canvas.onclick = () => {
    if (state.maps.header.selectable && state.here) select(state, choose)
  }
  view.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Enter" || event.key === " ") {
      if (!state.maps.header.selectable || !state.here) return
      select(state, choose)
    } else if (event.key === "Escape") {
      state.here = null
    } else {
      const moved = move(state, event.key, event.shiftKey)
      if (!moved) return
      state.here = moved
    }
    event.preventDefault()
    show(state)
    keepVisible(state)
  }
  const slider = blend.querySelector("input")
  slider.value = String(Math.round(state.alpha * 100))
  slider.oninput = () => {
    state.alpha = Number(slider.value) / 100
    draw(state)
  }
}

function chosenMap(maps) {
  const map = chosen.get(maps.header.key) ?? 0
  return map < maps.count ? map : 0
}

function select(state, choose) {
  chosen.set(state.maps.header.key, state.here.map)
  show(state)
  choose(state.here.map)
}

function cellAt(state, x, y) {
  const { maps, tiles } = state
  // The thin gap to the right and below belongs to a tile too: a click there must not be lost.
  const tile = tiles.find((t) => x >= t.x && x < t.x + t.width + GAP && y >= t.y && y < t.y + t.height + GAP)
  if (!tile) return null
  const row = Math.min(maps.height - 1, Math.floor(((y - tile.y) / tile.height) * maps.height))
  const column = Math.min(maps.width - 1, Math.floor(((x - tile.x) / tile.width) * maps.width))
  return { map: tile.map, row, column }
}

// Arrows go from map to map; within a map with Shift, or without it where there is only one.
function move({ maps, here, columns }, key, shift) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  if (key === "Home" || key === "End") return strongest(maps, key === "Home" ? 0 : maps.count - 1)
  if (!(key in steps)) return null
  here ??= strongest(maps, chosenMap(maps))
  const [down, right] = steps[key]
  if (shift || maps.count === 1) {
    const row = Math.min(maps.height - 1, Math.max(0, here.row + down))
    const column = Math.min(maps.width - 1, Math.max(0, here.column + right))
    return { map: here.map, row, column }
  }
  const next = here.map + down * columns + right
  return next >= 0 && next < maps.count ? strongest(maps, next) : here
}

function keepVisible({ parts, tiles, here }) {
  const tile = here && tiles.find((t) => t.map === here.map)
  if (!tile) return
  const { view } = parts
  if (tile.y < view.scrollTop) view.scrollTop = tile.y
  else if (tile.y + tile.height > view.scrollTop + view.clientHeight) {
    view.scrollTop = tile.y + tile.height - view.clientHeight
  }
}
