// The layer as one matrix, the current row lit; or its windows as the columns of another (im2col), the current column lit.
// Both are drawn once; a step only moves what is lit.

const MATRIX_TALLEST = 320; // px

function buildMatrix(host, walk) {
  const slot = part(host, "matrix");
  slot.hidden = !walk.data.matrix || walk.data.plain;
  if (slot.hidden) return slot.replaceChildren();
  if (!slot.childElementCount) {
    const open = element("button", "open", "As a matrix");
    open.type = "button";
    const body = element("div", "body");
    const ways = element("div", "ways");
    ways.append(...["toeplitz", "im2col"].map((way) => {
      const button = element("button", way, way === "toeplitz" ? "One row an output" : "One column a window (im2col)");
      button.type = "button";
      return button;
    }));
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    body.append(ways, element("p", "matrix-caption"), canvas, element("p", "matrix-words"), element("p", "matrix-legend"));
    slot.append(open, body);
  }
  const isOpen = fromAddress("view");
  walk.matrixWay ??= walk.data.linked && isOpen === "im2col" ? "im2col" : "toeplitz";
  walk.matrixOpen ??= walk.data.linked && ["matrix", "im2col"].includes(isOpen);
  assignMatrix(host, walk, slot);
  drawMatrix(host, walk);
}

function assignMatrix(host, walk, slot) {
  const remembered = () => setInAddress(walk, "view", walk.matrixOpen ? (walk.matrixWay === "im2col" ? "im2col" : "matrix") : null);
  part(slot, "open").onclick = () => {
    walk.matrixOpen = !walk.matrixOpen;
    remembered();
    drawMatrix(host, walk);
    showMatrix(host, walk, walk.shown);
  };
  for (const way of ["toeplitz", "im2col"]) {
    part(slot, way).onclick = () => {
      walk.matrixWay = way;
      remembered();
      drawMatrix(host, walk);
      showMatrix(host, walk, walk.shown);
    };
  }
  const canvas = slot.querySelector("canvas");
  canvas.onpointermove = (event) => write(part(slot, "matrix-words"), matrixWords(walk, matrixPlace(walk, canvas, event)));
  canvas.onpointerleave = () => showMatrix(host, walk, walk.shown);
  canvas.onclick = (event) => {
    const { row, column } = matrixPlace(walk, canvas, event);
    const step = walk.matrixWay === "im2col" ? column + walk.matrixFirst : row;
    if (step >= 0 && step < walk.data.steps.length) jump(host, walk, step);
  };
}

// ---------------------------------------------------------------- what is drawn

// The entries to draw: {rows, columns, cells: [row, column, shade, text]}.
export function toeplitzOf({ matrix }) {
  const cells = matrix.entries.flatMap((entries, row) => entries.map(([column, text, shade]) => [row, column, shade, text]));
  return { rows: matrix.rows, columns: matrix.columns, cells };
}

// The windows of one filter as columns: row = the tap (channel, then row by row), column = the window.
export function im2colOf({ steps, input }, first, last) {
  const cells = [];
  for (let index = first; index < last; index++) {
    const step = steps[index];
    let row = 0;
    for (const channel of step.channels) {
      const { cells: texts, shade } = input.planes[channel];
      for (const at of step.rows) for (const column of step.columns) {
        cells.push([row, index - first, shade[at][column] ?? 0, texts[at][column]]);
        row += 1;
      }
    }
  }
  const { channels, rows, columns } = steps[first];
  return { rows: channels.length * rows.length * columns.length, columns: last - first, cells };
}

function filterRange(walk) {
  const now = walk.data.steps[walk.shown].at[0];
  const first = walk.data.steps.findIndex((step) => step.at[0] === now);
  const after = walk.data.steps.findIndex((step) => step.at[0] > now);
  return [first, after < 0 ? walk.data.steps.length : after];
}

function drawMatrix(host, walk) {
  const slot = part(host, "matrix");
  const isIm2col = walk.matrixWay === "im2col";
  const open = part(slot, "open");
  open.setAttribute("aria-expanded", Boolean(walk.matrixOpen));
  flag(slot, "shown", walk.matrixOpen);
  for (const way of ["toeplitz", "im2col"]) part(slot, way).setAttribute("aria-pressed", walk.matrixWay === way);
  if (!walk.matrixOpen || !host.clientWidth) return;
  const [first, last] = filterRange(walk);
  walk.matrixFirst = isIm2col ? first : 0;
  walk.matrixFilter = walk.data.steps[walk.shown].at[0];
  const drawn = isIm2col ? im2colOf(walk.data, first, last) : toeplitzOf(walk.data);
  // beside the matrix stand its vectors: x above and y at the right, or the kernel at the left and y below
  const room = Math.min(host.clientWidth - 4, 900);
  const pitch = Math.max(2, Math.min(22, Math.floor(room / (drawn.columns + 3)), Math.floor(MATRIX_TALLEST / (drawn.rows + 3))));
  walk.matrixDrawn = { ...drawn, pitch };
  const canvas = slot.querySelector("canvas");
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [(drawn.columns + 3) * pitch, (drawn.rows + 3) * pitch];
  canvas.width = Math.ceil(wide * ratio);
  canvas.height = Math.ceil(high * ratio);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  walk.matrixBack = paintMatrix(host, walk, canvas, ratio);
  const weights = walk.data.kernel.filters.reduce((sum, { planes }) => sum + planes.reduce((all, { cells }) => all + cells.length * cells[0].length, 0), 0);
  const filled = drawn.cells.length;
  write(
    part(slot, "matrix-caption"),
    isIm2col
      ? `${drawn.rows} numbers in each of ${drawn.columns} windows; the kernel, written down the left side, multiplies every column.`
      : `${drawn.rows} × ${drawn.columns} = ${(drawn.rows * drawn.columns).toLocaleString("en")} entries: ${filled.toLocaleString("en")} lie in a window, made of ${weights} weights. A dense layer would learn all of them.`,
  );
  canvas.setAttribute("aria-label", part(slot, "matrix-caption").textContent);
  write(part(slot, "matrix-legend"), `${isIm2col ? "the input’s values" : "weights"}: `);
  part(slot, "matrix-legend").append(element("span", "minus", "−"), element("i", "ramp"), element("span", "plus", "+"));
}

// Negative blue, positive red, as in every picture of signed numbers; im2col shows the input, in its own blue.
function matrixColour(walk, isDarkNow, shade) {
  if (!shade) return "rgba(128,128,128,0.16)"; // a zero that stands in a window is not an empty place
  const strength = Math.min(1, 0.18 + 0.82 * Math.abs(shade));
  if (walk.matrixWay === "im2col" && shade >= 0) return isDarkNow ? `rgba(47,147,209,${strength})` : `rgba(0,114,178,${strength})`;
  return shade < 0 ? `rgba(47,111,208,${strength})` : `rgba(208,58,44,${strength})`;
}

function paintMatrix(host, walk, canvas, ratio) {
  const { rows, columns, cells, pitch } = walk.matrixDrawn;
  const back = document.createElement("canvas");
  back.width = canvas.width;
  back.height = canvas.height;
  const pen = back.getContext("2d");
  pen.scale(ratio, ratio);
  const dark = host.dataset.theme === "dark";
  const gap = pitch >= 8 ? 1 : 0;
  pen.fillStyle = dark ? "rgba(255,255,255,0.05)" : "rgba(0,0,0,0.035)";
  pen.fillRect(2 * pitch, 2 * pitch, columns * pitch, rows * pitch);
  pen.font = `${Math.floor(pitch * 0.5)}px ${getComputedStyle(host).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [row, column, shade, text] of cells) {
    const [x, y] = [(column + 2) * pitch, (row + 2) * pitch];
    pen.fillStyle = matrixColour(walk, dark, shade);
    pen.fillRect(x, y, pitch - gap, pitch - gap);
    if (pitch >= 17 && text.length < 4) {
      pen.fillStyle = dark || Math.abs(shade) > 0.6 ? "#fff" : "#10151a";
      pen.fillText(minus(text), x + pitch / 2, y + pitch / 2);
    }
  }
  drawMatrixBlocks(walk, pen, dark);
  return back;
}

// Faint lines where a new row of the input begins, and stronger ones where a new channel does.
function drawMatrixBlocks(walk, pen, dark) {
  if (walk.matrixWay === "im2col") return;
  const { rows, columns, pitch } = walk.matrixDrawn;
  const [height, width] = walk.data.input.size;
  for (let column = width; column < columns; column += width) {
    const isChannel = column % (height * width) === 0;
    pen.fillStyle = dark ? `rgba(255,255,255,${isChannel ? 0.6 : 0.18})` : `rgba(0,0,0,${isChannel ? 0.5 : 0.14})`;
    pen.fillRect((column + 2) * pitch - 1, 2 * pitch, 1, rows * pitch);
  }
}

// ---------------------------------------------------------------- the step

function showMatrix(host, walk, index) {
  if (!walk.matrixOpen || !walk.data.matrix || walk.data.plain) return;
  const isIm2col = walk.matrixWay === "im2col";
  if (isIm2col && walk.matrixFilter !== walk.data.steps[index].at[0]) drawMatrix(host, walk);
  if (!walk.matrixDrawn) return;
  const slot = part(host, "matrix");
  const canvas = slot.querySelector("canvas");
  const ratio = window.devicePixelRatio || 1;
  const pen = canvas.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(walk.matrixBack, 0, 0);
  pen.scale(ratio, ratio);
  const style = getComputedStyle(host);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const { rows, columns, pitch } = walk.matrixDrawn;
  const step = walk.data.steps[index];
  const size = pitch - (pitch >= 8 ? 1 : 0);
  pen.lineWidth = Math.max(1.5, Math.min(3, pitch / 4));
  pen.strokeStyle = colour("kernel");
  const box = (x, y, role, text) => {
    pen.fillStyle = colour(role);
    pen.fillRect(x, y, size, size);
    if (pitch < 17 || text.length > 3) return;
    pen.font = `600 ${Math.floor(pitch * 0.5)}px ${style.fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = role === "kernel" ? "#10151a" : "#fff";
    pen.fillText(minus(text), x + size / 2, y + size / 2);
  };
  if (isIm2col) {
    const column = index - walk.matrixFirst;
    const weights = walk.data.kernel.filters[step.at[0]].planes.flatMap(({ cells }) => cells.flat());
    pen.strokeRect((column + 2) * pitch, 2 * pitch, size, rows * pitch);
    weights.forEach((text, row) => box(0.5 * pitch, (row + 2) * pitch, "kernel", text));
    box((column + 2) * pitch, 0.5 * pitch, "output", step.plus_bias);
  } else {
    pen.strokeRect(2 * pitch, (index + 2) * pitch, columns * pitch, size);
    for (const [column] of walk.data.matrix.entries[index]) box((column + 2) * pitch, 0.5 * pitch, "input", matrixInput(walk, column));
    box(0.5 * pitch, (index + 2) * pitch, "output", step.plus_bias);
  }
  write(
    part(slot, "matrix-words"),
    isIm2col
      ? `Window ${index - walk.matrixFirst + 1}: kernel times this column${biasWords(walk, step)} = ${minus(step.plus_bias)}`
      : `Row ${index + 1} times the input${biasWords(walk, step)} = ${minus(step.plus_bias)}: the input’s values that count are marked above, the output at the left.`,
  );
}

// The input value that a column of the matrix multiplies.
function matrixInput(walk, column) {
  const { planes, size, origin, spread } = walk.data.input;
  const [height, width] = size;
  const within = column % (height * width);
  const row = origin[0] + Math.floor(within / width) * spread[0];
  return planes[Math.floor(column / (height * width))].cells[row][origin[1] + (within % width) * spread[1]];
}

function biasWords(walk, step) {
  const { bias } = walk.data.kernel.filters[step.at[0]];
  return bias === "0" ? "" : ` + ${bracketed(bias)}`;
}

function matrixPlace(walk, canvas, event) {
  const box = canvas.getBoundingClientRect();
  const { pitch } = walk.matrixDrawn;
  return { row: Math.floor((event.clientY - box.top) / pitch) - 2, column: Math.floor((event.clientX - box.left) / pitch) - 2 };
}

function matrixWords(walk, { row, column }) {
  const { rows, columns, cells } = walk.matrixDrawn;
  if (row < 0 || column < 0 || row >= rows || column >= columns) return "Click a row or a column to go to its step.";
  const found = cells.find(([r, c]) => r === row && c === column);
  if (walk.matrixWay === "im2col") return `Window ${column + 1}, number ${row + 1} of it: ${minus(found[3])}`;
  const [height, width] = walk.data.input.size;
  const channel = Math.floor(column / (height * width));
  const { name } = walk.data.input.planes[channel];
  const within = column % (height * width);
  const place = `${name ? `${name}, ` : ""}row ${Math.floor(within / width) + 1}, column ${(within % width) + 1}`;
  return found ? `Output ${row + 1} takes the input at ${place} times ${minus(found[3])}` : `Output ${row + 1} does not read the input at ${place}`;
}

views.push({ build: buildMatrix, show: showMatrix });
