// What every part of the stepper uses: finding and making elements, writing numbers, the page's address. Python worked
// out what is shown; no value is computed here.

// A view draws something more beside the grids: build(host, walk) after the grids are built, show(host, walk, index)
// after each shown step, and unmount(host, walk), where it has one, at the end.
const views = [];

const part = (host, name) => host.querySelector(`.${name}`);
const flag = (node, name, on) => node.classList.toggle(name, Boolean(on));

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function svgElement(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function isDark(host) {
  const [r, g, b] = (getComputedStyle(host).getPropertyValue("--st-background-color").match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map(
    (pair) => parseInt(pair, 16),
  );
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// ---------------------------------------------------------------- words and numbers

const minus = (text) => text.replace("-", "−");
const bracketed = (text) => (/^[-−]/.test(text) ? `(${minus(text)})` : text);
const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

// How strongly a written number is tinted among others of its kind; the picture's colour, not a value.
function amount(text) {
  const [top, bottom] = text.replace("−", "-").split("/").map(Number);
  const value = bottom ? top / bottom : top;
  return Number.isFinite(value) ? value : 0;
}

// A kernel is drawn as it lies on the input. A transposed convolution lays its kernels flipped by itself.
const isLaidFlipped = ({ kind, flipped }) => (kind === "transposed") !== Boolean(flipped);

const isStamp = ({ data }) => data.kind === "stamp";
const walkingGrid = (walk) => (isStamp(walk) ? "input" : "output"); // where the walk itself goes cell by cell
const walkColumns = ({ data }) => (data.kind === "stamp" ? data.input.planes[0].cells[0].length : data.output.size[1]);

// ---------------------------------------------------------------- the page's address

// Only a stepper that is linked to the address writes there, and only its own words: all others stay.
function setInAddress(walk, name, value) {
  if (!walk.data.linked || walk.gone) return;
  const address = new URL(window.location.href);
  if ((address.searchParams.get(name) ?? null) === (value ?? null)) return;
  if (value === null || value === undefined) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  window.history.replaceState(window.history.state, "", address);
}

const fromAddress = (name) => new URL(window.location.href).searchParams.get(name);

// The step that the address asks for, counted from 0; null where it asks for nonsense.
export function readStep(text, count) {
  return /^[1-9]\d{0,3}$/.test(text ?? "") ? Math.min(Number(text), count) - 1 : null;
}

// The cell that is pinned in the address, such as input.0.2.3 (plane, row, column), if the script has it; else null.
export function readPin(text, script) {
  const found = /^(input|kernel|output)\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text ?? "");
  if (!found) return null;
  const [plane, row, column] = found.slice(2).map(Number);
  const planes = found[1] === "kernel" ? script.kernel?.filters[0].planes : script[found[1]].planes;
  return planes?.[plane]?.cells[row]?.[column] === undefined ? null : { name: found[1], plane, cell: [row, column] };
}

export const writePin = (pin) => (pin ? [pin.name, pin.plane, ...pin.cell].join(".") : null);
