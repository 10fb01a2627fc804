// The network as boxes. Height and depth are rows and columns, to one scale; width grows with the logarithm of the
// channels. A flat output is drawn as a map of one row and one column.

const TALLEST = 112
const SLANT = { across: 0.34, up: 0.2 } // of a pixel of depth
const WIDTH_PER_DOUBLING = 2.5
const GAPS = { point: 1, weights: 8, pool: 8, shape: 8, join: 10 }
const WIDEST = 2.8 // how much the boxes may be stretched to fill the room
const NARROWEST = 0.62 // how much they may be squeezed before the drawing scrolls
const LABEL = 13

function diagram(host, data, room) {
  const boxes = placed(data, room)
  const last = boxes[boxes.length - 1]
  const rise = Math.max(...boxes.map((box) => box.up))
  const arcs = skips(data, boxes)
  const arcRoom = Math.max(0, ...arcs.map((arc) => arc.height + 6))
  const top = arcRoom + LABEL + 6
  const middle = top + rise + TALLEST / 2
  const width = Math.max(...boxes.map((box) => box.x + box.width + box.across), last.x + last.width) + 6
  const height = middle + TALLEST / 2 + LABEL + 8
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" })
  const layers = boxes.map((box) => drawnBox(box, middle))
  drawing.append(...layers)
  drawing.append(...arcs.map((arc) => drawnArc(arc, boxes, middle)))
  drawing.append(...labels(boxes, middle))
  const targets = boxes.slice(1).map((box, i) => {
    const next = boxes[i + 2]
    const left = box.x - 3
    const right = next ? Math.max(box.x + box.width, next.x - 3) : box.x + box.width + box.across
    return svg("rect", { x: left, y: 0, width: Math.max(4, right - left), height, class: "target" })
  })
  drawing.append(...targets)
  host.querySelector(".drawing").replaceChildren(drawing)
  return { layers: layers.slice(1), targets }
}

// Where each box stands: first at their natural widths, then stretched or squeezed together to the room there is.
function placed(data, room) {
  const boxes = [{ shape: data.input, kind: "input", state: "fits" }, ...data.layers].map((layer) => ({ ...layer }))
  const known = boxes.filter((box) => box.shape)
  const scale = TALLEST / Math.max(...known.map((box) => Math.max(...sides(box.shape))))
  for (const box of boxes) {
    const [rows, columns] = box.shape ? sides(box.shape) : [0, 0]
    box.height = box.shape ? Math.max(3, rows * scale) : 26
    box.across = box.shape ? Math.max(2, columns * scale * SLANT.across) : 0
    box.up = box.shape ? Math.max(1.5, columns * scale * SLANT.up) : 0
    box.natural = box.kind === "point" ? 3 : 3 + WIDTH_PER_DOUBLING * Math.log2((box.shape ? box.shape[0] : 8) + 1)
    box.gap = GAPS[box.kind] ?? 0
  }
  const overhang = Math.max(0, boxes[boxes.length - 1].across)
  const total = boxes.reduce((sum, box) => sum + box.natural + box.gap, 0)
  const stretch = Math.min(WIDEST, Math.max(NARROWEST, (room - overhang - 12) / total))
  let x = 3
  for (const box of boxes) {
    x += box.gap * stretch
    box.x = x
    box.width = box.natural * stretch
    x += box.width
  }
  return boxes
}

// (rows, columns) of an output; a flat one counts as one row and one column.
function sides(shape) {
  return shape.length === 3 ? [shape[1], shape[2]] : [shape[1] ?? 1, 1]
}

function drawnBox(box, middle) {
  const { x, width, height, across, up } = box
  const y = middle - height / 2
  const group = svg("g", { class: `box ${box.kind} ${box.state}` })
  if (!box.shape) {
    group.append(svg("rect", { x, y, width, height, class: "front", rx: 2 }))
    return group
  }
  const points = (...pairs) => pairs.map((pair) => pair.join(",")).join(" ")
  const right = x + width
  group.append(
    svg("polygon", { class: "top", points: points([x, y], [x + across, y - up], [right + across, y - up], [right, y]) }),
    svg("polygon", {
      class: "side",
      points: points([right, y], [right + across, y - up], [right + across, y - up + height], [right, y + height]),
    }),
    svg("rect", { class: "front", x, y, width, height }),
  )
  if (box.kind === "weights") group.append(svg("rect", { class: "kernel", x, y, width: 2.5, height }))
  if (box.kind === "join") {
    const centre = { cx: x + width / 2, cy: middle }
    group.append(svg("circle", { ...centre, r: 7.5, class: "joint" }))
    group.append(svg("text", { x: centre.cx, y: middle + 4.5, class: "sign" }, box.sign))
  }
  return group
}

// Every way into a layer that is not simply the layer before it.
function skips(data, boxes) {
  const found = []
  data.layers.forEach((layer, i) => {
    for (const source of layer.inputs) {
      if (source === i - 1) continue
      const distance = boxes[i + 1].x - boxes[source + 1].x
      found.push({ from: source + 1, to: i + 1, height: Math.min(40, 14 + distance * 0.06) })
    }
  })
  return found
}

function drawnArc({ from, to, height }, boxes, middle) {
  const start = anchor(boxes[from], middle)
  const end = anchor(boxes[to], middle)
  // Over everything that stands between the two ends.
  const highest = Math.min(...boxes.slice(from, to + 1).map((box) => middle - box.height / 2 - box.up))
  const over = highest - height
  const group = svg("g", { class: "skip" })
  group.append(
    svg("path", { d: `M ${start.x} ${start.y} C ${start.x} ${over} ${end.x} ${over} ${end.x} ${end.y - 2}` }),
    svg("path", { class: "tip", d: `M ${end.x - 4} ${end.y - 8} L ${end.x} ${end.y - 1} L ${end.x + 4} ${end.y - 8} Z` }),
  )
  return group
}

function anchor(box, middle) {
  return { x: box.x + box.width / 2 + box.across / 2, y: middle - box.height / 2 - box.up / 2 }
}

// Rows and columns above, channels below, each where it changes and where there is room for it.
function labels(boxes, middle) {
  const written = []
  const ends = { above: -Infinity, below: -Infinity }
  const said = { above: "", below: "" }
  const write = (place, text, x, y) => {
    if (text === said[place]) return
    const half = text.length * 3.6
    if (x - half < ends[place] + 5) return
    said[place] = text
    ends[place] = x + half
    written.push(svg("text", { x: Math.max(half, x), y, class: `label ${place}` }, text))
  }
  for (const box of boxes) {
    if (!box.shape || box.kind === "point") continue
    const [rows, columns] = sides(box.shape)
    const centre = box.x + box.width / 2
    const size = box.shape.length === 3 ? (rows === columns ? `${rows}` : `${rows}×${columns}`) : "flat"
    write("above", size, centre + box.across, middle - box.height / 2 - box.up - 5)
    write("below", box.shape[0].toLocaleString("en"), centre, middle + TALLEST / 2 + LABEL + 2)
  }
  return written
}
