// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface AccountLine {
  name: string;
  sum: string;
  share: number;
}

export interface Answers {
  cell: Cell;
  pixel: Pixel;
  down: Down;
  up: Up;
}

export interface Cell {
  value: [number, number];
  id: string;
  stamp: number;
}

export interface Down {
  value: [number, string];
  id: string;
  stamp: number;
}

export interface Grid {
  cells: string[][];
  tints: number[][];
}

export interface MapPart {
  sources: OfThemes;
  legends: OfThemes;
  low: string;
  high: string;
  rows: number;
  columns: number;
  at: [number, number];
  alt: string;
  caption: string;
}

export interface Message {
  kind: string;
  terms: Term[];
  lines: AccountLine[];
  total: string;
  written: boolean;
  divisor: number;
  id: string;
  picture: PicturePart;
  map: MapPart;
  account: string;
  totalName: string;
  agreement: string;
  still: string[];
  behind: StageLine[];
  makers: string[];
  users: User[];
}

export interface OfThemes {
  light: string;
  dark: string;
}

export interface PicturePart {
  source: string;
  alt: string;
  coarse: boolean;
  field: [number, number, number, number];
  caption: string;
}

export interface Pixel {
  value: [number, number];
  id: string;
  stamp: number;
}

export interface Script {
  kind: string;
  terms: Term[];
  lines: AccountLine[];
  total: string;
  written: boolean;
  divisor: number;
}

export interface StageLine {
  name: string;
  formula: string;
  value: string;
}

export interface Term {
  name: string;
  sum: string;
  share: number;
  window: Grid;
  kernel: Grid | null;
  products: Grid;
  told: string[][];
  place: number;
  padding: boolean[][];
  winner: [number, number] | null;
}

export interface Up {
  value: string;
  id: string;
  stamp: number;
}

export interface User {
  name: string;
  words: string;
  gains: boolean;
}
