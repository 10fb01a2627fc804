"""Building a network without writing: the chosen layer's settings, its place, and what is put in behind it.

Every edit makes a new network, matches the layers behind to what they now get, and writes it down as the page's text.
"""

import re
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, replace
from typing import Any

import streamlit as st

from cnnviz.arithmetic.layers import KINDS, Add, Layer, Meeting, Pointwise, View
from cnnviz.arithmetic.network import INPUT, Network, NetworkError, Node, add, free_name, move, remove, replace_layer
from cnnviz.arithmetic.settings import Shape, ShapeError
from cnnviz.ui.components.network_drawing import by, settings_words

FIRST = ("out_channels", "out_features", "kernel_size", "stride", "padding", "output_size", "p", "start_dim", "dim")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")

# What can be put in: kinds that a picture, or what becomes of one, runs through in a chain.
NEW = (
    "Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d",
    "PixelShuffle", "Linear", "Flatten", "ReLU", "BatchNorm2d", "GroupNorm", "Dropout", "Softmax", "LogSoftmax",
    "ZeroPad2d", "ReflectionPad2d", "Upsample", "PReLU",
)  # fmt: skip
SKIP = "Add (a skip)"


def matched(network: Network, input_shape: Shape) -> Network:
    """The network with every layer made for what it is given, as far as another number of channels or features does it.

    >>> from cnnviz.arithmetic.layers import Conv2d
    >>> from cnnviz.arithmetic.network import chain
    >>> matched(chain(Conv2d(3, 48, 3), Conv2d(32, 8, 3)), (3, 32, 32)).nodes[1].layer.in_channels
    48
    """
    for _ in network.nodes:
        try:
            network.trace(input_shape)
        except NetworkError as problem:
            layer = made_for(problem.node.layer, problem.input_shapes[0])
            if layer is None:
                return network
            network = replace_layer(network, problem.name, layer)
        except ShapeError:
            return network
        else:
            return network
    return network


def made_for(layer: Layer, shape: Shape) -> Layer | None:
    """The layer for another number of channels or features; None where that does not make it fit."""
    wanted = layer.counted_in(shape)
    if wanted is None or getattr(layer, layer.counts) == wanted:
        return None
    try:
        changed = layer.with_settings(**{layer.counts: wanted})
        changed.output_shape(shape)
    except ShapeError:
        return None
    return changed


def read_setting(text: str) -> Any:
    """What was typed for a setting: a number, a (height, width) pair, one of the words same and valid, or nothing.

    >>> read_setting("3"), read_setting("3, 5"), read_setting("same"), read_setting("")
    (3, (3, 5), 'same', None)
    """
    words = text.strip().strip("()[]'\"").lower()
    if not words or words == "none":
        return None
    parts = [part.strip() for part in re.split(r"[,x×]", words) if part.strip()]
    if not all(re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", part) for part in parts):
        return words
    numbers = tuple(float(part) if "." in part else int(part) for part in parts)
    return numbers[0] if len(numbers) == 1 else numbers


def setting_text(value: Any) -> str:
    """A setting as it stands in its box.

    >>> setting_text((3, 5)), setting_text(None)
    ('3, 5', '')
    """
    if value is None:
        return ""
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def edit_settings(network: Network, node: Node, change: Callable[[Network], None]) -> None:
    """Draw one box for every setting of a layer; `change` gets the network with another value in it."""
    asked = [field for field in fields(node.layer) if field.name != node.layer.counts]
    if isinstance(node.layer, Pointwise | View):
        asked = []
    asked.sort(key=lambda field: FIRST.index(field.name) if field.name in FIRST else len(FIRST))
    main = [field for field in asked if field.name in FIRST]
    more = [field for field in asked if field.name not in FIRST and field.name != "inplace"]
    if not main and not more:
        st.caption(f"{type(node.layer).__name__} has no settings that change a number here.")
    draw_boxes(network, node, main, change)
    if more:
        with st.expander("More settings"):
            draw_boxes(network, node, more, change)


def draw_boxes(network: Network, node: Node, asked: list[Field[Any]], change: Callable[[Network], None]) -> None:
    """Boxes for some settings, three in a row."""
    for start in range(0, len(asked), 3):
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            for field in asked[start : start + 3]:
                draw_box(network, node, field, change)


def draw_box(network: Network, node: Node, field: Field[Any], change: Callable[[Network], None]) -> None:
    """The box of one setting. The key holds the value, so that another layer or another value has its own box."""
    value = getattr(node.layer.plainest(), field.name)
    key = f"hand_{node.name}_{field.name}_{value}"

    def changed() -> None:
        typed = st.session_state[key]
        if isinstance(value, bool):
            new = typed
        elif field.name == "padding_mode":
            new = typed or value
        else:
            new = read_setting(str(typed))
        if new is None and field.default is MISSING:
            st.session_state["hand_refusal"] = f"{field.name} cannot be left empty."
            return
        try:
            change(replace_layer(network, node.name, node.layer.with_settings(**{field.name: new})))
        except ShapeError as problem:
            st.session_state["hand_refusal"] = str(problem)

    if isinstance(value, bool):
        st.toggle(field.name, value, key=key, on_change=changed)
    elif field.name == "padding_mode":
        st.selectbox(field.name, PADDING_MODES, PADDING_MODES.index(value), key=key, on_change=changed, width=140)
    else:
        st.text_input(field.name, setting_text(value), key=key, on_change=changed, width=112)


def place_buttons(network: Network, place: int, change: Callable[[Network, int], None]) -> None:
    """Buttons that move the chosen layer, or take it out; `change` gets the network and the place to choose."""
    names = [INPUT, *(node.name for node in network.nodes)]
    node = network.nodes[place]
    joins = isinstance(node.layer, Meeting)
    # names[place] is the layer before this one; moved up it stands behind the one before that
    with st.container(horizontal=True, gap="small"):
        for label, icon, after, to in (
            ("Up", ":material/arrow_upward:", names[place - 1] if place else None, place - 1),
            ("Down", ":material/arrow_downward:", names[place + 2] if place + 2 < len(names) else None, place + 1),
        ):
            st.button(
                label,
                icon=icon,
                key=f"hand_{label.lower()}",
                disabled=after is None or joins,
                on_click=lambda after=after, to=to: change(move(network, node.name, after), to),
            )
        st.button(
            "Remove",
            icon=":material/delete:",
            key="hand_remove",
            disabled=len(network.nodes) == 1,
            on_click=lambda: change(remove(network, node.name), max(0, place - 1)),
        )


def add_behind(network: Network, place: int, shapes: dict[str, Shape], change: Callable[[Network, int], None]) -> None:
    """A picker of what to put in behind the chosen layer, and the button that does it."""
    after = network.nodes[place].name if network.nodes else INPUT
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        new = st.selectbox("Put in behind it", (*NEW, SKIP), key="hand_new", width=190)
        sources = skip_sources(network, place, shapes) if new == SKIP else []
        source = None
        if new == SKIP:
            if not sources:
                st.caption(
                    f"No earlier output has the shape {by(shapes[after])}." if after in shapes else "Not reached."
                )
            else:
                source = st.selectbox("from", sources, key="hand_from", width=150)

        def put_in() -> None:
            try:
                if new == SKIP and source is not None:
                    grown = with_skip(network, after, source)
                else:
                    grown = add(network, KINDS[new or "ReLU"].usual(shapes.get(after, (1,))), after=after)
                change(grown, place + 1 if network.nodes else 0)
            except ShapeError as problem:
                st.session_state["hand_refusal"] = str(problem)

        st.button(
            "Put in", icon=":material/add:", key="hand_add", on_click=put_in, disabled=new == SKIP and source is None
        )


def skip_sources(network: Network, place: int, shapes: dict[str, Shape]) -> list[str]:
    """The earlier outputs that can be added to the chosen layer's: those of its shape.

    >>> from cnnviz.arithmetic.layers import Conv2d, ReLU
    >>> from cnnviz.arithmetic.network import chain
    >>> network = chain(Conv2d(3, 8, 3, padding=1), ReLU(), Conv2d(8, 8, 3, padding=1))
    >>> shapes = {"input": (3, 32, 32)} | {row.name: row.output_shape for row in network.trace((3, 32, 32))}
    >>> skip_sources(network, 2, shapes)
    ['relu', 'conv2d']
    """
    shape = shapes.get(network.nodes[place].name)
    earlier = [*(node.name for node in reversed(network.nodes[:place])), INPUT]
    return [name for name in earlier if shape is not None and shapes.get(name) == shape]


def with_skip(network: Network, after: str, source: str) -> Network:
    """The network with the output of `source` added to that of `after`.

    >>> from cnnviz.arithmetic.layers import ReLU
    >>> from cnnviz.arithmetic.network import chain
    >>> with_skip(chain(ReLU(), ReLU()), "relu_1", "input").nodes[-1].inputs
    ('relu_1', 'input')
    """
    name = free_name(network, "add")
    grown = add(network, Add(), name, after)
    nodes = (replace(node, inputs=(after, source)) if node.name == name else node for node in grown.nodes)
    return replace(grown, nodes=tuple(nodes))


def layer_label(network: Network, place: int) -> str:
    """How the picker names a layer: its place, its name, its call."""
    node = network.nodes[place]
    return f"{place + 1}. {node.name}: {settings_words(node)}"
