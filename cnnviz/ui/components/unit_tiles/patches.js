// Nine patches as buttons; places that no patch fills are kept free, so that nothing moves when one arrives.
function drawPatches(host, { tiles, slots, label }, tell) {
  const grid = element("div", "patches");
  grid.setAttribute("role", "group");
  grid.setAttribute("aria-label", label);
  for (let number = 0; number < slots; number += 1) {
    grid.append(tiles[number] ? patch(tiles[number], number, tell) : element("div", "patch free"));
  }
  host.replaceChildren(grid);
}

function patch({ source, coarse, value, name, words }, number, tell) {
  const button = element("button", "patch");
  button.type = "button";
  button.title = words;
  button.setAttribute("aria-label", words);
  const frame = element("span", "shown");
  frame.append(image(source, "", coarse));
  const line = element("span", "line");
  line.append(element("b", "", value), element("span", "name", name));
  button.append(frame, line);
  button.onclick = () => tell("patch", [number, words]);
  return button;
}
