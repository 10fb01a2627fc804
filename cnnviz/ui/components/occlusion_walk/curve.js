// The class's probability, or its score, square by square: all of it faintly, what was walked so far in full colour.

function drawCurve(host, walk, measure) {
  const { data, count, seen, step } = walk;
  const { low, high, ticks } = measure.axis;
  const across = (at) => (data.total > 1 ? at / (data.total - 1) : 0.5);
  const up = (value) => (value - low) / (high - low);
  const points = measure.values.map((value, at) => `${1000 * across(at)},${1000 * (1 - up(value))}`);
  const lines = ticks.map(([value, text]) => at(element("span", "tick", text), { bottom: up(value) }));
  part(host, "ticks").replaceChildren(...lines);
  const plot = part(host, "plot");
  plot.replaceChildren(
    ...ticks.map(([value]) => at(element("div", "level"), { bottom: up(value) })),
    ...rowStarts(data).map((start) => at(element("div", "row"), { left: across(start) })),
    at(element("div", "before"), { bottom: up(measure.uncovered) }),
    drawing(points, seen),
  );
  if (count) {
    const [now, before] = [up(measure.values[step]), up(measure.uncovered)];
    const gap = at(element("div", `gap ${now < before ? "takes" : "adds"}`), { left: across(step), bottom: Math.min(now, before) });
    gap.style.height = `${100 * Math.abs(now - before)}%`;
    plot.append(gap, at(element("div", "dot"), { left: across(step), bottom: now }));
  }
  part(host, "of").textContent = measure.told[0].trim();
  part(host, "uncovered").textContent = `uncovered ${measure.uncoveredText}`;
  part(host, "start").textContent = "1";
  part(host, "end").textContent = data.total || "";
}

function drawing(points, seen) {
  const made = svg("svg", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none" });
  made.append(svg("polyline", { class: "whole", points: points.join(" ") }));
  made.append(svg("polyline", { class: "walked", points: points.slice(0, seen + 1).join(" ") }));
  return made;
}

// The squares with which a new row of the picture begins.
function rowStarts({ squares }) {
  return squares.map((_, at) => at).filter((at) => at > 0 && squares[at][0] !== squares[at - 1][0]);
}

function at(made, places) {
  for (const [side, share] of Object.entries(places)) made.style[side] = `${100 * share}%`;
  return made;
}

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
