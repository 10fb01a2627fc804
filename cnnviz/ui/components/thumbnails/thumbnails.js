// Draws the tiles it is given and tells Python which one was tapped. Called again on every change: children are replaced.
export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".tiles") ?? parentElement.appendChild(document.createElement("div"));
  host.className = "tiles";
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", "Gallery of photographs");
  host.replaceChildren(...data.tiles.map((tile) => drawTile(tile, tile.key === data.chosen, setTriggerValue)));
}

function drawTile(tile, isChosen, setTriggerValue) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tile";
  button.setAttribute("aria-pressed", String(isChosen));
  button.onclick = () => setTriggerValue("picked", tile.key);
  const image = document.createElement("img");
  image.src = tile.image;
  image.alt = ""; // the name below says it; twice would be noise
  const title = document.createElement("span");
  title.textContent = tile.title;
  button.append(image, title);
  return button;
}
