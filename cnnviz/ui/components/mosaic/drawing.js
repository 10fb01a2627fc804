// Colours, layout and drawing: one small canvas holds every map, a cell a pixel; the visible one copies and enlarges it.

const LEVELS = 253
const HATCH = [253, 254]
const GAP = 2
const SMALLEST_TILE = 10
const WIDE_GAP = 16
const CAPTION = 24
const SMALLEST_CELL_WITH_NUMBER = 40

function isDark(root) {
  const [red, green, blue] = rgb(root, "var(--st-background-color)")
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128
}

function rgb(root, colour) {
  const probe = document.createElement("span")
  probe.style.color = colour
  root.append(probe)
  const numbers = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number)
  probe.remove()
  return numbers
}

// Every tile as pixels, one pixel a cell, in a canvas of their own; the visible canvas only copies and enlarges them.
function paint(maps, dark) {
  const { height, width } = maps
  const faces = facesOf(maps)
  const columns = Math.max(1, Math.ceil(Math.sqrt((faces.length * height) / width)))
  const sheet = document.createElement("canvas")
  sheet.width = columns * width
  sheet.height = Math.ceil(faces.length / columns) * height
  const context = sheet.getContext("2d")
  const pixels = context.createImageData(width, height)
  faces.forEach(({ map, channel }, i) => {
    if (channel === null) colourFilter(maps, map, pixels.data)
    else colourMap(maps, map, channel, maps.tables[dark], pixels.data)
    context.putImageData(pixels, (i % columns) * width, Math.floor(i / columns) * height)
  })
  return { sheet, columns, faces }
}

// What is drawn of each map: its one channel; of a filter over colours all three at once, and a single filter also
// colour by colour.
function facesOf({ count, channels }) {
  if (channels === 3 && count === 1) return [null, 0, 1, 2].map((channel) => ({ map: 0, channel }))
  return Array.from({ length: count }, (_, map) => ({ map, channel: channels === 3 ? null : 0 }))
}

function colourMap(maps, map, channel, table, pixels) {
  const { height, width, values } = maps
  const [low, high] = ends(maps, map)
  const scale = high > low ? (LEVELS - 1) / (high - low) : 0
  const flat = maps.header.palette === "sequential" ? 0 : (LEVELS - 1) / 2
  const first = (map * maps.channels + channel) * height * width
  for (let i = 0; i < height * width; i++) {
    const value = values[first + i]
    const level = Number.isFinite(value)
      ? scale ? Math.min(LEVELS - 1, Math.max(0, Math.floor((value - low) * scale + 0.5))) : flat
      : HATCH[(Math.floor(i / width) + i % width) % 2]
    pixels[4 * i] = table[3 * level]
    pixels[4 * i + 1] = table[3 * level + 1]
    pixels[4 * i + 2] = table[3 * level + 2]
    pixels[4 * i + 3] = 255
  }
}

function colourFilter(maps, map, pixels) {
  const size = maps.height * maps.width
  const limit = ends(maps, map)[1] || 1
  for (let i = 0; i < size; i++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * i + channel] = Math.round(128 + (127 * maps.values[(map * 3 + channel) * size + i]) / limit)
    }
    pixels[4 * i + 3] = 255
  }
}

// What stands where: with a picture the map twice (over the picture, then alone), else every face once.
function arrange(state) {
  const { maps, parts, colours } = state
  const { header, height, width } = maps
  state.width = parts.sheet.clientWidth
  if (!state.width) return
  const tiles = colours.faces.map((face, cells) => ({ ...face, cells }))
  if (header.picture) tiles.unshift({ ...tiles[0], over: true })
  const caption = header.names || header.rows ? CAPTION : 0
  const once = header.rows && header.names ? CAPTION : 0 // the names of the columns, under the title of the first row
  const gap = caption ? WIDE_GAP : tiles.length === 1 ? 0 : GAP
  const [wide, high] = header.picture ? [header.picture[1], header.picture[0]] : [width, height]
  const fit = fitting(tiles.length, state.width, header.height - once, high / wide, gap, caption, header.columns)
  tiles.forEach((tile, i) => {
    tile.x = (i % fit.columns) * (fit.width + gap)
    tile.y = Math.floor(i / fit.columns) * (fit.height + gap + caption) + caption + once
    tile.width = fit.width
    tile.height = fit.height
  })
  state.tiles = tiles
  state.columns = fit.columns
  const last = tiles[tiles.length - 1]
  state.size = [(fit.width + gap) * Math.min(fit.columns, tiles.length) - gap, last.y + last.height]
  draw(state)
  writeCaptions(state, caption)
  show(state)
}

// As many columns as asked for, or as give the largest tiles that all fit; if they would become too small to hit, the
// box scrolls.
function fitting(count, width, height, aspect, gap, caption, asked) {
  if (asked) {
    const across = Math.min((width + gap) / asked - gap, ((height + gap) / Math.ceil(count / asked) - gap - caption) / aspect)
    return { columns: asked, width: across, height: across * aspect }
  }
  let best = { columns: 1, width: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const across = (width + gap) / columns - gap
    const down = ((height + gap) / rows - gap - caption) / aspect
    const tile = Math.min(across, down)
    if (tile > best.width) best = { columns, width: tile }
  }
  if (best.width < SMALLEST_TILE) {
    const columns = Math.max(1, Math.floor((width + gap) / (SMALLEST_TILE + gap)))
    best = { columns, width: (width + gap) / columns - gap }
  }
  return { ...best, height: best.width * aspect }
}

function draw(state) {
  const { maps, parts, size, tiles, colours } = state
  const ratio = window.devicePixelRatio || 1
  const { canvas } = parts
  canvas.width = Math.round(size[0] * ratio)
  canvas.height = Math.round(size[1] * ratio)
  canvas.style.width = `${size[0]}px`
  canvas.style.height = `${size[1]}px`
  const context = canvas.getContext("2d")
  context.imageSmoothingEnabled = false
  for (const tile of tiles) {
    // Whole device pixels: otherwise neighbouring tiles blur into each other.
    const [x, y] = [Math.round(tile.x * ratio), Math.round(tile.y * ratio)]
    const [w, h] = [Math.round(tile.width * ratio), Math.round(tile.height * ratio)]
    const from = [(tile.cells % colours.columns) * maps.width, Math.floor(tile.cells / colours.columns) * maps.height]
    if (tile.over) {
      context.imageSmoothingEnabled = true
      context.drawImage(picture(state), x, y, w, h)
      context.imageSmoothingEnabled = false
      context.globalAlpha = state.alpha
    }
    context.drawImage(colours.sheet, ...from, maps.width, maps.height, x, y, w, h)
    context.globalAlpha = 1
    if (!tile.over && tile.channel !== null && tile.width / maps.width >= SMALLEST_CELL_WITH_NUMBER) {
      writeNumbers(context, maps, tile, x, y, w / maps.width, h / maps.height, ratio)
    }
  }
}

function picture(state) {
  const { maps } = state
  if (maps.canvas) return maps.canvas
  const [height, width] = maps.header.picture
  maps.canvas = document.createElement("canvas")
  maps.canvas.width = width
  maps.canvas.height = height
  const context = maps.canvas.getContext("2d")
  const image = context.createImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    image.data.set(maps.picture.subarray(3 * i, 3 * i + 3), 4 * i)
    image.data[4 * i + 3] = 255
  }
  context.putImageData(image, 0, 0)
  return maps.canvas
}

function writeNumbers(context, maps, { map, channel }, x, y, cellWidth, cellHeight, ratio) {
  const places = Math.min(3, maps.header.decimals)
  const size = Math.min(18 * ratio, cellWidth / (places + 1.6))
  context.font = `600 ${size}px system-ui, sans-serif`
  context.textAlign = "center"
  context.textBaseline = "middle"
  for (let row = 0; row < maps.height; row++) {
    for (let column = 0; column < maps.width; column++) {
      const [centreX, centreY] = [x + (column + 0.5) * cellWidth, y + (row + 0.5) * cellHeight]
      const [red, green, blue] = context.getImageData(centreX, centreY, 1, 1).data
      context.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#111111" : "#ffffff"
      context.fillText(number(valueAt(maps, { map, row, column }, channel), places), centreX, centreY)
    }
  }
}

function writeCaptions({ maps, parts, tiles, size }, height) {
  const { names, rows, columns } = maps.header
  const captions = (names ?? []).map((title, i) => captionOf(title, tiles[i].x, tiles[i].y - height, tiles[i].width))
  for (const [i, title] of (rows ?? []).entries()) {
    const { y } = tiles[i * columns]
    captions.push(captionOf(title, 0, y - (i === 0 && names ? 2 : 1) * height, size[0]))
    captions[captions.length - 1].classList.add("row")
  }
  parts.captions.replaceChildren(...captions)
}

function captionOf(title, left, top, width) {
  const caption = document.createElement("div")
  caption.className = "caption"
  caption.textContent = title
  caption.style.cssText = `left:${left}px;top:${top}px;width:${width}px`
  return caption
}
