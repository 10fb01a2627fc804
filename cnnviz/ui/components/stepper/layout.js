// How large the cells are and how the grids stand, from the width there is. Pure: sizes in, sizes out.

const NARROW = 620; // px: below this a stepper is on a phone, or in a narrow column
const TALLEST = { wide: 440, narrow: 600 }; // px of all grids together, so that the player below them is in sight
const LARGEST = 52; // px of one cell with its gap
const SMALLEST = 5;
const CAPTION = 28;
const NAME = 21;
const BETWEEN = 12; // planes of one panel
const READABLE = 15; // px: smaller cells show their colour only
const ARROW = 64;
const SUM = 108; // where the channel sums are added up

const gapOf = (pitch) => (pitch >= 26 ? 3 : pitch >= 13 ? 2 : 1);

// A kernel has cells of its own size where those of the input become too small to read.
function kernelPitch({ kernel, input }, pitch) {
  return pitch >= 22 ? pitch : Math.max(pitch, Math.min(22, Math.floor((input.rows * pitch) / kernel.rows)));
}

// Every way to place the panels for one size of cell, the most natural first: width and height in px that it takes.
//   row      input | kernel | channel results | output, the channels below each other
//   columns  input, kernel and channel results below each other, the channels side by side; the output to the right
//   stacked  the same with the output below; over: the output below a row; split: input above, kernel and output below
function placings(shape, pitch, isNarrow) {
  const { input, kernel, sums, output } = shape;
  const between = isNarrow ? 16 : 36;
  const small = kernel ? kernelPitch(shape, pitch) : 0;
  const panels = [
    { wide: input.columns * pitch, high: input.rows * pitch, count: input.planes, caption: input.caption },
    kernel && { wide: kernel.columns * small, high: kernel.rows * small, count: input.planes, caption: kernel.caption },
    sums && { wide: output.columns * pitch, high: output.rows * pitch, count: input.planes, caption: 0 },
  ].filter(Boolean);
  const asWideAsItsCaption = (panel) => Math.max(panel.wide, panel.caption ?? 0);
  const name = shape.named ? NAME : 0;
  const box = { wide: Math.max(...panels.map((p) => p.wide)), high: Math.max(...panels.map((p) => p.high)) + name };
  const arrow = isNarrow ? 0 : (sums ? SUM : ARROW) + between;
  const out = (folds) => ({
    wide: Math.max(folds * (output.columns * pitch + BETWEEN) - BETWEEN, output.caption ?? 0),
    high: CAPTION + Math.ceil(output.planes / folds) * (output.rows * pitch + (output.named ? NAME : 0) + BETWEEN) - BETWEEN,
  });
  const row = {
    wide: panels.reduce((sum, p) => sum + asWideAsItsCaption(p) + between, -between),
    high: CAPTION + input.planes * (box.high + BETWEEN) - BETWEEN,
  };
  const columns = {
    wide: input.planes * (box.wide + BETWEEN) - BETWEEN,
    high: panels.reduce((sum, p) => sum + p.high + CAPTION + 10, name - 10),
  };
  const all = [];
  const beside = (way, first, second, folds) =>
    all.push({ way, folds, wide: first.wide + between + arrow + second.wide, high: Math.max(first.high, second.high) });
  const below = (way, first, second, folds) =>
    all.push({ way, folds, wide: Math.max(first.wide, second.wide), high: first.high + (way === "split" ? 12 : 40) + second.high });
  for (let folds = 1; folds <= output.planes; folds++) beside("row", row, out(folds), folds);
  for (let folds = 1; folds <= output.planes; folds++) beside("columns", columns, out(folds), folds);
  if (kernel && input.planes === 1 && !sums) {
    for (let folds = 1; folds <= output.planes; folds++) {
      const rest = { wide: asWideAsItsCaption(panels[1]) + between + out(folds).wide, high: Math.max(CAPTION + panels[1].high, out(folds).high) };
      below("split", { wide: panels[0].wide, high: CAPTION + panels[0].high }, rest, folds);
    }
  }
  for (let folds = output.planes; folds > 0; folds--) below("stacked", columns, out(folds), folds);
  for (let folds = output.planes; folds > 0; folds--) below("over", row, out(folds), folds);
  return all.map((placing, order) => ({ ...placing, order, pitch, small }));
}

// The placing to use for a shape in a width: the first that is nearly as large as the largest that fits.
//   shape: { input: {rows, columns, planes}, kernel: {rows, columns} | null, sums: bool, named: bool, output: {…, named} };
//   each panel may give the width of its caption in px
//   -> { way, folds, pitch, small, … }; pitch is one cell with its gap, small the same for the kernel
export function layoutOf(shape, width, tallest = null) {
  const isNarrow = width < NARROW;
  const height = tallest ?? (isNarrow ? TALLEST.narrow : TALLEST.wide);
  const best = new Map();
  for (let pitch = LARGEST; pitch >= SMALLEST; pitch--) {
    for (const placing of placings(shape, pitch, isNarrow)) {
      const fits = placing.wide <= width - 8 && placing.high <= height;
      if (fits && !best.has(placing.order)) best.set(placing.order, placing);
    }
  }
  if (!best.size) return { ...placings(shape, SMALLEST, isNarrow).at(-1), isNarrow };
  const largest = Math.max(...[...best.values()].map((placing) => placing.pitch));
  const enough = Math.min(largest, Math.max(0.86 * largest, Math.min(largest, 18)));
  const chosen = [...best.values()].sort((a, b) => a.order - b.order).find((placing) => placing.pitch >= enough);
  return { ...chosen, isNarrow };
}

// The size of the numbers in px for a cell and the longest number of its grid; 0 where they cannot be read any more.
export function numberSize(pitch, longest) {
  const cell = pitch - gapOf(pitch);
  if (cell < READABLE - 2) return 0;
  const size = Math.min(0.62 * cell, Math.max(0.38 * cell, 11), (1.5 * cell) / Math.max(longest, 2));
  return size < 6.5 ? 0 : Math.round(size * 10) / 10;
}

// Where each filter (each channel, when pooling or stamping) starts in the walk: one tick each.
export function ticksOf(steps) {
  const ticks = [];
  steps.forEach((step, index) => {
    if (ticks.at(-1)?.plane !== step.at[0]) ticks.push({ plane: step.at[0], index });
  });
  return ticks;
}

// The step that a key leads to, or null for any other key.
export function stepForKey(key, step, columns, count) {
  const moves = {
    ArrowRight: step + 1,
    PageDown: step + 1,
    ArrowLeft: step - 1,
    PageUp: step - 1,
    ArrowDown: step + columns,
    ArrowUp: step - columns,
    Home: 0,
    End: count - 1,
  };
  return key in moves ? Math.max(0, Math.min(count - 1, moves[key])) : null;
}

// The cell that a key leads to inside a grid, or null for any other key.
export function cellForKey(key, [row, column], rows, columns) {
  const moves = {
    ArrowRight: [row, column + 1],
    ArrowLeft: [row, column - 1],
    ArrowDown: [row + 1, column],
    ArrowUp: [row - 1, column],
    Home: [row, 0],
    End: [row, columns - 1],
  };
  if (!(key in moves)) return null;
  const [toRow, toColumn] = moves[key];
  return [Math.max(0, Math.min(rows - 1, toRow)), Math.max(0, Math.min(columns - 1, toColumn))];
}
