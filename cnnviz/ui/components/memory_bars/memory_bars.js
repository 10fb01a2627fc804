// Draws the lines; every number in them was written by Python. Called again on each change, on the same elements.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".memory_bars")
  root.querySelector(".finding").textContent = data.finding
  const rows = data.lines.map(drawnLine)
  const point = (index) => {
    root.here = data.lines[index].name
    rows.forEach((row, i) => {
      row.classList.toggle("here", i === index)
      row.tabIndex = i === index ? 0 : -1
    })
    read(root, data.lines[index])
  }
  rows.forEach((row, i) => {
    row.onpointerenter = () => point(i)
    row.onclick = () => point(i)
    row.onfocus = () => point(i)
    row.onkeydown = (event) => {
      const next = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: rows.length - 1 }[event.key]
      if (next === undefined || !rows[next]) return
      event.preventDefault()
      rows[next].focus()
    }
  })
  root.querySelector("tbody").replaceChildren(...rows)
  root.querySelector("tfoot").replaceChildren(sums(data.total))
  const heaviest = data.lines.reduce((most, line, i) => (line.params_bar > data.lines[most].params_bar ? i : most), 0)
  const before = data.lines.findIndex((line) => line.name === root.here)
  point(before >= 0 ? before : heaviest)
}

function drawnLine(line) {
  const row = document.createElement("tr")
  row.append(
    cell("th", "name", line.name),
    cell("td", "shape", line.shape),
    meter("memory", line.values, line.memory_bar, line.heavy_memory),
    meter("params", line.params, line.params_bar, line.heavy_params),
  )
  row.firstChild.scope = "row"
  return row
}

function meter(kind, text, share, heavy) {
  const made = cell("td", `${kind}${heavy ? " heavy" : ""}`, "")
  const line = cell("div", "meter", "")
  const track = cell("div", "track", "")
  const bar = cell("div", "bar", "")
  bar.style.width = `${share}%`
  bar.hidden = share === 0
  track.append(bar)
  line.append(cell("span", "number", text), track)
  made.append(line)
  return made
}

function sums(total) {
  const row = document.createElement("tr")
  row.append(
    cell("th", "name", "sum"),
    cell("td", "shape", ""),
    meter("memory", total.values, 0, false),
    meter("params", total.params, 0, false),
  )
  row.firstChild.scope = "row"
  return row
}

function read(root, line) {
  const name = cell("b", "", line.name)
  const memory = cell("div", "", "")
  memory.append(name, ` ${line.reading[0]}`)
  root.querySelector(".reading").replaceChildren(memory, cell("div", "", line.reading[1]))
}

function cell(tag, kind, text) {
  const made = document.createElement(tag)
  if (kind) made.className = kind
  made.textContent = text
  return made
}
