// The whole picture and the whole filtered picture beside the grids: the patch and the window's place drawn on both.
// Dragging, tapping or arrow keys move the patch; Python is told once, when it comes to rest.

function pictureFigure(name) {
  const figure = element("figure", name);
  const stage = element("div", "stage");
  const image = document.createElement("img");
  image.draggable = false;
  stage.append(image, element("div", "patch"), element("div", "window"));
  figure.append(element("figcaption", ""), stage);
  return figure;
}

function buildPictures(host, walk) {
  const slot = part(host, "pictures");
  const { picture } = walk.data;
  slot.hidden = !picture;
  flag(host, "pictured", picture);
  if (!picture) return slot.replaceChildren();
  if (!slot.childElementCount) {
    const filtered = pictureFigure("filtered");
    const legend = element("div", "legend");
    legend.append(element("span", "low"), document.createElement("img"), element("span", "high"));
    filtered.append(legend);
    slot.append(pictureFigure("source"), filtered);
  }
  const figure = part(slot, "source");
  figure.tabIndex = 0;
  figure.setAttribute("role", "slider");
  figure.setAttribute("aria-label", "Place of the patch. Arrow keys move it.");
  drawPicture(figure, picture);
  placePatch(walk, picture.top, picture.left, figure);
  assignDragging(walk, figure, picture);
  walk.filteredNow = null;
}

function drawPicture(figure, { source, caption, alt, rows, columns }) {
  write(figure.querySelector("figcaption"), caption);
  const image = figure.querySelector(".stage img");
  if (image.getAttribute("src") !== source) image.src = source;
  image.alt = alt;
  figure.style.setProperty("--aspect", columns / rows);
}

// In per cent of the picture, so that it stays right at any width.
export function boxStyle({ rows, columns }, [top, left, height, width]) {
  const share = (part, whole) => `${(100 * part) / whole}%`;
  return { top: share(top, rows), left: share(left, columns), height: share(height, rows), width: share(width, columns) };
}

function placePatch(walk, top, left, figure) {
  const { rows, columns, side } = walk.data.picture;
  Object.assign(figure.querySelector(".patch").style, boxStyle({ rows, columns }, [top, left, side, side]));
  figure.setAttribute("aria-valuemin", 0);
  figure.setAttribute("aria-valuenow", top * columns + left);
  figure.setAttribute("aria-valuemax", rows * columns - 1);
  figure.setAttribute("aria-valuetext", `row ${top}, column ${left}`);
}

function assignDragging(walk, figure, picture) {
  const { rows, columns, side, stride } = picture;
  let { top, left } = picture;
  const snapped = (value, most, step) => step * Math.floor(Math.max(0, Math.min(most, Math.round(value))) / step);
  const move = (row, column) => {
    top = snapped(row, rows - side, stride[0]);
    left = snapped(column, columns - side, stride[1]);
    placePatch(walk, top, left, figure);
    figure.classList.add("moving");
  };
  const rest = () => {
    figure.classList.remove("moving");
    if (top !== picture.top || left !== picture.left) walk.setStateValue("place", [top, left]);
  };
  const follow = (event) => {
    const box = figure.querySelector("img").getBoundingClientRect();
    move(((event.clientY - box.top) / box.height) * rows - side / 2, ((event.clientX - box.left) / box.width) * columns - side / 2);
  };
  const stage = figure.querySelector(".stage");
  stage.onpointerdown = (event) => {
    stage.setPointerCapture(event.pointerId);
    follow(event);
  };
  stage.onpointermove = (event) => stage.hasPointerCapture(event.pointerId) && follow(event);
  stage.onpointerup = rest;
  stage.onpointercancel = rest;
  const ways = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  figure.onkeydown = (event) => {
    const way = ways[event.key];
    if (!way) return;
    const far = event.shiftKey ? side : 1;
    move(top + way[0] * far * stride[0], left + way[1] * far * stride[1]);
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(walk.patchTimer);
    walk.patchTimer = setTimeout(rest, 250);
  };
}

// The window on the picture, and its output on the filtered picture. What lies in the padding is cut off.
function showPictures(host, walk, index) {
  const { picture, input } = walk.data;
  if (!picture) return;
  const slot = part(host, "pictures");
  const step = walk.data.steps[index];
  const [number, row, column] = step.at;
  const figure = part(slot, "filtered");
  if (walk.filteredNow !== number) {
    walk.filteredNow = number;
    const now = picture.filtered[number];
    drawPicture(figure, now);
    write(figure.querySelector(".low"), now.low);
    write(figure.querySelector(".high"), now.high);
    figure.querySelector(".legend img").src = now.legend;
    const [height, width] = walk.data.output.size;
    const at = [Math.floor(picture.top / picture.stride[0]), Math.floor(picture.left / picture.stride[1])];
    Object.assign(figure.querySelector(".patch").style, boxStyle(now, [...at, height, width]));
  }
  const [first, last] = [0, -1].map((end) => [step.rows.at(end) - input.origin[0], step.columns.at(end) - input.origin[1]]);
  const window = [picture.top + first[0], picture.left + first[1], last[0] - first[0] + 1, last[1] - first[1] + 1];
  Object.assign(part(slot, "source").querySelector(".window").style, boxStyle(picture, window));
  const place = [Math.floor(picture.top / picture.stride[0]) + row, Math.floor(picture.left / picture.stride[1]) + column, 1, 1];
  Object.assign(figure.querySelector(".window").style, boxStyle(picture.filtered[number], place));
}

views.push({ build: buildPictures, show: showPictures, unmount: (host, walk) => clearTimeout(walk.patchTimer) });
