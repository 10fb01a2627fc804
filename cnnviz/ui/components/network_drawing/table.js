// The table: a row for each layer, the sums at the foot, which stays in sight however long the table is.

const COLUMNS = [
  ["name", "Layer"],
  ["settings", "Settings"],
  ["output", "Output"],
  ["params", "Parameters"],
  ["trainable", "Trained"],
  ["macs", "MACs"],
  ["memory", "Memory"],
  ["field", "Receptive field"],
]

// what is trained is only said where a text leaves some parameters as they are
const columnsOf = (data) => COLUMNS.filter(([kind]) => kind !== "trainable" || data.total.trainable)

function table(host, data) {
  const columns = columnsOf(data)
  const made = element("table")
  const head = element("thead")
  const titles = element("tr")
  for (const [kind, title] of columns) {
    const cell = element("th", kind, title)
    cell.scope = "col"
    titles.append(cell)
  }
  head.append(titles)
  const body = element("tbody")
  const rows = data.layers.map((layer) => tableRow(layer, columns))
  body.append(...rows)
  const foot = element("tfoot")
  const sums = element("tr")
  for (const [kind] of columns) sums.append(element("td", kind, data.total[kind] ?? ""))
  foot.append(sums)
  made.append(head, body, foot)
  host.querySelector(".sheet").replaceChildren(made)
  return rows
}

function tableRow(layer, columns) {
  const row = element("tr", layer.state)
  row.tabIndex = -1
  for (const [kind] of columns) {
    const cell = element(kind === "name" ? "th" : "td", kind)
    if (kind === "name") cell.scope = "row"
    cell.append(element("span", "text", layer.cells[kind]))
    if (kind === "name") cell.append(element("span", "under", layer.cells.settings)) // where there is no column for it
    if (layer.titles[kind]) cell.title = layer.titles[kind]
    if (layer.shares[kind]) {
      const meter = element("span", "meter")
      meter.style.setProperty("--share", `${layer.shares[kind]}%`)
      cell.append(meter)
    }
    row.append(cell)
  }
  return row
}
