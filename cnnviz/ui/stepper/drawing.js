// The grids, the frames and the arithmetic of one step: what Python worked out, made visible. No value is computed here.

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

  if (!isBeingEdited(host, walk)) fillSources(host, walk);
  fill(host, walk, "output", data.output.cells, (row, column) => data.output.shade[row][column]);
}

// While somebody types, their fields stay as they are: an answer that comes late must not write over newer typing.
function isBeingEdited(host, { editing, data }) {
  const fields = (name) => part(host, name).querySelectorAll(".field").length;
  const { input, kernel } = data;
  return (
    editing &&
    fields("input") === input.shade.length * input.shade[0].length &&
    fields("kernel") === kernel.shade.length * kernel.shade[0].length &&
    part(host, "input").querySelectorAll(".cell").length === input.cells.length * input.cells[0].length
  );
}

function fillSources(host, walk) {
  const { data } = walk;
  const real = data.input.shade;
  fill(host, walk, "input", data.input.cells, (row, column) => real[row - data.padding]?.[column - data.padding]);
  fill(host, walk, "kernel", data.kernel.cells, (row, column) => data.kernel.shade[row][column]);
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
  const cell = wide >= 20 && width > 620 ? Math.min(wide, 330 / rows) : Math.min(stacked, 52, 420 / rows);
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
