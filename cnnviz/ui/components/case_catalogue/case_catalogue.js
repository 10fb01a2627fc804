// Draws the cases it is given and tells Python which one was chosen. Called again on every change: the drawings are made
// once, afterwards only the marks change, so that the list stays where it was scrolled to.

const WIDTH = 112;
const HEIGHT = 52;
const GAP = 20; // between input and output, where the arrow is

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".case_catalogue");
  const made = JSON.stringify(data.groups);
  if (host.made !== made) {
    host.made = made;
    host.replaceChildren(...data.groups.map(drawGroup));
  }
  for (const button of host.querySelectorAll(".case")) {
    button.setAttribute("aria-pressed", String(data.shown.includes(button.dataset.key)));
    button.onclick = () => setTriggerValue("case", button.dataset.key);
  }
  host.dataset.theme = isDark(host) ? "dark" : "light";
}

function drawGroup({ title, cases }) {
  const group = element("section", "group");
  const list = element("div", "cases");
  list.append(...cases.map(drawCase));
  group.append(element("h3", "heading", title), list);
  return group;
}

function drawCase({ key, title, sizes, away, drawing }) {
  const button = element("button", "case");
  button.type = "button";
  button.dataset.key = key;
  button.append(draw(drawing), element("span", "title", title), element("span", "sizes", sizes));
  if (away) button.append(element("span", "away", `on the page ${away}`));
  return button;
}

// Input and output to one scale, so that one sees what shrinks and what grows.
function draw({ kinds, rows, columns, output }) {
  const [height, width] = [kinds.length, kinds[0].length];
  const side = Math.min(HEIGHT / Math.max(height, output[0]), (WIDTH - GAP) / (width + output[1]), 9);
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const left = (WIDTH - GAP - side * (width + output[1])) / 2;
  const middle = HEIGHT / 2;
  const top = middle - (side * height) / 2;
  const cell = (x, y, kind) => svg.append(svgElement("rect", { x, y, width: side * 0.88, height: side * 0.88, rx: side * 0.14, class: kind }));
  const names = { ".": "input", p: "border", b: "beyond", z: "zero", x: "unread" };
  kinds.forEach((line, row) => [...line].forEach((kind, column) => cell(left + column * side, top + row * side, names[kind])));
  for (const row of rows) for (const column of columns) cell(left + column * side, top + row * side, "tap");
  const right = left + side * width + GAP;
  svg.append(svgElement("path", { d: `M${right - GAP + 4} ${middle}h10m-3.5-3.5 3.5 3.5-3.5 3.5`, class: "arrow" }));
  for (let row = 0; row < output[0]; row++) {
    for (let column = 0; column < output[1]; column++) cell(right + column * side, middle - (side * output[0]) / 2 + row * side, "output");
  }
  return svg;
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function svgElement(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function isDark(host) {
  const parts = getComputedStyle(host).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"];
  const [r, g, b] = parts.map((pair) => parseInt(pair, 16));
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}
