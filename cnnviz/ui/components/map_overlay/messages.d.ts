// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  pick: Picked;
}

export interface Header {
  layers: LayerHeader[];
  shared: SharedLegend | null;
  picture: string;
  coarse: boolean;
  size: [number, number];
  height: number;
  columns: number[];
  pickable: boolean;
}

export interface LayerHeader {
  title: string;
  note: string;
  absent: string;
  alt: string;
  signed: boolean;
  shape: [number, number];
  bytes: number;
  decimals: number;
  limit: number;
  frame: [number, number, number, number] | null;
  legend: OneLegend;
}

export interface Legend {
  low: string;
  middle: string;
  high: string;
  beyond: string;
}

export interface OneLegend {
  signed: Legend;
  magnitude: Legend;
}

export interface Picked {
  value: [number, number, number];
  stamp: number;
}

export interface SharedLegend {
  signed: Legend | null;
  magnitude: Legend | null;
}
