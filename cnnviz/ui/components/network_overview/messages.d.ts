// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  map: ChosenMap;
}

export interface ChosenMap {
  layer: string;
  channel: number;
  stamp: number;
}

export interface DrawnColumn {
  layer: string;
  beside: boolean;
  words: string;
  shape: string;
  box: [number, number];
  channels: number[];
  sheet: string;
  tops: string[];
  range: string;
}

export interface Message {
  picture: string;
  size: string;
  columns: DrawnColumn[];
  chosen: [string, number];
  path: string[];
  legend: string;
  classes: [string, string][];
}
