// Time: stepping, playing, the timeline with a tick where each filter starts, the keys, and what is heard.

const SPEEDS = [0.5, 1, 2, 4];
const STEP_MS = 900;

function go(host, walk, index) {
  walk.pinned = null;
  flag(host, "pinned", false);
  const before = walk.shown;
  walk.step = Math.max(0, Math.min(walk.data.steps.length - 1, index));
  walk.seen = Math.max(walk.seen, walk.step);
  show(host, walk, walk.step);
  seat(walk);
  if (before !== walk.step || walk.timer) slide(host, walk, walk.timer ? (0.7 * STEP_MS) / walk.speed : Infinity);
  if (walk.timer) return;
  speak(host, walk);
  remember(walk);
}

// Goes to a step at the visitor's wish: what was playing stops.
function jump(host, walk, index) {
  stop(host, walk);
  go(host, walk, index);
}

const speak = (host, walk) => write(part(host, "spoken"), stepSentence(host, walk));

// The step and the pinned cell are part of the page's address, so that a copied link opens on them.
function remember(walk) {
  setInAddress(walk, "step", walk.step > 0 ? String(walk.step + 1) : null);
  setInAddress(walk, "pin", writePin(walk.pinned));
}

function play(host, walk) {
  walk.pinned = null;
  flag(host, "pinned", false);
  host.classList.add("playing");
  part(host, "play").setAttribute("aria-label", "Pause");
  if (walk.step === walk.data.steps.length - 1) walk.step = walk.seen = -1;
  const tick = () => {
    walk.timer = setTimeout(tick, STEP_MS / walk.speed);
    go(host, walk, walk.step + 1);
    const atEnd = walk.step === walk.data.steps.length - 1;
    if (atEnd && walk.data.loop) walk.step = walk.seen = -1;
    else if (atEnd) stop(host, walk);
  };
  walk.timer = setTimeout(tick, walk.step < 0 ? 0 : 200);
}

function stop(host, walk) {
  clearTimeout(walk.timer);
  const wasPlaying = walk.timer !== null;
  walk.timer = null;
  walk.step = Math.max(0, walk.step);
  host.classList.remove("playing");
  part(host, "play").setAttribute("aria-label", "Play");
  if (wasPlaying && walk.data && !walk.gone) {
    speak(host, walk);
    remember(walk);
  }
}

// ---------------------------------------------------------------- the timeline

function buildTimeline(host, walk) {
  const { steps } = walk.data;
  const scrub = part(host, "scrub");
  scrub.max = steps.length;
  const box = part(host, "ticks");
  flag(part(host, "timeline"), "ticked", walk.ticks.length > 1);
  if (walk.ticks.length < 2) return box.replaceChildren();
  const grid = walk.data[walkingGrid(walk)];
  box.replaceChildren(
    ...walk.ticks.map(({ plane, index }) => {
      const tick = element("button", "tick");
      const { name } = grid.planes[plane];
      tick.type = "button";
      tick.append(element("span", "", tickLabel(name, plane)));
      tick.setAttribute("aria-label", `Go to ${name || `filter ${plane + 1}`}`);
      tick.title = name;
      tick.style.setProperty("--at", steps.length > 1 ? index / (steps.length - 1) : 0);
      tick.style.setProperty("--share", 1 / walk.ticks.length);
      tick.onclick = () => jump(host, walk, index);
      return tick;
    }),
  );
}

// R stays R; filter 2 becomes f2, channel 2 c2.
export const tickLabel = (name, plane) => (name.length > 0 && name.length < 4 ? name : `${name.startsWith("channel") ? "c" : "f"}${plane + 1}`);

function showTime(host, walk, index) {
  const { steps } = walk.data;
  write(part(host, "count"), `step ${index + 1} of ${steps.length}`);
  const scrub = part(host, "scrub");
  scrub.value = index + 1;
  scrub.style.setProperty("--done", steps.length > 1 ? index / (steps.length - 1) : 1);
  if (walk.tickLit !== walk.turn) {
    walk.tickLit = walk.turn;
    [...part(host, "ticks").children].forEach((tick, number) => flag(tick, "lit", walk.ticks[number]?.plane === walk.turn));
  }
}

// ---------------------------------------------------------------- controls

function assignControls(host, walk) {
  const to = (index) => () => jump(host, walk, index());
  part(host, "first").onclick = to(() => 0);
  part(host, "back").onclick = to(() => walk.step - 1);
  part(host, "next").onclick = to(() => walk.step + 1);
  part(host, "last").onclick = to(() => walk.data.steps.length - 1);
  part(host, "play").onclick = () => (walk.timer ? stop(host, walk) : play(host, walk));
  part(host, "scrub").oninput = (event) => jump(host, walk, Number(event.target.value) - 1);
  const speed = part(host, "speed");
  speed.textContent = `${walk.speed}×`;
  speed.onclick = () => {
    walk.speed = SPEEDS[(SPEEDS.indexOf(walk.speed) + 1) % SPEEDS.length];
    speed.textContent = `${walk.speed}×`;
  };
  host.onkeydown = (event) => onKey(event, host, walk);
  walk.tickLit = null;
  buildTimeline(host, walk);
  assignPointing(host, walk);
  assignEditing(host, walk);
}

function onKey(event, host, walk) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input:not(.scrub), textarea, select") || event.defaultPrevented) return;
  const index = stepForKey(event.key, walk.step, walkColumns(walk), walk.data.steps.length);
  const isButton = event.target.matches?.("button, a, summary");
  if (event.key === " ") {
    if (isButton) return;
    (walk.timer ? stop : play)(host, walk);
  } else if (event.key === "Escape") {
    if (!walk.pinned) return;
    walk.pinned = null;
    flag(host, "pinned", false);
    relate(host, walk, null);
    remember(walk);
  } else if (onGridKey(event, host, walk)) {
    // moved, or chose, inside a grid
  } else if (index !== null) jump(host, walk, index);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// The arrow keys work at once, without a ring around something that nobody has chosen yet.
function takeKeyboard(host) {
  host.classList.add("quiet");
  host.focus({ preventScroll: true });
  host.onblur = () => host.classList.remove("quiet");
}
