// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  open: Opened;
}

export interface Maps {
  sources: string[];
  words: string;
  legend: string;
  low: string;
  high: string;
}

export interface Message {
  id: string;
  finding: string;
  heads: string[];
  zero: number;
  terms: Term[];
  lines: SumLine[];
  totalName: string;
  total: string;
  agreement: string;
  maps: Maps | null;
}

export interface Opened {
  id: string;
  place: number;
  stamp: number;
}

export interface SumLine {
  name: string;
  sum: string;
  share: number;
  torn: boolean;
}

export interface Term {
  name: string;
  sum: string;
  share: number;
  torn: boolean;
  place: number;
  weight: string;
  value: string;
}
