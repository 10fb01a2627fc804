// The maps over the photo. message.js, colours.js and pointing.js stand in front of this file.
// Called again on every change of data or theme, on the same elements: all state lives on the host.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".map_overlay");
  const state = (host.state ??= { opacity: 90, way: "signed", alone: false, here: null, stages: [] });
  const dark = isDark(host);
  if (state.data !== data || state.dark !== dark) {
    Object.assign(state, { data, dark, maps: read(data) });
    host.dataset.theme = dark ? "dark" : "light";
    build(host, state);
  }
  if (!state.maps.layers.some(({ signed, absent }) => signed && !absent)) state.way = "signed";
  assignControls(host, state);
  assignPointing(host, state, (name, value) => setTriggerValue(name, { value, stamp: performance.now() }));
  draw(host, state);
}

const part = (host, name) => host.querySelector(`.${name}`);

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// One figure a map; those that are there already are used again, so that nothing flickers and the focus stays.
function build(host, state) {
  const { layers, size, height, columns, pickable } = state.maps;
  const box = part(host, "maps");
  while (box.children.length > layers.length) box.lastChild.remove();
  while (box.children.length < layers.length) box.append(figure());
  state.stages = [...box.querySelectorAll(".stage")];
  const [wide, medium, narrow] = columns;
  for (const [name, value] of Object.entries({ wide, medium, narrow })) host.style.setProperty(`--${name}`, value);
  host.style.setProperty("--tile", `${Math.round((height * Math.min(size[0], size[1])) / size[0])}px`);
  if (state.here && (state.here.row >= size[0] || state.here.column >= size[1])) state.here = null;
  layers.forEach((layer, number) => fill(box.children[number], layer, state));
  box.classList.toggle("pickable", pickable);
  host.classList.toggle("single", layers.length === 1);
}

function figure() {
  const made = element("figure", "");
  const stage = element("div", "stage");
  stage.tabIndex = 0;
  const canvas = element("canvas", "map");
  canvas.setAttribute("role", "img");
  const photo = element("img", "photo");
  photo.alt = "";
  stage.append(photo, canvas, element("p", "absent"), element("div", "frame"), element("div", "marker"), element("span", "value"));
  made.append(element("figcaption", "title"), stage, element("div", "legend own"), element("p", "note"));
  for (const name of ["marker", "value"]) part(stage, name).setAttribute("aria-hidden", "true");
  return made;
}

function fill(made, { title, note, absent, alt, frame }, { maps }) {
  const stage = part(made, "stage");
  part(made, "title").textContent = title;
  part(made, "note").textContent = note;
  part(stage, "absent").textContent = absent;
  part(stage, "absent").hidden = !absent;
  const photo = part(stage, "photo");
  if (photo.getAttribute("src") !== maps.picture) photo.src = maps.picture;
  photo.classList.toggle("coarse", maps.coarse);
  stage.style.aspectRatio = `${maps.size[1]} / ${maps.size[0]}`;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", `${title}. Arrow keys move the pixel that is read${maps.pickable ? ", Enter chooses it" : ""}.`);
  const canvas = part(stage, "map");
  canvas.hidden = Boolean(absent);
  canvas.setAttribute("aria-label", alt);
  const box = part(stage, "frame");
  box.hidden = !frame;
  if (!frame) return;
  const [top, left, height, width] = frame.map((share) => `${100 * share}%`);
  Object.assign(box.style, { top, left, height, width });
}

function draw(host, state) {
  const { maps, stages, alone, way } = state;
  host.classList.toggle("alone", alone);
  stages.forEach((stage, number) => maps.layers[number].absent || paint(part(stage, "map"), maps.layers[number], state));
  const shared = maps.shared?.[way];
  const kind = maps.layers.find(({ absent }) => !absent)?.signed;
  drawLegend(part(host, "shared"), shared, kind, state);
  [...part(host, "maps").children].forEach((made, number) => {
    const layer = maps.layers[number];
    drawLegend(part(made, "own"), shared || layer.absent ? null : layer.legend[way], layer.signed, state);
  });
  blend(host, state);
  showHere(host, state);
}

function drawLegend(box, legend, layerSigned, { way }) {
  box.hidden = !legend;
  if (!legend) return box.replaceChildren();
  const bar = element("span", "bar");
  bar.dataset.signed = layerSigned && way === "signed";
  bar.setAttribute("aria-hidden", "true");
  const ends = element("span", "ends");
  ends.append(...[legend.low, legend.middle, legend.high].map((text) => element("span", "", text)));
  const scale = element("span", "scale");
  scale.append(bar, ends);
  box.replaceChildren(scale, element("span", "beyond", legend.beyond));
}

function blend(host, state) {
  const { stages, alone, opacity } = state;
  for (const stage of stages) part(stage, "map").style.opacity = alone ? 1 : opacity / 100;
  for (const bar of host.querySelectorAll(".bar")) drawBar(bar, bar.dataset.signed === "true", state);
  part(host, "percent").textContent = `${opacity} %`;
}

function assignControls(host, state) {
  const anySigned = state.maps.layers.some(({ signed, absent }) => signed && !absent);
  const choose = (group, name, read) => {
    for (const button of part(host, group).querySelectorAll("button")) {
      button.setAttribute("aria-pressed", read(button) === state[name]);
      button.onclick = () => {
        state[name] = read(button);
        assignControls(host, state);
        draw(host, state);
      };
    }
  };
  choose("over", "alone", ({ dataset }) => dataset.alone === "true");
  choose("way", "way", ({ dataset }) => dataset.way);
  part(host, "way").hidden = !anySigned;
  part(host, "blend").classList.toggle("off", state.alone);
  const slider = host.querySelector(".blend input");
  slider.disabled = state.alone;
  slider.value = String(state.opacity);
  slider.oninput = () => {
    state.opacity = Number(slider.value);
    blend(host, state);
  };
}
