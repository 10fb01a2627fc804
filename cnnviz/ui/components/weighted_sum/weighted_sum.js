// The terms of a sum as lines. Every number and word comes from Python; a line that is clicked is told to it.
// Called again on each change, on the same elements.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".weighted_sum");
  host.dataset.theme = isDark(host) ? "dark" : "light";
  host.classList.toggle("mapped", data.maps !== null);
  host.querySelector(".finding").textContent = data.finding;
  drawLegend(host.querySelector(".legend"), data);
  host.style.setProperty("--zero", data.zero);
  const [unit, factors, term] = data.heads;
  const heads = [["name", unit], ["factors", factors], ["sum", term]].map(([kind, text]) => element("span", kind, text));
  host.querySelector(".heads").replaceChildren(...heads);
  const open = (place) => setTriggerValue("open", { id: data.id, place, stamp: performance.now() });
  host.querySelector(".lines").replaceChildren(
    ...data.terms.map((line, number) => termLine(line, data.maps?.[number], open)),
    ...data.lines.map(plainLine),
  );
  host.querySelector(".total span").textContent = data.totalName;
  host.querySelector(".total output").textContent = data.total;
  host.querySelector(".agreement").textContent = data.agreement;
}

function isDark(host) {
  const ground = getComputedStyle(host).getPropertyValue("--st-background-color");
  const [r, g, b] = (ground.match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map((pair) => parseInt(pair, 16));
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function drawLegend(legend, { maps, mapWords, legend: source, low, high }) {
  legend.hidden = maps === null;
  if (maps === null) return;
  legend.querySelector(".words").textContent = mapWords;
  legend.querySelector("img").src = source;
  legend.querySelector(".low").textContent = low;
  legend.querySelector(".high").textContent = high;
}

function termLine(line, map, open) {
  const item = element("li");
  const button = element("button", "line");
  button.type = "button";
  button.title = `Open ${line.name} in One neuron`;
  button.setAttribute("aria-label", `${line.name}: ${line.weight} times ${line.value} is ${line.sum}. Opens it in One neuron.`);
  if (map) {
    const image = element("img", "map");
    image.src = map;
    image.alt = "";
    button.append(image);
  }
  const factors = element("span", "factors");
  factors.append(element("span", "weight", line.weight), " × ", element("span", "value", line.value));
  button.append(element("span", "name", line.name), factors, bar(line), element("span", "sum", line.sum), element("span", "more", "›"));
  button.onclick = () => open(line.place);
  item.append(button);
  return item;
}

function plainLine(line) {
  const item = element("li", "line");
  item.append(element("span", "name", line.name), bar(line), element("span", "sum", line.sum), element("span", "more"));
  return item;
}

// A bar that is torn goes on beyond the end of its track.
function bar({ share, torn }) {
  const made = element("span", `bar${share < 0 ? " negative" : ""}${torn ? " torn" : ""}`);
  made.style.setProperty("--share", Math.abs(share));
  return made;
}
