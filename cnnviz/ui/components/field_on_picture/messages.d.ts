// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  unit: [number, number];
}

export interface Axis {
  pixels: number;
  units: number;
  size: number;
  stride: number;
  offset: number;
}

export interface Message {
  source: string;
  alt: string;
  label: string;
  pictureCaption: string;
  mapCaption: string;
  axes: [Axis, Axis];
  margins: [number, number];
  unit: [number, number];
}
