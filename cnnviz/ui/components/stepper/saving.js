// "Save": this step as a picture, the whole walk as an animation, the derivation and the code. Python makes the file.

const SAVED = [
  ["svg", "This step as SVG"],
  ["png", "This step as PNG"],
  ["gif", "The walk as GIF"],
  ["webp", "The walk as WebP"],
  ["markdown", "The derivation as Markdown"],
  ["pytorch", "PyTorch code"],
];

function buildSaving(host, walk) {
  const slot = part(host, "save");
  slot.hidden = !walk.data.save;
  if (slot.hidden) return slot.replaceChildren();
  if (!slot.childElementCount) {
    const menu = document.createElement("details");
    const list = element("div", "list");
    list.append(...SAVED.map(([kind, words]) => {
      const button = element("button", "item", words);
      button.type = "button";
      button.dataset.kind = kind;
      return button;
    }));
    menu.append(element("summary", "", "Save"), list);
    slot.append(menu, element("p", "saved"));
    part(slot, "saved").setAttribute("aria-live", "polite");
  }
  const menu = slot.querySelector("details");
  menu.onkeydown = (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  };
  menu.onfocusout = (event) => {
    if (!menu.contains(event.relatedTarget) && event.relatedTarget) menu.open = false;
  };
  for (const button of slot.querySelectorAll(".item")) {
    button.onclick = () => {
      menu.open = false;
      stop(host, walk);
      walk.asked = Date.now();
      write(part(slot, "saved"), `Making it: ${button.textContent.toLowerCase()} …`);
      walk.setTriggerValue("save", { kind: button.dataset.kind, step: walk.step, dark: host.dataset.theme === "dark", stamp: walk.asked });
    };
  }
  takeFile(host, walk, slot);
}

// The answer, once: the file goes to the visitor's downloads, or the sentence that says why there is none.
function takeFile(host, walk, slot) {
  const { file } = walk.data;
  if (!file && !walk.asked) write(part(slot, "saved"), ""); // something else is shown now
  if (!file || file.stamp !== walk.asked) return;
  walk.asked = null;
  if (file.error) return write(part(slot, "saved"), file.error);
  const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: file.mime }));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  write(part(slot, "saved"), `Saved as ${file.name}.`);
}

views.push({ build: buildSaving, show: () => {} });
