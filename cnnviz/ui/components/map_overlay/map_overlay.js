// The maps over the photo: their colours, one pixel read in all of them, and how strongly they cover it.

import { fromAddress, percentFromAddress, setInAddress } from "../shared/address.js";
import { element, flag, memory, part, picture } from "../shared/dom.js";
import { arrow, isShortcut, use } from "../shared/keys.js";
import { largeButton } from "../shared/large.js";
import { gradient, hatched, LEVELS, levelOf, paint, pen, pixelsOf, ZERO } from "../shared/pixels.js";
import { cellAt, hover, lay, shares } from "../shared/pointer.js";
import { isDark } from "../shared/theme.js";
import { cellUnder, read, valueText } from "./message.js";

/** @import { Mounted, Place } from "../shared/mounted.d.ts" */
/** @import { Layer, Maps, Way } from "./message.js" */
/** @import { Answers, Legend } from "./messages.d.ts" */

const HINTS = ["Point at a pixel to read its value.", "Point at a pixel to read it in every map."];

const OF_WINDOW = 0.42; // of its height, for one map alone
const OPACITY = 90;

class Overlay {
  opacity = percentFromAddress("opacity", OPACITY); // percent
  alone = fromAddress("maps") === "alone"; // without the photo
  way = /** @type {Way} */ (fromAddress("values") === "magnitude" ? "magnitude" : "signed");
  here = /** @type {Place | null} */ (null); // the pixel that is read
  stages = /** @type {HTMLElement[]} */ ([]);
  known = /** @type {Uint8Array | null} */ (null); // the message that is drawn
  theme = /** @type {"light" | "dark"} */ ("light");

  /** @param {HTMLElement} host @param {Uint8Array} data */
  constructor(host, data) {
    this.host = host;
    this.maps = read(data);
  }

  /** @param {Uint8Array} data */
  take(data) {
    const theme = isDark(this.host) ? "dark" : "light";
    if (this.known === data && this.theme === theme) return;
    Object.assign(this, { known: data, theme, maps: read(data) });
    this.host.dataset.theme = theme;
    const { layers, size, height, columns, pickable } = this.maps;
    const box = part(this.host, "maps");
    // Figures that are there already are used again, so that nothing flickers and the focus stays.
    while (box.children.length > layers.length) box.lastChild?.remove();
    while (box.children.length < layers.length) box.append(figure());
    this.stages = [...box.querySelectorAll(".stage")].map((stage) => /** @type {HTMLElement} */ (stage));
    ["--wide", "--medium", "--narrow"].forEach((name, at) => this.host.style.setProperty(name, String(columns[at])));
    const high = layers.length === 1 ? Math.max(height, OF_WINDOW * window.innerHeight) : height;
    this.host.style.setProperty("--tile", `${Math.round((high * Math.min(size[0], size[1])) / size[0])}px`);
    if (this.here && (this.here[0] >= size[0] || this.here[1] >= size[1])) this.here = null;
    layers.forEach((layer, at) => fill(box.children[at], layer, this.maps));
    flag(box, "pickable", pickable);
    flag(this.host, "single", layers.length === 1);
    if (!this.anySigned) this.way = "signed";
  }

  get anySigned() {
    return this.maps.layers.some(({ signed, absent }) => signed && !absent);
  }

  /** @param {boolean} signed */
  tableOf(signed) {
    return this.maps.tables[signed ? this.theme : "sequential"];
  }

  draw() {
    const { maps, stages, way } = this;
    flag(this.host, "alone", this.alone);
    maps.layers.forEach((layer, at) => {
      if (!layer.absent) this.paint(part(stages[at], "map", HTMLCanvasElement), layer);
    });
    const shared = maps.shared?.[way] ?? null;
    const first = maps.layers.find(({ absent }) => !absent);
    drawLegend(part(this.host, "shared"), shared, first?.signed && way === "signed");
    [...part(this.host, "maps").children].forEach((made, at) => {
      const { absent, legend, signed } = maps.layers[at];
      drawLegend(part(made, "own"), shared || absent ? null : legend[way], signed && way === "signed");
    });
    this.blend();
    this.showHere();
  }

  /** Over the photo, the less there is the more one sees of it. @param {HTMLCanvasElement} canvas @param {Layer} layer */
  paint(canvas, layer) {
    const { alone } = this;
    const [height, width] = layer.shape;
    const signed = layer.signed && this.way === "signed";
    const isFolded = layer.signed && !signed;
    const colours = pixelsOf(this.tableOf(signed));
    paint(canvas, width, height, (at) => {
      const value = layer.values[at];
      if (value === layer.missing) return colours[hatched(at, width)];
      const share = (isFolded ? Math.abs(value) : value) / layer.limit;
      const alpha = alone ? 1 : alphaOf(signed ? share : Math.max(0, share));
      return ((colours[levelOf(share, signed)] & 0xffffff) | (Math.round(255 * alpha) << 24)) >>> 0;
    });
  }

  /** How strongly the maps cover the photo; the bars show it, over light and dark squares. */
  blend() {
    const { alone, opacity } = this;
    for (const stage of this.stages) part(stage, "map").style.opacity = String(alone ? 1 : opacity / 100);
    const squares = "repeating-conic-gradient(#a4a8ad 0 25%, #75797e 0 50%) 0 0 / 8px 8px";
    for (const bar of /** @type {NodeListOf<HTMLElement>} */ (this.host.querySelectorAll(".bar"))) {
      const signed = bar.dataset.signed === "true";
      const share = (/** @type {number} */ level) => (signed ? level / ZERO - 1 : level / (LEVELS - 1));
      const ramp = gradient(this.tableOf(signed), (level) => (alone ? 1 : (alphaOf(share(level)) * opacity) / 100));
      bar.style.background = `${ramp}, ${squares}`;
    }
    part(this.host, "percent").textContent = `${opacity} %`;
  }

  /** One pixel of the picture, marked and read in all maps at once. */
  showHere() {
    const { maps, here, way } = this;
    flag(part(this.host, "reading"), "hint", !here);
    const words = here ? `Row ${here[0]}, column ${here[1]}` : HINTS[Number(this.stages.length > 1)];
    part(this.host, "place").textContent = words;
    const drawn = maps.layers.filter(({ absent }) => !absent);
    const said = here && drawn.map((layer) => `${layer.title} ${valueText(layer, maps, here, way)}`).join("; ");
    part(this.host, "values").textContent = said === null ? "" : `: ${said}`;
    this.stages.forEach((stage, at) => {
      const layer = maps.layers[at];
      const [marker, value] = [part(stage, "marker"), part(stage, "value")];
      marker.hidden = value.hidden = !here || Boolean(layer.absent);
      if (!here || layer.absent) return;
      const [row, column] = cellUnder(layer, maps, here);
      const [height, width] = layer.shape;
      lay(marker, [(row + 0.5) / height, (column + 0.5) / width, 1 / height, 1 / width]);
      value.textContent = valueText(layer, maps, here, way);
      flag(value, "high", row > 0.6 * height);
    });
  }

  /** @param {(layer: number, pixel: Place) => void} pick */
  assignPointing(pick) {
    const { size, pickable } = this.maps;
    this.stages.forEach((stage, at) => {
      const wide = largeButton(this.maps.layers[at].title, () => this.large(at));
      part(/** @type {HTMLElement} */ (stage.parentElement), "wide").replaceChildren(wide);
      const choose = () => pickable && this.here && pick(at, this.here);
      const read = (/** @type {Place | null} */ pixel) => {
        this.here = pixel;
        this.showHere();
      };
      hover(stage, (event) => read(event && cellAt(shares(stage, event), size)));
      stage.onclick = choose;
      stage.onkeydown = (event) => {
        if (isShortcut(event)) return;
        const step = arrow(event, 10);
        if (step) {
          const from = this.here ?? [size[0] / 2, size[1] / 2]; // the keyboard begins in the middle
          const by = this.here ? step : [0, 0];
          read(cellAt([(from[0] + by[0] + 0.001) / size[0], (from[1] + by[1] + 0.001) / size[1]], size));
        } else if (event.key === "Enter" && pickable) choose();
        else if (event.key === "Escape" && this.here) read(null);
        else return;
        use(event);
      };
    });
  }

  /** One map as it is drawn over its photo, at the photo's size, each cell of it whole. @param {number} at */
  large(at) {
    const stage = this.stages[at];
    const [photo, map] = [part(stage, "photo", HTMLImageElement), part(stage, "map", HTMLCanvasElement)];
    const source = element("canvas");
    const scale = Math.ceil(900 / Math.max(...this.maps.size));
    [source.height, source.width] = this.maps.size.map((side) => side * scale);
    const to = pen(source);
    to.imageSmoothingEnabled = false;
    if (!this.alone) to.drawImage(photo, 0, 0, source.width, source.height);
    to.globalAlpha = this.alone ? 1 : this.opacity / 100;
    if (!map.hidden) to.drawImage(map, 0, 0, source.width, source.height);
    const { title } = this.maps.layers[at];
    return { source, words: title };
  }

  assignControls() {
    const slider = part(this.host, ".blend input", HTMLInputElement);
    const choices = /** @type {const} */ ([
      ["false", () => this.alone === false, () => (this.alone = false)],
      ["true", () => this.alone === true, () => (this.alone = true)],
      ["signed", () => this.way === "signed", () => (this.way = "signed")],
      ["magnitude", () => this.way === "magnitude", () => (this.way = "magnitude")],
    ]);
    for (const [value, isChosen, choose] of choices) {
      const button = part(this.host, `.switch [value="${value}"]`);
      button.ariaPressed = String(isChosen());
      button.onclick = () => {
        choose();
        this.assignControls();
        this.draw();
        this.remember();
      };
    }
    part(this.host, "way").hidden = !this.anySigned;
    flag(part(this.host, "blend"), "off", this.alone);
    slider.disabled = this.alone;
    slider.value = String(this.opacity);
    slider.oninput = () => {
      this.opacity = Number(slider.value);
      this.blend();
      this.remember();
    };
  }

  remember() {
    setInAddress("opacity", this.opacity === OPACITY ? null : String(this.opacity));
    setInAddress("maps", this.alone ? "alone" : null);
    setInAddress("values", this.way === "magnitude" ? "magnitude" : null);
  }
}

const instances = memory(() => ({ overlay: /** @type {Overlay | null} */ (null) }));

/** @param {Mounted<Uint8Array, Answers>} mounted */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = part(parentElement, "map_overlay");
  const instance = instances(host);
  const overlay = (instance.overlay ??= new Overlay(host, data));
  overlay.take(data);
  overlay.assignControls();
  overlay.assignPointing((layer, [row, column]) =>
    setTriggerValue("pick", { value: [layer, row, column], stamp: performance.now() }),
  );
  overlay.draw();
}

/** How much a map covers the photo where it has this share of its limit. @type {(share: number) => number} */
const alphaOf = (share) => Math.min(1, Math.abs(share)) ** 0.5;

const figure = () =>
  element(
    "figure",
    "",
    element("figcaption", "", element("span", "title"), " ", element("span", "wide")),
    element(
      "div",
      { className: "stage", tabIndex: 0, role: "application" },
      element("img", { className: "photo", alt: "" }),
      element("canvas", { className: "map", role: "img" }),
      element("p", "absent"),
      element("div", "frame"),
      element("div", { className: "marker", ariaHidden: "true" }),
      element("span", { className: "value", ariaHidden: "true" }),
    ),
    element("div", "scales own"),
    element("p", "note"),
  );

/** @type {(made: Element, layer: Layer, maps: Maps) => void} */
function fill(made, { title, note, absent, alt, frame }, { picture: source, coarse, size, pickable }) {
  const stage = part(made, "stage");
  part(made, "title").textContent = title;
  part(made, "note").textContent = note;
  part(stage, "absent").textContent = absent;
  part(stage, "absent").hidden = !absent;
  const photo = part(stage, "photo", HTMLImageElement);
  picture(photo, source);
  flag(photo, "coarse", coarse);
  stage.style.aspectRatio = `${size[1]} / ${size[0]}`;
  stage.ariaLabel = `${title}. Arrow keys move the pixel that is read${pickable ? ", Enter chooses it" : ""}.`;
  const canvas = part(stage, "map");
  canvas.hidden = Boolean(absent);
  canvas.ariaLabel = alt;
  part(stage, "frame").hidden = !frame;
  if (frame) lay(part(stage, "frame"), frame);
}

/** @type {(box: HTMLElement, legend: Legend | null, signed?: boolean) => void} */
function drawLegend(box, legend, signed = false) {
  box.hidden = !legend;
  if (!legend) return box.replaceChildren();
  const ends = [legend.low, legend.middle, legend.high].map((text) => element("span", "", text));
  const bar = element("span", { className: "bar", ariaHidden: "true", data: { signed } });
  box.replaceChildren(
    element("span", "scale", bar, element("span", "ends", ends)),
    element("span", "beyond", legend.beyond),
  );
}
