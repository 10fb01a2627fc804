// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  numbers: Edits;
  place: [number, number];
  save: Wanted;
}

export interface Edit {
  grid: string;
  plane: number;
  filter: number;
  cells: string[][];
  divisor: number;
  sent: number;
}

export interface Edits {
  edits: Edit[];
  sent: number;
}

export interface Filter {
  name: string;
  planes: KernelPlane[];
  bias: string;
}

export interface Filtered {
  source: string;
  caption: string;
  alt: string;
  rows: number;
  columns: number;
  low: string;
  high: string;
  legend: string;
}

export interface Input {
  planes: Plane[];
  kinds: string[];
  unread: string[];
  origin: number[];
  size: number[];
  spread: number[];
  sources: Sources | null;
  grey: boolean;
  border: string;
}

export interface Kernel {
  filters: Filter[];
  size: number[];
  dilation: number[];
  divisor: number;
}

export interface KernelPlane {
  cells: string[][];
  shade: (number | null)[][];
}

export interface MatrixScript {
  columns: number;
  rows: number;
  entries: [number, string, number][][];
}

export interface Message {
  kind: "convolution" | "transposed" | "max" | "average" | "stamp";
  flipped: boolean;
  input: Input;
  kernel: Kernel | null;
  output: OutputGrid;
  note: string;
  steps: Step[];
  matrix: MatrixScript | null;
  code: string;
  axes: number;
  relu: boolean;
  groups: number;
  window: number[];
  dilation: number[];
  start: number | null;
  editable: boolean;
  heard: number;
  refused: string[];
  linked: boolean;
  focus: boolean;
  autoplay: boolean;
  loop: boolean;
  plain: boolean;
  picture: WholePicture | null;
  save: boolean;
  file: SavedFile | null;
}

export interface Numbers {
  grid: string;
  plane: number;
  filter: number;
  cells: string[][];
  divisor: number;
}

export interface OutputGrid {
  planes: Plane[];
  kinds: string[];
  origin: number[];
  size: number[];
  rounded: boolean;
  start?: string[];
}

export interface Plane {
  name: string;
  hue: string;
  cells: string[][];
  shade: (number | null)[][];
}

export interface SavedFile {
  stamp: number;
  error: string;
  name: string;
  mime: string;
  base64: string;
}

export interface Script {
  kind: "convolution" | "transposed" | "max" | "average" | "stamp";
  flipped: boolean;
  input: Input;
  kernel: Kernel | null;
  output: OutputGrid;
  note: string;
  steps: Step[];
  matrix: MatrixScript | null;
  code: string;
  axes: number;
  relu: boolean;
  groups: number;
  window: number[];
  dilation: number[];
}

export interface Sources {
  rows: number[];
  columns: number[];
}

export interface Step {
  at: number[];
  channels: number[];
  rows: number[];
  columns: number[];
  products?: string[][][];
  sums?: string[];
  row_sums?: string[];
  total?: string;
  weighted?: string;
  weighted_rounded?: boolean;
  plus_bias?: string;
  line_rounded?: boolean;
  result?: string;
  result_rounded?: boolean;
  winner?: [number, number] | null;
  divisor?: number;
  why?: string;
  value?: string;
  planes?: number[];
  before?: string[][][];
  after?: string[][][];
}

export interface Wanted {
  kind: string;
  step: number;
  dark: boolean;
  stamp: number;
}

export interface WholePicture {
  source: string;
  caption: string;
  alt: string;
  rows: number;
  columns: number;
  top: number;
  left: number;
  side: number;
  stride: number[];
  filtered: Filtered[];
}
