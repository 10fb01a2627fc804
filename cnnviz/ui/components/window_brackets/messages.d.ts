// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Bracket {
  index: number;
  first: number;
  last: number;
  lane: number;
}

export interface Cell {
  number: number;
  role: string;
  read: boolean;
  title: string;
}

export interface Message {
  cells: (Cell | null)[];
  brackets: Bracket[];
  lanes: number;
  sentence: string;
}
