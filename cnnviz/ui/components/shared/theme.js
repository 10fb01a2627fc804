// The page's theme and the visitor's wishes. Colours are tokens of base.css and follow light and dark by themselves.

/** Whether the page is dark. @type {(host: Element) => boolean} */
export const isDark = (host) => getComputedStyle(host).colorScheme === "dark";

/** Whether somebody asked for less motion. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A colour of CSS, such as var(--kernel), as a canvas can use it. @type {(host: Element, text: string) => string} */
export function colour(host, text) {
  const probe = document.createElement("span");
  probe.style.color = text;
  host.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
