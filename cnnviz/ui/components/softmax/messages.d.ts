// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Message {
  rows: Row[];
  others: Others;
  total: string;
}

export interface Others {
  name: string;
  exponential: string;
  percent: string;
  share: number;
}

export interface Row {
  name: string;
  score: string;
  difference: string;
  exponential: string;
  percent: string;
  share: number;
  steps: [string, "=" | "≈", string][];
}
