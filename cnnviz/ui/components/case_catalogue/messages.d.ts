// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  case: string;
}

export interface CaseGroup {
  title: string;
  cases: DrawnCase[];
}

export interface Drawing {
  kinds: string[];
  rows: number[];
  columns: number[];
  output: number[];
}

export interface DrawnCase {
  key: string;
  title: string;
  sizes: string;
  away: string;
  drawing: Drawing;
}

export interface Message {
  groups: CaseGroup[];
  shown: string[];
}
