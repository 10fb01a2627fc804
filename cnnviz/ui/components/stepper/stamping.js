// A transposed convolution as stamping: each step adds one stamped kernel to the output, whose cells hold what came so far.

// What every output cell holds after the step `index`, null where nothing was stamped yet: texts[plane][row][column].
export function stampedTexts(planes, rows, columns, steps, index) {
  const texts = Array.from({ length: planes }, () => Array.from({ length: rows }, () => Array(columns).fill(null)));
  for (const step of steps.slice(0, index + 1)) {
    step.planes.forEach((plane, number) =>
      step.rows.forEach((row, a) => step.columns.forEach((column, b) => (texts[plane][row][column] = step.after[number][a][b]))),
    );
  }
  return texts;
}

// Every step that stamps onto the output cell (plane, row, column), and with which part of the kernel.
export function stampsOn(steps, plane, row, column) {
  return steps.flatMap((step, index) => {
    const [number, a, b] = [step.planes.indexOf(plane), step.rows.indexOf(row), step.columns.indexOf(column)];
    return Math.min(number, a, b) < 0 ? [] : [{ index, number, a, b }];
  });
}

function showStamp(walk, step, index) {
  const { output, steps } = walk.data;
  const [rows, columns] = [output.planes[0].cells.length, output.planes[0].cells[0].length];
  const texts = stampedTexts(output.planes.length, rows, columns, steps, index);
  walk.largestStamp ??= Math.max(1e-9, ...output.planes.flatMap(({ cells }) => cells.flat().map((text) => Math.abs(amount(text)))));
  walk.planes.output.forEach((one, plane) =>
    one.cells.forEach((line, row) =>
      line.forEach((cell, column) => {
        const text = texts[plane][row][column];
        if (cell.stamped === text) return;
        cell.stamped = text;
        cell.base = output.kinds[row][column] === "c" ? "cell cropped" : "cell";
        if (text !== null) cell.base += " reached";
        tint(cell, text === null ? 0 : amount(text) / walk.largestStamp);
        cell.textContent = minus(text ?? output.start[plane]);
        cell.className = cell.base;
      }),
    ),
  );
  step.planes.forEach((plane, number) =>
    step.rows.forEach((row, a) =>
      step.columns.forEach((column, b) => {
        mark(walk, walk.planes.output[plane].cells[row][column], "covered reached", `+${bracketed(step.products[number][a][b])}`);
      }),
    ),
  );
  const [channel, row, column] = step.at;
  mark(walk, walk.planes.input[channel].cells[row][column], "here");
}

// ---------------------------------------------------------------- what a cell takes part in

function relateStampedOutput(host, walk, { plane, cell: [row, column] }) {
  const { steps, output, kernel } = walk.data;
  const uses = stampsOn(steps, plane, row, column);
  mark(walk, walk.planes.output[plane].cells[row][column], "marked by-output");
  for (const { index, a, b } of uses) {
    const { at } = steps[index];
    const { planes } = kernel.filters[plane];
    mark(walk, walk.planes.input[at[0]].cells[at[1]][at[2]], "marked by-output", `×${minus(planes[at[0] % planes.length].cells[a][b])}`);
  }
  const isCropped = output.kinds[row][column] === "c";
  const where = isCropped ? "This cell is cropped by the padding" : `Output row ${row - output.origin[0] + 1}, column ${column - output.origin[1] + 1} is`;
  const stamped = uses.length ? `${isCropped ? "; it was" : ""} stamped by ${counted(uses.length, "input")}, each times the weight written there` : " never stamped: it keeps the bias";
  return `${where}${isCropped ? stamped : ` ${stamped.trim()}`}.`;
}

function relateStampKernel(host, walk, { plane, cell: [a, b] }) {
  const { steps } = walk.data;
  const now = steps[walk.shown];
  mark(walk, walk.planes.kernel[plane].cells[a][b], "marked by-kernel");
  const own = steps.filter((step) => step.at[0] === now.at[0]);
  for (const step of own) mark(walk, walk.planes.output[step.planes[plane]].cells[step.rows[a]][step.columns[b]], "marked by-kernel");
  return `The weight ${minus(walk.kernelNow[plane].cells[a][b])} is stamped ${counted(own.length, "time")}, onto the framed outputs: one weight, shared.`;
}

// ---------------------------------------------------------------- its arithmetic

function stampLines(walk, step) {
  const lines = [];
  const many = step.planes.length > 1;
  step.planes.forEach((plane, number) => {
    const nodes = [];
    if (many) nodes.push(element("span", "who", `${walk.data.output.planes[plane].name || `output ${plane + 1}`}: `));
    step.rows.forEach((_, a) =>
      step.columns.forEach((__, b) => {
        const term = element("span", "term");
        const weight = walk.kernelNow[number].cells[a][b];
        term.append(
          `${minus(step.before[number][a][b])} + `,
          element("span", "x", bracketed(step.value)),
          "·",
          element("span", "w", bracketed(weight)),
          " = ",
          element("span", "y", minus(step.after[number][a][b])),
        );
        if (nodes.length > (many ? 1 : 0)) nodes.push(element("span", "apart", " | "));
        nodes.push(term, document.createElement("wbr"));
      }),
    );
    lines.push(nodes);
  });
  return lines;
}
