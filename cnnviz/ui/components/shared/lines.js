// Terms as lines that add up: a name, a bar that starts where zero is, a number; and their sum.

import { element } from "./dom.js";

/** @import { Child } from "./mounted.d.ts" */

/** A bar of a share of its track; what is `torn` goes on beyond its end. @type {(share: number, torn?: boolean) => HTMLElement} */
export const bar = (share, torn = false) =>
  element("span", {
    className: `bar${share < 0 ? " negative" : ""}${torn ? " torn" : ""}`,
    style: { "--share": Math.abs(share) },
  });

/** The lines, where on their bars zero is (a share), their total, and a sentence below. @type {(lines: Child[], zero: number, name: string, total: string, agreement: string) => HTMLElement} */
export const summed = (lines, zero, name, total, agreement) =>
  element(
    "div",
    "sums",
    element("ul", { className: "lines", style: { "--zero": zero } }, lines),
    element("p", "total", element("span", "", name), element("output", "", total)),
    element("p", "agreement", agreement),
  );
