// The player: a walk of steps that goes by itself, by its buttons, by its timeline and by the keys.

import { element, svg, write } from "./dom.js";
import { isShortcut, use, within } from "./keys.js";

const SPEEDS = [0.5, 1, 2, 4];
const ICONS = {
  first: "M6 5v14M19 5L9 12l10 7z",
  back: "M17 5L7 12l10 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M7 4h4v16H7zM14 4h4v16h-4z",
  next: "M7 5l10 7-10 7z",
  last: "M18 5v14M5 5l10 7-10 7z",
};

/** What a walk does: it shows the step that is reached, rests where it stops, and takes so many ms for a step. @typedef {{ show: (step: number) => void, rest: () => void, pace: () => number }} Walked */

export class Player {
  step = 0;
  seen = 0; // the furthest step so far
  count = 1; // steps that are there
  total = 1; // steps there will be
  columns = 1; // steps that the up and down keys go
  speed = 1;
  loop = false;
  growing = false; // more steps are to come
  fresh = false; // it has not been played yet, and then begins with the first step
  touched = false; // somebody has chosen a step
  /** @type {ReturnType<typeof setTimeout> | null} */
  timer = null;

  /**
   * @param {HTMLElement} host gets the class "playing" while it plays
   * @param {HTMLElement} box gets the buttons, in front of what it holds already
   * @param {string} noun what a step is called
   * @param {Walked} walked
   */
  constructor(host, box, noun, walked) {
    this.host = host;
    this.noun = noun;
    this.walked = walked;
    const button = (
      /** @type {keyof typeof ICONS} */ icon,
      /** @type {string} */ label,
      /** @type {() => void} */ onclick,
    ) => element("button", { className: `button ${icon}`, ariaLabel: label, onclick }, drawn(icon));
    this.playButton = button("play", "Play", () => this.toggle());
    this.scrub = element("input", { className: "scrub", type: "range", min: "1", value: "1" });
    this.scrub.ariaLabel = noun[0].toUpperCase() + noun.slice(1);
    this.scrub.oninput = () => this.jump(Number(this.scrub.value) - 1);
    this.timeline = element("div", "timeline", this.scrub);
    this.counter = element("output", "count");
    const speed = element("button", { className: "button speed", ariaLabel: "Speed 1×" }, "1×");
    speed.onclick = () => {
      this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
      speed.textContent = `${this.speed}×`;
      speed.ariaLabel = `Speed ${speed.textContent}`;
    };
    box.prepend(
      button("first", `First ${noun}`, () => this.jump(0)),
      button("back", "Step back", () => this.jump(this.step - 1)),
      this.playButton,
      button("next", "Step forward", () => this.jump(this.step + 1)),
      button("last", `Last ${noun}`, () => this.jump(this.count - 1)),
      this.timeline,
      this.counter,
      speed,
    );
  }

  get playing() {
    return this.timer !== null;
  }

  /** Goes to a step, and remembers how far the walk has come. @param {number} step */
  go(step) {
    if (!this.count) return;
    this.step = within(step, this.count);
    this.seen = Math.max(this.seen, this.step);
    this.walked.show(this.step);
    if (!this.playing) this.walked.rest();
  }

  /** A pointer that passes over a step leads there; nothing is said until it rests. @param {number} step */
  lead(step) {
    if (!this.count) return;
    this.touched = true;
    this.fresh = false;
    this.step = within(step, this.count);
    this.seen = Math.max(this.seen, this.step);
    this.walked.show(this.step);
  }

  /** Goes to a step at the visitor's wish: what was playing stops. @param {number} step */
  jump(step) {
    this.stop();
    this.touched = true;
    this.fresh = false;
    this.go(step);
  }

  /** On from where one is; from the first step the first time, and at the end. */
  play() {
    if (!this.count) return;
    const again = this.fresh || this.step === this.count - 1;
    if (again) this.step = this.seen = -1;
    this.touched = true;
    this.fresh = false;
    this.timer = setTimeout(() => this.tick(), again ? 0 : 200);
    this.showPlaying();
  }

  tick() {
    this.timer = setTimeout(() => this.tick(), this.walked.pace() / this.speed);
    if (this.step < this.count - 1) this.go(this.step + 1);
    if (this.step < this.count - 1 || this.growing) return;
    if (this.loop) this.step = this.seen = -1;
    else this.stop();
  }

  stop() {
    if (!this.playing) return;
    this.leave();
    this.step = Math.max(0, this.step);
    this.showPlaying();
    this.walked.rest();
  }

  toggle() {
    if (this.playing) this.stop();
    else this.play();
  }

  /** The component is left: nothing moves any more. */
  leave() {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
  }

  showPlaying() {
    this.host.classList.toggle("playing", this.playing);
    this.playButton.ariaLabel = this.playing ? "Pause" : "Play";
    this.playButton.replaceChildren(drawn(this.playing ? "pause" : "play"));
  }

  /** The timeline and the number of the step that is shown. @param {number} step */
  showTime(step) {
    write(this.counter, this.count ? `${this.noun} ${step + 1} of ${this.total}` : "");
    this.scrub.max = String(Math.max(1, this.total));
    this.scrub.value = String(step + 1);
    this.scrub.setAttribute("aria-valuetext", this.counter.textContent ?? "");
    this.scrub.style.setProperty("--done", String(this.total > 1 ? step / (this.total - 1) : 1));
  }

  /** Space plays and stops, arrows, Page keys, Home and End step; true where the key was for the player. @param {KeyboardEvent} event */
  key(event) {
    const at = /** @type {Element} */ (event.target);
    if (isShortcut(event) || event.defaultPrevented || at.matches("input:not(.scrub), textarea, select")) return false;
    const to = stepForKey(event.key, this.step, this.columns, this.count);
    if (event.key === " " && !at.matches("button, a, summary")) this.toggle();
    else if (to !== null) this.jump(to);
    else return false;
    use(event);
    return true;
  }
}

/** The step that a key leads to, or null for any other key. @type {(key: string, step: number, columns: number, count: number) => number | null} */
export function stepForKey(key, step, columns, count) {
  /** @type {Record<string, number>} */
  const moves = {
    ...{ ArrowRight: step + 1, PageDown: step + 1, ArrowLeft: step - 1, PageUp: step - 1 },
    ...{ ArrowDown: step + columns, ArrowUp: step - columns, Home: 0, End: count - 1 },
  };
  return key in moves ? within(moves[key], count) : null;
}

/** @type {(icon: keyof typeof ICONS) => SVGSVGElement} */
const drawn = (icon) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[icon] }));
