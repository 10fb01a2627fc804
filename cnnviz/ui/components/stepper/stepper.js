// Draws what Python worked out (see cnnviz/figures/stepper): it colours, frames, moves and repeats text.

import { flag, memory, part } from "../shared/dom.js";
import { keepHistory } from "../shared/history.js";
import { isStill } from "../shared/theme.js";
import { speak } from "./arithmetic.js";
import { slide } from "./channels.js";
import { assignEditing } from "./editing.js";
import { build, fit, pageOf, roomOf } from "./grids.js";
import { assignPointing, onGridKey, relate, seat } from "./linked.js";
import { show } from "./marking.js";
import { matrixView } from "./matrix.js";
import { pictureView } from "./picture.js";
import { savingView } from "./saving.js";
import { buildTimeline } from "./timeline.js";
import { readPin, readStep, Walk, writePin } from "./walk.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Answers, Message } from "./messages.d.ts" */
/** @import { Script } from "./walk.js" */

const STEP_MS = 900;
const VIEWS = [matrixView, pictureView, savingView];

const instances = memory(() => ({ walk: /** @type {Walk | null} */ (null) }));

/** @param {Mounted<Message, Answers>} mounted */
export default function ({ data: message, parentElement, setStateValue, setTriggerValue }) {
  keepHistory(); // the front page has a stepper, and no “Link to this”
  const host = part(parentElement, "stepper");
  const data = /** @type {Script} */ (message);
  const instance = instances(host);
  const isFirst = instance.walk === null;
  const walk = (instance.walk ??= begin(host, data));
  const fingerprint = JSON.stringify([data.steps, data.input, data.kernel, data.output]);
  const changed = walk.fingerprint !== fingerprint;
  if (changed) open(walk, data, isFirst);
  Object.assign(walk, { data, fingerprint, python: { setStateValue, setTriggerValue }, gone: false });
  if (!isFirst) remember(walk);
  const isLate = changed && !isFirst && !walk.editing;
  if (isLate) host.scrollIntoView({ block: "nearest", behavior: isStill() ? "auto" : "smooth" });
  flag(host, "plain", data.plain);
  rebuild(walk);
  // the page around it is watched too: what arrives above it takes of the room that it has
  walk.observer ??= new ResizeObserver(
    () => (host.clientWidth !== walk.width || roomOf(walk) !== walk.room) && fit(walk),
  );
  for (const box of [host, pageOf(host)]) if (box) walk.observer.observe(box);
  // the keys belong to the walk when the page opens, and again after a suggestion was clicked
  const suggested = changed && document.activeElement?.closest('[data-testid="stButton"]');
  if (data.focus && (suggested || (isFirst && document.activeElement === document.body))) takeKeyboard(walk);
  if (isFirst && data.autoplay && !isStill()) walk.player.play();
  return () => {
    walk.gone = true; // the address belongs to the next page already
    walk.player.leave();
    walk.observer?.disconnect();
    walk.observer = null;
    for (const view of VIEWS) view.leave?.(walk);
  };
}

/** @type {(host: HTMLElement, data: Script) => Walk} */
function begin(host, data) {
  /** @type {Walk} */
  const walk = new Walk(host, data, VIEWS, {
    show: (index) => {
      const { player, shown } = walk;
      walk.pin(null);
      show(walk, index);
      seat(walk);
      if (shown !== index || player.playing) slide(walk, player.playing ? (0.7 * STEP_MS) / player.speed : Infinity);
    },
    rest: () => {
      if (walk.gone) return;
      speak(walk);
      remember(walk);
    },
    pace: () => STEP_MS,
  });
  host.onkeydown = (event) => onKey(event, walk);
  return walk;
}

/** Where a new script opens: at first on the step and the pinned cell that were asked for, later on its first step, or, while somebody types, where they are. @type {(walk: Walk, data: Script, isFirst: boolean) => void} */
function open(walk, data, isFirst) {
  const { player } = walk;
  const count = data.steps.length;
  const stays = walk.editing && walk.data.steps.length === count;
  player.stop();
  Object.assign(walk, { data });
  Object.assign(player, { count, total: count, loop: data.loop });
  player.columns = walk.isStamp ? data.input.planes[0].cells[0].length : data.output.size[1];
  if (isFirst) {
    const asked = data.start ?? readStep(walk.remembered("step"), count) ?? 0;
    player.step = player.seen = Math.max(0, Math.min(asked, count - 1));
    walk.pinned = readPin(walk.remembered("pin"), data);
  } else if (!stays) {
    player.step = player.seen = 0;
    walk.pinned = null;
  }
  if (!walk.isStamp && walk.pinned?.name === "output") walk.pinned = null;
  walk.pointed = null;
}

/** @type {(walk: Walk) => void} */
function rebuild(walk) {
  walk.ready = false;
  build(walk);
  buildTimeline(walk);
  assignPointing(walk);
  assignEditing(walk, () => {
    rebuild(walk);
    remember(walk);
  });
  show(walk, walk.player.step);
  fit(walk);
  walk.pin(walk.pinned);
  if (walk.pinned) relate(walk, walk.pinned);
  walk.ready = true;
  for (const view of VIEWS) view.build(walk);
  for (const view of VIEWS) view.show(walk, walk.shown);
}

/** The step and the pinned cell are part of the page's address, so that a copied link opens on them. @type {(walk: Walk) => void} */
export function remember(walk) {
  const { step } = walk.player;
  walk.remember("step", step > 0 ? String(step + 1) : null);
  walk.remember("pin", writePin(walk.pinned));
}

/** @type {(event: KeyboardEvent, walk: Walk) => void} */
function onKey(event, walk) {
  if (onGridKey(event, walk) || walk.player.key(event)) return;
  if (event.key !== "Escape" || !walk.pinned) return;
  event.preventDefault();
  walk.pin(null);
  relate(walk, null);
  remember(walk);
}

/** The arrow keys work at once, without a ring around something that nobody has chosen yet. @type {(walk: Walk) => void} */
export function takeKeyboard({ host }) {
  host.classList.add("quiet");
  host.focus({ preventScroll: true });
  host.onblur = () => host.classList.remove("quiet");
}
