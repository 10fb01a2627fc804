"""Every kind of layer there is, against torch: a kind is examined here from the day it is in the table."""

from dataclasses import fields
from math import prod
from typing import Any, get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic.layers import (
    FUNCTIONS,
    KINDS,
    Add,
    Concat,
    Function,
    Layer,
    Meeting,
    Pointwise,
    ShapeError,
)
from cnnviz.arithmetic.layers.layer import Role, SeesEverything
from cnnviz.arithmetic.network import Network, Node, chain
from cnnviz.arithmetic.reader import read_network
from cnnviz.arithmetic.receptive_field import PIXEL
from cnnviz.networks.survey import survey

torch.set_num_threads(1)

torch.backends.mha.set_fastpath_enabled(False)  # which multiplies where torch's counter does not look

MEMBERS = [*KINDS.values(), *FUNCTIONS, Pointwise]
SHAPES = [(16, 8, 7), (4, 5, 12), (12, 10), (24,), (4, 5, 6, 4)]
NOT_COUNTED_BY_TORCH = {"Bilinear"}  # whose operator torch's counter does not know
SEVERAL = {"Bilinear": 2, "MatMul": 2, "Einsum": 2, "Transformer": 2, "TransformerDecoderLayer": 2}
TWO_TENSORS = ("MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d")  # a map, and the places that a pooling gave
NUMBERS = st.integers(1, 4)
OTHER_VALUES = {  # what else an argument may be; those of none of these names stay as they usually are
    **dict.fromkeys(("kernel_size", "stride", "dilation", "output_size"), NUMBERS | st.tuples(NUMBERS, NUMBERS)),
    **dict.fromkeys(("padding", "output_padding"), st.integers(0, 2)),
    **dict.fromkeys(("num_groups", "num_layers", "hidden_size", "num_heads", "nhead", "dim_feedforward"), NUMBERS),
    **dict.fromkeys(("scale_factor", "downscale_factor", "kdim", "vdim"), NUMBERS),
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


def on_batch(layer, shape):
    """Whether one of its axes is the batch, which is refused here and not in torch."""
    named = [getattr(layer, name, ()) for name in ("dim", "start_dim", "end_dim")]
    dims = [dim for value in named for dim in (value if isinstance(value, tuple) else (value,))]
    return kind_name(layer) in ("Flatten", "Concat") or bool({0, -len(shape) - 1, -len(shape) - 2} & set(dims))


def kind_name(layer):
    """The name of its class."""
    return type(layer).__name__


def inputs_of(layer, shape):
    """How often the shape is fed in: what joins paths has several inputs."""
    name = type(layer).__name__
    return [shape] * (2 if isinstance(layer, Meeting) else SEVERAL.get(name, 1))


def in_torch(layer):
    """The function that torch computes, with all weights positive so that nothing cancels."""
    names = "ab"[: len(inputs_of(layer, ()))]
    if isinstance(layer, Function):
        return eval(f"lambda {', '.join(names)}: {layer.expression(names)}", {"torch": torch})
    module = module_of(layer.plainest())
    if type(layer).__name__ in TWO_TENSORS:
        return lambda x: module(x, torch.zeros(x.shape, dtype=torch.int64))
    if type(layer).__name__.startswith("Embedding"):
        return lambda x: module(x.long())
    return eval(f"lambda {', '.join(names)}: {layer.applied('module', names)}", {"module": module})


def module_of(layer):
    """The module that the layer's code makes, ready for inference."""
    module = eval(layer.code(), {"nn": nn}).double().eval()
    for parameter in module.parameters():
        parameter.data = (
            parameter.data.abs() + 0.1 if parameter.ndim < 3 or parameter.numel() < 9**6 else parameter.data
        )
    return module


def shape_in_torch(layer, shape):
    """The shape torch gives one image; None where it refuses, or where nothing is left, which is refused here."""
    try:
        there = tuple(in_torch(layer)(*[torch.zeros(2, *s).double() for s in inputs_of(layer, shape)]).shape[1:])
        return None if 0 in there else there
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, NotImplementedError):
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
    return lambda check: settings(max_examples=30, deadline=None)(given(layers(kind))(check))


@EVERY_KIND
def test_its_shape_is_torchs_and_it_refuses_what_torch_refuses(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        here = shape_here(layer, shape)
        if here is None and (shape_here(kind.usual(shape), shape) is None or on_batch(layer, shape)):
            return  # torch takes other ranks as well: pictures without a batch, and lays several batches in one
        there = shape_in_torch(layer, shape)
        assert here == (there if there != () else (1,))

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
        with (
            sdpa_kernel(SDPBackend.MATH),
            FlopCounterMode(display=False) as counter,
        ):  # the others are not counted whole
            output = in_torch(layer)(*inputs)
        assert layer.num_params == layer.num_params_derivation().result == learnt
        assert layer.macs(*given) == layer.macs_derivation(*given).result
        if kind_name(layer) not in NOT_COUNTED_BY_TORCH:
            assert layer.macs(*given) == counter.get_total_flops() // (2 * batch)
        else:  # each weight once at every place that is given
            assert layer.macs(*given) == prod(output_shape[:-1]) * prod(layer.parameter_shapes()["weight"])
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
                if seen and isinstance(layer, SeesEverything):  # which states what a value may see at most
                    assert rows <= set(down)
                    assert columns <= set(across)
                elif seen:
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


def text_of(layer, written):
    """A network of the one layer: in a row, or called by a forward where it needs more than what a row hands on."""
    if kind_name(layer) not in (*SEVERAL, *TWO_TENSORS, "MultiheadAttention"):
        return f"net = nn.Sequential({written})"
    times = 2 if kind_name(layer) in TWO_TENSORS else SEVERAL.get(kind_name(layer), 1)
    return (
        f"class One(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.one = {written}\n"
        f"    def forward(self, x):\n        return {layer.applied('self.one', ['x'] * times)}\nnet = One()"
    )


@EVERY_KIND
def test_its_code_is_read_as_the_layer_and_makes_torchs_module_that_is_surveyed_as_it(kind):
    @drawn(kind)
    def check(drawn):
        layer, shape = drawn
        if isinstance(layer, Function) or shape_here(layer, shape) is None:
            return
        for written in (layer.code(), layer.code(explicit=True), layer.plainest().code()):
            (read,) = (node.layer for node in read_network(text_of(layer, written)).nodes)
            assert read.plainest() == layer.plainest()
        names: dict[str, Any] = {"nn": nn}
        exec(text_of(layer, layer.code()), names)
        (found,) = (node.layer for node in survey(names["net"], shape).nodes)
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


@EVERY_KIND
def test_a_kind_says_how_it_is_drawn(kind):
    layer = kind.usual(SHAPES[0])
    assert layer.role in get_args(Role)
    assert not isinstance(layer, Meeting) or layer.sign
