// The picture with the unit's receptive field, and below it the field alone: its pixels, and what was sent back to them.
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function drawSent(host, data, tell) {
  const figure = host.querySelector(".sent") ?? element("div", "sent");
  if (!figure.isConnected) {
    const stage = element("div", "stage");
    stage.tabIndex = 0;
    stage.append(image("", "", false), element("div", "frame"));
    figure.append(stage, element("div", "pair"));
    host.replaceChildren(figure);
  }
  const stage = figure.querySelector(".stage");
  const whole = stage.querySelector("img");
  if (whole.getAttribute("src") !== data.picture) whole.src = data.picture;
  whole.classList.toggle("coarse", data.coarse);
  stage.setAttribute("role", "img");
  stage.setAttribute("aria-label", data.alt);
  const frame = stage.querySelector(".frame");
  const [top, left, height, width] = data.field.map((share) => `${100 * share}%`);
  Object.assign(frame.style, { top, left, height, width });
  const [rows, columns] = data.cells;
  host.at = data.at;
  stage.onclick = (event) => {
    const box = stage.getBoundingClientRect();
    tell("cell", [cell((event.clientY - box.top) / box.height, rows), cell((event.clientX - box.left) / box.width, columns)]);
  };
  stage.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    host.at = [Math.min(rows - 1, Math.max(0, host.at[0] + move[0])), Math.min(columns - 1, Math.max(0, host.at[1] + move[1]))];
    clearTimeout(host.timer);
    host.timer = setTimeout(() => tell("cell", host.at), 120);
  };
  figure.querySelector(".pair").replaceChildren(...data.parts.map(part));
}

function cell(share, count) {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

function part({ source, alt, coarse, caption }) {
  const figure = element("figure", "part");
  const shown = element("div", "shown");
  shown.append(image(source, alt, coarse));
  figure.append(shown, element("figcaption", "", caption));
  return figure;
}
