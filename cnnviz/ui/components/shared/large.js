// A picture over the whole window: a button opens it, Escape or a click closes it, and a link keeps it as a PNG.

import { element } from "./dom.js";

/** What is shown: an address or a canvas, its words, and the name of the file. @typedef {{ source: string | HTMLCanvasElement, words: string, name: string }} Large */

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
function openLarge(button, { source, words, name }) {
  const address = typeof source === "string" ? source : source.toDataURL("image/png");
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
