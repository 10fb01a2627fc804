// What a cell takes part in: pointing at it, tapping it or reaching it with the keys shows it on all grids; a click,
// a tap or Enter keeps it.

// ---------------------------------------------------------------- pure: where a cell is used

// Every drawn place that holds the same input cell: through reflect, replicate and circular padding there are several.
export function copiesOf({ sources, kinds }, row, column) {
  if (!sources || !".p".includes(kinds[row][column])) return [[row, column]];
  const same = (lines, at) => lines.flatMap((source, index) => (source === lines[at] ? [index] : []));
  return same(sources.rows, row).flatMap((r) => same(sources.columns, column).map((c) => [r, c]));
}

// Every (step, number of the channel in it, tap row, tap column) in which one of the places of an input plane is used.
export function usesOfInput(steps, plane, places) {
  return steps.flatMap((step, index) => {
    const channel = step.channels.indexOf(plane);
    if (channel < 0) return [];
    return places.flatMap(([row, column]) => {
      const [a, b] = [step.rows.indexOf(row), step.columns.indexOf(column)];
      return Math.min(a, b) < 0 ? [] : [{ index, channel, a, b }];
    });
  });
}

// Every drawn input place that a kernel cell (a, b) of a filter multiplies: [row, column] of each of its windows.
export function placesOfWeight(steps, filter, a, b) {
  return steps.filter((step) => step.at[0] === filter).map((step) => [step.rows[a], step.columns[b]]);
}

// ---------------------------------------------------------------- showing it

function relate(host, walk, place) {
  const own = place && walk.indexAt.get([place.plane, ...place.cell].join("."));
  if (!place) show(host, walk, walk.step);
  else if (place.name === walkingGrid(walk)) show(host, walk, own ?? walk.step);
  else if (place.name === "sums") show(host, walk, walk.indexAt.get([walk.turn, ...place.cell].join(".")) ?? walk.step);
  else {
    show(host, walk, walk.step);
    host.classList.add("relating");
    write(part(host, "relation"), relation(host, walk, place));
  }
}

function relation(host, walk, place) {
  const isKernel = place.name === "kernel";
  if (isStamp(walk)) return (isKernel ? relateStampKernel : relateStampedOutput)(host, walk, place);
  return (isKernel ? relateKernel : relateInput)(host, walk, place);
}

function relateInput(host, walk, { plane, cell: [row, column] }) {
  const { steps, input, kernel, kind } = walk.data;
  const places = copiesOf(input, row, column);
  const uses = usesOfInput(steps, plane, places);
  for (const [r, c] of places) mark(walk, walk.planes.input[plane].cells[r][c], "marked by-input");
  let won = 0;
  const outputs = new Set(uses.map(({ index }) => index));
  for (const { index, channel, a, b } of uses) {
    const { at, winner, divisor } = steps[index];
    const wins = Boolean(winner) && winner[0] === a && winner[1] === b;
    won += wins;
    const weight = kernel ? `×${minus(kernel.filters[at[0]].planes[channel].cells[a][b])}` : divisor ? `÷${divisor}` : wins ? "max" : "";
    mark(walk, walk.planes.output[at[0]].cells[at[1]][at[2]], wins || kind !== "max" ? "marked reached by-input" : "marked reached seen", weight);
  }
  const who = inputWords(walk, plane, row, column, places.length);
  if (input.kinds[row][column] === "b") return `${who} ceil_mode lets a window reach it, and it is never counted.`;
  if (!uses.length) return `${who} is not reached by any window: it changes no output.`;
  const feeds = places.length > 1 ? "feed" : "feeds";
  const count = counted(outputs.size, "output");
  if (kind === "max") return `${who} is seen by ${counted(outputs.size, "window")} and is the winner in ${won || "none"} of them.`;
  if (kind === "average") return `${who} ${feeds} ${count}, each with the share written there.`;
  return `${who} ${feeds} ${count}, each through the weight written there.`;
}

function inputWords(walk, plane, row, column, copies) {
  const { input, axes } = walk.data;
  const text = minus(input.planes[plane].cells[row][column]);
  const named = input.planes[plane].name ? ` of ${input.planes[plane].name}` : "";
  const place = (r, c) => {
    const [real, across] = [(r - input.origin[0]) / input.spread[0] + 1, (c - input.origin[1]) / input.spread[1] + 1];
    return axes === 1 ? `place ${across}` : `row ${real}, column ${across}`;
  };
  const kind = input.kinds[row][column];
  if (kind === "b") return "This cell lies beyond the padding:";
  if (kind === "z") return "This zero, put between the inputs,";
  if (kind === "p" && !input.sources) return `This padding cell, a ${text}${named},`;
  const { sources } = input;
  const [r, c] = sources ? [sources.rows[row], sources.columns[column]] : [row, column];
  if (copies > 1) return `The ${text} in ${place(r, c)}${named} and its ${counted(copies - 1, "copy").replace("copys", "copies")} in the border`;
  return `The ${text} in ${place(r, c)}${named || " of the input"}`;
}

function relateKernel(host, walk, { plane, cell: [a, b] }) {
  const { steps, kernel } = walk.data;
  const channel = steps[walk.shown].channels[plane];
  const places = placesOfWeight(steps, walk.turn, a, b);
  mark(walk, walk.planes.kernel[plane].cells[a][b], "marked by-kernel");
  for (const [row, column] of places) mark(walk, walk.planes.input[channel].cells[row][column], "marked by-kernel");
  const of = kernel.filters.length > 1 ? ` of ${kernel.filters[walk.turn].name}` : "";
  const which = places.length === 1 ? "in the only window" : `in all ${places.length} windows`;
  return `The weight ${minus(walk.kernelNow[plane].cells[a][b])} is used ${which}${of}, on the framed inputs: one weight, shared.`;
}

// ---------------------------------------------------------------- pointing, tapping, keys

const placeUnder = (event) => event.target.closest?.(".cell")?.place;
const samePlace = (one, other) => writePin(one) === writePin(other);

function assignPointing(host, walk) {
  const grids = part(host, "grids");
  grids.onpointerover = (event) => {
    if (walk.timer || walk.editing || event.pointerType === "touch") return;
    const place = placeUnder(event);
    if (place && samePlace(place, walk.pointed)) return;
    if (!place && (!walk.pointed || event.target.closest?.(".grid"))) return; // between two cells nothing flickers
    walk.pointed = place ?? null;
    relate(host, walk, place ?? walk.pinned);
  };
  grids.onpointerleave = () => {
    if (!walk.pointed) return;
    walk.pointed = null;
    if (!walk.timer) relate(host, walk, walk.pinned);
  };
  // A click points, and leaves the keyboard with the walk: the arrows go on stepping.
  grids.onmousedown = (event) => {
    if (walk.editing || !placeUnder(event)) return;
    event.preventDefault();
    takeKeyboard(host);
  };
  grids.onclick = (event) => {
    const place = placeUnder(event);
    if (place && !walk.editing) choose(host, walk, place);
    else if (!walk.editing) chooseFilter(host, walk, event.target);
  };
  for (const name of ["input", "kernel", "output"]) walk.planes[name].forEach((one) => assignStop(host, walk, name, one));
  seat(walk);
}

// A click or Enter: on the walk's own grid it goes there, on any other it keeps what is shown, and the second lets go.
function choose(host, walk, place) {
  stop(host, walk);
  if (place.name === walkingGrid(walk)) return go(host, walk, walk.indexAt.get([place.plane, ...place.cell].join(".")) ?? walk.step);
  if (place.name === "sums") return go(host, walk, walk.indexAt.get([walk.turn, ...place.cell].join(".")));
  walk.pinned = samePlace(walk.pinned, place) ? null : place;
  flag(host, "pinned", walk.pinned);
  relate(host, walk, walk.pinned ?? (walk.pointed ? place : null));
  remember(walk);
}

// A click on the name of an output map: the same place in that filter's turn.
function chooseFilter(host, walk, target) {
  const box = target.closest?.(".output .plane");
  const number = walk.planes.output.findIndex((one) => one.box === box);
  if (number < 0 || isStamp(walk)) return;
  const [, row, column] = walk.data.steps[walk.step].at;
  jump(host, walk, walk.indexAt.get([number, row, column].join(".")));
}

// Each grid has one cell that Tab reaches; the arrows move it on the grids that the walk itself does not step through.
function assignStop(host, walk, name, one) {
  if (walk.editing || name === walkingGrid(walk)) return;
  const { origin } = walk.data[name];
  setStop(host, walk, one, one.cells[origin?.[0] ?? 0][origin?.[1] ?? 0]);
}

function setStop(host, walk, one, cell) {
  if (one.stop) {
    one.stop.removeAttribute("tabindex");
    one.stop.onfocus = one.stop.onblur = null;
  }
  one.stop = cell;
  cell.tabIndex = 0;
  cell.onfocus = () => {
    if (walk.timer) return;
    relate(host, walk, cell.place);
    write(part(host, "spoken"), part(host, "relation").textContent);
  };
  cell.onblur = () => {
    if (!walk.timer && cell.isConnected) relate(host, walk, walk.pinned);
  };
}

// Tab reaches the walk's own grid at the cell where the walk stands.
function seat(walk) {
  const { at } = walk.data.steps[walk.step];
  const cell = walk.planes[walkingGrid(walk)][at[0]].cells[at[1]][at[2]];
  if (walk.seat === cell) return;
  const root = walk.seat?.getRootNode();
  const hadFocus = walk.seat?.isConnected && root.activeElement === walk.seat;
  walk.seat?.removeAttribute("tabindex");
  walk.seat = cell;
  if (!walk.editing) cell.tabIndex = 0;
  if (hadFocus) cell.focus({ preventScroll: true });
}

// Arrows, Home, End and Enter inside a grid; true where the key was for the grid.
function onGridKey(event, host, walk) {
  const place = event.target.place;
  if (!place || walk.editing) return false;
  if (event.key === "Enter") {
    choose(host, walk, place);
    return true;
  }
  if (place.name === walkingGrid(walk)) return false;
  const one = walk.planes[place.name][place.plane];
  const to = cellForKey(event.key, place.cell, one.cells.length, one.cells[0].length);
  if (!to) return false;
  stop(host, walk);
  const cell = one.cells[to[0]][to[1]];
  if (cell !== one.stop) {
    setStop(host, walk, one, cell);
    cell.focus();
  }
  return true;
}
