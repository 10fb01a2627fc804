// Copies the page's address. Without a clipboard (plain http from another machine) it shows the address to copy by hand.

import { memory, part } from "../../components/shared/dom.js";
import { keepHistory } from "../../components/shared/history.js";

/** @import { Mounted } from "../../components/shared/mounted.d.ts" */

const stateOf = memory(() => ({ timer: 0 }));

/** @param {Mounted<{}, {}>} mounted */
export default function ({ parentElement }) {
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
  return () => clearTimeout(state.timer);
}
