// Pointing: one pixel of the picture, marked and read in all maps at once.
const HINTS = ["Point at a pixel to read its value.", "Point at a pixel to read it in every map."];
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function showHere(host, state) {
  const { maps, here, way } = state;
  part(host, "reading").classList.toggle("hint", !here);
  part(host, "place").textContent = here ? `Row ${here.row}, column ${here.column}` : HINTS[state.stages.length > 1 ? 1 : 0];
  const said = maps.layers.filter(({ absent }) => !absent).map((layer) => `${layer.title} ${here ? valueText(layer, maps, here, way) : ""}`);
  part(host, "values").textContent = here ? `: ${said.join("; ")}` : "";
  state.stages.forEach((stage, number) => {
    const layer = maps.layers[number];
    const [marker, value] = [part(stage, "marker"), part(stage, "value")];
    marker.hidden = value.hidden = !here || Boolean(layer.absent);
    if (marker.hidden) return;
    const [row, column] = cellOf(layer, maps, here);
    const [height, width] = layer.shape;
    marker.style.top = `${(100 * (row + 0.5)) / height}%`;
    marker.style.left = `${(100 * (column + 0.5)) / width}%`;
    marker.style.height = `max(9px, ${100 / height}%)`;
    marker.style.width = `max(9px, ${100 / width}%)`;
    value.textContent = valueText(layer, maps, here, way);
    value.classList.toggle("high", row > 0.6 * height);
  });
}

function assignPointing(host, state, tell) {
  state.stages.forEach((stage, number) => {
    const point = (event) => {
      const box = stage.getBoundingClientRect();
      const [rows, columns] = state.maps.size;
      move(host, state, ((event.clientY - box.top) / box.height) * rows, ((event.clientX - box.left) / box.width) * columns);
    };
    const pick = () => state.maps.pickable && state.here && tell("pick", [number, state.here.row, state.here.column]);
    stage.onpointermove = point;
    stage.onpointerdown = point;
    stage.onpointerleave = (event) => {
      if (event.pointerType !== "mouse") return; // a finger leaves when it lifts; what it touched stays readable
      state.here = null;
      showHere(host, state);
    };
    stage.onclick = pick;
    stage.onkeydown = (event) => onKey(event, host, state, pick);
  });
}

function onKey(event, host, state, pick) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && state.maps.pickable) pick();
  else if (event.key === "Escape" && state.here) {
    state.here = null;
    showHere(host, state);
  } else if (event.key in MOVES) {
    const [down, right] = MOVES[event.key].map((by) => by * (event.shiftKey ? 10 : 1));
    const { row, column } = state.here ?? middle(state.maps);
    move(host, state, row + (state.here ? down : 0), column + (state.here ? right : 0));
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function move(host, state, row, column) {
  const [rows, columns] = state.maps.size;
  const within = (place, count) => Math.max(0, Math.min(count - 1, Math.floor(place)));
  state.here = { row: within(row, rows), column: within(column, columns) };
  showHere(host, state);
}

// Where the keyboard begins: the middle of the picture.
const middle = ({ size }) => ({ row: Math.floor(size[0] / 2), column: Math.floor(size[1] / 2) });
