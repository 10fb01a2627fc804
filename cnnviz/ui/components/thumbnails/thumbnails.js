// Draws the tiles it is given and tells Python which one was tapped.

import { element, part } from "../shared/dom.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Message } from "./messages.d.ts" */

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "thumbnails");
  host.role = "group";
  host.ariaLabel = "Gallery of photographs";
  host.replaceChildren(
    ...data.tiles.map(({ key, title, image }) =>
      element(
        "button",
        { className: "tile", ariaPressed: String(key === data.chosen), onclick: () => setTriggerValue("picked", key) },
        element("img", { src: image, alt: "" }), // the name below says it; twice would be noise
        element("span", "", title),
      ),
    ),
  );
}
