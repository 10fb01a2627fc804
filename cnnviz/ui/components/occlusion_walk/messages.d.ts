// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Axis {
  low: number;
  high: number;
  ticks: [number, string][];
}

export interface Measure {
  title: string;
  phrases: [string, string];
  covered: string[];
  change: string[];
  values: number[];
  uncovered: number;
  uncoveredText: string;
  worst: number;
  limit: number;
  limitText: string;
  axis: Axis;
}

export interface Message {
  walk: string;
  picture: string;
  coarse: boolean;
  size: [number, number];
  grey: string;
  squares: [number, number, number, number][];
  total: number;
  running: boolean;
  tints: string[];
  measures: Measure[];
}
