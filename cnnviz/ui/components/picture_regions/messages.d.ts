// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  rectangles: Rectangles;
}

export interface Message {
  picture: string;
  coarse: boolean;
  rectangles: [number, number, number, number][];
  most: number;
  words: string;
}

export interface Rectangles {
  value: [number, number, number, number][];
  stamp: number;
}
