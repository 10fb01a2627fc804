// Where a quantity sits: one bar for the whole network, cut into its layers.

function strips(host, data) {
  const segments = data.layers.map(() => [])
  const rows = data.strips.map(({ kind, label, total, most }) => {
    const row = element("div", `strip ${kind}`)
    const head = element("div", "head")
    head.append(element("b", "", label), ` ${total}`, element("span", "most", most))
    const bar = element("div", "bar")
    data.layers.forEach((layer, i) => {
      const share = layer.shares[kind]
      if (!share) return
      const segment = element("div", "segment")
      segment.style.flexGrow = share
      segment.append(element("span", "", layer.name))
      segments[i].push(segment)
      bar.append(segment)
    })
    row.append(head, bar)
    return row
  })
  host.querySelector(".strips").replaceChildren(...rows)
  return segments
}
