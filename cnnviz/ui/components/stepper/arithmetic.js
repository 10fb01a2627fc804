// The arithmetic of one step under the grids: every term as Python wrote it, so that what is shown adds up.

function writeArithmetic(host, walk, step) {
  const { lines, rows, result } = arithmeticOf(walk, step);
  part(host, "terms").replaceChildren(
    ...lines.map((nodes) => {
      const line = element("div", "line");
      line.append(...nodes);
      return line;
    }),
  );
  part(host, "rows").replaceChildren(...rows);
  part(host, "result").replaceChildren(...result);
}

function arithmeticOf(walk, step) {
  const { kind } = walk.data;
  if (kind === "max") return maximum(walk, step);
  if (kind === "average") return average(walk, step);
  if (kind === "stamp") return { lines: stampLines(walk, step), rows: [], result: [stampWords(walk, step)] };
  return weightedSum(walk, step);
}

const spaced = (nodes, sign) => nodes.flatMap((node, index) => (index ? [sign, document.createElement("wbr"), node] : [node]));
const join = (texts) => texts.map(bracketed).map((text, index) => (index ? ` + ${text}` : text.replace(/^\((.*)\)$/, "$1"))).join("");

// ---------------------------------------------------------------- convolutions

function channelTerms(walk, step, number) {
  const inputs = walk.data.input.planes[step.channels[number]].cells;
  const weights = walk.kernelNow[number].cells;
  const terms = [];
  step.rows.forEach((row, a) =>
    step.columns.forEach((column, b) => {
      const term = element("span", "term");
      term.append(
        terms.length ? " + " : "",
        element("span", "x", bracketed(inputs[row][column])),
        "·",
        element("span", "w", bracketed(weights[a][b])),
      );
      terms.push(term, document.createElement("wbr"));
    }),
  );
  return terms;
}

function weightedSum(walk, step) {
  const { data } = walk;
  const many = step.channels.length > 1;
  const { divisor, filters } = data.kernel;
  const about = step.weighted_rounded ? "≈" : "=";
  const weighted = element("span", "y", minus(step.weighted));
  let lines, rows;
  if (many) {
    lines = step.channels.map((channel, number) => {
      const { name, hue } = data.input.planes[channel];
      const who = element("span", "who", `${name}: `);
      who.dataset.hue = hue;
      const total = element("span", "term", " = ");
      total.append(element("b", "", minus(step.sums[number])));
      return [who, ...channelTerms(walk, step, number), total];
    });
    const sums = join(step.sums);
    rows = divisor > 1 ? [`(${sums}) / ${divisor} = ${minus(step.total)}/${divisor} ${about} `, weighted] : [`${sums} = `, weighted];
    rows.unshift("channels added: ");
  } else {
    const terms = channelTerms(walk, step, 0);
    const total = element("span", "term", ` ${about} `);
    total.append(weighted);
    const sum = divisor > 1 ? ["(", ...terms, `) / ${divisor} = ${minus(step.total)}/${divisor}`] : terms;
    lines = [[...sum, total]];
    const products = step.products[0].map((line) => line.map(bracketed).join(" + ")).join("  |  ");
    const down = step.row_sums.length > 1 ? `  →  ${step.row_sums.map(bracketed).join(" + ")}` : "";
    const what = step.row_sums.length > 1 ? "row by row" : "products";
    rows = [`${what}: ${products}${down} = ${minus(step.total)}`];
  }
  const bias = filters[step.at[0]].bias;
  const end = step.line_rounded ? "≈" : "=";
  const put = `${bracketed(step.weighted)} + ${bracketed(bias)}`;
  const line = data.relu ? `relu(${put}) ${end} relu(${minus(step.plus_bias)}) = ` : `${put} ${end} `;
  const name = data.relu ? "y = relu(w·x + b) = " : "y = w·x + b = ";
  return { lines, rows, result: [name, line, element("span", "y", minus(step.result))] };
}

// ---------------------------------------------------------------- pooling

// The cells of the window that hold something; those beyond the padding hold nothing.
function windowCells(walk, step) {
  const { planes, kinds } = walk.data.input;
  const { cells } = planes[step.channels[0]];
  return step.rows.flatMap((row, a) =>
    step.columns.map((column, b) => ({ text: cells[row][column], kind: kinds[row][column], row, column, a, b })),
  ).filter(({ kind }) => kind !== "b");
}

function channelWords(walk, step) {
  const { name, hue } = walk.data.input.planes[step.channels[0]];
  if (!name) return [];
  const who = element("span", "who", `${name}: `);
  who.dataset.hue = hue;
  return [who];
}

function maximum(walk, step) {
  const { input, axes } = walk.data;
  const isWinner = ({ a, b }) => step.winner && step.winner[0] === a && step.winner[1] === b;
  const terms = windowCells(walk, step).map((cell) =>
    element("span", isWinner(cell) ? "x won" : cell.kind === "p" ? "x faint" : "x", minus(cell.text)),
  );
  const lines = [[...channelWords(walk, step), "max(", ...spaced(terms, ", "), ") = ", element("span", "y", minus(step.result))]];
  if (!step.winner) return { lines, rows: [], result: ["The window holds no input at all: its maximum is −∞, as in PyTorch."] };
  const [a, b] = step.winner;
  const inInput = [step.rows[a] - input.origin[0] + 1, step.columns[b] - input.origin[1] + 1];
  const place = ([row, column]) => (axes === 1 ? `place ${column}` : `row ${row}, column ${column}`);
  return { lines, rows: [], result: [`The winner stands at ${place([a + 1, b + 1])} of the window: ${place(inInput)} of the input.`] };
}

function average(walk, step) {
  const cells = windowCells(walk, step);
  const terms = cells.map(({ text, kind }) => element("span", kind === "p" ? "x faint" : "x", bracketed(text)));
  const about = step.result_rounded ? "≈" : "=";
  const sum = [...channelWords(walk, step), "(", ...spaced(terms, " + "), `) / ${step.divisor} = ${minus(step.total)}/${step.divisor} ${about} `];
  return { lines: [[...sum, element("span", "y", minus(step.result))]], rows: [], result: [step.why] };
}

// ---------------------------------------------------------------- stamping

function stampWords(walk, step) {
  const { input, output, relu } = walk.data;
  const [channel, row, column] = step.at;
  const { name } = input.planes[channel];
  const into = step.planes.length > 1 ? ` into each of ${counted(step.planes.length, "output")}` : "";
  const last = walk.shown === walk.data.steps.length - 1;
  const end = last && relu ? " The output is complete; relu then sets what is negative to 0." : last ? " The output is complete." : "";
  const cropped = output.kinds.some((line) => line.includes("c"));
  return `The input ${minus(step.value)} (${name ? `${name}, ` : ""}row ${row + 1}, column ${column + 1}) stamps the kernel, times ${bracketed(step.value)}${into}.${end}${last && cropped ? " What is hatched is cropped." : ""}`;
}

// ---------------------------------------------------------------- its room, and how it is spoken

// The block is as high as its longest step needs, so that nothing below it jumps while the walk goes on.
function keepRoom(host, walk) {
  const block = part(host, "arithmetic");
  if (walk.data.plain || !walk.kernelNow) return;
  walk.longestStep ??= longestStep(walk.data.steps);
  block.style.minHeight = "";
  if (!isStamp(walk)) writeArithmetic(host, walk, walk.data.steps[walk.longestStep]);
  block.style.minHeight = `${block.offsetHeight}px`;
  writeArithmetic(host, walk, walk.data.steps[walk.shown]);
}

function longestStep(steps) {
  const lengths = steps.map((step) => JSON.stringify([step.products, step.sums, step.why, step.total, step.result]).length);
  return lengths.indexOf(Math.max(...lengths));
}

// The step as one sentence for those who hear it. Sixty numbers in a row help nobody: then the sums alone are said.
function stepSentence(host, walk) {
  const { data } = walk;
  const step = data.steps[walk.step];
  const [plane, row, column] = step.at;
  const grid = data[walkingGrid(walk)];
  const isLong = step.channels.length * step.rows.length * step.columns.length > 30;
  const where = [grid.planes[plane].name, data.axes === 1 ? `place ${column + 1}` : `row ${row + 1}, column ${column + 1}`];
  const lines = [...part(host, "terms").children].map((line) => line.textContent);
  const said = [isLong ? part(host, "rows").textContent : lines.join("; "), part(host, "result").textContent];
  return `Step ${walk.step + 1} of ${data.steps.length}, ${walkingGrid(walk)} ${where.filter(Boolean).join(", ")}: ${said.filter(Boolean).join(". ")}`;
}
