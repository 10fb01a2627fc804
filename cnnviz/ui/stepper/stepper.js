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
  if (walk.fingerprint !== fingerprint) {
    stop(host, walk);
    walk.step = walk.seen = first ? Math.min(data.start ?? 0, data.steps.length - 1) : 0;
    walk.pinned = null;
  }
  Object.assign(walk, { data, fingerprint, setStateValue });
  if (!first) remember(walk);
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
    stop(host, walk);
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

const outputColumns = (walk) => walk.data.output.cells[0].length;
const part = (host, name) => host.querySelector(`.${name}`);
const flag = (element, name, on) => element.classList.toggle(name, on);

function isDark(host) {
  const [r, g, b] = (getComputedStyle(host).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map(
    (pair) => parseInt(pair, 16),
  );
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// ---------------------------------------------------------------- building the grids

function build(host, walk) {
  const { data } = walk;
  const size = (cells) => `${cells.length} × ${cells[0].length}`;
  const border = data.padding ? ` + padding ${data.padding}` : "";
  const real = data.input.shade;
  caption(part(host, "input"), "input", `${size(real)}${border}`);
  caption(part(host, "kernel"), "kernel", size(data.kernel.cells));
  caption(part(host, "output"), "output", size(data.output.cells) + (data.output.rounded ? " (rounded)" : ""));
  part(host, "note").textContent = data.kernel.divisor > 1 ? `each divided by ${data.kernel.divisor}` : "";
  part(host, "arrow").firstElementChild.textContent = data.relu ? "relu(Σ + b)" : "Σ + b";

  fill(host, walk, "input", data.input.cells, (row, column) => real[row - data.padding]?.[column - data.padding]);
  fill(host, walk, "kernel", data.kernel.cells, (row, column) => data.kernel.shade[row][column]);
  fill(host, walk, "output", data.output.cells, (row, column) => data.output.shade[row][column]);
}

function caption(panel, name, size) {
  const figcaption = panel.querySelector("figcaption");
  figcaption.replaceChildren(element("b", "", name), ` ${size}`);
}

function fill(host, walk, name, texts, shadeAt) {
  const grid = part(part(host, name), "grid");
  const [rowsLeft, columnsLeft] = walk.data.uncovered;
  const isInput = name === "input";
  grid.style.gridTemplateColumns = `repeat(${texts[0].length}, max-content)`;
  const cells = texts.map((line, row) =>
    line.map((text, column) => {
      const cell = element("div", "cell");
      const shade = shadeAt(row, column);
      cell.position = [row, column];
      cell.style.setProperty("--tint", Math.abs(shade ?? 0));
      flag(cell, "negative", (shade ?? 0) < 0);
      if (isInput) {
        paintInput(cell, shade, walk.data.input.grey);
        flag(cell, "uncovered", row >= texts.length - rowsLeft || column >= line.length - columnsLeft);
        if (cell.classList.contains("uncovered")) cell.title = "not reached: no window fits here any more";
      }
      const editable = walk.editing && (name === "kernel" || (isInput && shade !== undefined));
      if (editable) cell.append(numberField(host, walk, name, text, row, column));
      else cell.append(element("span", "number", minus(text)));
      return cell;
    }),
  );
  const longest = Math.max(...texts.flat().map((text) => text.length));
  grid.style.setProperty("--type", Math.min(0.38, 1.5 / Math.max(longest, 3)));
  grid.replaceChildren(...cells.flat());
  if (name !== "kernel") grid.append(element("div", "frame"));
  grid.cells = cells;
  grid.setAttribute("aria-label", `${name}: ${texts.map((line) => line.join(" ")).join("; ")}`);
}

function paintInput(cell, shade, grey) {
  if (shade === undefined) {
    cell.classList.add("padding");
  } else if (grey) {
    const level = Math.round(shade * 255);
    cell.classList.add("grey");
    cell.style.setProperty("--level", level);
    cell.style.setProperty("--ink", level > 120 ? "#10151a" : "#f4f7fa");
  }
}

function fit(host, walk) {
  const width = host.clientWidth;
  if (!width) return;
  const { input, kernel, output } = walk.data;
  const columns = [input, kernel, output].map((grid) => grid.cells[0].length);
  const wide = (width - 64 - 3 * 44 - 8) / (columns[0] + columns[1] + columns[2]);
  const stacked = Math.min(width / columns[0], (width - 24) / (columns[1] + columns[2]));
  const rows = Math.max(input.cells.length, 5);
  const cell = wide >= 30 && width > 620 ? Math.min(wide, 330 / rows) : Math.min(stacked, 52, 420 / rows);
  host.style.setProperty("--cell", `${Math.floor(Math.max(16, cell)) - 3}px`);
  place(host, walk, walk.shown ?? walk.step);
}

// ---------------------------------------------------------------- showing one step

function show(host, walk, index) {
  const { data } = walk;
  const step = data.steps[index];
  walk.shown = index;
  const grids = { input: part(host, "input"), kernel: part(host, "kernel"), output: part(host, "output") };
  for (const name in grids) clearMarks(grids[name].querySelector(".grid").cells);

  const inputCells = grids.input.querySelector(".grid").cells;
  step.rows.forEach((row, a) =>
    step.columns.forEach((column, b) => {
      const cell = inputCells[row][column];
      cell.classList.add("covered");
      if (!walk.editing) cell.append(element("span", "weight", `×${minus(data.kernel.cells[a][b])}`));
    }),
  );
  grids.output.querySelector(".grid").cells.flat().forEach((cell, number) => flag(cell, "reached", number <= walk.seen || number === index));
  place(host, walk, index);
  writeArithmetic(host, data, step);
  part(host, "relation").textContent = hint(walk);
  part(host, "count").textContent = `step ${index + 1} of ${data.steps.length}`;
  const scrub = part(host, "scrub");
  scrub.max = data.steps.length;
  scrub.value = index + 1;
}

function clearMarks(cells) {
  for (const cell of cells.flat()) {
    cell.classList.remove("covered", "marked");
    cell.querySelectorAll(".weight").forEach((label) => label.remove());
  }
}

function place(host, walk, index) {
  const step = walk.data.steps[index];
  frame(part(host, "input"), step.rows[0], step.columns[0], step.rows.at(-1), step.columns.at(-1));
  frame(part(host, "output"), ...step.at, ...step.at);
}

function frame(panel, top, left, bottom, right) {
  const grid = panel.querySelector(".grid");
  const from = grid.cells[top][left];
  const to = grid.cells[bottom][right];
  const style = grid.querySelector(".frame").style;
  style.transform = `translate(${from.offsetLeft - 3}px, ${from.offsetTop - 3}px)`;
  style.width = `${to.offsetLeft + to.offsetWidth - from.offsetLeft + 6}px`;
  style.height = `${to.offsetTop + to.offsetHeight - from.offsetTop + 6}px`;
}

function hint(walk) {
  const [rows, columns] = walk.data.uncovered;
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  if (rows || columns) {
    const parts = [rows && count(rows, "row"), columns && count(columns, "column")].filter(Boolean);
    return `The striped ${parts.join(" and ")} at the end ${rows + columns === 1 ? "is" : "are"} never reached: no further window fits.`;
  }
  return "Point at any cell to see what it takes part in; a click keeps it.";
}

const minus = (text) => text.replace("-", "−");
const bracketed = (text) => (text.startsWith("-") ? `(${minus(text)})` : text);

function writeArithmetic(host, data, step) {
  const terms = [];
  step.values.forEach((line, a) =>
    line.forEach((value, b) => {
      const term = element("span", "term");
      term.append(
        terms.length ? " + " : "",
        element("span", "x", bracketed(value)),
        "·",
        element("span", "w", bracketed(data.kernel.cells[a][b])),
      );
      terms.push(term, document.createElement("wbr"));
    }),
  );
  const divided = data.kernel.divisor > 1;
  const sum = divided ? ["(", ...terms, `) / ${data.kernel.divisor} = ${minus(step.total)}/${data.kernel.divisor}`] : terms;
  const total = element("span", "term", step.weighted_rounded ? " ≈ " : " = ");
  total.append(element("span", "y", minus(step.weighted)));
  part(host, "terms").replaceChildren(...sum, total);

  const rows = step.products.map((line) => line.map(bracketed).join(" + ")).join("  |  ");
  part(host, "rows").textContent = `row by row: ${rows}  →  ${step.row_sums.map(bracketed).join(" + ")} = ${minus(step.total)}`;

  const about = step.result_rounded ? "≈" : "=";
  const name = data.relu ? "y = relu(w·x + b) = " : "y = w·x + b = ";
  const put = `${bracketed(step.weighted)} + ${bracketed(data.bias)}`;
  const line = data.relu ? `relu(${put}) = relu(${minus(step.plus_bias)}) ${about} ` : `${put} ${about} `;
  part(host, "result").replaceChildren(name, line, element("span", "y", minus(step.result)));
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
  walk.setStateValue("numbers", { grid: name, rows: rows.join("; "), divisor: name === "kernel" ? walk.data.kernel.divisor : 1 });
}
