// Draws what Python worked out (see cnnviz/figures/stepper): it colours, frames, moves and repeats text.
// Streamlit calls the default export again on every change of data or theme, on the same elements: so what is shown is
// rebuilt each time, handlers are assigned, and the state of the walk lives on the host element.

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = parentElement.querySelector(".stepper");
  const first = !host.walk;
  const walk = (host.walk ??= { speed: 1, timer: null, editing: false, step: 0, seen: 0, pinned: null, pointed: null });
  const fingerprint = JSON.stringify([data.steps, data.input, data.kernel, data.output]);
  const changed = walk.fingerprint !== fingerprint;
  if (changed) openOn(host, walk, data, first);
  Object.assign(walk, { data, fingerprint, setStateValue, setTriggerValue, gone: false });
  if (!first) remember(walk);
  if (changed && !first && !walk.editing) host.scrollIntoView({ block: "nearest", behavior: isStill() ? "auto" : "smooth" });
  host.dataset.theme = isDark(host) ? "dark" : "light";
  flag(host, "plain", data.plain);
  rebuild(host, walk);
  host.observer ??= new ResizeObserver(() => fit(host, host.walk));
  host.observer.observe(host);
  // the keys belong to the walk when the page opens, and again after a suggestion was clicked
  const suggested = changed && document.activeElement?.closest('[data-testid="stButton"]');
  if (data.focus && (suggested || (first && document.activeElement === document.body))) takeKeyboard(host);
  if (first && data.autoplay && !isStill()) play(host, walk);
  return () => {
    clearTimeout(walk.timer); // no more: the address belongs to the next page already
    walk.gone = true;
    host.observer.disconnect();
    host.observer = null;
    for (const view of views) view.unmount?.(host, walk);
  };
}

// Where a new script opens: at first on the step and the pinned cell that were asked for, later on its first step, or,
// while somebody types, where they are.
function openOn(host, walk, data, first) {
  const last = data.steps.length - 1;
  const stays = walk.editing && walk.data?.steps.length === data.steps.length;
  stop(host, walk);
  if (first) {
    const asked = data.start ?? (data.linked ? readStep(fromAddress("step"), data.steps.length) : null);
    walk.step = walk.seen = Math.max(0, Math.min(asked ?? 0, last));
    walk.pinned = data.linked ? readPin(fromAddress("pin"), data) : null;
  } else if (!stays) {
    walk.step = walk.seen = 0;
    walk.pinned = null;
  }
  if (data.kind !== "stamp" && walk.pinned?.name === "output") walk.pinned = null;
  walk.pointed = null;
}

function rebuild(host, walk) {
  walk.ready = false;
  build(host, walk);
  assignControls(host, walk);
  show(host, walk, walk.step);
  fit(host, walk);
  flag(host, "pinned", walk.pinned);
  if (walk.pinned) relate(host, walk, walk.pinned);
  walk.ready = true;
  for (const view of views) view.build(host, walk);
  for (const view of views) view.show(host, walk, walk.shown);
}
