// A picture over the whole window: a button opens it, Escape or a click closes it, and a link keeps it as a PNG.

import { element } from "./dom.js";
import { pen } from "./pixels.js";

/** What is shown, an address or a canvas, and its words. @typedef {{ source: string | HTMLCanvasElement, words: string }} Large */

const BELOW = 44; // px of a canvas's words in its file

/** The button that opens it; `show` gives what is to be seen at that moment. @type {(what: string, show: () => Large) => HTMLButtonElement} */
export const largeButton = (what, show) =>
  element(
    "button",
    {
      className: "enlarge",
      title: "Large view",
      ariaLabel: `Large view of ${what}`,
      onclick: (/** @type {MouseEvent} */ event) => {
        event.stopPropagation();
        openLarge(/** @type {HTMLElement} */ (event.currentTarget), show());
      },
    },
    "⤢",
  );

/** @type {(button: HTMLElement, large: Large) => void} */
function openLarge(button, { source, words }) {
  const address = typeof source === "string" ? source : captioned(source, words).toDataURL("image/png");
  const name = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "_")
    .slice(0, 80);
  const close = element("button", { className: "plain", autofocus: true }, "Close");
  const keep = element("a", { className: "plain", href: address, download: `${name}.png` }, "Save as PNG");
  const shown = element("img", { src: address, alt: words });
  const dialog = element(
    "dialog",
    { className: "large", ariaLabel: words },
    shown,
    element("p", "line", words, keep, close),
  );
  close.onclick = shown.onclick = () => dialog.close();
  dialog.onkeydown = (event) => event.stopPropagation(); // the keys of what lies below are not meant
  dialog.onclose = () => {
    dialog.remove();
    button.focus();
  };
  button.after(dialog);
  dialog.showModal();
}

/** The picture with its words below it, so that the file says what it shows. @type {(source: HTMLCanvasElement, words: string) => HTMLCanvasElement} */
function captioned(source, words) {
  const made = element("canvas");
  [made.width, made.height] = [source.width, source.height + BELOW];
  const to = pen(made);
  [to.fillStyle, to.font, to.textBaseline] = ["#fff", "16px sans-serif", "middle"];
  to.fillRect(0, 0, made.width, made.height);
  to.drawImage(source, 0, 0);
  to.fillStyle = "#12161b";
  to.fillText(words, 8, source.height + BELOW / 2, made.width - 16);
  return made;
}
