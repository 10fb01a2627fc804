// Draws accuracy by epoch. Every point comes from Python as parts of the chart; here they only find their pixels.

const SVG = "http://www.w3.org/2000/svg"
const LEFT = 46
const RIGHT = 410
const TOP = 14
const BOTTOM = 176
const across = (part) => LEFT + part * (RIGHT - LEFT)
const up = (part) => BOTTOM - part * (BOTTOM - TOP)

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".learning_curves")
  host.dataset.theme = data.dark ? "dark" : "light"
  host.replaceChildren(...data.charts.map((chart) => drawnChart(chart, data)))
}

function drawnChart({ title, curves, alt }, { epochs, chance }) {
  const figure = document.createElement("figure")
  figure.className = "chart"
  const caption = document.createElement("figcaption")
  caption.textContent = title
  const drawing = make("svg", { viewBox: "0 0 590 212", role: "img", "aria-label": alt })
  for (const part of [0, 0.5, 1]) {
    drawing.append(make("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: up(part), y2: up(part) }))
    drawing.append(text("tick", LEFT - 6, up(part) + 4, `${100 * part} %`, "end"))
  }
  drawing.append(make("line", { class: "chance", x1: LEFT, x2: RIGHT, y1: up(chance), y2: up(chance) }))
  drawing.append(text("tick", LEFT + 4, up(chance) + 16, "guessing", "start"))
  for (let epoch = 0; epoch <= epochs; epoch += 1) {
    drawing.append(text("tick", across(epoch / epochs), BOTTOM + 18, epoch, "middle"))
  }
  drawing.append(text("tick", (LEFT + RIGHT) / 2, BOTTOM + 34, "epochs", "middle"))
  const trained = curves.filter((curve) => curve.points.length)
  if (!trained.length) drawing.append(text("waiting", (LEFT + RIGHT) / 2, up(0.62), "not trained yet", "middle"))
  const heights = apart(trained.map((curve) => up(curve.points.at(-1)[1])))
  trained.forEach((curve, index) => drawing.append(drawnCurve(curve, heights[index])))
  figure.append(caption, drawing)
  return figure
}

function drawnCurve({ shuffled, points, end }, height) {
  const group = make("g", { class: shuffled ? "shuffled" : "whole" })
  const places = points.map(([part, accuracy]) => [across(part), up(accuracy)])
  group.append(make("polyline", { class: "curve", points: places.map((place) => place.join(",")).join(" ") }))
  for (const [x, y] of places) {
    group.append(
      shuffled
        ? make("rect", { class: "mark", x: x - 4, y: y - 4, width: 8, height: 8 })
        : make("circle", { class: "mark", cx: x, cy: y, r: 4.5 }),
    )
  }
  const [x, y] = places.at(-1)
  const words = `${end} ${shuffled ? "shuffled" : "as it is"}`
  group.append(x < RIGHT ? text("end", x + 10, y - 8, words, "start") : text("end", RIGHT + 12, height + 5, words, "start"))
  return group
}

// Two labels at the same height would cover each other: they move apart, the higher one up.
function apart(heights) {
  if (heights.length < 2 || Math.abs(heights[0] - heights[1]) >= 18) return heights
  const middle = (heights[0] + heights[1]) / 2
  return heights[0] <= heights[1] ? [middle - 9, middle + 9] : [middle + 9, middle - 9]
}

function text(kind, x, y, words, anchor) {
  const made = make("text", { class: kind, x, y, "text-anchor": anchor })
  made.textContent = words
  return made
}

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
