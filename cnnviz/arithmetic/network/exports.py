"""A network as PyTorch code that runs, and its table as CSV and as Markdown."""

import csv
import io
import keyword
from collections.abc import Iterable

from cnnviz.arithmetic.layers import Function
from cnnviz.arithmetic.network import INPUT, Network, Node, Row, totals
from cnnviz.arithmetic.settings import Shape

COLUMNS = ("layer", "settings", "input", "output", "parameters", "MACs", "values", "receptive field")

# What every torch.nn.Module calls its own; a layer of that name would take its place.
MODULE_NAMES = frozenset(
    [
        "T_destination",
        "add_module",
        "apply",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "compile",
        "cpu",
        "cuda",
        "double",
        "dump_patches",
        "eval",
        "extra_repr",
        "float",
        "forward",
        "get_buffer",
        "get_extra_state",
        "get_parameter",
        "get_submodule",
        "half",
        "ipu",
        "load_state_dict",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "parameters",
        "register_backward_hook",
        "register_buffer",
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook",
        "register_module",
        "register_parameter",
        "register_state_dict_post_hook",
        "register_state_dict_pre_hook",
        "requires_grad_",
        "set_extra_state",
        "set_submodule",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "train",
        "training",
        "type",
        "xpu",
        "zero_grad",
    ]
)


def to_pytorch(network: Network, name: str = "Net") -> str:
    """Code that makes the network: an nn.Sequential for a plain chain, else a class with its forward.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> from cnnviz.arithmetic.network import chain
    >>> print(to_pytorch(chain(Linear(3136, 128), Linear(128, 4))))
    import torch
    from torch import nn
    <BLANKLINE>
    net = nn.Sequential(
        nn.Linear(3136, 128),
        nn.Linear(128, 4),
    )
    <BLANKLINE>
    """
    plain = all(
        node.module == node.name and not isinstance(node.layer, Function) and node.layer.applied("f", ["x"]) == "f(x)"
        for node in network.nodes
    )
    head = ["import torch", "from torch import nn", ""]
    if network.is_chain and plain:
        lines = ["net = nn.Sequential(", *(f"    {node.layer.code()}," for node in network.nodes), ")"]
        return "\n".join([*head, *lines, ""])
    attributes = attribute_names(network)
    lines = ["", f"class {name}(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    for node in network.nodes:
        if node.module == node.name and not isinstance(node.layer, Function):
            lines.append(f"        self.{attributes[node.name]} = {node.layer.code()}")
    lines += ["", "    def forward(self, x):", *forward_lines(network, attributes), "", "", f"net = {name}()", ""]
    return "\n".join([*head, *lines])


def forward_lines(network: Network, attributes: dict[str, str]) -> list[str]:
    """The body of forward. A value that is needed again later is kept under its own name, the others are x."""
    variables = {INPUT: "x"}
    wanted_later = {
        name
        for before, node in zip((INPUT, *(n.name for n in network.nodes)), network.nodes, strict=False)
        for name in node.inputs
        if name != before
    }
    if INPUT in wanted_later:
        variables[INPUT] = "image"
    lines = ["        image = x"] if INPUT in wanted_later else []
    for node in network.nodes:
        given = [variables[name] for name in node.inputs]
        variables[node.name] = attributes[node.name] if node.name in wanted_later else "x"
        lines.append(f"        {variables[node.name]} = {call(node, given, attributes)}")
    last = variables[network.nodes[-1].name] if network.nodes else "x"
    return [*lines, f"        return {last}"]


def call(node: Node, given: list[str], attributes: dict[str, str]) -> str:
    """The expression that applies one layer."""
    if isinstance(node.layer, Function):
        return node.layer.expression(given)
    return node.layer.applied(f"self.{attributes[node.module]}", given)


def attribute_names(network: Network) -> dict[str, str]:
    """For every layer a name that Python takes, different from all others and from what a module or forward uses."""
    names: dict[str, str] = {}
    taken = {"x", "image", "torch", "nn", "self", *MODULE_NAMES}
    for node in network.nodes:
        base = node.name.replace(".", "_").replace("-", "_")
        if keyword.iskeyword(base) or base in taken or not base[0].isalpha():
            base = f"layer_{base.strip('_')}"
        name, number = base, 0
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        names[node.name] = name
    return names


def to_csv(rows: Iterable[Row]) -> str:
    """The table as comma-separated values with a head line and a line of totals; numbers without separators.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> from cnnviz.arithmetic.network import chain
    >>> print(to_csv(chain(Linear(3136, 4)).trace((3136,))))
    layer,settings,input,output,parameters,MACs,values,receptive field
    linear,"nn.Linear(3136, 4)",3136,4,12548,12544,4,
    total,,,,12548,12544,4,
    <BLANKLINE>
    """
    rows = tuple(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        shapes = " + ".join(shape_words(shape) for shape in row.input_shapes)
        numbers = (row.num_params, row.macs, row.activation_values)
        writer.writerow([row.name, row.layer.code(), shapes, shape_words(row.output_shape), *numbers, field_words(row)])
    writer.writerow(["total", "", "", "", *totals(rows), ""])
    return text.getvalue()


def to_markdown(rows: Iterable[Row]) -> str:
    """The table in Markdown, with a line of totals.

    >>> from cnnviz.arithmetic.layers import Linear
    >>> from cnnviz.arithmetic.network import chain
    >>> print(to_markdown(chain(Linear(3136, 4)).trace((3136,))))
    | layer | settings | input | output | parameters | MACs | values | receptive field |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
    | linear | `nn.Linear(3136, 4)` | 3136 | 4 | 12,548 | 12,544 | 4 |  |
    | **total** | | | | **12,548** | **12,544** | **4** | |
    <BLANKLINE>
    """
    rows = tuple(rows)
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- | --- | " + " | ".join(["---:"] * 6) + " |"]
    for row in rows:
        shapes = " + ".join(shape_words(shape) for shape in row.input_shapes)
        cells = [row.name, f"`{row.layer.code()}`", shapes, shape_words(row.output_shape)]
        cells += [f"{number:,}" for number in (row.num_params, row.macs, row.activation_values)]
        lines.append("| " + " | ".join([*cells, field_words(row)]) + " |")
    sums = " | ".join(f"**{number:,}**" for number in totals(rows))
    return "\n".join([*lines, f"| **total** | | | | {sums} | |", ""])


def shape_words(shape: Shape) -> str:
    """A shape as it stands in a table.

    >>> shape_words((96, 55, 55))
    '96×55×55'
    """
    return "×".join(str(size) for size in shape)


def field_words(row: Row) -> str:
    """The size of the receptive field as it stands in a table, empty where there is no picture."""
    if row.receptive_field is None:
        return ""
    height, width = row.receptive_field
    return f"{height.pixels}×{width.pixels}"
