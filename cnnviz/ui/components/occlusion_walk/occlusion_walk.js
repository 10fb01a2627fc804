// The walk of a grey square over a picture: which square is shown, and what leads it there.

import { element, flag, memory, part, picture, write } from "../shared/dom.js";
import { Player } from "../shared/player.js";
import { lay, shares } from "../shared/pointer.js";
import { drawCurve, drawTint, sentence } from "./drawing.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Message } from "./messages.d.ts" */
/** @import { Tint } from "./drawing.js" */

const WALK_MS = 20000; // what a whole walk takes, within what an eye can follow
const STEP_MS = [60, 500];

class Walk {
  measure = 0; // the one that the curve shows
  pointer = "";
  tint = /** @type {Tint | null} */ (null);

  /** @param {HTMLElement} host @param {Message} data */
  constructor(host, data) {
    this.host = host;
    this.data = data;
    this.player = new Player(host, part(host, "controls"), "square", {
      show: () => this.show(),
      rest: () => write(part(host, "spoken"), part(host, "sentence").textContent ?? ""),
      pace: () => Math.min(STEP_MS[1], Math.max(STEP_MS[0], WALK_MS / this.data.total)),
    });
    Object.assign(this.player, { count: 0, fresh: true, seen: -1 });
    part(host, "most").onclick = () => this.player.jump(this.data.measures[this.measure].worst);
    host.onkeydown = (event) => this.player.key(event);
  }

  /**
   * Takes in what came: whoever has touched nothing, or is at the last square, sees the last one while they come; who
   * has touched nothing then sees the most missed one.
   * @param {Message} data
   */
  take(data) {
    const { player } = this;
    if (data.walk !== this.data.walk || data.squares.length < player.count) {
      player.leave();
      player.showPlaying();
      Object.assign(player, { count: 0, step: 0, seen: -1, touched: false, fresh: true });
    }
    const isLast = player.step === player.count - 1;
    const follows = data.running && (!player.touched || isLast) && !player.playing;
    const count = data.squares.length;
    if (player.seen >= player.count - 1 && !player.playing) player.seen = count - 1;
    Object.assign(this, { data, tint: null });
    const row = data.squares.filter(([top]) => top === data.squares[0][0]).length;
    Object.assign(player, { count, total: data.total, columns: row || 1, growing: data.running });
    if (follows) player.step = count - 1;
    else if (!player.touched) player.step = data.measures[this.measure].worst;
    player.step = Math.max(0, Math.min(count - 1, player.step));
  }

  draw() {
    const { host, data } = this;
    const image = part(host, "img", HTMLImageElement);
    picture(image, data.picture);
    flag(image, "coarse", data.coarse);
    const [height, width] = data.size;
    part(host, "stage").style.aspectRatio = `${width} / ${height}`;
    host.style.setProperty("--grey", data.grey);
    host.style.setProperty("--adds", data.tints[0]);
    host.style.setProperty("--takes", data.tints[1]);
    this.drawSwitch();
    this.lead(part(host, "plot"), (_, x) => Math.round(x * (data.total - 1)));
    this.lead(part(host, "stage"), (y, x) => nearest(data, y, x));
    this.show();
  }

  drawSwitch() {
    const choose = (/** @type {number} */ number) => {
      this.measure = number;
      if (!this.data.running) this.player.touched = true; // stays on its square
      this.drawSwitch();
      part(this.host, ".switch [aria-pressed=true]").focus();
      this.show();
    };
    const buttons = this.data.measures.map(({ title }, number) =>
      element("button", { ariaPressed: String(number === this.measure), onclick: () => choose(number) }, title),
    );
    part(this.host, "switch").replaceChildren(...buttons);
  }

  show() {
    const { host, data, player } = this;
    const measure = data.measures[this.measure];
    const patch = part(host, "patch");
    patch.hidden = !player.count;
    if (player.count) {
      const [top, bottom, left, right] = data.squares[player.step];
      const [height, width] = data.size;
      lay(patch, [top / height, left / width, (bottom + 1 - top) / height, (right + 1 - left) / width]);
    }
    const text = sentence(data, measure, player.step);
    part(host, "sentence").textContent = text;
    part(host, "img", HTMLImageElement).alt = text;
    this.tint = drawTint(host, data, measure, player.seen, this.tint);
    drawCurve(host, data, measure, player.step, player.seen);
    player.showTime(player.step);
  }

  /** A mouse that moves over a place leads, unless it plays; a tap or click always does. @param {HTMLElement} place @param {(y: number, x: number) => number} stepAt */
  lead(place, stepAt) {
    const { player } = this;
    place.onclick = (event) => player.jump(stepAt(...shares(place, event)));
    place.onpointermove = (event) => {
      const here = `${event.clientX} ${event.clientY}`;
      const moved = here !== this.pointer; // a browser also tells a mouse at rest when what is under it is drawn anew
      this.pointer = here;
      if (player.playing || !moved || (event.pointerType !== "mouse" && place.matches(".stage"))) return;
      player.lead(stepAt(...shares(place, event)));
    };
  }
}

/** The square whose middle is nearest. @type {(data: Message, y: number, x: number) => number} */
function nearest({ squares, size }, y, x) {
  const far = (/** @type {number[]} */ [top, bottom, left, right]) =>
    Math.hypot((top + bottom + 1) / 2 - y * size[0], (left + right + 1) / 2 - x * size[1]);
  return squares.reduce((best, square, at) => (far(square) < far(squares[best]) ? at : best), 0);
}

const instances = memory(() => ({ walk: /** @type {Walk | null} */ (null) }));

/** @param {Mounted<Message, {}>} mounted */
export default function ({ data, parentElement }) {
  const host = part(parentElement, "occlusion_walk");
  const instance = instances(host);
  const walk = (instance.walk ??= new Walk(host, data));
  walk.take(data);
  walk.draw();
  return () => walk.player.leave();
}
