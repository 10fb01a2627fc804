// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Message {
  titles: string[];
  limits: number[];
  start: number;
  shifts: Shift[];
}

export interface Shift {
  across: number;
  maps: string[][][];
  changed: string[][];
  words: string[];
}
