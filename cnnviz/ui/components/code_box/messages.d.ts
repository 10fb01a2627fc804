// Written by `make fix` from the TypedDicts of __init__.py; not to be changed here.

export interface Answers {
  text: string;
}

export interface Marked {
  line: number;
  kind: "wrong" | "chosen";
}

export interface Message {
  text: string;
  label: string;
  marks: Marked[];
  reveal: number | null;
  height: number;
  longest: number;
}
