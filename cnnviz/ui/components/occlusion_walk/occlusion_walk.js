// The walk: which square is shown. sentence.js, curve.js, tint.js and time.js stand in front of this file.
// Called again whenever squares arrive or the theme changes, on the same elements: all state lives on the host.

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".occlusion_walk");
  const walk = (host.walk ??= { measure: 0, speed: 1, timer: null, count: 0 });
  if (data.walk !== walk.id || data.squares.length < walk.count) {
    clearTimeout(walk.timer);
    Object.assign(walk, { id: data.walk, count: 0, step: 0, seen: -1, timer: null, touched: false, fresh: true, tint: null });
  }
  arrive(walk, data);
  host.dataset.theme = isDark(host) ? "dark" : "light";
  part(host, "play").setAttribute("aria-label", walk.timer ? "Pause" : "Play");
  host.classList.toggle("playing", walk.timer !== null);
  drawPicture(host, data);
  assignControls(host, walk);
  assignPointing(host, walk);
  show(host, walk);
  return () => clearTimeout(walk.timer);
}

// Takes in what came: whoever has touched nothing, or is at the last square, sees the last one while they come; who has
// touched nothing then sees the most missed one.
function arrive(walk, data) {
  const count = data.squares.length;
  const follows = data.running && (!walk.touched || walk.step === walk.count - 1) && walk.timer === null;
  if (walk.seen >= walk.count - 1 && walk.timer === null) walk.seen = count - 1;
  Object.assign(walk, { data, count, tint: null });
  if (follows) walk.step = count - 1;
  else if (!walk.touched) walk.step = data.measures[walk.measure].worst;
  walk.step = Math.max(0, Math.min(count - 1, walk.step));
}

const part = (host, name) => host.querySelector(`.${name}`);

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function isDark(host) {
  const [r, g, b] = (getComputedStyle(host).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map(
    (pair) => parseInt(pair, 16),
  );
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}

function drawPicture(host, { picture, coarse, grey, size, tints }) {
  const image = host.querySelector("img");
  if (image.getAttribute("src") !== picture) image.src = picture;
  image.classList.toggle("coarse", coarse);
  const [height, width] = size;
  part(host, "stage").style.aspectRatio = `${width} / ${height}`;
  host.style.setProperty("--grey", grey);
  host.style.setProperty("--adds", tints[0]);
  host.style.setProperty("--takes", tints[1]);
}

function show(host, walk) {
  const { data, step, count } = walk;
  const measure = data.measures[walk.measure];
  const patch = part(host, "patch");
  patch.hidden = count === 0;
  if (count) {
    const [top, bottom, left, right] = data.squares[step];
    const [height, width] = data.size;
    const share = (length, side) => `${(100 * length) / side}%`;
    Object.assign(patch.style, {
      top: share(top, height),
      height: share(bottom + 1 - top, height),
      left: share(left, width),
      width: share(right + 1 - left, width),
    });
  }
  const text = sentence(data, measure, step);
  part(host, "sentence").textContent = text;
  host.querySelector("img").alt = text;
  drawTint(host, walk, measure);
  drawCurve(host, walk, measure);
  showTime(host, walk);
}
