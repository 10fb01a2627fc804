// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  layer: number;
}

export interface Layer {
  name: string;
  kind: string;
  sign: string;
  state: string;
  shape: number[] | null;
  inputs: number[];
  words: string;
  cells: Record<string, string>;
  titles: Record<string, string>;
  shares: Record<string, number>;
}

export interface Message {
  layers: Layer[];
  input: number[];
  total: Record<string, string>;
  strips: Strip[];
  part: "diagram" | "table";
  label: string;
  legend: string;
  hint: string;
  reveal: number | null;
  group: string;
  chosen: number | null;
}

export interface Script {
  layers: Layer[];
  input: number[];
  total: Record<string, string>;
  strips: Strip[];
}

export interface Strip {
  kind: string;
  label: string;
  total: string;
  most: string;
}
