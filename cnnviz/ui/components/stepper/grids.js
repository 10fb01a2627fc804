// Building the grids of a script: every plane with its name, cells and frame, once per script. Later steps touch only the
// cells that change (marking.js), so 2,000 cells step as smoothly as 30.

const BORDER_TITLES = {
  b: "beyond the padding: reached because of ceil_mode, never counted",
  z: "a zero put between the inputs",
  x: "not reached: no window reads this cell",
  c: "cropped by the padding",
};

function build(host, walk) {
  const { data } = walk;
  if (walk.marks) clearMarks(walk); // cells that are being edited stay
  Object.assign(walk, { marks: [], turn: null, reached: -1, spots: null, largestStamp: null, longestStep: null });
  walk.ticks = ticksOf(data.steps);
  walk.indexAt = new Map(data.steps.map((step, index) => [step.at.join("."), index]));
  walk.hasSums = Boolean(data.kernel) && !isStamp(walk) && data.steps[0].channels.length > 1;
  walk.planes ??= {};
  host.dataset.kind = data.kind;
  flag(host, "summing", walk.hasSums);
  flag(host, "editing", walk.editing);
  captions(host, walk);
  if (!isBeingEdited(host, walk)) {
    walk.planes.input = data.input.planes.map((plane, index) => inputPlane(host, walk, plane, index));
    walk.planes.kernel = kernelPlanes(walk, data.steps[walk.step]).map((plane, index) => kernelPlane(host, walk, plane, index));
    fillPanel(host, "input", walk.planes.input);
    fillPanel(host, "kernel", walk.planes.kernel);
    walk.drawnShape = drawnShape(data);
  }
  walk.planes.output = data.output.planes.map((plane, index) => outputPlane(walk, plane, index));
  fillPanel(host, "output", walk.planes.output);
  walk.planes.sums = walk.hasSums ? sumPlanes(walk) : [];
  fillPanel(host, "sums", walk.planes.sums);
  part(host, "kernel").hidden = !data.kernel;
  part(host, "sums").hidden = !walk.hasSums;
  buildJoint(host, walk);
}

function fillPanel(host, name, planes) {
  part(part(host, name), "planes").replaceChildren(...planes.map((plane) => plane.box));
}

// While somebody types, their fields stay as they are: an answer that comes late must not write over newer typing.
const isBeingEdited = (host, walk) =>
  walk.editing && walk.drawnShape === drawnShape(walk.data) && part(host, "input").querySelector(".field") !== null;

const drawnShape = ({ kind, input, kernel }) =>
  JSON.stringify([kind, input.kinds, input.planes.length, kernel?.size, kernel?.filters.length, kernel?.filters[0].planes.length]);

// ---------------------------------------------------------------- captions

function captions(host, walk) {
  const { input, kernel, output } = walk.data;
  const size = (planes, [rows, columns]) => {
    const one = walk.data.axes === 1 ? `${columns}` : `${rows} × ${columns}`;
    return planes.length > 1 ? `${planes.length} × ${one}` : one;
  };
  caption(host, "input", "input", `${size(input.planes, input.size)}${borderWords(walk.data)}`);
  caption(host, "output", "output", `${size(output.planes, output.size)}${croppedWords(output)}${output.rounded ? " (rounded)" : ""}`);
  caption(host, "sums", "per channel", "input · kernel, summed");
  if (kernel) kernelCaption(host, walk, walk.data.steps[walk.step]);
  part(host, "note").textContent = kernel?.divisor > 1 ? `each divided by ${kernel.divisor}` : "";
}

function kernelCaption(host, walk, step) {
  const { kernel, axes, dilation } = walk.data;
  const of = isStamp(walk) || kernel.filters.length === 1 ? "" : ` of ${kernel.filters[step.at[0]].name}`;
  const holes = Math.max(...dilation) > 1 ? `, dilation ${[...new Set(dilation)].join(" × ")}` : "";
  const size = axes === 1 ? `${kernel.size[1]}` : kernel.size.join(" × ");
  caption(host, "kernel", isLaidFlipped(walk.data) ? "kernel, flipped" : "kernel", `${size}${holes}${of}`);
}

function caption(host, panel, name, words) {
  const line = part(part(host, panel), "planes").previousElementSibling;
  const text = `${name} ${words}`;
  if (line.textContent !== text) line.replaceChildren(element("b", "", name), ` ${words}`);
}

function croppedWords({ kinds }) {
  return kinds.some((line) => line.includes("c")) ? `, cropped from ${kinds.length} × ${kinds[0].length}` : "";
}

// Such as " + padding 1", " + reflect padding 1 × 2": what is drawn around the input.
function borderWords({ input, axes }) {
  const [top, left] = input.origin;
  const count = (letters) => [...letters].filter((letter) => letter === "p").length;
  const down = input.kinds.map((line) => line[left]);
  const across = [...input.kinds[top]];
  const before = [count(down.slice(0, top)), count(across.slice(0, left))];
  const after = [count(down.slice(top)), count(across.slice(left))];
  const stretched = Math.max(...input.spread) > 1 ? ", zeros between" : "";
  if (![...before, ...after].some(Boolean)) return stretched;
  const mode = ["", "zeros"].includes(input.border) ? "" : `${input.border} `;
  const isEven = before.join() === after.join();
  const sizes = axes === 1 ? [before[1]] : before[0] === before[1] ? [before[0]] : before;
  return `${stretched} + ${mode}padding${isEven ? ` ${sizes.join(" × ")}` : ""}`;
}

// ---------------------------------------------------------------- planes

// One plane: {box, grid, cells: cells[row][column], frame, label, longest}. Its cells know their place.
function plane(name, index, texts, { title = "", hue = "", label, paint, fields = null }) {
  const box = element("div", "plane");
  if (hue) box.dataset.hue = hue;
  if (title) box.append(element("div", "name", title));
  const grid = element("div", "grid");
  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-label", label);
  grid.style.setProperty("--columns", texts[0].length);
  const cells = texts.map((line, row) => {
    const band = element("div", "band");
    band.setAttribute("role", "row");
    const made = line.map((text, column) => {
      const cell = document.createElement("div");
      cell.setAttribute("role", "gridcell");
      cell.place = { name, plane: index, cell: [row, column] };
      cell.base = "cell";
      paint(cell, row, column);
      cell.className = cell.base;
      const field = fields?.(text, row, column);
      if (field) cell.append(field);
      else cell.textContent = minus(text);
      return cell;
    });
    band.append(...made);
    grid.append(band);
    return made;
  });
  const frame = element("div", "frame");
  grid.append(frame);
  box.append(grid);
  return { box, grid, cells, frame, label, longest: Math.max(...texts.flat().map((text) => text.length)) };
}

function tint(cell, shade) {
  cell.style.setProperty("--tint", Math.abs(shade ?? 0));
  if ((shade ?? 0) < 0) cell.base += " negative";
}

const sizeWords = (texts) => `${counted(texts.length, "row")}, ${counted(texts[0].length, "column")}`;

function inputPlane(host, walk, { name, hue, cells, shade }, index) {
  const { input } = walk.data;
  const stands = name ? `input, ${name}` : "input";
  return plane("input", index, cells, {
    title: name,
    hue,
    label: `${stands}: ${sizeWords(cells)}`,
    paint: (cell, row, column) => paintInput(cell, input, input.kinds[row][column], shade[row][column], input.unread[row][column]),
    fields: (text, row, column) =>
      walk.editing && input.kinds[row][column] === "." ? numberField(host, walk, { name: "input", plane: index, cell: [row, column] }, text) : null,
  });
}

function paintInput(cell, input, kind, shade, unread) {
  if (kind === "p") cell.base += " padding";
  if (kind === "z") cell.base += " between";
  if (kind === "b") cell.base += " beyond";
  if (unread === "x") cell.base += " unread";
  const title = BORDER_TITLES[unread === "x" ? "x" : kind];
  if (title) cell.title = title;
  if (input.grey && shade !== null) {
    const level = Math.round(shade * 255);
    cell.base += " grey";
    cell.style.setProperty("--level", level);
    cell.style.setProperty("--ink", level > 120 ? "#10151a" : "#f4f7fa");
  } else tint(cell, shade);
}

function outputPlane(walk, { name, hue, cells, shade }, index) {
  const { kinds } = walk.data.output;
  return plane("output", index, cells, {
    title: name,
    hue,
    label: `output${name ? `, ${name}` : ""}: ${sizeWords(cells)}`,
    paint: (cell, row, column) => {
      if (kinds[row]?.[column] === "c") {
        cell.base += " cropped";
        cell.title = BORDER_TITLES.c;
      }
      if (!isStamp(walk)) tint(cell, shade[row][column]);
    },
  });
}

// The kernel's planes that a step uses: those of its filter, beside the channels they meet; when stamping those of its
// input channel, beside the outputs they are stamped into.
function kernelPlanes(walk, step) {
  const { kernel, input } = walk.data;
  if (!kernel) return [];
  if (isStamp(walk)) {
    return step.planes.map((number) => {
      const { planes } = kernel.filters[number];
      return { ...planes[step.at[0] % planes.length], slot: number, of: kernel.filters[number].name };
    });
  }
  return kernel.filters[step.at[0]].planes.map((one, index) => {
    const { name, hue } = input.planes[step.channels[index]];
    return { ...one, hue, slot: step.channels[index], of: name };
  });
}

function kernelPlane(host, walk, { cells, shade, hue, of }, index) {
  return plane("kernel", index, cells, {
    hue,
    label: `kernel${of ? `, ${of}` : ""}: ${sizeWords(cells)}`,
    paint: (cell, row, column) => tint(cell, shade[row][column]),
    fields: (text, row, column) => (walk.editing ? numberField(host, walk, { name: "kernel", plane: index, cell: [row, column] }, text) : null),
  });
}

// ---------------------------------------------------------------- sizes and places

// The placing for the width there is, and every size that follows from it.
function fit(host, walk) {
  const width = host.clientWidth;
  if (!width) return;
  const { input, kernel, output } = walk.data;
  const side = (planes, named) => ({ rows: planes[0].cells.length, columns: planes[0].cells[0].length, planes: planes.length, named });
  const caption = (panel) => 7.6 * part(part(host, panel), "planes").previousElementSibling.textContent.length;
  const shape = {
    input: { ...side(input.planes), caption: caption("input") },
    kernel: kernel && { rows: kernel.size[0], columns: kernel.size[1], caption: caption("kernel") },
    sums: walk.hasSums,
    named: input.planes[0].name !== "",
    output: { ...side(output.planes, output.planes[0].name !== ""), caption: caption("output") },
  };
  const placing = layoutOf(shape, width);
  walk.placing = placing;
  host.dataset.way = placing.way;
  flag(host, "narrow", placing.isNarrow);
  flag(host, "many", shape.input.planes > 1);
  const isPaired = { row: placing.folds === 1, stacked: placing.folds === output.planes.length }[placing.way];
  flag(host, "paired", isPaired && !walk.hasSums && input.planes.length === output.planes.length);
  host.style.setProperty("--folds", placing.folds);
  host.style.setProperty("--channels", isStamp(walk) ? Math.max(input.planes.length, output.planes.length) : input.planes.length);
  const pitches = { input: placing.pitch, kernel: placing.small, sums: placing.pitch, output: placing.pitch };
  const boxes = [];
  for (const [name, planes] of Object.entries(walk.planes)) {
    if (!planes.length) continue;
    const pitch = pitches[name];
    const panel = part(host, name);
    const gap = gapOf(pitch);
    const size = numberSize(pitch, Math.max(...planes.map((one) => one.longest)));
    panel.style.setProperty("--cell", `${pitch - gap}px`);
    panel.style.setProperty("--gap", `${gap}px`);
    panel.style.setProperty("--type", `${size}px`);
    panel.style.setProperty("--border", `${pitch < 14 ? 2 : pitch < 24 ? 3 : 4}px`);
    flag(panel, "wordless", size === 0);
    flag(panel, "weighted", pitch >= 28);
    if (name !== "output") boxes.push([planes[0].cells[0].length * pitch - gap, planes[0].cells.length * pitch - gap]);
  }
  host.style.setProperty("--box-wide", `${Math.max(...boxes.map(([wide]) => wide))}px`);
  host.style.setProperty("--box-high", `${Math.max(...boxes.map(([, high]) => high))}px`);
  walk.pitches = pitches;
  flag(part(host, "timeline"), "crowded", part(host, "timeline").clientWidth < 26 * walk.ticks.length);
  walk.spots = null;
  placeFrames(walk, walk.shown ?? walk.step);
  keepRoom(host, walk);
}

// Moves a plane's frame over the cells from (top, left) to (bottom, right); reads nothing back from the page.
function frameAt(walk, name, one, top, left, bottom, right) {
  const pitch = walk.pitches[name];
  const out = pitch < 14 ? 2 : 3;
  const { style } = one.frame;
  style.transform = `translate(${left * pitch - out}px, ${top * pitch - out}px)`;
  const wide = `${(right - left + 1) * pitch - gapOf(pitch) + 2 * out}px`;
  const high = `${(bottom - top + 1) * pitch - gapOf(pitch) + 2 * out}px`;
  if (style.width !== wide) style.width = wide;
  if (style.height !== high) style.height = high;
}
