// A network from left to right. Python made the pictures and chose the channels; here one of them is pointed at or chosen.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".network_overview");
  const state = (host.state ??= { at: null });
  state.data = data;
  const layers = data.columns.map(({ layer }) => layer);
  const column = Math.max(0, layers.indexOf(data.chosen[0]));
  state.at = [column, Math.max(0, data.columns[column].channels.indexOf(data.chosen[1]))];
  const choose = () => {
    const { layer, channels } = data.columns[state.at[0]];
    setTriggerValue("map", { layer, channel: channels[state.at[1]], stamp: performance.now() });
  };
  build(host, state, choose);
  mark(host, state);
  const here = host.querySelectorAll(".column")[state.at[0]];
  host.querySelector(".legend img").src = data.legend;
  const strip = host.querySelector(".strip");
  if (state.scrolled !== data.chosen[0]) {
    strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.clientWidth / 2;
    state.scrolled = data.chosen[0];
  }
  host.onkeydown = (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter" || event.key === " ") choose();
    else if (move) {
      const across = Math.max(0, Math.min(data.columns.length - 1, state.at[0] + move[0]));
      const last = data.columns[across].channels.length - 1;
      state.at = [across, Math.max(0, Math.min(last, state.at[1] + move[1]))];
      mark(host, state);
      host.querySelectorAll(".column")[across].scrollIntoView({ block: "nearest", inline: "nearest" });
    } else return;
    event.preventDefault();
  };
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function build(host, state, choose) {
  const { data } = state;
  host.style.setProperty("--highest", `${Math.max(...data.columns.map(({ box }) => box[1]))}px`);
  const first = element("div", "input");
  const image = element("img");
  image.src = data.picture;
  image.alt = "The picture as the network was given it.";
  first.append(element("div", "scale"), element("p", "name", "picture"), element("p", "shape", data.size), image);
  const last = element("div", "answer");
  last.append(element("div", "scale"), element("p", "name", "answer"), element("p", "shape", "likeliest classes"));
  const list = element("ol");
  list.append(...data.classes.map(([name, percent]) => {
    const item = element("li", "", name);
    item.append(element("b", "", ` ${percent}`));
    return item;
  }));
  last.append(list);
  host.querySelector(".strip").replaceChildren(first, ...data.columns.map((column, number) => columnOf(host, state, column, number, choose)), last);
}

function columnOf(host, state, column, number, choose) {
  const part = element("div", "column");
  const scale = element("div", "scale");
  const box = element("div", "box");
  box.style.width = `${column.box[0]}px`;
  box.style.height = `${column.box[1]}px`;
  scale.append(box);
  const tiles = element("div", "tiles");
  const sheet = element("img");
  sheet.src = column.sheet;
  sheet.alt = `The maps of channels ${column.channels.join(", ")} of ${column.layer}.`;
  tiles.style.setProperty("--count", column.channels.length);
  tiles.append(sheet, ...column.channels.map((channel, place) => {
    const tile = element("button", "tile");
    tile.type = "button";
    tile.tabIndex = -1;
    tile.setAttribute("aria-label", `${column.layer}, channel ${channel}`);
    tile.onpointerenter = () => { state.at = [number, place]; mark(host, state); };
    tile.onclick = () => { state.at = [number, place]; choose(); };
    return tile;
  }));
  part.append(scale, element("p", "name", column.layer), element("p", "shape", `${column.words}  ${column.shape}`), tiles, element("p", "range", column.range));
  return part;
}

function mark(host, state) {
  const { data, at } = state;
  host.querySelectorAll(".column").forEach((part, number) => {
    const { layer, channels } = data.columns[number];
    part.querySelectorAll(".tile").forEach((tile, place) => {
      tile.classList.toggle("here", number === at[0] && place === at[1]);
      tile.classList.toggle("chosen", layer === data.chosen[0] && channels[place] === data.chosen[1]);
      tile.classList.toggle("path", data.followed && place === 0);
    });
  });
  const { layer, channels, tops } = data.columns[at[0]];
  host.querySelector(".reading").textContent = `${layer}, channel ${channels[at[1]]}: highest value ${tops[at[1]]}. Click or Enter enlarges it.`;
}
