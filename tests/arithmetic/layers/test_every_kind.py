"""Every kind of layer there is, against torch: a kind is examined here from the day it is in the table."""

from dataclasses import fields
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic.layers import (
    FUNCTIONS,
    KINDS,
    Add,
    Concat,
    Flatten,
    Function,
    Layer,
    Meeting,
    Pointwise,
    ShapeError,
)
from cnnviz.arithmetic.network import Network, Node, chain
from cnnviz.arithmetic.reader import read_network
from cnnviz.arithmetic.receptive_field import PIXEL
from cnnviz.networks.survey import survey

torch.set_num_threads(1)

MEMBERS = [*KINDS.values(), *FUNCTIONS, Pointwise]
SHAPES = [(16, 8, 7), (4, 5, 12), (12, 10), (24,)]
NUMBERS = st.integers(1, 4)
OTHER_VALUES = {  # what else an argument may be; those of none of these names stay as they usually are
    **dict.fromkeys(("kernel_size", "stride", "dilation", "output_size"), NUMBERS | st.tuples(NUMBERS, NUMBERS)),
    **dict.fromkeys(("padding", "output_padding"), st.integers(0, 2)),
    **dict.fromkeys(("groups", "upscale_factor", "out_channels", "out_features", "norm_type"), NUMBERS),
    **dict.fromkeys(("dim", "start_dim", "end_dim"), st.integers(-3, 3)),
    "padding_mode": st.sampled_from(["zeros", "replicate"]),
}


@st.composite
def layers(draw, kind):
    """A layer of the kind and the shape of what it is given; the layer as usual, with some arguments drawn anew."""
    shape = draw(st.sampled_from(SHAPES))
    layer = kind.usual(shape)
    values: st.SearchStrategy[Any]
    for argument in fields(kind):
        if isinstance(argument.default, bool) and argument.name not in ("inplace", "return_indices"):
            values = st.booleans()
        else:
            values = OTHER_VALUES.get(argument.name, st.nothing())
        value = draw(st.just(getattr(layer, argument.name)) | values)
        try:
            layer = layer.with_settings(**{argument.name: value})
        except ShapeError:
            continue  # then it keeps the one it has
    return layer, shape


def inputs_of(layer, shape):
    """How often the shape is fed in: a meeting has two inputs."""
    return [shape] * (2 if isinstance(layer, Meeting) else 1)


def in_torch(layer):
    """The function that torch computes, with all weights positive so that nothing cancels."""
    if isinstance(layer, Function):
        names = "ab"[: 2 if isinstance(layer, Meeting) else 1]
        return eval(f"lambda {', '.join(names)}: {layer.expression(names)}", {"torch": torch})
    return module_of(layer)


def module_of(layer):
    """The module that the layer's code makes, ready for inference."""
    module = eval(layer.code(), {"nn": nn}).double().eval()
    for parameter in module.parameters():
        parameter.data = parameter.data.abs() + 0.1
    return module


def shape_in_torch(layer, shape):
    """The shape torch gives one image; None where it refuses."""
    try:
        return tuple(in_torch(layer)(*[torch.zeros(2, *s).double() for s in inputs_of(layer, shape)]).shape[1:])
    except (RuntimeError, ValueError, IndexError, TypeError):
        return None


def shape_here(layer, shape):
    """The shape stated here; None where it is refused in a sentence."""
    try:
        return layer.output_shape(*inputs_of(layer, shape))
    except ShapeError:
        return None


EVERY_KIND = pytest.mark.parametrize("kind", MEMBERS, ids=lambda kind: kind.__name__)


def drawn(kind):
    """Draws layers of one kind, and says which one failed."""
    return lambda check: settings(max_examples=60, deadline=None)(given(layers(kind))(check))


@EVERY_KIND
def test_its_shape_is_torchs_and_it_refuses_what_torch_refuses(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        here = shape_here(layer, shape)
        if here is None and (len(shape) < 3 or kind in (Flatten, Concat)):
            return  # torch takes (batch, channels, length) for a picture without a batch, and pours batches together
        assert here == shape_in_torch(layer, shape)

    check()


@EVERY_KIND
def test_its_parameters_work_and_memory_are_torchs_and_derived_line_by_line(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        output_shape = shape_here(layer, shape)
        if output_shape is None:
            return
        given = inputs_of(layer, shape)
        batch = 1 if getattr(layer, "track_running_stats", True) else 2
        inputs = [torch.zeros(batch, *s).double() for s in given]
        module = None if isinstance(layer, Function) else module_of(layer)
        learnt = 0 if module is None else sum(parameter.numel() for parameter in module.parameters())
        with FlopCounterMode(display=False) as counter:
            output = in_torch(layer)(*inputs)
        assert layer.num_params == layer.num_params_derivation().result == learnt
        assert layer.macs(*given) == layer.macs_derivation(*given).result == counter.get_total_flops() // (2 * batch)
        assert layer.activation_bytes(*given) == layer.memory_derivation(*given).result == output[0].numel() * 4

    check()


def seen_by(layer, shape):
    """For each output place (row, column) the input pixels (row, column) that change it when they change."""
    _, height, width = shape
    pixels = [(row, column) for row in range(height) for column in range(width)]
    changed = torch.zeros(len(pixels), *shape, dtype=torch.float64)
    for index, (row, column) in enumerate(pixels):
        changed[index, :, row, column] = 1
    compute, times = in_torch(layer), len(inputs_of(layer, shape))
    before = compute(*[torch.zeros(1, *shape, dtype=torch.float64)] * times)
    after = torch.cat([compute(*[image[None]] * times) for image in changed])  # statistics of a batch would mix them
    differs = (after - before).abs() > 1e-9
    places = differs.any(dim=1) if differs.ndim == 4 else differs.flatten(1).any(dim=1)[:, None, None]
    return pixels, places


@EVERY_KIND
def test_a_value_sees_the_pixels_that_change_it(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        output_shape = shape_here(layer, shape)
        if output_shape is None or len(shape) != 3 or getattr(layer, "padding_mode", "zeros") != "zeros":
            return
        given = inputs_of(layer, shape)
        node = Node("layer", layer, ("input",) * len(given))
        fields_here = layer.receptive_fields([(PIXEL, PIXEL)] * len(given), given, output_shape)
        pixels, places = seen_by(layer, shape)
        height, width = (*output_shape[1:], 1, 1)[:2] if len(output_shape) == 3 else (1, 1)
        for row in range(height):
            for column in range(width):
                seen = [pixel for index, pixel in enumerate(pixels) if places[index, row, column]]
                down, across = Network((node,)).seen_pixels(shape, "layer", row, column)
                rows, columns = {r for r, _ in seen}, {c for _, c in seen}
                if seen:
                    assert (down, across) == (bounds(rows), bounds(columns))
                for axis, (field, lines) in enumerate(zip(fields_here or (), (rows, columns), strict=False)):
                    window = field.window((row, column)[axis], shape[1 + axis])
                    assert all(window.first <= line <= window.last for line in lines)
                    inside = window.before == window.after == 0
                    if field.exact and inside and lines:
                        assert (window.first, window.last) == (min(lines), max(lines))

    check()


def bounds(lines):
    """From the first to the last."""
    return range(min(lines), max(lines) + 1)


@EVERY_KIND
def test_its_code_is_read_as_the_layer_and_makes_torchs_module_that_is_surveyed_as_it(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        if isinstance(layer, Function) or shape_here(layer, shape) is None:
            return
        for written in (layer.code(), layer.code(explicit=True), layer.plainest().code()):
            (read,) = (node.layer for node in read_network(f"net = nn.Sequential({written})").nodes)
            assert read.plainest() == layer.plainest()
        (found,) = (node.layer for node in survey(nn.Sequential(eval(layer.code(), {"nn": nn})), shape).nodes)
        if not isinstance(layer, Pointwise):  # which keeps the arguments that were written, and a module has them all
            assert found.plainest() == layer.plainest()

    check()


@EVERY_KIND
def test_what_a_layer_would_change_so_that_an_input_fits_is_taken_up_by_the_network(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        if isinstance(layer, Meeting):
            return
        for change in layer.changes(shape):
            assert any(argument.name == change.argument for argument in fields(layer))
        for other in layer.nearest_inputs(shape) if len(shape) == 3 else ():
            assert chain(layer).fits(other)

    check()


def test_a_kind_that_leaves_something_out_cannot_be_made():
    class Silent(Layer):
        @classmethod
        def usual(cls, input_shape):
            return cls()

    with pytest.raises(TypeError, match="abstract"):
        Silent()  # type: ignore[abstract]


def test_the_table_has_every_kind_under_the_name_of_its_class():
    assert all(name == kind.__name__ and hasattr(nn, name) for name, kind in KINDS.items())
    assert {Add, Concat} < set(FUNCTIONS)
