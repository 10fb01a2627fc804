// Showing one step: only the cells that it touches change, and a list of them is kept for the next step to clear.

function show(host, walk, index) {
  const step = walk.data.steps[index];
  walk.shown = index;
  clearMarks(walk);
  host.classList.remove("relating");
  if (walk.turn !== step.at[0]) turn(host, walk, step);
  reach(walk);
  if (isStamp(walk)) showStamp(walk, step, index);
  else showWindow(walk, step, index);
  placeFrames(walk, index);
  writeArithmetic(host, walk, step);
  showJoint(host, walk, step);
  write(part(host, "relation"), hint(walk));
  showTime(host, walk, index);
  if (walk.ready) for (const view of views) view.show(host, walk, index);
}

const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

function mark(walk, cell, names, weight = "") {
  cell.className += ` ${names}`;
  if (weight) cell.dataset.weight = cell.dataset.weight ? `${cell.dataset.weight} ${weight}` : weight;
  walk.marks.push(cell);
}

function clearMarks(walk) {
  for (const cell of walk.marks) {
    cell.className = cell.base;
    delete cell.dataset.weight;
  }
  walk.marks.length = 0;
}

function showWindow(walk, step, index) {
  const { kernel, kind } = walk.data;
  step.channels.forEach((channel, number) => {
    const { cells } = walk.planes.input[channel];
    const taps = kernel && walk.kernelNow[number].cells;
    step.rows.forEach((row, a) =>
      step.columns.forEach((column, b) =>
        mark(walk, cells[row][column], "covered", taps && !walk.editing ? `×${minus(taps[a][b])}` : ""),
      ),
    );
  });
  if (kind === "max" && step.winner) {
    const [a, b] = step.winner;
    mark(walk, walk.planes.input[step.channels[0]].cells[step.rows[a]][step.columns[b]], "winner");
  }
  const [plane, row, column] = step.at;
  const touched = [walk.planes.output[plane], ...walk.planes.sums].map((one) => one.cells[row][column]);
  for (const cell of touched) mark(walk, cell, index > walk.seen ? "here reached" : "here");
}

// ---------------------------------------------------------------- which filter it is the turn of

// A new filter (a new input channel, when pooling or stamping): its kernel, its channel results, and who is left out.
function turn(host, walk, step) {
  walk.turn = step.at[0];
  walk.filter = step.at[0];
  walk.spots = null;
  const now = kernelPlanes(walk, step);
  walk.kernelNow = now;
  if (walk.data.kernel) kernelCaption(host, walk, step);
  now.forEach(({ cells, shade, hue, slot, of }, index) => {
    const one = walk.planes.kernel[index];
    one.box.style.setProperty("--slot", slot + 1);
    one.box.dataset.hue = hue ?? "";
    one.grid.setAttribute("aria-label", `kernel${of ? `, ${of}` : ""}: ${sizeWords(cells)}`);
    const own = `${step.at[0]}.${slot}`;
    if (one.own === own || (one.own === undefined && walk.editing && hasFields(one))) {
      one.own = own;
      return;
    }
    one.own = own;
    cells.forEach((line, row) => line.forEach((text, column) => rewrite(one.cells[row][column], text, shade[row][column])));
  });
  const met = isStamp(walk) ? [step.at[0]] : step.channels;
  walk.planes.input.forEach((one, channel) => flag(one.box, "unmet", !met.includes(channel)));
  const filled = isStamp(walk) ? step.planes : [step.at[0]];
  walk.planes.output.forEach((one, number) => flag(one.box, "waiting", !filled.includes(number)));
  writeSums(walk, step);
}

const hasFields = (one) => one.grid.querySelector(".field") !== null;

function rewrite(cell, text, shade) {
  const field = cell.firstElementChild;
  if (field) field.value = text;
  else cell.textContent = minus(text);
  cell.base = "cell";
  tint(cell, shade);
  cell.className = cell.base;
}

// ---------------------------------------------------------------- how far the walk has come

// Outputs up to the furthest step stand out; only those that are new, or left again, are touched.
function reach(walk) {
  if (isStamp(walk)) return;
  const { steps } = walk.data;
  const from = Math.min(walk.reached, walk.seen);
  const to = Math.max(walk.reached, walk.seen);
  for (let index = from + 1; index <= to; index++) {
    const [plane, row, column] = steps[index].at;
    const cells = [walk.planes.output[plane].cells[row][column]];
    if (plane === walk.turn) cells.push(...walk.planes.sums.map((one) => one.cells[row][column]));
    for (const cell of cells) setReached(cell, index <= walk.seen);
  }
  walk.reached = walk.seen;
}

function setReached(cell, on) {
  const base = cell.base.replace(" reached", "");
  cell.base = on ? `${base} reached` : base;
  cell.className = cell.base;
}

// ---------------------------------------------------------------- frames

function placeFrames(walk, index) {
  if (!walk.pitches) return;
  const step = walk.data.steps[index];
  const window = [step.rows[0], step.columns[0], step.rows.at(-1), step.columns.at(-1)];
  const [plane, row, column] = step.at;
  const here = [row, column, row, column];
  if (isStamp(walk)) {
    frameAt(walk, "input", walk.planes.input[plane], ...here);
    for (const number of step.planes) frameAt(walk, "output", walk.planes.output[number], ...window);
    return;
  }
  for (const channel of step.channels) frameAt(walk, "input", walk.planes.input[channel], ...window);
  frameAt(walk, "output", walk.planes.output[plane], ...here);
  for (const one of walk.planes.sums) frameAt(walk, "sums", one, ...here);
}

function hint(walk) {
  return walk.data.note || "Point at any cell to see what it takes part in; a click keeps it.";
}
