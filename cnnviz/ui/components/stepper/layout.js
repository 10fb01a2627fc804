// How large the cells are and how the grids stand, from the width there is. Pure: sizes in, sizes out.

/** A grid in cells; `caption` is the width of what stands over it, in px. @typedef {{ rows: number, columns: number, planes: number, named?: boolean, caption?: number }} Side */
/** @typedef {{ input: Side, kernel: Omit<Side, "planes"> | null, sums: boolean, meeting: boolean, named: boolean, output: Side }} Shape */
/** One way to place the panels: `pitch` is one cell with its gap, `small` the same for the kernel. @typedef {{ way: string, folds: number, sumFolds: number, wide: number, high: number, order: number, pitch: number, small: number }} Placing */
/** @typedef {{ wide: number, high: number }} Size */

const NARROW = 620; // px: below this a stepper is on a phone, or in a narrow column
const TALLEST = { wide: 440, narrow: 600 }; // px of all grids together, so that the player below them is in sight
export const LOWEST = 180; // where there is less room the page is scrolled anyway
const LARGEST = 52; // px of one cell with its gap
const SMALLEST = { wide: 4, narrow: 5 };
const CAPTION = 28;
const NAME = 21;
const BETWEEN = 12; // planes of one panel
const NEAR = 24; // panels that stand aside
const READABLE = 15; // px: smaller cells show their colour only
const ARROW = 64;
const PER_CHANNEL = 80; // px of the words over the channel results
const SUM = 108; // where the channel sums are added up, and which channels meet is drawn

/** @type {(pitch: number) => number} */
export const gapOf = (pitch) => (pitch >= 26 ? 3 : pitch >= 13 ? 2 : 1);

/** A kernel has cells of its own size where those of the input become too small to read. @type {(rows: number, inputRows: number, pitch: number) => number} */
function kernelPitch(rows, inputRows, pitch) {
  return pitch >= 22 ? pitch : Math.max(pitch, Math.min(22, Math.floor((inputRows * pitch) / rows)));
}

/**
 * Every way to place the panels for one size of cell, the most natural first: width and height in px that it takes.
 *   row      input | kernel | channel results | output, the channels below each other
 *   columns  input, kernel and channel results below each other, the channels side by side; the output to the right
 *   aside    input and kernel below each other, the channels side by side; to the right the channel results, then the output
 *   stacked  as columns with the output below; over: the output below a row; split: input above, kernel and output below
 * @type {(shape: Shape, pitch: number, isNarrow: boolean) => Placing[]}
 */
function placings({ input, kernel, sums, meeting, named, output }, pitch, isNarrow) {
  const between = isNarrow ? 16 : 36;
  const small = kernel ? kernelPitch(kernel.rows, input.rows, pitch) : 0;
  const sized = (
    /** @type {Omit<Side, "planes">} */ side,
    /** @type {number} */ cell,
    caption = side.caption ?? 0,
  ) => ({
    wide: side.columns * cell,
    high: side.rows * cell,
    caption,
  });
  const panels = [
    sized(input, pitch),
    ...(kernel ? [sized(kernel, small)] : []),
    ...(sums ? [sized(output, pitch, 0)] : []),
  ];
  const wideOf = (/** @type {{ wide: number, caption: number }} */ { wide, caption }) => Math.max(wide, caption);
  const name = named ? NAME : 0;
  const box = { wide: Math.max(...panels.map((p) => p.wide)), high: Math.max(...panels.map((p) => p.high)) + name };
  const arrow = isNarrow ? 0 : (sums || meeting ? SUM : ARROW) + between;
  const out = (/** @type {number} */ folds) => ({
    wide: Math.max(folds * (output.columns * pitch + BETWEEN) - BETWEEN, output.caption ?? 0),
    high:
      CAPTION +
      Math.ceil(output.planes / folds) * (output.rows * pitch + (output.named ? NAME : 0) + BETWEEN) -
      BETWEEN,
  });
  const row = {
    wide: panels.reduce((sum, panel) => sum + wideOf(panel) + between, -between),
    high: CAPTION + input.planes * (box.high + BETWEEN) - BETWEEN,
  };
  const columns = {
    wide: input.planes * (box.wide + BETWEEN) - BETWEEN,
    high: panels.reduce((sum, panel) => sum + panel.high + CAPTION + 10, name - 10),
  };
  const all = /** @type {Omit<Placing, "order" | "pitch">[]} */ ([]);
  const beside = (
    /** @type {string} */ way,
    /** @type {Size} */ first,
    /** @type {Size} */ second,
    /** @type {number} */ folds,
    { sumFolds, small: own, gaps } = { sumFolds: 1, small, gaps: between + arrow },
  ) => {
    const wide = first.wide + gaps + second.wide;
    all.push({ way, folds, sumFolds, small: own, wide, high: Math.max(first.high, second.high) });
  };
  const below = (
    /** @type {string} */ way,
    /** @type {Size} */ first,
    /** @type {Size} */ second,
    /** @type {number} */ folds,
  ) => {
    const high = first.high + (way === "split" ? 12 : 40) + second.high;
    all.push({ way, folds, sumFolds: 1, small, wide: Math.max(first.wide, second.wide), high });
  };
  const folded = Array.from({ length: output.planes }, (_, at) => at + 1);
  for (const folds of folded) beside("row", row, out(folds), folds);
  for (const folds of folded) beside("columns", columns, out(folds), folds);
  if (kernel && sums) {
    const own = pitch < READABLE ? small : pitch;
    const wide = input.planes * (Math.max(input.columns * pitch, kernel.columns * own) + BETWEEN) - BETWEEN;
    const high = input.rows * pitch + kernel.rows * own + 2 * CAPTION + name + 10;
    for (const sumFolds of input.planes > 2 ? [1, 2] : [1]) {
      const results = {
        wide: Math.max(sumFolds * (output.columns * pitch + BETWEEN) - BETWEEN, PER_CHANNEL),
        high: CAPTION + Math.ceil(input.planes / sumFolds) * (output.rows * pitch + BETWEEN) - BETWEEN,
      };
      const aside = { wide: wide + NEAR + results.wide, high: Math.max(high, results.high) };
      for (const folds of folded)
        beside("aside", aside, out(folds), folds, { sumFolds, small: own, gaps: SUM + 2 * NEAR });
    }
  }
  if (kernel && input.planes === 1 && !sums) {
    const [first, second] = panels;
    for (const folds of folded) {
      const rest = {
        wide: wideOf(second) + between + out(folds).wide,
        high: Math.max(CAPTION + second.high, out(folds).high),
      };
      below("split", { wide: first.wide, high: CAPTION + first.high }, rest, folds);
    }
  }
  for (const folds of folded.toReversed()) below("stacked", columns, out(folds), folds);
  for (const folds of folded.toReversed()) below("over", row, out(folds), folds);
  return all.map((placing, order) => ({ ...placing, order, pitch }));
}

/** The placing to use for a shape in a width, no higher than `room`: the first that is nearly as large as the largest that fits. @type {(shape: Shape, width: number, room?: number) => Placing & { isNarrow: boolean }} */
export function layoutOf(shape, width, room = TALLEST.wide) {
  const isNarrow = width < NARROW;
  const smallest = isNarrow ? SMALLEST.narrow : SMALLEST.wide;
  const height = isNarrow ? TALLEST.narrow : Math.min(room, TALLEST.wide);
  /** @type {Map<number, Placing>} */
  const best = new Map();
  for (let pitch = LARGEST; pitch >= smallest; pitch--) {
    for (const placing of placings(shape, pitch, isNarrow)) {
      const fits = placing.wide <= width - 8 && placing.high <= height;
      if (fits && !best.has(placing.order)) best.set(placing.order, placing);
    }
  }
  if (!best.size && room < TALLEST.wide) return layoutOf(shape, width);
  const found = [...best.values()];
  const largest = Math.max(0, ...found.map(({ pitch }) => pitch));
  const enough = Math.min(largest, Math.max(0.86 * largest, Math.min(largest, 18)));
  const chosen = found.sort((a, b) => a.order - b.order).find(({ pitch }) => pitch >= enough);
  return { ...(chosen ?? placings(shape, smallest, isNarrow).slice(-1)[0]), isNarrow };
}

/** The size of the numbers in px for a cell and the longest number of its grid; 0 where they cannot be read any more. @type {(pitch: number, longest: number) => number} */
export function numberSize(pitch, longest) {
  const cell = pitch - gapOf(pitch);
  if (cell < READABLE - 2) return 0;
  const size = Math.min(0.62 * cell, Math.max(0.38 * cell, 11), (1.5 * cell) / Math.max(longest, 2));
  return size < 6.5 ? 0 : Math.round(size * 10) / 10;
}
