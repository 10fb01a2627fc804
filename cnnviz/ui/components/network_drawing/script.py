"""What the diagram, the bars and the table of a network show: every word and number, worked out here."""

from math import prod
from typing import TypedDict

from cnnviz.arithmetic.layers import Function
from cnnviz.arithmetic.network import Network, Node, Row, Totals, totals
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES, readable_bytes
from cnnviz.arithmetic.settings import Shape

NOTHING = "–"


class Layer(TypedDict):
    """One layer as the browser draws it. `inputs` are places in the list, -1 the input; `shares` are percentages."""

    name: str
    kind: str
    sign: str
    state: str
    shape: Shape | None
    inputs: list[int]
    words: str
    cells: dict[str, str]
    titles: dict[str, str]
    shares: dict[str, float]


class Strip(TypedDict):
    """The head of a bar: what is shared out, how much in all, and which layer takes most of it."""

    kind: str
    label: str
    total: str
    most: str


class Script(TypedDict):
    """A network as it is drawn: its layers, the shape of its input, the sums and the bars."""

    layers: list[Layer]
    input: Shape
    total: dict[str, str]
    strips: list[Strip]


def network_script(network: Network, rows: tuple[Row, ...], input_shape: Shape) -> Script:
    """The whole drawing of a network of which `rows` could be worked out; where they end, a layer does not fit.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> from cnnviz.arithmetic.network import chain
    >>> network = chain(Linear(3136, 128), Linear(128, 4))
    >>> script = network_script(network, network.trace((3136,)), (3136,))
    >>> script["layers"][0]["cells"]["params"], script["total"]["params"]
    ('401,536', '402,052')
    """
    sums = totals(rows)._replace(num_params=network.num_params)  # known also where a layer does not fit
    places = {node.name: place for place, node in enumerate(network.nodes)}
    layers = [
        layer_entry(node, rows[place] if place < len(rows) else None, sums, places, wrong=place == len(rows))
        for place, node in enumerate(network.nodes)
    ]
    whole = len(rows) == len(network.nodes)
    if network.frozen_params:
        for entry, node in zip(layers, network.nodes, strict=True):
            own = own_params(node)
            entry["cells"]["trainable"] = "" if not own else trained(own, node.frozen)
    memory = readable_bytes(sums.activation_values * FLOAT32_BYTES)
    return {
        "layers": layers,
        "input": drawn_shape(input_shape),
        "total": {
            "name": "Total",
            "params": f"{sums.num_params:,}",
            "trainable": trained(sums.num_params, network.frozen_params) if network.frozen_params else "",
            "macs": f"{sums.macs:,}" if whole else NOTHING,
            "memory": memory if whole else NOTHING,
        },
        "strips": strips(network, rows, sums),
    }


def layer_entry(node: Node, row: Row | None, sums: Totals, places: dict[str, int], wrong: bool) -> Layer:
    """One layer; `row` is None where the layer does not fit, or stands behind one that does not."""
    code = settings_words(node)
    own = own_params(node)
    entry = Layer(
        name=node.name,
        kind=node.layer.role,
        sign=getattr(node.layer, "sign", "") if len(node.inputs) > 1 else "",
        state="fits" if row is not None else "wrong" if wrong else "waiting",
        shape=drawn_shape(row.output_shape) if row is not None else None,
        inputs=[places.get(name, -1) for name in node.inputs],
        words=f"{code} does not fit what it is given." if wrong else f"{code}, not reached.",
        cells={"name": node.name, "settings": code} | dict.fromkeys(("macs", "memory", "field"), NOTHING),
        titles={"name": f"{node.name}, line {node.line}" if node.line else node.name, "settings": code},
        shares={},
    )
    entry["cells"] |= {"output": "does not fit" if wrong else NOTHING, "params": f"{own:,}"}
    if node.module != node.name:
        entry["titles"]["params"] = f"the same parameters as {node.module}, counted there"
    numbers = {"params": (own, sums.num_params)}
    if row is not None:
        numbers |= {"macs": (row.macs, sums.macs), "memory": (row.activation_values, sums.activation_values)}
    entry["shares"] = {name: round(100 * number / whole, 4) for name, (number, whole) in numbers.items() if number}
    if row is None:
        return entry
    memory = row.activation_values * FLOAT32_BYTES
    entry["cells"] |= {
        "output": by(row.output_shape),
        "macs": f"{row.macs:,}",
        "memory": readable_bytes(memory),
        "field": field_words(row),
    }
    entry["titles"]["memory"] = f"{row.activation_values:,} values × {FLOAT32_BYTES} bytes = {memory:,} bytes"
    entry["words"] = row_words(row, code, entry["shares"])
    return entry


def row_words(row: Row, code: str, shares: dict[str, float]) -> str:
    """What the line under the diagram says of a layer."""
    given = " and ".join(by(shape) for shape in row.input_shapes)
    words = [f"{code}: {given} → {by(row.output_shape)}"]
    if row.num_params:
        words.append(f"{row.num_params:,} parameters ({percent(shares['params'])})")
    elif row.module != row.name:
        words.append(f"shares the parameters of {row.module}")
    words.append(f"{readable_bytes(row.activation_values * FLOAT32_BYTES)} ({percent(shares['memory'])})")
    return " · ".join(words)


def drawn_shape(shape: Shape) -> Shape:
    """A shape as its box is drawn: a picture as it is, a volume by its last two axes, a sequence as one row.

    >>> drawn_shape((96, 55, 55)), drawn_shape((8, 16, 32, 32)), drawn_shape((197, 768))
    ((96, 55, 55), (8, 32, 32), (151296,))
    """
    if len(shape) == 3:
        return shape
    return (shape[0], *shape[-2:]) if len(shape) == 4 else (prod(shape),)


def own_params(node: Node) -> int:
    """How many parameters a node is the first to use."""
    if node.own_params is not None:
        return node.own_params
    return node.layer.num_params if node.module == node.name else 0


def trained(num_params: int, frozen: int) -> str:
    """Whether training changes parameters: all of them, a part, or none.

    >>> trained(10, 0), trained(10, 4), trained(10, 10)
    ('all', 'part', 'none')
    """
    return "all" if not frozen else "none" if frozen >= num_params else "part"


def strips(network: Network, rows: tuple[Row, ...], sums: Totals) -> list[Strip]:
    """Heads of the bars: what is shared out, how much in all, and which layer takes most of it.

    Where a layer does not fit only the parameters are known.
    """
    memory = readable_bytes(sums.activation_values * FLOAT32_BYTES)
    params = [own_params(node) for node in network.nodes]
    bars = [("params", "Parameters", f"{sums.num_params:,}", params)]
    if len(rows) == len(network.nodes):
        bars.insert(0, ("memory", "Memory", memory, [row.activation_values for row in rows]))
        bars.append(("macs", "MACs", f"{sums.macs:,}", [row.macs for row in rows]))
    heads: list[Strip] = []
    for name, label, total, values in bars:
        if not sum(values):
            continue
        most = max(range(len(values)), key=values.__getitem__)
        share = percent(100 * values[most] / sum(values))
        heads.append(
            {"kind": name, "label": label, "total": total, "most": f"most in {network.nodes[most].name}: {share}"}
        )
    return heads


def settings_words(node: Node) -> str:
    """The layer's call without the name of its package; what joins paths as the expression that does it.

    >>> from cnnviz.arithmetic.layers import Add, Conv2d
    >>> settings_words(Node("conv", Conv2d(3, 64, (3, 3), padding=(1, 1))))
    'Conv2d(3, 64, 3, padding=1)'
    >>> settings_words(Node("add", Add(), ("conv", "input")))
    'conv + input'
    """
    if isinstance(node.layer, Function) and node.inputs:
        return node.layer.expression(node.inputs).removeprefix("torch.").removeprefix("nn.functional.")
    return node.layer.plainest().code().removeprefix("nn.")


def field_words(row: Row) -> str:
    """The receptive field of a row, in pixels."""
    if row.receptive_field is None:
        return NOTHING
    height, width = row.receptive_field
    return f"{height.pixels:,} × {width.pixels:,}"


def by(shape: Shape) -> str:
    """A shape as people write it.

    >>> by((96, 55, 55))
    '96 × 55 × 55'
    """
    return " × ".join(f"{size:,}" for size in shape)


def percent(share: float) -> str:
    """A percentage with as many decimals as it needs to be more than nothing.

    >>> percent(74.27), percent(0.0262), percent(100.0)
    ('74.3 %', '0.03 %', '100 %')
    """
    if share >= 99.95:
        return "100 %"
    if share < 0.005:
        return "under 0.01 %"
    return f"{share:.1f} %" if share >= 0.95 else f"{share:.2f} %"
