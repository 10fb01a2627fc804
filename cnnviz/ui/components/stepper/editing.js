// Editing: every input cell and the cells of the current filter's kernels become fields; what is typed goes to Python.

function assignEditing(host, walk) {
  const edit = part(host, "edit");
  edit.hidden = !walk.data.editable;
  edit.textContent = walk.editing ? "Done" : "Edit numbers";
  edit.setAttribute("aria-pressed", walk.editing);
  edit.onclick = () => {
    stop(host, walk);
    walk.editing = !walk.editing;
    walk.editDivisor = walk.data.kernel?.divisor ?? 1;
    walk.drawnShape = null;
    walk.pinned = null;
    rebuild(host, walk);
    remember(walk);
  };
}

function numberField(host, walk, place, text) {
  const { name, plane, cell } = place;
  const field = element("input", "field");
  const id = writePin(place);
  field.value = text;
  field.inputMode = "text";
  const planes = name === "input" ? walk.data.input.planes : walk.data.kernel.filters[0].planes;
  const [top, left] = name === "input" ? walk.data.input.origin : [0, 0];
  const title = planes.length > 1 ? `${name} ${name === "input" ? planes[plane].name : plane + 1}` : name;
  field.setAttribute("aria-label", `${title} row ${cell[0] - top + 1}, column ${cell[1] - left + 1}`);
  field.onfocus = () => {
    walk.focused = id;
    field.select();
  };
  field.onchange = () => send(walk, name, plane);
  field.onkeydown = (event) => {
    if (event.key === "Escape") part(host, "edit").click();
  };
  if (walk.focused === id) requestAnimationFrame(() => field.isConnected && field.focus());
  return field;
}

// A kernel is drawn as it lies on the input; Python stores it the other way round where it is flipped.
export const stored = (rows, isFlipped) => (isFlipped ? rows.map((row) => [...row].reverse()).reverse() : rows);

// Sends the whole plane. Two quick changes may reach Python as one: what was not heard yet is sent again with the next.
function send(walk, name, plane) {
  const { data } = walk;
  const cells = walk.planes[name][plane].cells;
  const typed = cells
    .map((line) => line.map((cell) => cell.firstElementChild).filter(Boolean).map((field) => field.value.trim() || "0"))
    .filter((line) => line.length);
  const isKernel = name === "kernel";
  const filter = !isKernel ? 0 : isStamp(walk) ? walk.kernelNow[plane].slot : walk.turn;
  const number = isKernel && isStamp(walk) ? walk.turn % data.kernel.filters[filter].planes.length : plane;
  const rows = stored(typed, isKernel && isLaidFlipped(data)).map((line) => line.join(" ")).join("; ");
  const edit = { grid: name, plane: number, filter, rows, divisor: isKernel ? walk.editDivisor : 1 };
  const sent = Math.max(Date.now(), (walk.sent ?? 0) + 1); // the same numbers typed again are news again
  const others = (walk.edits ?? []).filter((one) => one.sent > (data.heard ?? 0) && !(one.grid === name && one.plane === number && one.filter === filter));
  walk.sent = sent;
  walk.edits = [...others, { ...edit, sent }];
  walk.setStateValue("numbers", { edits: walk.edits, sent });
}
