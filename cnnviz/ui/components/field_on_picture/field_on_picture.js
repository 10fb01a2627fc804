// A picture with the receptive field of one unit, and the map the unit stands on. Dragging on either, or the arrow keys,
// chooses another unit; Python is told when it comes to rest. Both axes say where the unit at 0 begins to see (offset),
// how far apart neighbours are (stride) and how much each sees (size), in pixels of the input.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".field_on_picture")
  const picture = host.querySelector(".picture")
  const map = host.querySelector(".map")
  const { axes, margins, unit } = data
  const [height, width] = axes.map((axis, i) => axis.pixels + 2 * margins[i])
  picture.querySelector("figcaption").textContent = data.pictureCaption
  picture.setAttribute("aria-label", data.label)
  const image = picture.querySelector("img")
  if (image.getAttribute("src") !== data.source) image.src = data.source
  image.alt = data.alt
  image.classList.toggle("coarse", Math.max(axes[0].pixels, axes[1].pixels) < 100)
  set(image, margins[0] / height, margins[1] / width, axes[0].pixels / height, axes[1].pixels / width)
  picture.querySelector(".stage").style.setProperty("--aspect", width / height)
  map.querySelector(".stage").style.setProperty("--aspect", axes[1].units / axes[0].units)

  let [row, column] = unit
  const move = (to) => {
    ;[row, column] = to.map((place, i) => Math.max(0, Math.min(axes[i].units - 1, Math.round(place))))
    const [top, left] = [row, column].map((place, i) => axes[i].offset + place * axes[i].stride + margins[i])
    const frame = picture.querySelector(".frame")
    set(frame, top / height, left / width, axes[0].size / height, axes[1].size / width)
    frame.classList.toggle("small", Math.min(axes[0].size / height, axes[1].size / width) < 0.05)
    const [down, across] = [axes[0].units, axes[1].units]
    set(map.querySelector(".unit"), row / down, column / across, 1 / down, 1 / across)
    map.querySelector("figcaption").textContent = `${data.mapCaption}: (${row}, ${column})`
  }
  move(unit)
  const rest = () => (row !== unit[0] || column !== unit[1]) && setTriggerValue("unit", [row, column])

  // The unit whose field is centred where the picture was touched; on the map the unit itself.
  const onPicture = (share, i) => {
    const { offset, size, stride } = axes[i]
    const pixel = share * (i ? width : height) - margins[i]
    return stride ? (pixel - offset - size / 2) / stride : 0
  }
  const onMap = (share, i) => share * axes[i].units - 0.5
  follow(picture.querySelector(".stage"), onPicture, move, rest)
  follow(map.querySelector(".stage"), onMap, move, rest)
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
  picture.onkeydown = (event) => {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const far = event.shiftKey ? 5 : 1
    move([row + step[0] * far, column + step[1] * far])
    clearTimeout(host.timer)
    host.timer = setTimeout(rest, 300)
  }
  return () => clearTimeout(host.timer)
}

function follow(stage, place, move, rest) {
  const point = (event) => {
    const box = stage.getBoundingClientRect()
    move([place((event.clientY - box.top) / box.height, 0), place((event.clientX - box.left) / box.width, 1)])
  }
  stage.onpointerdown = (event) => {
    stage.setPointerCapture(event.pointerId)
    point(event)
  }
  stage.onpointermove = (event) => stage.hasPointerCapture(event.pointerId) && point(event)
  stage.onpointerup = rest
  stage.onpointercancel = rest
}

function set(part, top, left, height, width) {
  part.style.top = `${100 * top}%`
  part.style.left = `${100 * left}%`
  part.style.height = `${100 * height}%`
  part.style.width = `${100 * width}%`
}
