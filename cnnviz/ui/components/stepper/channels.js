// Several channels: their results for the current filter, how they are added up, and which channel meets which filter.

const SLIDE_MS = 480;

// ---------------------------------------------------------------- the result of each channel

// A map per input channel that the current filter reads; its texts follow with each filter (writeSums).
function sumPlanes(walk) {
  const { data } = walk;
  const [rows, columns] = data.output.size;
  const blank = Array.from({ length: rows }, () => Array(columns).fill(""));
  walk.largestSum = Math.max(1e-9, ...data.steps.map((step) => Math.max(...step.sums.map((text) => Math.abs(amount(text))))));
  const longest = Math.max(...data.steps.map((step) => Math.max(...step.sums.map((text) => text.length))));
  return data.steps[0].channels.map((channel, index) => {
    const one = plane("sums", index, blank, { label: "", paint: (cell) => tint(cell, 0) });
    return { ...one, longest };
  });
}

function writeSums(walk, step) {
  if (!walk.hasSums) return;
  const { data } = walk;
  const here = walk.ticks.findIndex(({ plane }) => plane === step.at[0]);
  const from = walk.ticks[here].index;
  const to = walk.ticks[here + 1]?.index ?? data.steps.length;
  walk.planes.sums.forEach((one, number) => {
    const { name, hue } = data.input.planes[step.channels[number]];
    one.box.style.setProperty("--slot", step.channels[number] + 1);
    one.box.dataset.hue = hue;
    one.grid.setAttribute("aria-label", `results of ${name}: ${sizeWords(one.cells)}`);
    for (let index = from; index < to; index++) {
      const { at, sums } = data.steps[index];
      const cell = one.cells[at[1]][at[2]];
      rewrite(cell, sums[number], amount(sums[number]) / walk.largestSum);
      setReached(cell, index <= walk.reached);
    }
  });
}

// ---------------------------------------------------------------- between the planes and the output

const SIGNS = { max: "max", average: "mean", stamp: "stamp" };

// What stands between input and output: an arrow, an operator, or the column in which the channel sums are added.
function buildJoint(host, walk) {
  const { data } = walk;
  const sum = part(host, "sum");
  if (walk.hasSums) {
    walk.sumLines = [...data.steps[0].channels, "bias", "all"].map(() => {
      const line = element("div", "line");
      line.append(element("span", "who"), element("span", "what"));
      return line;
    });
    sum.replaceChildren(...walk.sumLines);
    part(host, "flyers").replaceChildren(...data.steps[0].channels.map(() => element("span", "flyer")));
  } else {
    const sign = SIGNS[data.kind] ?? (data.relu ? "relu(Σ + b)" : "Σ + b");
    sum.replaceChildren(element("b", SIGNS[data.kind] ? "sign" : "", sign));
    if (data.kind !== "stamp" && SIGNS[data.kind]) sum.append(element("span", "", data.axes === 1 ? `of ${data.window[1]}` : `of ${data.window.join(" × ")}`));
    part(host, "flyers").replaceChildren();
  }
  walk.lit = null;
  buildMeeting(host, walk);
}

function showJoint(host, walk, step) {
  if (walk.hasSums) {
    step.channels.forEach((channel, index) => {
      const { name, hue } = walk.data.input.planes[channel];
      sumLine(walk.sumLines[index], shortName(name, channel), index ? `+ ${bracketed(step.sums[index])}` : minus(step.sums[index]), hue);
    });
    const [bias, all] = walk.sumLines.slice(-2);
    const divided = walk.data.kernel.divisor > 1 ? `/ ${walk.data.kernel.divisor} ` : "";
    sumLine(bias, `${divided}bias`, `+ ${bracketed(walk.data.kernel.filters[step.at[0]].bias)}`);
    sumLine(all, walk.data.relu ? "relu" : "", `${step.result_rounded ? "≈" : "="} ${minus(step.result)}`);
  }
  if (walk.lit !== step.at[0]) {
    walk.lit = step.at[0];
    for (const line of part(host, "meets").querySelectorAll("[data-filter]")) {
      flag(line, "lit", Number(line.dataset[isStamp(walk) ? "channel" : "filter"]) === step.at[0]);
    }
  }
}

function sumLine(line, who, what, hue = "") {
  write(line.firstChild, who);
  write(line.lastChild, what);
  line.dataset.hue = hue;
}

const shortName = (name, number) => (name.length > 4 ? `c${number + 1}` : name);

// ---------------------------------------------------------------- which channels meet

// Dots for input channels and filters, a line wherever they meet: all lines for one group, one each when depthwise.
function buildMeeting(host, walk) {
  const { data } = walk;
  const box = part(host, "meets");
  box.hidden = !data.kernel || isStamp(walk) || data.input.planes.length < 2 || data.output.planes.length < 2;
  if (box.hidden) return box.replaceChildren();
  const [channels, filters] = [data.input.planes.length, data.output.planes.length];
  const high = Math.max(channels, filters) * 20 + 8;
  const at = (count, number) => high / 2 + (number - (count - 1) / 2) * 20;
  const picture = svgElement("svg", { viewBox: `0 0 108 ${high}`, width: 108, height: high, role: "img" });
  picture.setAttribute("aria-label", meetingWords(data));
  const nodes = [];
  for (const { plane: filter, index } of walk.ticks) {
    const met = data.steps[index].channels;
    for (const channel of met) {
      picture.append(svgElement("line", { x1: 30, x2: 78, y1: at(channels, channel), y2: at(filters, filter), "data-filter": filter }));
    }
    const dot = svgElement("g", { "data-filter": filter, class: "dot" });
    dot.append(
      svgElement("circle", { cx: 80, cy: at(filters, filter), r: 5 }),
      svgElement("text", { x: 89, y: at(filters, filter) + 4 }, `f${filter + 1}`),
    );
    nodes.push(dot);
  }
  data.input.planes.forEach(({ name, hue }, channel) => {
    const words = shortName(name, channel);
    nodes.push(svgElement("circle", { cx: 28, cy: at(channels, channel), r: 5, class: "source", "data-hue": hue }));
    nodes.push(svgElement("text", { x: 19, y: at(channels, channel) + 4, "text-anchor": "end" }, words));
  });
  picture.append(...nodes);
  box.replaceChildren(picture, element("div", "", data.groups > 1 ? `${data.groups} groups` : "all meet all"));
}

function meetingWords({ groups, input, output }) {
  const each = input.planes.length / groups;
  const which = groups === 1 ? "every filter meets every channel" : `each filter meets ${counted(each, "channel")} of ${input.planes.length}`;
  return `${counted(input.planes.length, "input channel")}, ${counted(output.planes.length, "filter")}, ${counted(groups, "group")}: ${which}.`;
}

// ---------------------------------------------------------------- the sums slide together

// Each channel's sum moves from its map to the output cell, where they become one number. Nothing moves for those who
// asked for less motion; the column of sums says the same.
function slide(host, walk, milliseconds) {
  if (!walk.hasSums || isStill() || !walk.placing) return;
  const step = walk.data.steps[walk.step];
  walk.spots ??= spotsOf(host, walk);
  const pitch = walk.pitches.sums;
  const middle = (spot, [, row, column]) => [spot.left + (column + 0.5) * pitch, spot.top + (row + 0.5) * pitch];
  const to = middle(walk.spots.output[step.at[0]], step.at);
  part(host, "flyers").childNodes.forEach((flyer, index) => {
    const from = middle(walk.spots.sums[index], step.at);
    const { hue } = walk.data.input.planes[step.channels[index]];
    write(flyer, minus(step.sums[index]));
    flyer.dataset.hue = hue;
    const at = ([x, y]) => `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    flyer.getAnimations?.().forEach((motion) => motion.cancel());
    flyer.animate(
      [
        { transform: `${at(from)} scale(0.8)`, opacity: 0 },
        { transform: `${at(from)} scale(1)`, opacity: 1, offset: 0.15 },
        { transform: `${at(to)} scale(1)`, opacity: 1, offset: 0.85 },
        { transform: `${at(to)} scale(0.6)`, opacity: 0 },
      ],
      { duration: Math.min(SLIDE_MS, milliseconds), easing: "ease-in-out" },
    );
  });
}

// Where each plane stands among the grids; read once per placing, not per step.
function spotsOf(host, walk) {
  const origin = part(host, "grids").getBoundingClientRect();
  const spot = ({ grid }) => {
    const { left, top } = grid.getBoundingClientRect();
    return { left: left - origin.left, top: top - origin.top };
  };
  return { sums: walk.planes.sums.map(spot), output: walk.planes.output.map(spot) };
}
