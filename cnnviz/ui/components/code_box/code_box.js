// A text with numbered lines, some of them marked. What is typed is told a moment after the last key.
// Called again on each change of data or theme, on the same elements: what is typed and not yet told must survive that.

const WAIT = 400

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".code_box")
  const area = host.querySelector("textarea")
  area.setAttribute("aria-label", data.label)
  area.maxLength = data.longest
  host.style.setProperty("--height", `${data.height}px`)
  const fresh = data.text !== host.last
  if (fresh) {
    // Another text was put in from outside: an example, a fix, an edit by hand.
    clearTimeout(host.timer)
    area.value = host.last = data.text
    measure(host, area)
  }
  mark(host, data.marks)
  if (fresh) host.querySelector(".scroller").scrollTop = 0
  if (fresh || host.revealed !== data.reveal) reveal(host, data.reveal, area)
  host.revealed = data.reveal

  const tell = () => {
    clearTimeout(host.timer)
    if (area.value === host.last) return
    host.last = area.value
    setTriggerValue("text", area.value)
  }
  area.oninput = () => {
    measure(host, area)
    mark(host, []) // they belong to the text as it was
    clearTimeout(host.timer)
    host.timer = setTimeout(tell, WAIT)
  }
  area.onblur = tell
  area.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) tell()
  }
  return () => clearTimeout(host.timer)
}

// As many numbers as lines, and room for the longest line.
function measure(host, area) {
  const lines = area.value.split("\n")
  const count = lines.length
  const gutter = host.querySelector(".gutter")
  const marks = host.querySelector(".marks")
  if (gutter.childElementCount !== count) {
    gutter.replaceChildren(...lines.map((_, i) => numbered(i + 1)))
    marks.replaceChildren(...lines.map(() => document.createElement("div")))
  }
  const longest = lines.reduce((most, line) => Math.max(most, line.replaceAll("\t", "    ").length), 0)
  host.querySelector(".paper").style.minWidth = `calc(${longest}ch + 36px)`
}

function numbered(number) {
  const line = document.createElement("div")
  line.textContent = number
  return line
}

function mark(host, marks) {
  for (const column of [host.querySelector(".gutter"), host.querySelector(".marks")]) {
    for (const line of column.children) line.className = ""
    for (const { line, kind } of marks) if (column.children[line - 1]) column.children[line - 1].className = kind
  }
}

// Brings a line into the box; the page itself does not move, nor does the box of somebody typing in it.
function reveal(host, number, area) {
  const line = host.querySelector(".marks").children[number - 1]
  if (!line || host.getRootNode().activeElement === area) return
  const scroller = host.querySelector(".scroller")
  const top = line.offsetTop
  if (top < scroller.scrollTop + 8 || top + line.offsetHeight > scroller.scrollTop + scroller.clientHeight - 8) {
    scroller.scrollTop = top - scroller.clientHeight / 3
  }
}
