/** What Streamlit hands to a component's default export, again on every change of data or theme, on the same elements. */
export interface Mounted<Message, Answers> {
  data: Message;
  parentElement: ShadowRoot;
  setStateValue<Name extends keyof Answers & string>(name: Name, value: Answers[Name]): void;
  setTriggerValue<Name extends keyof Answers & string>(name: Name, value: Answers[Name]): void;
}

/** [down, across], in cells or as shares of height and width. */
export type Place = [number, number];

/** [top, left, height, width] as shares of what it lies in. */
export type Box = [number, number, number, number];

export type Child = Node | string | number | null | false | Child[];

/** Properties of an element; `style` may hold custom properties, `data` what goes into its dataset. */
export type Properties<Made> = Partial<Omit<Made, "style">> & {
  style?: Record<string, string | number>;
  data?: Record<string, string | number | boolean>;
};
