// One network, drawn by two instances of this component: the diagram with its bars, and the table. Pointing is answered
// here; a click or Enter tells Python which layer is chosen. Every number was worked out in Python (see script.py).
// Called again on each change of data or theme, on the same elements. The other files stand in front of this one.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".network_drawing")
  host.link?.leave()
  const isTable = data.part === "table"
  host.className = `blocks ${data.part}`
  if (host.built !== data.part) host.replaceChildren(...(isTable ? tableParts() : diagramParts()))
  host.built = data.part
  // Drawn anew only where something changed: the table keeps its place when a row of it is chosen.
  const fingerprint = JSON.stringify({ ...data, chosen: null, reveal: null })
  if (host.fingerprint !== fingerprint) host.targets = isTable ? tableTargets(host, data) : diagramTargets(host, data)
  host.fingerprint = fingerprint
  const { targets } = host
  const show = (here) => light(host, data, targets.marks(), here)
  const link = (host.link = join(host, data, show))
  host.choose = (layer) => data.layers[layer] && setTriggerValue("layer", layer)
  const wire = () => {
    connect(host, data, link)
    show(link.here())
  }
  wire()
  if (!isTable) {
    followWidth(host, () => {
      targets.draw()
      wire()
    })
  } else if (host.revealed !== data.reveal) {
    scrollToRow(host, data.reveal)
    host.revealed = data.reveal
  }
  return () => {
    link.leave()
    host.observer?.disconnect()
    host.observer = null
  }
}

function diagramParts() {
  const drawing = element("div", "drawing")
  const reading = element("output", "reading")
  reading.setAttribute("aria-live", "polite")
  return [drawing, reading, element("div", "strips"), element("p", "legend")]
}

function tableParts() {
  return [element("div", "sheet")]
}

function diagramTargets(host, data) {
  const drawing = host.querySelector(".drawing")
  drawing.tabIndex = 0
  drawing.setAttribute("role", "group")
  drawing.setAttribute("aria-label", data.label)
  const segments = strips(host, data)
  host.querySelector(".legend").textContent = data.legend
  const draw = () => {
    host.drawnFor = drawing.clientWidth
    host.drawn = diagram(host, data, drawing.clientWidth)
    return host.drawn
  }
  draw()
  return {
    draw,
    marks: () => data.layers.map((_, i) => [host.drawn.layers[i], ...segments[i]]),
    hits: () => data.layers.map((_, i) => [host.drawn.targets[i], ...segments[i]]),
    keys: drawing,
  }
}

function tableTargets(host, data) {
  const rows = table(host, data)
  const sheet = host.querySelector(".sheet")
  sheet.tabIndex = 0
  sheet.setAttribute("role", "region")
  sheet.setAttribute("aria-label", data.label)
  return { marks: () => rows.map((row) => [row]), hits: () => rows.map((row) => [row]), keys: sheet }
}

function connect(host, data, link) {
  host.targets.hits().forEach((elements, i) => {
    for (const target of elements) {
      target.onpointerenter = () => link.point(i)
      target.onclick = () => host.choose(i)
    }
  })
  host.onpointerleave = () => link.point(null)
  host.targets.keys.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") {
      const layer = link.here() ?? data.chosen
      if (layer === null) return
      event.preventDefault()
      host.choose(layer)
      return
    }
    const next = stepped(event.key, link.here() ?? data.chosen, data.layers.length)
    if (next === undefined) return
    event.preventDefault()
    link.point(next)
    host.targets.marks()[next][0].scrollIntoView?.({ block: "nearest", inline: "nearest" })
  }
}

function light(host, data, marks, here) {
  marks.forEach((elements, i) => {
    for (const mark of elements) {
      mark.classList.toggle("here", i === here)
      mark.classList.toggle("chosen", i === data.chosen)
    }
  })
  const reading = host.querySelector(".reading")
  if (!reading) return
  const told = here ?? data.chosen
  reading.classList.toggle("hint", told === null)
  if (told === null) {
    reading.textContent = data.hint
    return
  }
  const { name, words } = data.layers[told]
  reading.replaceChildren(element("b", "", name), ` ${words}`)
}

function followWidth(host, redraw) {
  const drawing = host.querySelector(".drawing")
  host.observer?.disconnect()
  host.observer = new ResizeObserver(() => drawing.clientWidth !== host.drawnFor && redraw())
  host.observer.observe(drawing)
}

// A row comes into the table's own window; the page stays where it is.
function scrollToRow(host, place) {
  const sheet = host.querySelector(".sheet")
  const row = host.querySelectorAll("tbody tr")[place]
  if (!row) {
    sheet.scrollTop = 0
    return
  }
  const room = [sheet.querySelector("thead").offsetHeight, sheet.querySelector("tfoot").offsetHeight]
  if (row.offsetTop < sheet.scrollTop + room[0]) sheet.scrollTop = row.offsetTop - room[0]
  else if (row.offsetTop + row.offsetHeight > sheet.scrollTop + sheet.clientHeight - room[1]) {
    sheet.scrollTop = row.offsetTop + row.offsetHeight - sheet.clientHeight + room[1]
  }
}
