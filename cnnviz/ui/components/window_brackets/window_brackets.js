// Draws the strip; which cell is what and where each window lies was worked out by Python.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".window_brackets")
  root.dataset.theme = data.dark ? "dark" : "light"
  const strip = root.querySelector(".strip")
  strip.style.setProperty("--cells", data.cells.length)
  strip.style.gridTemplateColumns = `repeat(${data.cells.length}, minmax(0, 1fr))`
  strip.dataset.many = data.cells.length > 20
  strip.setAttribute("aria-label", data.sentence)
  strip.replaceChildren(
    ...data.brackets.map((window) => bracket(window, data.lanes)),
    ...data.cells.map((cell, place) => (cell ? square(cell, place, data.lanes) : gap(place, data.lanes))),
  )
  root.querySelector("figcaption").textContent = data.sentence
}

function bracket({ index, first, last, lane }, lanes) {
  const element = document.createElement("div")
  element.className = "bracket"
  element.style.gridColumn = `${first + 1} / ${last + 2}`
  element.style.gridRow = lanes - lane
  element.title = `window ${index}, which gives output value ${index}`
  const number = document.createElement("b")
  number.textContent = index
  element.append(number)
  return element
}

function square({ number, role, read, title }, place, lanes) {
  const element = document.createElement("div")
  element.className = `cell ${role}${read ? "" : " unread"}`
  element.style.gridColumn = place + 1
  element.style.gridRow = lanes + 1
  element.title = title
  element.textContent = role === "input" ? number : ""
  return element
}

function gap(place, lanes) {
  const element = document.createElement("div")
  element.className = "gap"
  element.style.gridColumn = place + 1
  element.style.gridRow = lanes + 1
  element.textContent = "⋯"
  return element
}
