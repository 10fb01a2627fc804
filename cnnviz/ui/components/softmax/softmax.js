// Draws the table; every number in it was written by Python. Called again on each change, on the same elements.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".softmax")
  const rows = data.rows.map((row) => {
    const line = document.createElement("tr")
    line.tabIndex = 0
    line.append(
      cell("class", row.name),
      meter(row),
      cell("", row.score),
      cell("difference", row.difference),
      cell("", row.exponential),
    )
    return line
  })
  const point = (index) => {
    root.here = index
    rows.forEach((line, i) => line.classList.toggle("here", i === index))
    root.querySelector(".steps").replaceChildren(...data.rows[index].steps.map(step))
  }
  rows.forEach((line, i) => {
    line.onpointerenter = () => point(i)
    line.onclick = () => point(i)
    line.onfocus = () => point(i)
    line.onkeydown = (event) => {
      const next = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: rows.length - 1 }[event.key]
      if (next === undefined || !rows[next]) return
      event.preventDefault()
      rows[next].focus()
    }
  })
  const others = document.createElement("tr")
  others.className = "others"
  others.append(
    cell("class", data.others.name),
    meter(data.others),
    cell("", ""),
    cell("difference", ""),
    cell("", data.others.exponential),
  )
  root.querySelector("tbody").replaceChildren(...rows, others)

  const sum = document.createElement("tr")
  sum.append(
    cell("class", "sum"),
    total("100.00 %"),
    cell("", ""),
    cell("difference", ""),
    cell("", data.total),
  )
  root.querySelector("tfoot").replaceChildren(sum)
  point(Math.min(root.here ?? 0, rows.length - 1))
}

function cell(kind, text) {
  const element = document.createElement("td")
  element.className = kind
  element.textContent = text
  if (kind === "class") element.title = text
  return element
}

function meter({ percent, share }) {
  const element = cell("probability", "")
  const line = document.createElement("div")
  line.className = "meter"
  const track = document.createElement("div")
  track.className = "track"
  const bar = document.createElement("div")
  bar.className = "bar"
  bar.style.width = `${share}%`
  track.append(bar)
  const text = document.createElement("span")
  text.className = "percent"
  text.textContent = percent
  line.append(track, text)
  element.append(line)
  return element
}

function total(percent) {
  const element = cell("probability", percent)
  element.classList.add("total")
  return element
}

function step([left, sign, result]) {
  const line = document.createElement("div")
  const bold = document.createElement("b")
  bold.textContent = result
  line.append(`${left} ${sign} `, bold)
  return line
}
