// One unit seen from three sides. Everything that is shown comes from Python; here it is drawn, and clicks are told.
export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".unit_tiles");
  const tell = (name, value) => setTriggerValue(name, { value, stamp: performance.now() });
  ({ patches: drawPatches, ascent: drawAscent, sent: drawSent })[data.kind](host, data, tell);
  return () => clearTimeout(host.timer);
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function image(source, alt, coarse) {
  const made = element("img", coarse ? "coarse" : "");
  if (source) made.src = source;
  made.alt = alt;
  return made;
}

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
