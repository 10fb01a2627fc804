// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Message {
  sides: PatchSide[];
  columns: string[];
  size: number;
  window: number;
  places: number[];
  legend: PatchLegend;
}

export interface PatchLegend {
  source: string;
  low: string;
  high: string;
}

export interface PatchPicture {
  source: string;
  alt: string;
}

export interface PatchRow {
  name: string;
  pictures: PatchPicture[];
}

export interface PatchSide {
  title: string;
  rows: PatchRow[];
}
