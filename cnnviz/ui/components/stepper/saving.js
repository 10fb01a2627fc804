// "Save": this step as a picture, the whole walk as an animation, the derivation and the code. Python makes the file.

import { element, part, write } from "../shared/dom.js";
import { isDark } from "../shared/theme.js";

/** @import { SavedFile } from "./messages.d.ts" */
/** @import { View, Walk } from "./walk.js" */

const FILES = {
  svg: "This step as SVG",
  png: "This step as PNG",
  gif: "The walk as GIF",
  webp: "The walk as WebP",
  markdown: "The derivation as Markdown",
  pytorch: "PyTorch code",
};

/** @type {View} */
export const savingView = {
  build(walk) {
    const slot = walk.part("save");
    slot.hidden = !walk.data.save;
    if (slot.hidden) return slot.replaceChildren();
    if (!slot.childElementCount) slot.append(menuOf(walk), element("p", { className: "saved", ariaLive: "polite" }));
    take(walk, walk.data.file, part(slot, "saved"));
  },
  show: () => {},
};

/** @type {(walk: Walk) => HTMLElement} */
function menuOf(walk) {
  const items = Object.entries(FILES).map(([kind, words]) =>
    element("button", { className: "item", onclick: () => ask(walk, menu, kind, words) }, words),
  );
  const summary = element("summary", "button", "Save");
  const menu = element("details", "", summary, element("div", "list", items));
  menu.onkeydown = (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
    event.stopPropagation();
  };
  for (const node of [summary, ...items]) {
    node.onblur = ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
    };
  }
  return menu;
}

/** @type {(walk: Walk, menu: HTMLDetailsElement, kind: string, words: string) => void} */
function ask(walk, menu, kind, words) {
  const { player, host } = walk;
  menu.open = false;
  player.stop();
  const stamp = Date.now();
  walk.asked = stamp;
  write(walk.part("saved"), `Making it: ${words.toLowerCase()} …`);
  walk.python?.setTriggerValue("save", { kind, step: player.step, dark: isDark(host), stamp });
}

/** The answer, once: the file goes to the visitor's downloads, or the sentence that says why there is none. @type {(walk: Walk, file: SavedFile | null, saved: HTMLElement) => void} */
function take(walk, file, saved) {
  if (!file && !walk.asked) write(saved, ""); // something else is shown now
  if (!file || file.stamp !== walk.asked) return;
  walk.asked = null;
  if (file.error) return write(saved, file.error);
  const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
  const link = element("a", { href: URL.createObjectURL(new Blob([bytes], { type: file.mime })), download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  write(saved, `Saved as ${file.name}.`);
}
