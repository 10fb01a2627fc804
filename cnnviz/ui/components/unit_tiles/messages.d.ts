// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  patch: ChosenPatch;
  cell: ChosenCell;
}

export interface Ascent {
  source: string;
  alt: string;
  coarse: boolean;
  waiting: string;
  points: [number, number][];
  low: string;
  high: string;
  last: string;
  steps: string;
}

export interface ChosenCell {
  value: [number, number];
  stamp: number;
}

export interface ChosenPatch {
  value: [number, string];
  stamp: number;
}

export interface Message {
  patches: Patches | null;
  ascent: Ascent | null;
  sent: SentBack | null;
}

export interface Patch {
  source: string;
  coarse: boolean;
  value: string;
  name: string;
  words: string;
}

export interface Patches {
  tiles: Patch[];
  slots: number;
  columns: number;
  label: string;
}

export interface SentBack {
  source: string;
  alt: string;
  coarse: boolean;
  field: [number, number, number, number];
  at: [number, number];
  cells: [number, number];
  parts: SentPart[];
}

export interface SentPart {
  source: string;
  alt: string;
  coarse: boolean;
  caption: string;
}
