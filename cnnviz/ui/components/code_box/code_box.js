// A text with numbered lines, some of them marked. What is typed is told a moment after the last key, and survives
// every change of what Python sends meanwhile.

import { element, memory, part } from "../shared/dom.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Marked, Message } from "./messages.d.ts" */

const WAIT = 400; // ms

const stateOf = memory(() => ({
  timer: 0,
  last: /** @type {string | null} */ (null), // what Python knows
  revealed: /** @type {number | null | undefined} */ (undefined),
}));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "code_box");
  const area = part(host, "textarea", HTMLTextAreaElement);
  const state = stateOf(host);
  area.ariaLabel = data.label;
  area.maxLength = data.longest;
  host.style.setProperty("--height", `${data.height}px`);
  const fresh = data.text !== state.last;
  if (fresh) {
    // Another text was put in from outside: an example, a fix, an edit by hand.
    clearTimeout(state.timer);
    area.value = state.last = data.text;
    measure(host, area);
  }
  mark(host, data.marks);
  if (fresh) part(host, "scroller").scrollTop = 0;
  if (data.reveal !== null && (fresh || state.revealed !== data.reveal)) reveal(host, data.reveal, area);
  state.revealed = data.reveal;

  const tell = () => {
    clearTimeout(state.timer);
    if (area.value === state.last) return;
    state.last = area.value;
    setTriggerValue("text", area.value);
  };
  area.oninput = () => {
    measure(host, area);
    mark(host, []); // they belong to the text as it was
    clearTimeout(state.timer);
    state.timer = setTimeout(tell, WAIT);
  };
  area.onblur = tell;
  area.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) tell();
  };
  return () => clearTimeout(state.timer);
}

/** As many numbers as lines, and room for the longest line. @type {(host: HTMLElement, area: HTMLTextAreaElement) => void} */
function measure(host, area) {
  const lines = area.value.split("\n");
  const gutter = part(host, "gutter");
  if (gutter.childElementCount !== lines.length) {
    gutter.replaceChildren(...lines.map((_, at) => element("div", "", at + 1)));
    part(host, "marks").replaceChildren(...lines.map(() => element("div")));
  }
  const longest = Math.max(...lines.map((line) => line.replaceAll("\t", "    ").length));
  part(host, "paper").style.minWidth = `calc(${longest}ch + 36px)`;
}

/** @type {(host: HTMLElement, marks: Marked[]) => void} */
function mark(host, marks) {
  for (const column of [part(host, "gutter"), part(host, "marks")]) {
    for (const line of column.children) line.className = "";
    for (const { line, kind } of marks) if (column.children[line - 1]) column.children[line - 1].className = kind;
  }
}

/** Brings a line into the box; the page itself does not move, nor does the box of somebody typing in it. @type {(host: HTMLElement, number: number, area: HTMLElement) => void} */
function reveal(host, number, area) {
  const line = /** @type {HTMLElement | undefined} */ (part(host, "marks").children[number - 1]);
  if (!line || /** @type {ShadowRoot} */ (host.getRootNode()).activeElement === area) return;
  const scroller = part(host, "scroller");
  const [top, end] = [line.offsetTop, line.offsetTop + line.offsetHeight];
  if (top < scroller.scrollTop + 8 || end > scroller.scrollTop + scroller.clientHeight - 8) {
    scroller.scrollTop = top - scroller.clientHeight / 3;
  }
}
