// Draws the three layers and lights, in all of them at once, what is pointed at. Every line, weight and sentence was
// written by Python. A click keeps what is lit and tells Python, so that the address carries it.

const SVG = "http://www.w3.org/2000/svg"
const WIDE = 360
const TALL = 196
const INPUTS_AT = 30
const OUTPUTS_AT = 166
const UNIT = 26

export default function ({ data, parentElement, setStateValue }) {
  const host = parentElement.querySelector(".three_layers")
  host.dataset.theme = data.dark ? "dark" : "light"
  const same = host.drawn === `${data.inputs} ${data.window}`
  host.drawn = `${data.inputs} ${data.window}`
  if (!same || host.told !== data.at) host.at = data.at
  host.told = data.at
  const light = (target) => panels.forEach((panel) => panel.light(target))
  const keep = (target) => {
    host.at = target
    light(target)
    speak(host, panels, target)
  }
  const tell = (target) => {
    keep(target)
    host.told = target
    setStateValue("at", target)
  }
  const panels = data.panels.map((panel) => drawnPanel(panel, data, light, tell))
  host.querySelector(".panels").replaceChildren(...panels.map((panel) => panel.element))
  host.querySelector(".panels").onpointerleave = () => light(host.at)
  host.onkeydown = (event) => {
    if (event.key === "Enter") return tell(host.at)
    const next = neighbour(host.at, event.key, data)
    if (!next) return
    event.preventDefault()
    keep(next)
  }
  light(host.at)
}

// Where an arrow key leads: along the row, or to the row above or below (outputs, lines of the window, inputs).
function neighbour(target, key, { inputs, outputs, window }) {
  const [kind, first, second] = target.split(".").map((part, i) => (i ? Number(part) : part))
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key]
  const clamp = (value, count) => Math.max(0, Math.min(count - 1, value))
  if (step && kind === "output") return `output.${clamp(first + step, outputs)}`
  if (step && kind === "input") return `input.${clamp(first + step, inputs)}`
  if (step) {
    const place = clamp(first * window + clamp(second - first, window) + step, outputs * window)
    const out = Math.floor(place / window)
    return `line.${out}.${out + (place % window)}`
  }
  if (key === "ArrowUp" && kind === "output") return `line.${first}.${first + Math.floor(window / 2)}`
  if (key === "ArrowUp" && kind === "line") return `input.${second}`
  if (key === "ArrowDown" && kind === "line") return `output.${first}`
  if (key === "ArrowDown" && kind === "input") {
    const out = clamp(first - Math.floor(window / 2), outputs)
    return `line.${out}.${Math.max(out, Math.min(out + window - 1, first))}`
  }
  return ""
}

function speak(host, panels, target) {
  host.querySelector(".spoken").textContent = panels.map((panel) => `${panel.title}: ${panel.says(target)}`).join(" ")
}

function drawnPanel(panel, { inputs, outputs, window }, light, tell) {
  const across = (place) => WIDE / 2 + (place - (inputs - 1) / 2) * Math.min(44, (WIDE - UNIT - 8) / (inputs - 1))
  const over = (out) => across(out + (window - 1) / 2)
  const drawing = make("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": `${panel.title}: ${panel.count}` })
  drawing.append(named("inputs", 11), named("outputs", TALL - 2))
  const rest = panel.lines.length > outputs * window ? 0.3 : panel.hues.length < panel.lines.length ? 0.8 : 0.6
  const lines = panel.lines.map(([out, into, weight]) => {
    const d = `M${across(into)} ${INPUTS_AT + UNIT / 2}L${over(out)} ${OUTPUTS_AT - UNIT / 2}`
    const stroke = make("path", { class: "line", d })
    stroke.style.setProperty("--hue", panel.hues[weight])
    stroke.style.setProperty("--rest", rest)
    return { out, into, weight, stroke, d, at: [across(into), over(out)] }
  })
  drawing.append(...lines.map((line) => line.stroke))
  for (const line of lines) {
    const wide = panel.lines.length > outputs * window ? 5 : 12
    pointed(drawing, make("path", { class: "catch", d: line.d, "stroke-width": wide }), `line.${line.out}.${line.into}`, light, tell)
  }
  const labels = make("g", {})
  drawing.append(labels)
  const units = []
  for (let i = 0; i < inputs; i += 1) units.push(unit(drawing, "input", i, across(i), INPUTS_AT, light, tell))
  for (let j = 0; j < outputs; j += 1) units.push(unit(drawing, "output", j, over(j), OUTPUTS_AT, light, tell))
  const element = written(panel, drawing)
  const reading = element.querySelector(".reading")
  const says = (target) => panel.readings[target] ?? "Not joined here: no weight."
  return {
    element,
    title: panel.title,
    says,
    light: (target) => {
      const lit = lines.filter(isLit(target, lines))
      lines.forEach((line) => line.stroke.classList.toggle("lit", lit.includes(line)))
      for (const one of units) {
        const [kind, place] = one.target.split(".")
        const joined = lit.some((line) => String(kind === "input" ? line.into : line.out) === place)
        one.element.classList.toggle("lit", joined || one.target === target)
        one.element.classList.toggle("at", one.target === target)
      }
      labels.replaceChildren(...lit.map((line) => label(line, panel.hues[line.weight], target)))
      reading.textContent = says(target)
    },
  }
}

// Which lines belong to a target: those of a unit, or all that carry the same weight as the line pointed at.
function isLit(target, lines) {
  const [kind, first, second] = target.split(".").map((part, i) => (i ? Number(part) : part))
  if (kind === "output") return (line) => line.out === first
  if (kind === "input") return (line) => line.into === first
  const pointedAt = lines.find((line) => line.out === first && line.into === second)
  return (line) => pointedAt && line.weight === pointedAt.weight
}

// The weight's name stands where the lines are far apart: near the end away from the unit pointed at.
function label(line, hue, target) {
  const part = { output: 0.26, input: 0.74, line: 0.5 }[target.split(".")[0]]
  const [from, to] = line.at
  const top = INPUTS_AT + UNIT / 2
  const bottom = OUTPUTS_AT - UNIT / 2
  const made = make("text", { class: "weight", x: from + (to - from) * part, y: top + (bottom - top) * part + 5 })
  made.style.setProperty("--hue", hue)
  made.textContent = `w${line.weight + 1}`
  return made
}

function unit(drawing, kind, place, x, y, light, tell) {
  const element = make("g", { class: `unit ${kind}` })
  const reach = kind === "input" ? y - UNIT / 2 - 14 : y - UNIT / 2
  element.append(
    make("rect", { class: "reach", x: x - UNIT / 2 - 2, y: reach, width: UNIT + 4, height: UNIT + 14 }),
    make("rect", { x: x - UNIT / 2, y: y - UNIT / 2, width: UNIT, height: UNIT }),
  )
  const text = make("text", { x, y: y + 5 })
  text.textContent = place + 1
  element.append(text)
  pointed(drawing, element, `${kind}.${place}`, light, tell)
  return { element, target: `${kind}.${place}` }
}

function pointed(drawing, element, target, light, tell) {
  element.onpointerenter = () => light(target)
  element.onclick = () => tell(target)
  drawing.append(element)
}

function named(words, y) {
  const text = make("text", { class: "side", x: 0, y })
  text.textContent = words
  return text
}

function written(panel, drawing) {
  const figure = document.createElement("figure")
  figure.className = "panel"
  figure.append(
    row("head", ["title", panel.title], ["count", panel.count]),
    row("words", ["", panel.words], ["", panel.formula]),
    drawing,
    row("reading"),
  )
  return figure
}

function row(kind, ...parts) {
  const made = document.createElement("div")
  made.className = kind
  for (const [part, text] of parts) {
    const span = document.createElement("span")
    span.className = part
    span.textContent = text
    made.append(span)
  }
  return made
}

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
