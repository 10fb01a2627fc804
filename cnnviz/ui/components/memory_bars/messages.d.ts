// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface DrawnLine {
  name: string;
  shape: string;
  values: string;
  params: string;
  memory_bar: number;
  params_bar: number;
  heavy_memory: boolean;
  heavy_params: boolean;
  reading: string[];
}

export interface Message {
  finding: string;
  lines: DrawnLine[];
  total: Total;
}

export interface Total {
  values: string;
  params: string;
}
