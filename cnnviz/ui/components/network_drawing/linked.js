// What the parts of one network have in common: which layer is pointed at, which is chosen. Pointing at a layer in one
// part lights it up in the others, without a trip to the server.

const groups = new Map()

function join(host, data, show) {
  const group = groups.get(data.group) ?? { here: null, parts: new Map() }
  groups.set(data.group, group)
  group.parts.set(host, show)
  if (group.here !== null && group.here >= data.layers.length) group.here = null
  return {
    point: (layer) => {
      group.here = layer
      for (const part of group.parts.values()) part(layer)
    },
    here: () => group.here,
    leave: () => {
      group.parts.delete(host)
      if (!group.parts.size) groups.delete(data.group)
    },
  }
}

function element(name, kind = "", text = "") {
  const made = document.createElement(name)
  if (kind) made.className = kind
  if (text !== "") made.textContent = text
  return made
}

function svg(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (text !== "") made.textContent = text
  return made
}

// The next layer for a key, or undefined for any other key.
function stepped(key, from, count) {
  const now = from ?? -1
  const next = {
    ArrowRight: now + 1,
    ArrowDown: now + 1,
    ArrowLeft: now - 1,
    ArrowUp: now - 1,
    Home: 0,
    End: count - 1,
  }[key]
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next))
}
