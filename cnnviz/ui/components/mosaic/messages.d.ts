// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  channel: number;
}

export interface Choice {
  mosaic: string;
  selected: number | null;
}

export interface Header {
  label: string;
  palette: "sequential" | "diverging" | "rgb";
  scale: "each" | "all";
  key: string;
  noun: string;
  names: string[] | null;
  picture: [number, number] | null;
  height: number;
  columns: number | null;
  rows: string[] | null;
  accent: string;
  hint: string;
  selectable: boolean;
  shape: [number, number, number, number];
  step: number;
  decimals: number;
  cells: number;
}
