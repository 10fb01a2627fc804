// Copies the page's address. Without a clipboard (plain http from another machine) it shows the address to copy by hand.

import { memory, part } from "../../components/shared/dom.js";
import { keepHistory } from "../../components/shared/history.js";

/** @import { Mounted } from "../../components/shared/mounted.d.ts" */
/** @import { Message } from "./messages.d.ts" */

const DRAWINGS = "[data-testid^=stBidiComponent], [data-testid=stPlotlyChart]";
const MARGIN = 80; // px above a drawing that is brought into view

const stateOf = memory(() => ({ timer: 0, tried: -1 }));

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data, parentElement }) {
  keepHistory(); // here, because every page has this button, and a link is what its entry says
  const button = part(parentElement, "copy_link");
  const state = stateOf(button);
  button.onclick = async () => {
    const address = window.location.href;
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = "Link copied";
    } catch {
      window.prompt("Copy this link", address);
    }
    clearTimeout(state.timer);
    state.timer = setTimeout(() => (button.textContent = "Link to this"), 2000);
  };
  if (state.tried >= 0 && data.tried > state.tried) showFirstDrawing(button);
  state.tried = data.tried;
  return () => clearTimeout(state.timer);
}

/** @type {(button: Element) => void} */
function showFirstDrawing(button) {
  const page = document.querySelector("[data-testid=stMain]");
  const own = /** @type {ShadowRoot} */ (button.getRootNode()).host;
  const first = [...document.querySelectorAll(DRAWINGS)].find((one) => !one.contains(own) && one.clientHeight > MARGIN);
  if (!page || !first) return;
  const above = first.getBoundingClientRect().top - page.getBoundingClientRect().top;
  if (above < 0) page.scrollBy({ top: above - MARGIN, behavior: "smooth" });
}
