// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  at: string;
}

export interface Message {
  inputs: number;
  outputs: number;
  window: number;
  panels: Panel[];
  at: string;
}

export interface Panel {
  title: string;
  words: string;
  count: string;
  formula: string;
  lines: [number, number, number][];
  hues: number[];
  readings: Record<string, string>;
}

export interface Script {
  inputs: number;
  outputs: number;
  window: number;
  panels: Panel[];
}
