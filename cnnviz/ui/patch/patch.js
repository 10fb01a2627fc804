// Two pictures with a frame each: dragging, tapping or arrow keys move the frame of the left one; Python is told once,
// when the frame comes to rest, and answers with the patch and the frame of the right one.

export default function ({ data, parentElement, setStateValue }) {
  const host = parentElement.querySelector(".pair");
  const picture = host.querySelector(".picture");
  const filtered = host.querySelector(".filtered");
  draw(picture, data.picture);
  draw(filtered, data.filtered);
  const legend = host.querySelector(".legend");
  legend.querySelector(".low").textContent = data.filtered.low;
  legend.querySelector(".high").textContent = data.filtered.high;
  legend.querySelector("img").src = data.filtered.legend;

  const { rows, columns, frame } = data.picture;
  let [top, left] = frame;
  const { snap } = data.picture;
  const clamp = (value, most) => snap * Math.floor(Math.max(0, Math.min(most, Math.round(value))) / snap);
  const move = (row, column) => {
    top = clamp(row, rows - frame[2]);
    left = clamp(column, columns - frame[3]);
    place(picture, data.picture, [top, left, frame[2], frame[3]]);
  };
  const rest = () => (top !== frame[0] || left !== frame[1]) && setStateValue("place", [top, left]);
  const follow = (event) => {
    const box = picture.querySelector("img").getBoundingClientRect();
    move(
      ((event.clientY - box.top) / box.height) * rows - frame[2] / 2,
      ((event.clientX - box.left) / box.width) * columns - frame[3] / 2,
    );
  };
  const stage = picture.querySelector(".stage");
  stage.onpointerdown = (event) => {
    stage.setPointerCapture(event.pointerId);
    follow(event);
  };
  stage.onpointermove = (event) => stage.hasPointerCapture(event.pointerId) && follow(event);
  stage.onpointerup = rest;
  stage.onpointercancel = rest;
  const far = (event) => (event.shiftKey ? frame[2] : 1) * snap;
  const KEYS = {
    ArrowUp: (event) => move(top - far(event), left),
    ArrowDown: (event) => move(top + far(event), left),
    ArrowLeft: (event) => move(top, left - far(event)),
    ArrowRight: (event) => move(top, left + far(event)),
  };
  picture.onkeydown = (event) => {
    if (!KEYS[event.key]) return;
    KEYS[event.key](event);
    event.preventDefault();
    clearTimeout(host.timer);
    host.timer = setTimeout(rest, 250);
  };
  return () => clearTimeout(host.timer);
}

function draw(figure, { source, caption, alt, ...view }) {
  figure.querySelector("figcaption").textContent = caption;
  const image = figure.querySelector(".stage img");
  if (image.getAttribute("src") !== source) image.src = source;
  image.alt = alt;
  figure.style.setProperty("--aspect", view.columns / view.rows);
  place(figure, view, view.frame);
  if (!figure.classList.contains("picture")) return;
  figure.setAttribute("aria-valuenow", view.frame[0] * view.columns + view.frame[1]);
  figure.setAttribute("aria-valuemax", view.rows * view.columns - 1);
  figure.setAttribute("aria-valuetext", `row ${view.frame[0]}, column ${view.frame[1]}`);
}

function place(figure, { rows, columns }, [top, left, height, width]) {
  const style = figure.querySelector(".frame").style;
  style.top = `${(100 * top) / rows}%`;
  style.left = `${(100 * left) / columns}%`;
  style.height = `${(100 * height) / rows}%`;
  style.width = `${(100 * width) / columns}%`;
}
