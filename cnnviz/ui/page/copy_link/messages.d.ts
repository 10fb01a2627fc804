// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Message {
  tried: number;
}
