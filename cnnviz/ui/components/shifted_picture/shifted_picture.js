// Three maps for each shift of the picture, all worked out by Python; here one of them is shown.

const ROLES = ["input", "output", "pooled"];
const WIGGLE_MS = 700;

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".shifted_picture");
  const state = (host.state ??= { at: startOf(data), timer: null, way: 1 });
  Object.assign(state, { data, at: Math.min(state.at, data.shifts.length - 1) });
  host.dataset.theme = isDark(host) ? "dark" : "light";
  build(host, state);
  show(host, state);
  assign(host, state);
  return () => clearTimeout(state.timer);
}

// The shift is part of the page's address: pool_moved=-2.
function startOf({ start, shifts }) {
  const asked = Number(new URL(window.location.href).searchParams.get("pool_moved") ?? "0");
  const found = shifts.findIndex(({ across }) => across === asked);
  return found < 0 ? start : found;
}

function remember(state) {
  const address = new URL(window.location.href);
  const { across } = state.data.shifts[state.at];
  if (across) address.searchParams.set("pool_moved", across);
  else address.searchParams.delete("pool_moved");
  window.history.replaceState(window.history.state, "", address);
}

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

function build(host, state) {
  const { titles, shifts } = state.data;
  state.grids = [];
  host.querySelector(".maps").replaceChildren(
    ...titles.map((title, number) => {
      const figure = element("figure", ROLES[number]);
      const rows = shifts[0].maps[number];
      const grid = element("div", "grid");
      grid.setAttribute("role", "img");
      grid.style.setProperty("--columns", rows[0].length);
      const cells = rows.map((row) => row.map(() => element("div", "cell")));
      grid.append(...cells.flat());
      const words = element("p", "words");
      figure.append(element("figcaption", "", `${title}, ${rows.length} × ${rows[0].length}`), grid, words);
      state.grids.push({ grid, cells, words, title });
      return figure;
    }),
  );
  host.querySelector(".slide").max = shifts.length - 1;
}

function show(host, state) {
  const { shifts, limits } = state.data;
  const { across, maps, changed, words } = shifts[state.at];
  state.grids.forEach(({ grid, cells, words: line, title }, number) => {
    cells.forEach((row, r) =>
      row.forEach((cell, c) => {
        const text = maps[number][r][c];
        if (cell.textContent !== text) cell.textContent = text;
        cell.style.setProperty("--tint", limits[number] ? Math.abs(Number(text)) / limits[number] : 0);
        cell.classList.toggle("changed", number > 0 && changed[number][r][c] === "x");
        cell.classList.toggle("zero", text === "0");
      }),
    );
    line.textContent = words[number];
    grid.setAttribute("aria-label", `${title}. ${words[number]}`);
  });
  host.querySelector(".slide").value = state.at;
  host.querySelector(".where").textContent = across === 0 ? "not moved" : `${across > 0 ? "+" : "−"}${Math.abs(across)} px`;
}

function go(host, state, at) {
  const last = state.data.shifts.length - 1;
  state.at = Math.max(0, Math.min(last, at));
  show(host, state);
  if (state.timer) return;
  host.querySelector(".spoken").textContent = state.data.shifts[state.at].words.filter(Boolean).join(" ");
  remember(state);
}

function wiggle(host, state) {
  const button = host.querySelector(".wiggle");
  if (state.timer) {
    clearTimeout(state.timer);
    state.timer = null;
    remember(state);
  } else {
    const tick = () => {
      state.timer = setTimeout(tick, WIGGLE_MS);
      if (state.at + state.way < 0 || state.at + state.way >= state.data.shifts.length) state.way = -state.way;
      go(host, state, state.at + state.way);
    };
    tick();
  }
  button.setAttribute("aria-pressed", state.timer !== null);
  button.textContent = state.timer ? "Stop" : "Let it move";
}

function assign(host, state) {
  const to = (by) => () => go(host, state, state.at + by);
  host.querySelector(".left").onclick = to(-1);
  host.querySelector(".right").onclick = to(1);
  host.querySelector(".slide").oninput = (event) => go(host, state, Number(event.target.value));
  host.querySelector(".wiggle").onclick = () => wiggle(host, state);
  host.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && !event.target.matches(".slide")) go(host, state, state.at + by);
    else if (event.key === " " && !event.target.matches("button")) wiggle(host, state);
    else return;
    event.preventDefault();
  };
}
