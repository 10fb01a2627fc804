// Two groups of small pictures. Where the pointer or the arrow keys put a window on the left ones, its pixels are marked
// on the right ones too: Python said where each pixel went.

const SVG = "http://www.w3.org/2000/svg"

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".shuffled_patches")
  const { size, window } = data
  const last = size - window
  host.at ??= [Math.floor(last / 2), Math.floor(last / 2)]
  const overlays = [[], []]
  const move = (row, column) => {
    const clamp = (value) => Math.max(0, Math.min(last, Math.round(value)))
    host.at = [clamp(row), clamp(column)]
    mark(host, data, overlays)
  }
  host.querySelector(".sides").replaceChildren(
    ...data.sides.map((side, index) => drawnSide(side, data, index === 0 ? move : null, overlays[index])),
  )
  const legend = host.querySelector(".legend")
  legend.querySelector("img").src = data.legend.source
  legend.querySelector(".low").textContent = data.legend.low
  legend.querySelector(".high").textContent = data.legend.high
  host.onkeydown = (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    if (!step) return
    event.preventDefault()
    move(host.at[0] + step[0], host.at[1] + step[1])
  }
  mark(host, data, overlays)
}

// On the left one frame; on the right each of its pixels where the shuffle put it. Filtered pictures carry no marks:
// their pixels are answers of windows, not pixels.
function mark(host, { size, window, places }, overlays) {
  const [top, left] = host.at
  const scattered = []
  for (let m = 0; m < window; m += 1) {
    for (let n = 0; n < window; n += 1) scattered.push(places[(top + m) * size + left + n])
  }
  overlays[0].forEach((svg) => svg.replaceChildren(...framed(left, top, window)))
  overlays[1].forEach((svg) =>
    svg.replaceChildren(...scattered.flatMap((place) => framed(place % size, Math.floor(place / size), 1))),
  )
  host.querySelector(".reading").textContent =
    `Rows ${top + 1} to ${top + window}, columns ${left + 1} to ${left + window}: ` +
    `${window * window} neighbours left, ${window * window} strangers right.`
}

function framed(x, y, side) {
  return ["under", "inner"].map((kind) => {
    const rect = document.createElementNS(SVG, "rect")
    rect.setAttribute("class", kind)
    rect.setAttribute("x", x)
    rect.setAttribute("y", y)
    rect.setAttribute("width", side)
    rect.setAttribute("height", side)
    return rect
  })
}

function drawnSide({ title, rows }, data, move, overlays) {
  const side = element("figure", "side")
  const grid = element("div", "grid")
  grid.style.setProperty("--columns", data.columns.length)
  grid.append(...data.columns.map((name) => element("span", "label", name)))
  rows.forEach((row, index) => {
    const marked = index < rows.length - 1
    grid.append(element("span", "name", row.name))
    grid.append(...row.pictures.map((picture) => drawnPicture(picture, data, marked ? move : null, marked ? overlays : null)))
  })
  side.append(element("figcaption", "title", title), grid)
  return side
}

function drawnPicture({ source, alt }, { size, window }, move, overlays) {
  const box = element("div", `picture${move ? " moves" : ""}`)
  const image = element("img")
  image.src = source
  image.alt = alt
  image.draggable = false
  box.append(image)
  if (overlays) {
    const svg = document.createElementNS(SVG, "svg")
    svg.setAttribute("viewBox", `0 0 ${size} ${size}`)
    overlays.push(svg)
    box.append(svg)
  }
  if (move) {
    const follow = (event) => {
      const place = box.getBoundingClientRect()
      const along = (at, from, length) => ((at - from) / length) * size - window / 2
      move(along(event.clientY, place.top, place.height), along(event.clientX, place.left, place.width))
    }
    box.onpointermove = follow
    box.onpointerdown = follow
  }
  return box
}

function element(tag, kind, text) {
  const made = document.createElement(tag)
  if (kind) made.className = kind
  if (text !== undefined) made.textContent = text
  return made
}
