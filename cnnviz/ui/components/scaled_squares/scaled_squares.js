// Draws the squares; their sides, numbers and words were written by Python.

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector(".scaled_squares")
  figure.querySelector(".finding").textContent = data.finding
  figure.querySelector(".squares").replaceChildren(...data.squares.map(drawn))
}

function drawn({ name, number, note, side }) {
  const amount = document.createElement("div")
  amount.className = "amount"
  for (const [kind, text] of Object.entries({ name, number, note })) {
    const line = document.createElement("span")
    line.className = kind
    line.textContent = text
    amount.append(line)
  }
  const square = document.createElement("div")
  square.className = "square"
  square.style.setProperty("--side", side)
  amount.append(square)
  return amount
}
