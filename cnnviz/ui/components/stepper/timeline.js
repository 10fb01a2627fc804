// The timeline's ticks: where each filter (each channel, when pooling or stamping) starts.

import { element, flag } from "../shared/dom.js";

/** @import { Step, Walk } from "./walk.js" */

/** @type {(steps: Step[]) => { plane: number, index: number }[]} */
export function ticksOf(steps) {
  return steps.flatMap(({ at: [plane] }, index) => (steps[index - 1]?.at[0] === plane ? [] : [{ plane, index }]));
}

/** @type {(walk: Walk) => void} */
export function buildTimeline(walk) {
  const { data, ticks, player } = walk;
  const isTicked = ticks.length > 1;
  const last = data.steps.length - 1;
  player.timeline.querySelector(".ticks")?.remove();
  flag(player.timeline, "ticked", isTicked);
  if (!isTicked) return;
  const buttons = ticks.map((tick) => {
    const { name } = data[walk.ground].planes[tick.plane];
    const label = tickLabel(name, tick.plane);
    tick.button = element(
      "button",
      {
        className: "tick",
        title: name,
        ariaLabel: name === label ? `Go to ${name}` : `${label}: go to ${name || `filter ${tick.plane + 1}`}`,
        style: { "--at": last ? tick.index / last : 0, "--share": 1 / ticks.length },
        onclick: () => player.jump(tick.index),
      },
      element("span", "", label),
    );
    return tick.button;
  });
  player.timeline.append(element("div", "ticks", buttons));
}

/** R stays R; filter 2 becomes f2, channel 2 c2. @type {(name: string, plane: number) => string} */
const tickLabel = (name, plane) =>
  name.length > 0 && name.length < 4 ? name : `${name.startsWith("channel") ? "c" : "f"}${plane + 1}`;

/** @type {(walk: Walk, index: number) => void} */
export function showTime(walk, index) {
  walk.player.showTime(index);
  for (const { plane, button } of walk.ticks) if (button) flag(button, "lit", plane === walk.turn);
}
