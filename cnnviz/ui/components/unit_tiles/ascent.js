// The picture that is being made, and its objective step by step: a curve from the first report to the last.
const CURVE = { left: 46, right: 352, top: 10, bottom: 66 };

function drawAscent(host, { picture, alt, coarse, waiting, points, low, high, last, steps }) {
  const figure = host.querySelector(".ascent") ?? element("figure", "ascent");
  let shown = figure.querySelector(".shown");
  if (!shown) {
    shown = element("div", "shown");
    figure.append(shown);
  }
  const before = shown.querySelector("img");
  if (picture && before) {
    before.src = picture; // the same element, so that nothing flickers between two steps
    before.alt = alt;
    before.classList.toggle("coarse", coarse);
  } else {
    shown.replaceChildren(picture ? image(picture, alt, coarse) : element("p", "waiting", waiting));
  }
  figure.querySelector("svg")?.remove();
  figure.append(curve(points, low, high, last, steps));
  if (!figure.isConnected) host.replaceChildren(figure);
}

function curve(points, low, high, last, steps) {
  const { left, right, top, bottom } = CURVE;
  const across = (part) => left + part * (right - left);
  const up = (part) => bottom - part * (bottom - top);
  const drawing = svg("svg", { viewBox: "0 0 360 86", role: "img" });
  drawing.setAttribute("aria-label", points.length ? `The objective rose from ${low} to ${last} in the steps so far.` : "No step yet.");
  drawing.append(svg("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  drawing.append(svg("line", { class: "axis", x1: left, x2: left, y1: top, y2: bottom }));
  drawing.append(words(left - 5, bottom, low, "end"), words(left - 5, top + 8, high, "end"));
  drawing.append(words(left, 82, "0", "middle"), words(right, 82, steps, "end"), words((left + right) / 2, 82, "steps", "middle"));
  if (points.length) {
    const places = points.map(([step, value]) => [across(step), up(value)]);
    drawing.append(svg("polyline", { class: "curve", points: places.map((place) => place.join(",")).join(" ") }));
    const [x, y] = places.at(-1);
    drawing.append(svg("circle", { class: "now", cx: x, cy: y, r: 4 }));
  }
  return drawing;
}

function words(x, y, text, anchor) {
  const made = svg("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}
