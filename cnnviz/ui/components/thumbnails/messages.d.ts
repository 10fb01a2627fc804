// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  picked: string;
}

export interface Message {
  tiles: Tile[];
  chosen: string | null;
}

export interface Tile {
  key: string;
  title: string;
  image: string;
}
