// Rectangles on a picture, as [top, left, bottom, right] in shares of its sides. Python keeps them; here they are drawn.
const SMALLEST = 0.02
const STEP = 0.02

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".picture_regions")
  const stage = host.querySelector(".stage")
  const tell = (rectangles) => setTriggerValue("rectangles", { value: rectangles, stamp: performance.now() })
  host.focused ??= null

  const image = document.createElement("img")
  image.src = data.picture
  image.alt = data.words
  image.className = data.coarse ? "coarse" : ""
  image.draggable = false
  const boxes = data.rectangles.map((rectangle, number) => boxOf(rectangle, number, data.rectangles, host, tell))
  stage.replaceChildren(image, ...boxes)
  if (host.focused !== null) boxes[Math.min(host.focused, boxes.length - 1)]?.focus()

  stage.onpointerdown = (event) => {
    if (event.target.closest("button")) return
    const moved = boxes.indexOf(event.target.closest(".rectangle"))
    if (moved < 0 && data.rectangles.length >= data.most) return
    startDrag(stage, event, moved, data.rectangles, host, tell)
  }
  const add = host.querySelector(".add")
  add.disabled = data.rectangles.length >= data.most
  add.onclick = () => {
    host.focused = data.rectangles.length
    tell([...data.rectangles, [0.35, 0.35, 0.65, 0.65]])
  }
  const clear = host.querySelector(".clear")
  clear.disabled = !data.rectangles.length
  clear.onclick = () => tell([])
  const count = data.rectangles.length
  host.querySelector("output").textContent = count
    ? `${count} of ${data.most}. Arrow keys move the one in focus, with Shift they size it; Delete removes it.`
    : "Drag over the picture, or add a rectangle and move it with the arrow keys."
}

function boxOf(rectangle, number, all, host, tell) {
  const box = document.createElement("div")
  box.className = "rectangle"
  box.tabIndex = 0
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", `Region ${number + 1}: ${percents(rectangle)}`)
  place(box, rectangle)
  const name = document.createElement("span")
  name.textContent = number + 1
  const remove = document.createElement("button")
  remove.type = "button"
  remove.textContent = "×"
  remove.setAttribute("aria-label", `Remove region ${number + 1}`)
  const without = () => tell(all.filter((_, other) => other !== number))
  remove.onclick = without
  box.append(name, remove)
  box.onfocus = () => (host.focused = number)
  box.onblur = () => (host.focused = null)
  box.onkeydown = (event) => {
    if (event.key === "Delete" || event.key === "Backspace") return event.preventDefault(), without()
    const step = { ArrowUp: [-STEP, 0], ArrowDown: [STEP, 0], ArrowLeft: [0, -STEP], ArrowRight: [0, STEP] }[event.key]
    if (!step) return
    event.preventDefault()
    host.focused = number
    tell(all.with(number, event.shiftKey ? sized(rectangle, step) : shifted(rectangle, step)))
  }
  return box
}

function startDrag(stage, event, moved, all, host, tell) {
  event.preventDefault()
  const box = moved < 0 ? boxOf([0, 0, 0, 0], all.length, all, host, tell) : stage.querySelectorAll(".rectangle")[moved]
  if (moved < 0) stage.append(box)
  const began = at(stage, event)
  let now = moved < 0 ? [...began, ...began] : all[moved]
  stage.setPointerCapture(event.pointerId)
  stage.onpointermove = (move) => {
    const [down, across] = at(stage, move)
    now =
      moved < 0
        ? [Math.min(began[0], down), Math.min(began[1], across), Math.max(began[0], down), Math.max(began[1], across)]
        : shifted(all[moved], [down - began[0], across - began[1]])
    place(box, now)
  }
  const end = (told) => {
    stage.onpointermove = stage.onpointerup = stage.onpointercancel = null
    const large = now[2] - now[0] >= SMALLEST && now[3] - now[1] >= SMALLEST
    const changed = moved < 0 || now !== all[moved]
    if (told && large && changed) tell(moved < 0 ? [...all, now] : all.with(moved, now))
    else if (moved < 0) box.remove()
    else {
      place(box, all[moved])
      box.focus()
    }
  }
  stage.onpointerup = () => end(true)
  stage.onpointercancel = () => end(false)
}

// Where the pointer is, down and across, within the picture.
function at(stage, event) {
  const frame = stage.getBoundingClientRect()
  const within = (share) => Math.min(1, Math.max(0, share))
  return [within((event.clientY - frame.top) / frame.height), within((event.clientX - frame.left) / frame.width)]
}

function shifted([top, left, bottom, right], [down, across]) {
  const dy = Math.min(1 - bottom, Math.max(-top, down))
  const dx = Math.min(1 - right, Math.max(-left, across))
  return [top + dy, left + dx, bottom + dy, right + dx]
}

function sized([top, left, bottom, right], [down, across]) {
  return [
    top,
    left,
    Math.min(1, Math.max(top + SMALLEST, bottom + down)),
    Math.min(1, Math.max(left + SMALLEST, right + across)),
  ]
}

function place(box, [top, left, bottom, right]) {
  box.style.cssText = `top:${100 * top}%;left:${100 * left}%;height:${100 * (bottom - top)}%;width:${100 * (right - left)}%`
}

function percents([top, left, bottom, right]) {
  const [a, b, c, d] = [top, bottom, left, right].map((share) => Math.round(100 * share))
  return `${a} to ${b} % down, ${c} to ${d} % across`
}
