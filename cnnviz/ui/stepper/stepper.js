// Draws what Python worked out (see script.py): it colours, frames, moves and repeats text, and computes no value itself.
// Streamlit calls the default export again on every change of data or theme, on the same elements: so what is shown is
// rebuilt each time, handlers are assigned, and the state of the walk lives on the host element.

const SPEEDS = [0.5, 1, 2, 4];
const STEP_MS = 900;
const KEYS = {
  ArrowRight: (walk) => walk.step + 1,
  PageDown: (walk) => walk.step + 1,
  ArrowLeft: (walk) => walk.step - 1,
  PageUp: (walk) => walk.step - 1,
  ArrowDown: (walk) => walk.step + outputColumns(walk),
  ArrowUp: (walk) => walk.step - outputColumns(walk),
  Home: () => 0,
  End: (walk) => walk.data.steps.length - 1,
};

export default function ({ data, parentElement, setStateValue }) {
  const host = parentElement.querySelector(".stepper");
  const first = !host.walk;
  const walk = (host.walk ??= { speed: 1, timer: null, editing: false, step: 0, seen: 0 });
  const fingerprint = JSON.stringify([data.steps, data.input, data.kernel, data.output]);
  const changed = walk.fingerprint !== fingerprint;
  if (changed) {
    stop(host, walk);
    walk.step = walk.seen = first ? Math.min(data.start ?? 0, data.steps.length - 1) : 0;
    walk.pinned = null;
  }
  Object.assign(walk, { data, fingerprint, setStateValue });
  if (!first) remember(walk);
  if (changed && !first && !walk.editing) host.scrollIntoView({ block: "nearest", behavior: "smooth" });
  host.dataset.theme = isDark(host) ? "dark" : "light";
  host.classList.toggle("plain", Boolean(data.plain));
  build(host, walk);
  assignControls(host, walk);
  fit(host, walk);
  show(host, walk, walk.step);
  host.observer ??= new ResizeObserver(() => fit(host, host.walk));
  host.observer.observe(host);
  if (first && data.focus && document.activeElement === document.body) takeKeyboard(host);
  if (first && data.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) play(host, walk);
  return () => {
    clearTimeout(walk.timer); // no more: the address belongs to the next page already
    host.observer.disconnect();
    host.observer = null;
  };
}

// The arrow keys work at once, without a ring around something that nobody has chosen yet.
function takeKeyboard(host) {
  host.classList.add("quiet");
  host.focus({ preventScroll: true });
  host.onblur = () => host.classList.remove("quiet");
}

// ---------------------------------------------------------------- what a cell takes part in

// Every (step, tap row, tap column) in which the input cell (row, column) is used.
export function usesOfInput(steps, row, column) {
  return steps.flatMap((step, index) => {
    const a = step.rows.indexOf(row);
    const b = step.columns.indexOf(column);
    return a < 0 || b < 0 ? [] : [{ index, a, b }];
  });
}

function relateInput(host, walk, [row, column]) {
  const { data } = walk;
  const uses = usesOfInput(data.steps, row, column);
  show(host, walk, walk.step);
  const outputs = part(host, "output").querySelector(".grid").cells.flat();
  const cell = part(host, "input").querySelector(".grid").cells[row][column];
  mark(cell, "--input");
  for (const { index, a, b } of uses) {
    mark(outputs[index], "--input");
    outputs[index].append(element("span", "weight", `×${minus(data.kernel.cells[a][b])}`));
  }
  const where = data.padding ? `in row ${row + 1}, column ${column + 1} of the padded input` : `in row ${row + 1}, column ${column + 1}`;
  const times = `${uses.length} output${uses.length === 1 ? "" : "s"}`;
  part(host, "relation").textContent = uses.length
    ? `The ${minus(data.input.cells[row][column])} ${where} feeds ${times}, each through the weight written there.`
    : `The ${minus(data.input.cells[row][column])} ${where} is not reached by any window: it changes no output.`;
}

function relateKernel(host, walk, [a, b]) {
  const { data } = walk;
  show(host, walk, walk.step);
  mark(part(host, "kernel").querySelector(".grid").cells[a][b], "--kernel");
  const cells = part(host, "input").querySelector(".grid").cells;
  for (const step of data.steps) mark(cells[step.rows[a]][step.columns[b]], "--kernel");
  part(host, "relation").textContent =
    `The weight ${minus(data.kernel.cells[a][b])} is used in all ${data.steps.length} windows, on the framed inputs: one weight, shared.`;
}

function mark(cell, role) {
  cell.classList.add("marked");
  cell.style.setProperty("--mark", `var(${role})`);
}

function relate(host, walk, pinned) {
  if (!pinned) show(host, walk, walk.step);
  else if (pinned.name === "output") show(host, walk, pinned.cell[0] * outputColumns(walk) + pinned.cell[1]);
  else (pinned.name === "input" ? relateInput : relateKernel)(host, walk, pinned.cell);
}

// ---------------------------------------------------------------- walking

function go(host, walk, index) {
  walk.pinned = null;
  walk.step = Math.max(0, Math.min(walk.data.steps.length - 1, index));
  walk.seen = Math.max(walk.seen, walk.step);
  show(host, walk, walk.step);
  if (walk.timer) return;
  speak(host, walk);
  remember(walk);
}

function speak(host, walk) {
  const step = walk.data.steps[walk.step];
  const place = `output row ${step.at[0] + 1}, column ${step.at[1] + 1}`;
  part(host, "spoken").textContent = `Step ${walk.step + 1} of ${walk.data.steps.length}, ${place}: ${part(host, "terms").textContent}. ${part(host, "result").textContent}`;
}

// The step is part of the page's address, so that a copied link opens on it.
function remember(walk) {
  if (!walk.data.linked) return;
  const address = new URL(window.location.href);
  if (walk.step) address.searchParams.set("step", walk.step + 1);
  else address.searchParams.delete("step");
  window.history.replaceState(window.history.state, "", address);
}

function play(host, walk) {
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
  if (wasPlaying && walk.data) speak(host, walk);
  if (wasPlaying && walk.data) remember(walk);
}

function assignControls(host, walk) {
  const jump = (index) => {
    stop(host, walk);
    go(host, walk, index());
  };
  part(host, "first").onclick = () => jump(() => 0);
  part(host, "back").onclick = () => jump(() => walk.step - 1);
  part(host, "next").onclick = () => jump(() => walk.step + 1);
  part(host, "last").onclick = () => jump(() => walk.data.steps.length - 1);
  part(host, "play").onclick = () => (walk.timer ? stop(host, walk) : play(host, walk));
  part(host, "scrub").oninput = (event) => jump(() => Number(event.target.value) - 1);
  const speed = part(host, "speed");
  speed.textContent = `${walk.speed}×`;
  speed.onclick = () => {
    walk.speed = SPEEDS[(SPEEDS.indexOf(walk.speed) + 1) % SPEEDS.length];
    speed.textContent = `${walk.speed}×`;
  };
  host.onkeydown = (event) => onKey(event, host, walk, jump);
  part(host, "grids").onpointerover = (event) => onPoint(event, host, walk);
  part(host, "grids").onpointerleave = () => relate(host, walk, walk.pinned);
  part(host, "grids").onclick = (event) => onCell(event, host, walk);
  const edit = part(host, "edit");
  edit.hidden = !walk.data.editable;
  edit.textContent = walk.editing ? "Done" : "Edit numbers";
  edit.setAttribute("aria-pressed", walk.editing);
  edit.onclick = () => {
    stop(host, walk);
    walk.editing = !walk.editing;
    walk.editDivisor = walk.data.kernel.divisor;
    build(host, walk);
    assignControls(host, walk);
    show(host, walk, walk.step);
  };
}

function onKey(event, host, walk, jump) {
  const inField = event.target.matches?.("input:not(.scrub)");
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " ") {
    if (event.target.matches?.("button")) return;
    (walk.timer ? stop : play)(host, walk);
  } else if (event.key === "Escape") {
    walk.pinned = null;
    relate(host, walk, null);
  } else if (KEYS[event.key]) {
    jump(() => KEYS[event.key](walk));
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function cellUnder(event) {
  const cell = event.target.closest?.(".cell");
  return cell && { name: cell.closest(".panel").classList[1], cell: cell.position };
}

function onPoint(event, host, walk) {
  if (walk.timer || walk.editing || event.pointerType === "touch") return;
  const under = cellUnder(event);
  if (under) relate(host, walk, under);
}

function onCell(event, host, walk) {
  const under = cellUnder(event);
  if (!under || walk.editing) return;
  stop(host, walk);
  if (under.name === "output") return go(host, walk, under.cell[0] * outputColumns(walk) + under.cell[1]);
  const same = walk.pinned && JSON.stringify(walk.pinned) === JSON.stringify(under);
  walk.pinned = same ? null : under;
  relate(host, walk, walk.pinned);
}

// ---------------------------------------------------------------- editing the numbers

function numberField(host, walk, name, text, row, column) {
  const field = element("input", "field");
  const id = `${name}-${row}-${column}`;
  field.value = text;
  field.inputMode = "text";
  field.setAttribute("aria-label", `${name} row ${row + 1}, column ${column + 1}`);
  field.onfocus = () => {
    walk.focused = id;
    field.select();
  };
  field.onchange = () => send(host, walk, name);
  field.onkeydown = (event) => {
    if (event.key === "Escape") part(host, "edit").click();
  };
  if (walk.focused === id) requestAnimationFrame(() => field.isConnected && field.focus());
  return field;
}

function send(host, walk, name) {
  const { padding } = walk.data;
  const cells = part(host, name).querySelector(".grid").cells;
  const inner = name === "input" && padding ? cells.slice(padding, -padding).map((line) => line.slice(padding, -padding)) : cells;
  const rows = inner.map((line) => line.map((cell) => cell.querySelector("input").value.trim() || "0").join(" "));
  const divisor = name === "kernel" ? walk.editDivisor : 1;
  const sent = Date.now(); // the same numbers typed again are news again
  walk.setStateValue("numbers", { grid: name, rows: rows.join("; "), divisor, sent });
}
