// The canvas mosaic: draws what Python sent and answers the pointer; every number it shows came in the message.

import { percentFromAddress, setInAddress } from "../shared/address.js";
import { element, flag, memory, part } from "../shared/dom.js";
import { arrow, isShortcut, use, within } from "../shared/keys.js";
import { largeButton } from "../shared/large.js";
import { hover } from "../shared/pointer.js";
import { isDark } from "../shared/theme.js";
import { arranged, captions, draw, sheetOf } from "./drawing.js";
import { read, strongest } from "./message.js";
import { outlines, writeLegend, writeReading } from "./reading.js";

/** @import { Mounted } from "../shared/mounted.d.ts" */
/** @import { Cell, Maps } from "./message.js" */
/** @import { Sheet, Tile } from "./drawing.js" */
/** @import { Answers, Choice } from "./messages.d.ts" */

// Which map of which mosaic is chosen, and what each mosaic does when that changes. The choice comes in a message of its
// own (a few bytes, to an instance that draws nothing), so that choosing a map does not send all maps again.
/** @type {Map<string, number | null>} */
const chosen = new Map();
/** @type {Map<string, () => void>} */
const redraw = new Map();

const OPACITY = 60; // percent

class Mosaic {
  alpha = percentFromAddress("opacity", OPACITY) / 100; // of the map over the picture
  width = 0;
  columns = 1;
  theme = /** @type {"light" | "dark"} */ ("light");
  size = /** @type {[number, number]} */ ([0, 0]);
  here = /** @type {Cell | null} */ (null);
  tiles = /** @type {Tile[]} */ ([]);
  data = /** @type {Uint8Array | null} */ (null);
  maps = /** @type {Maps | null} */ (null);
  sheet = /** @type {Sheet | null} */ (null);
  watcher = new ResizeObserver(() => part(this.root, "sheet").clientWidth === this.width || this.arrange());

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.view = part(root, "view");
    this.canvas = part(root, "canvas", HTMLCanvasElement);
  }

  get known() {
    if (!this.maps || !this.sheet) throw new Error("The mosaic has no maps yet.");
    return { maps: this.maps, sheet: this.sheet, header: this.maps.header };
  }

  /** @param {Uint8Array} data */
  take(data) {
    const theme = isDark(this.root) ? "dark" : "light";
    if (this.data === data && this.theme === theme) return;
    const shape = String(this.maps?.header.shape);
    Object.assign(this, { data, theme, maps: read(data) });
    this.sheet = sheetOf(/** @type {Maps} */ (this.maps), theme);
    if (shape !== String(this.maps?.header.shape)) this.here = null; // the cell that was pointed at may not exist any more
  }

  arrange() {
    const { maps, sheet, header } = this.known;
    this.width = part(this.root, "sheet").clientWidth;
    if (!this.width) return;
    const { tiles, columns, size, caption } = arranged(header, sheet.faces, [maps.height, maps.width], this.width);
    Object.assign(this, { tiles, columns, size });
    part(this.root, "captions").replaceChildren(...captions(header, tiles, size[0], caption));
    this.draw();
    this.show();
  }

  /** All of it as large as the window, each cell with as many pixels as fit. */
  large() {
    const { maps, sheet, header } = this.known;
    const room = { ...header, height: window.innerHeight - 80 };
    const { tiles, size } = arranged(room, sheet.faces, [maps.height, maps.width], window.innerWidth - 24);
    const source = element("canvas");
    draw(source, maps, sheet, tiles, size, this.alpha);
    const [low, high] = ["low", "high"].map((end) => part(this.root, end).textContent);
    return { source, words: `${header.label} Colours from ${low} to ${high}.` };
  }

  draw() {
    const { maps, sheet } = this.known;
    draw(this.canvas, maps, sheet, this.tiles, this.size, this.alpha);
  }

  show() {
    const { maps, header } = this.known;
    part(this.root, "outlines").replaceChildren(...outlines(maps, this.tiles, this.here, chosen.get(header.key)));
    writeReading(part(this.root, "reading"), maps, this.here);
    writeLegend(
      part(this.root, "legend"),
      maps,
      maps.tables[this.theme],
      this.here?.map ?? this.chosenMap,
      this.here !== null,
    );
  }

  get chosenMap() {
    const { maps, header } = this.known;
    const map = chosen.get(header.key) ?? 0;
    return map < maps.count ? map : 0;
  }

  /** @param {MouseEvent} event */
  cellAt(event) {
    const { maps } = this.known;
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    // The thin gap to the right and below belongs to a tile too: a click there must not be lost.
    const tile = this.tiles.find((t) => x >= t.x && x < t.x + t.width + 2 && y >= t.y && y < t.y + t.height + 2);
    if (!tile) return null;
    const row = within(Math.floor(((y - tile.y) / tile.height) * maps.height), maps.height);
    const column = within(Math.floor(((x - tile.x) / tile.width) * maps.width), maps.width);
    return row * maps.width + column < maps.header.cells ? { map: tile.map, row, column } : null;
  }

  /** Arrows go from map to map; within a map with Shift, or without it where there is only one; null for other keys. @param {KeyboardEvent} event */
  moved(event) {
    const { maps } = this.known;
    const end = { Home: 0, End: maps.count - 1 }[event.key];
    if (end !== undefined) return strongest(maps, end);
    const step = arrow(event);
    if (!step) return null;
    const here = this.here ?? strongest(maps, this.chosenMap);
    if (event.shiftKey || maps.count === 1) {
      const row = within(here.row + step[0], maps.height);
      const column = within(here.column + step[1], maps.width);
      return row * maps.width + column < maps.header.cells ? { map: here.map, row, column } : here;
    }
    const next = here.map + step[0] * this.columns + step[1];
    return next >= 0 && next < maps.count ? strongest(maps, next) : here;
  }

  /** @param {(map: number) => void} tell */
  connect(tell) {
    const { header } = this.known;
    const choose = () => {
      if (!header.selectable || !this.here) return;
      chosen.set(header.key, this.here.map);
      this.show();
      tell(this.here.map);
    };
    hover(this.canvas, (event) => {
      this.here = event && this.cellAt(event);
      this.show();
    });
    this.canvas.onclick = choose;
    this.view.onkeydown = (event) => {
      if (isShortcut(event)) return;
      const moved = this.moved(event);
      if (event.key === "Enter" || event.key === " ") {
        if (!header.selectable || !this.here) return;
        choose();
      } else if (event.key === "Escape") this.here = null;
      else if (moved) this.here = moved;
      else return;
      use(event);
      this.show();
      this.keepVisible();
    };
    const slider = part(this.root, ".blend input", HTMLInputElement);
    slider.value = String(Math.round(this.alpha * 100));
    slider.oninput = () => {
      this.alpha = Number(slider.value) / 100;
      this.draw();
      setInAddress("opacity", Number(slider.value) === OPACITY ? null : slider.value);
    };
  }

  keepVisible() {
    const tile = this.tiles.find(({ map }) => map === this.here?.map);
    if (!tile) return;
    const { view } = this;
    const [top, end] = [tile.y, tile.y + tile.height - view.clientHeight];
    if (top < view.scrollTop) view.scrollTop = top;
    else if (end > view.scrollTop) view.scrollTop = end;
  }
}

const instances = memory(() => ({ mosaic: /** @type {Mosaic | null} */ (null) }));

/** @param {Mounted<Uint8Array | Choice, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, "mosaic");
  if (!(data instanceof Uint8Array)) {
    root.hidden = true;
    chosen.set(data.mosaic, data.selected);
    redraw.get(data.mosaic)?.();
    return;
  }
  const instance = instances(root);
  const mosaic = (instance.mosaic ??= new Mosaic(root));
  mosaic.take(data);
  const { header } = mosaic.known;
  const choosing = header.selectable
    ? "Arrow keys go from one to the next, Enter chooses."
    : "Arrow keys move the cell.";
  flag(root, "filters", header.palette === "rgb");
  flag(mosaic.view, "selectable", header.selectable);
  mosaic.view.ariaLabel = `${header.label} ${choosing}`;
  mosaic.view.style.setProperty("--mosaic-height", `${Math.round(header.height * 1.25)}px`);
  root.style.setProperty("--mosaic-accent", header.accent);
  part(root, "blend").hidden = header.picture === null;
  part(root, "wide").replaceChildren(largeButton(header.label, () => mosaic.large()));
  mosaic.connect((map) => setTriggerValue("channel", map));
  mosaic.arrange();
  mosaic.watcher.observe(mosaic.view);
  redraw.set(header.key, () => mosaic.show());
  return () => {
    mosaic.watcher.disconnect();
    redraw.delete(header.key);
  };
}
