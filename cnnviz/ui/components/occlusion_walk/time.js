// Time: stepping, playing, the keys, and the places that are pointed at.
const SPEEDS = [0.5, 1, 2, 4];
const WALK_MS = 20000; // what a whole walk takes, within what an eye can follow
const STEP_MS = [60, 500];

function go(host, walk, step) {
  if (!walk.count) return;
  walk.step = Math.max(0, Math.min(walk.count - 1, step));
  walk.seen = Math.max(walk.seen, walk.step);
  show(host, walk);
}

// Goes to a square at the visitor's wish: what was playing stops.
function jump(host, walk, step) {
  stop(host, walk);
  walk.touched = true;
  walk.fresh = false;
  go(host, walk, step);
  speak(host, walk);
}

const speak = (host, walk) => (part(host, "spoken").textContent = part(host, "sentence").textContent);

// From the first square on the first time and at the end, otherwise on from where one is.
function play(host, walk) {
  if (!walk.count) return;
  if (walk.fresh || walk.step === walk.count - 1) walk.step = walk.seen = -1;
  walk.touched = true;
  walk.fresh = false;
  const tick = () => {
    const [least, most] = STEP_MS;
    walk.timer = setTimeout(tick, Math.min(most, Math.max(least, WALK_MS / walk.data.total)) / walk.speed);
    if (walk.step < walk.count - 1) go(host, walk, walk.step + 1);
    else if (!walk.data.running) stop(host, walk);
  };
  tick();
  host.classList.add("playing");
  part(host, "play").setAttribute("aria-label", "Pause");
}

function stop(host, walk) {
  if (walk.timer === null) return;
  clearTimeout(walk.timer);
  walk.timer = null;
  host.classList.remove("playing");
  part(host, "play").setAttribute("aria-label", "Play");
  speak(host, walk);
}

function showTime(host, walk) {
  const { count, step, data } = walk;
  part(host, "count").textContent = count ? `square ${step + 1} of ${data.total}` : "";
  const scrub = part(host, "scrub");
  scrub.max = Math.max(1, data.total);
  scrub.value = step + 1;
  scrub.setAttribute("aria-valuetext", part(host, "count").textContent);
  scrub.style.setProperty("--done", data.total > 1 ? step / (data.total - 1) : 1);
}

function assignControls(host, walk) {
  const to = (step) => () => jump(host, walk, step());
  part(host, "first").onclick = to(() => 0);
  part(host, "back").onclick = to(() => walk.step - 1);
  part(host, "next").onclick = to(() => walk.step + 1);
  part(host, "last").onclick = to(() => walk.count - 1);
  part(host, "most").onclick = to(() => walk.data.measures[walk.measure].worst);
  part(host, "play").onclick = () => (walk.timer ? stop : play)(host, walk);
  part(host, "scrub").oninput = (event) => jump(host, walk, Number(event.target.value) - 1);
  const speed = part(host, "speed");
  speed.textContent = `${walk.speed}×`;
  speed.onclick = () => {
    walk.speed = SPEEDS[(SPEEDS.indexOf(walk.speed) + 1) % SPEEDS.length];
    speed.textContent = `${walk.speed}×`;
  };
  part(host, "measures").replaceChildren(...walk.data.measures.map(({ title }, number) => choice(host, walk, title, number)));
  host.onkeydown = (event) => onKey(event, host, walk);
}

function choice(host, walk, title, number) {
  const made = element("button", "", title);
  made.type = "button";
  made.setAttribute("aria-pressed", walk.measure === number);
  made.onclick = () => {
    walk.measure = number;
    if (!walk.data.running) walk.touched = true; // stays on its square
    [...made.parentElement.children].forEach((other) => other.setAttribute("aria-pressed", other === made));
    show(host, walk);
  };
  return made;
}

function onKey(event, host, walk) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === " ") {
    if (event.target.matches("button")) return;
    (walk.timer ? stop : play)(host, walk);
  } else {
    const row = walk.data.squares.filter(([top]) => top === walk.data.squares[0][0]).length || 1;
    const moves = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1, ArrowDown: row, ArrowUp: -row };
    const to = { Home: 0, End: walk.count - 1 }[event.key] ?? walk.step + (moves[event.key] ?? NaN);
    if (Number.isNaN(to)) return;
    jump(host, walk, to);
  }
  event.preventDefault();
  event.stopPropagation();
}

// A mouse that moves over the curve or the picture leads, unless it plays; a tap or click always does.
function assignPointing(host, walk) {
  lead(host, walk, part(host, "plot"), (x) => Math.round(x * (walk.data.total - 1)));
  lead(host, walk, part(host, "stage"), (x, y) => nearest(walk.data, x, y));
}

function lead(host, walk, place, stepAt) {
  const point = (event) => {
    const box = place.getBoundingClientRect();
    return stepAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  place.onclick = (event) => jump(host, walk, point(event));
  place.onpointermove = (event) => {
    const here = `${event.clientX} ${event.clientY}`;
    const moved = here !== walk.pointer; // a browser also tells a mouse at rest when what is under it is drawn anew
    walk.pointer = here;
    if (walk.timer || !moved || (event.pointerType !== "mouse" && place.matches(".stage"))) return;
    walk.touched = true;
    walk.fresh = false;
    go(host, walk, point(event));
  };
}

function nearest({ squares, size }, x, y) {
  const far = ([top, bottom, left, right]) =>
    Math.hypot((top + bottom + 1) / 2 - y * size[0], (left + right + 1) / 2 - x * size[1]);
  return squares.reduce((best, square, at) => (far(square) < far(squares[best]) ? at : best), 0);
}
