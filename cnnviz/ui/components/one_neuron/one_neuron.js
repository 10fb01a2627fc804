// One neuron: where it looks, where it stands, what it multiplies, and the lines that add up to its value. Every number
// and text comes from Python; here they are drawn, and one of the input channels is chosen to be looked at.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".one_neuron");
  const state = (host.state ??= { id: "", chosen: 0, timer: null });
  if (state.id !== data.id) Object.assign(state, { id: data.id, chosen: 0 });
  state.at = [...data.map.at];
  host.dataset.theme = isDark(host) ? "dark" : "light";
  const tell = (name, value) => setTriggerValue(name, { value, id: data.id, stamp: performance.now() });
  drawPicture(host.querySelector(".picture"), data.picture, tell);
  drawMap(host, state, data.map, tell);
  drawAccount(host, state, data, tell);
  drawProduct(host, state, data, tell);
  return () => clearTimeout(state.timer);
}

function isDark(host) {
  const [r, g, b] = (getComputedStyle(host).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map(
    (pair) => parseInt(pair, 16),
  );
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function place(part, [top, left, height, width]) {
  Object.assign(part.style, { top: `${100 * top}%`, left: `${100 * left}%`, height: `${100 * height}%`, width: `${100 * width}%` });
}

// Where in the stage a pointer is, as shares of its height and width.
function touched(stage, event) {
  const box = stage.getBoundingClientRect();
  return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map((share) => Math.min(0.9999, Math.max(0, share)));
}

function drawPicture(figure, picture, tell) {
  const stage = figure.querySelector(".stage");
  const image = stage.querySelector("img");
  if (image.getAttribute("src") !== picture.source) image.src = picture.source;
  image.alt = picture.alt;
  image.classList.toggle("coarse", picture.coarse);
  stage.setAttribute("aria-label", picture.alt);
  const frame = stage.querySelector(".frame");
  place(frame, picture.field);
  frame.classList.toggle("small", Math.min(picture.field[2], picture.field[3]) < 0.06);
  figure.querySelector("figcaption").textContent = picture.caption;
  stage.onclick = (event) => tell("pixel", touched(stage, event));
}

function drawMap(host, state, map, tell) {
  const figure = host.querySelector(".map");
  const stage = figure.querySelector(".stage");
  const image = stage.querySelector("img");
  const source = map.sources[host.dataset.theme];
  if (image.getAttribute("src") !== source) image.src = source;
  image.alt = map.alt;
  stage.style.setProperty("--aspect", map.columns / map.rows);
  stage.setAttribute("aria-label", `${map.alt} Arrow keys choose another cell.`);
  const mark = stage.querySelector(".unit");
  const show = () => {
    const [row, column] = state.at;
    place(mark, [row / map.rows, column / map.columns, 1 / map.rows, 1 / map.columns]);
    mark.classList.toggle("small", map.rows > 40 || map.columns > 40);
  };
  const go = (row, column, wait) => {
    state.at = [Math.max(0, Math.min(map.rows - 1, row)), Math.max(0, Math.min(map.columns - 1, column))];
    show();
    clearTimeout(state.timer);
    state.timer = setTimeout(() => tell("cell", state.at), wait);
  };
  show();
  stage.onclick = (event) => {
    const [down, across] = touched(stage, event);
    go(Math.floor(down * map.rows), Math.floor(across * map.columns), 0);
  };
  stage.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 5 : 1;
    go(state.at[0] + far * step[0], state.at[1] + far * step[1], 200);
  };
  const legend = figure.querySelector(".legend");
  legend.querySelector("img").src = map.legends[host.dataset.theme];
  legend.querySelector(".low").textContent = map.low;
  legend.querySelector(".high").textContent = map.high;
  figure.querySelector("figcaption").textContent = map.caption;
}

function drawAccount(host, state, data, tell) {
  const account = host.querySelector(".account");
  account.querySelector(".heading").textContent = data.account;
  const list = account.querySelector(".lines");
  const lines = [...data.terms, ...data.lines];
  list.replaceChildren(
    ...lines.map((line, number) => {
      const row = element("li", line.share < 0 ? "line negative" : "line");
      const button = element(number < data.terms.length && data.terms.length > 1 ? "button" : "span", "name", line.name);
      if (button.tagName === "BUTTON") {
        button.type = "button";
        button.setAttribute("aria-pressed", number === state.chosen);
        button.onclick = () => {
          state.chosen = number;
          drawAccount(host, state, data, tell);
          drawProduct(host, state, data, tell);
          list.querySelectorAll("button")[number].focus();
        };
        row.onclick = (event) => event.target === button || button.click();
        row.classList.toggle("chosen", number === state.chosen);
      }
      const bar = element("span", "bar");
      bar.style.setProperty("--share", Math.abs(line.share));
      row.append(button, bar, element("span", "sum", line.sum));
      return row;
    }),
  );
  const total = account.querySelector(".total");
  total.querySelector("span").textContent = data.totalName;
  total.querySelector("output").textContent = data.total;
  account.querySelector(".agreement").textContent = data.agreement;
}

function drawProduct(host, state, data, tell) {
  const part = host.querySelector(".product");
  const term = data.terms[state.chosen];
  part.querySelector(".heading").textContent = term.name + (state.chosen === 0 && data.terms.length > 1 ? ", which matters most" : "");
  const reading = part.querySelector(".reading");
  const still = data.still[state.chosen] ?? "";
  reading.textContent = still;
  const parts = [["window", "window"], ["kernel", "kernel"], ["products", data.kind === "MaxPool2d" ? "" : "products"]].filter(
    ([name, title]) => term[name] && title && !(name === "products" && !term.kernel),
  );
  const signs = { kernel: "×", products: "=" };
  const grids = part.querySelector(".grids");
  grids.classList.toggle("coarse", !data.written);
  host.classList.toggle("wide", data.written && Math.max(term.window.cells.length, term.window.cells[0].length) > 3);
  grids.replaceChildren();
  for (const [name, title] of parts) {
    const figure = element("figure", name);
    figure.append(element("figcaption", "", title), gridOf(term, name, data, reading, still));
    const factor = element("div", "factor");
    factor.append(element("span", "sign", signs[name] ?? ""), figure);
    grids.append(factor);
  }
  drawLines(part.querySelector(".behind"), data.behind);
  part.querySelector(".ways").replaceChildren(
    ...data.makers.map((maker) => way("south", `Down: who made ${term.name}? ${maker}`, () => tell("down", [term.place, maker]))),
    ...data.users.map(({ name, words }) => way("north", `Up: ${words}`, () => tell("up", name))),
  );
}

function gridOf(term, name, data, reading, still) {
  const { cells, tints } = term[name];
  const grid = element("div", "grid");
  grid.style.setProperty("--columns", cells[0].length);
  grid.style.setProperty("--letters", Math.max(4, ...cells.flat().map((text) => text.length)));
  grid.setAttribute("role", "img");
  grid.setAttribute("aria-label", `${name}: ${cells.map((row) => row.join(" ")).join("; ")}`);
  cells.forEach((row, r) =>
    row.forEach((text, c) => {
      const cell = element("div", "cell", data.written ? text : "");
      cell.style.setProperty("--tint", Math.abs(tints[r][c]));
      cell.classList.toggle("negative", tints[r][c] < 0);
      cell.classList.toggle("strong", Math.abs(tints[r][c]) > 0.55);
      cell.classList.toggle("padding", name === "window" && term.padding[r][c]);
      cell.classList.toggle("winner", term.winner?.[0] === r && term.winner?.[1] === c);
      cell.onpointerenter = () => (reading.textContent = told(term, r, c, data));
      cell.onpointerleave = () => (reading.textContent = still);
      grid.append(cell);
    }),
  );
  return grid;
}

function told(term, r, c, data) {
  const where = `row ${r}, column ${c} of the window${term.padding[r][c] ? " (padding)" : ""}: `;
  if (!term.kernel) return where + term.window.cells[r][c];
  return `${where}${term.window.cells[r][c]} × ${term.kernel.cells[r][c]} = ${term.products.cells[r][c]}`;
}

function drawLines(host, stages) {
  host.replaceChildren(
    ...stages.map(({ name, formula, value }) => {
      const line = element("p", "stage");
      line.append(element("span", "name", name), element("span", "formula", `${formula} = `), element("output", "", value));
      return line;
    }),
  );
}

function way(direction, text, onClick) {
  const button = element("button", `way ${direction}`, text);
  button.type = "button";
  button.onclick = onClick;
  return button;
}
