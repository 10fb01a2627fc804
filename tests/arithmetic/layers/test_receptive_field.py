"""Receptive fields, against where the gradient of one unit is not zero when every weight is positive."""

from typing import Any

import pytest
import torch
import torchvision
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    Add,
    AvgPool2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    ShapeError,
    ZeroPad2d,
)
from cnnviz.arithmetic.network import INPUT, Network, Node, chain
from cnnviz.arithmetic.receptive_field import PIXEL, ReceptiveField, transposed, union, whole, widened
from cnnviz.networks.survey import survey

torch.set_num_threads(1)


def support(output, image, row, column):
    """The rows and the columns of the image, first to last, on which one unit of the output depends."""
    image.grad = None
    output[..., row, column].sum().backward(retain_graph=True)
    seen = image.grad[0].abs().sum(0) > 0
    return span(seen.any(1)), span(seen.any(0))


def span(flags):
    places = flags.nonzero().flatten().tolist()
    return range(places[0], places[-1] + 1) if places else range(0)


def one_channel(module):
    """The same geometry with one channel and equal positive weights; averages, which see all, in place of largest."""
    new: Any
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            names = ("kernel_size", "stride", "padding", "dilation")
            window: dict[str, Any] = {name: getattr(child, name) for name in names}
            new = nn.Conv2d(1, 1, bias=False, **window)
            nn.init.constant_(new.weight, 1 / new.weight.numel())
        elif isinstance(child, nn.MaxPool2d):
            new = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, ceil_mode=child.ceil_mode)
        elif isinstance(child, nn.BatchNorm2d | nn.ReLU | nn.Dropout):
            new = nn.Identity()
        else:
            one_channel(child)
            continue
        setattr(module, name, new)
    return module


LAST_MAPS = [  # network, its last map, the side of the picture
    ("alexnet", "features.12", 224),
    ("vgg16", "features.30", 224),
    ("resnet18", "layer4.1.relu_1", 224),
    ("resnet50", "layer4.2.relu_2", 224),
    ("resnet18", "layer3.0.relu_1", 201),
    ("alexnet", "features.12", 261),
]


@pytest.mark.parametrize(("name", "layer", "side"), LAST_MAPS)
def test_fields_of_real_networks_are_the_support_of_the_gradient(name, layer, side):
    builder = getattr(torchvision.models, name)
    with torch.device("meta"):
        network = survey(builder().eval(), (3, side, side))
    rows = {row.name: row for row in network.trace((3, side, side))}
    module = one_channel(builder().eval()).double()
    hooked = layer.partition(".relu_")[0] if ".relu_" in layer else layer
    kept = []
    module.get_submodule(hooked).register_forward_hook(lambda module, given, output: kept.append(output))
    image = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    module.__dict__["_modules"].pop("classifier" if hasattr(module, "classifier") else "fc")
    with pytest.raises(AttributeError):  # the map is reached long before the layers that are gone
        module(image)
    size = rows[layer].output_shape[-1]
    for place in (0, size // 2, size - 1):
        seen = support(kept[0], image, place, place)
        assert network.seen_pixels((3, side, side), layer, place, place) == seen
        if place == size // 2:  # in the middle the field of the table says the same
            window = rows[layer].receptive_field[0].window(place, side)
            assert (window.first, window.last + 1) == (seen[0].start, seen[0].stop)


def torch_outputs(network, image):
    """What every layer of a network of ours gives in torch, with equal positive weights and one channel."""
    outputs = {INPUT: image}
    for node in network.nodes:
        given = [outputs[name] for name in node.inputs]
        layer = node.layer
        if isinstance(layer, Conv2d):
            weight = torch.ones(1, 1, *nn.Conv2d(1, 1, layer.kernel_size).kernel_size, dtype=torch.float64)
            result = nn.functional.conv2d(given[0], weight, None, layer.stride, layer.padding, layer.dilation)
        elif isinstance(layer, ConvTranspose2d):
            weight = torch.ones(1, 1, *nn.Conv2d(1, 1, layer.kernel_size).kernel_size, dtype=torch.float64)
            result = nn.functional.conv_transpose2d(
                given[0], weight, None, layer.stride, layer.padding, layer.output_padding, 1, layer.dilation
            )
        elif isinstance(layer, MaxPool2d | AvgPool2d):
            result = nn.functional.avg_pool2d(given[0], layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)
        elif isinstance(layer, AdaptiveAvgPool2d):
            result = nn.functional.adaptive_avg_pool2d(given[0], layer.output_size)
        elif isinstance(layer, ZeroPad2d):
            (above, below), (left, right) = layer.padding_sides()
            result = nn.functional.pad(given[0], (left, right, above, below))
        elif isinstance(layer, Concat):
            result = torch.cat(given, layer.dim).sum(1, keepdim=True) if layer.dim == 1 else torch.cat(given, layer.dim)
        else:
            result = sum(given)
        outputs[node.name] = result
    return outputs


small = st.integers(1, 3)
convolutions = st.builds(
    lambda kernel, stride, padding, dilation: Conv2d(1, 1, kernel, stride, padding, dilation),
    st.tuples(small, small), st.tuples(small, small), st.tuples(st.integers(0, 2), st.integers(0, 2)), small,
)  # fmt: skip
poolings = st.builds(
    lambda kernel, stride, pad, ceil: MaxPool2d(kernel, stride, min(pad, kernel // 2), ceil_mode=ceil),
    small, small, st.integers(0, 1), st.booleans(),
)  # fmt: skip
ups = st.builds(
    lambda kernel, stride, pad, apart: ConvTranspose2d(1, 1, kernel, stride, min(pad, kernel - 1), dilation=apart),
    small, small, st.integers(0, 1), small,
)  # fmt: skip
others = st.sampled_from([ReLU(), AdaptiveAvgPool2d(3), AdaptiveAvgPool2d(1), ZeroPad2d((0, 1, 2, 0))])


@st.composite
def networks_with_skips(draw):
    """Small random graphs: every layer follows any earlier one, and equal maps are added or put behind each other."""
    side = draw(st.integers(6, 15))
    shapes = {INPUT: (1, side, side)}
    nodes = []
    for number in range(draw(st.integers(1, 7))):
        name = f"layer{number}"
        recent = list(shapes)[-3:]
        source = draw(st.sampled_from(recent))
        twins = [other for other in shapes if shapes[other] == shapes[source]]
        if len(twins) > 1 and draw(st.booleans()):
            layer = draw(st.sampled_from([Add(), Concat(2), Concat(3)]))
            inputs: tuple[str, ...] = (source, draw(st.sampled_from(twins)))
        else:
            layer = draw(st.one_of(convolutions, convolutions, poolings, ups, others))
            inputs = (source,)
        try:
            shape = layer.output_shape(*(shapes[source] for source in inputs))
        except ShapeError:
            continue
        if max(shape[1:]) > 40:
            continue
        shapes[name] = shape
        nodes.append(Node(name, layer, inputs))
    return Network(tuple(nodes), (1, side, side))


@settings(max_examples=150, deadline=None)
@given(networks_with_skips(), st.data())
def test_seen_pixels_are_the_support_of_the_gradient_in_any_small_network_with_skips(network, data):
    rows = network.trace(network.input_shape)
    if not rows:
        return
    image = torch.ones(1, *network.input_shape, dtype=torch.float64, requires_grad=True)
    output = torch_outputs(network, image)[rows[-1].name]
    height, width = rows[-1].output_shape[1:]
    assert tuple(output.shape[2:]) == (height, width)
    for _ in range(3):
        row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
        seen = support(output, image, row, column)
        told = network.seen_pixels(network.input_shape, rows[-1].name, row, column)
        if all(seen):
            assert told == seen
            # and the field of the table covers what the unit sees
            for axis, place in enumerate((row, column)):
                window = rows[-1].receptive_field[axis].window(place, network.input_shape[1 + axis])
                assert window.first <= seen[axis].start
                assert window.last >= seen[axis].stop - 1
        else:
            assert not all(told)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(convolutions, poolings), min_size=1, max_size=4))
def test_inside_the_map_the_window_of_the_field_is_exactly_what_is_seen(layers):
    network = chain(*layers)
    side = 90
    try:
        rows = network.trace((1, side, side))
    except ShapeError:  # four strides of three leave less than a dilated kernel needs
        reject()
    fields, shape = rows[-1].receptive_field, rows[-1].output_shape
    for row in range(shape[1]):
        window = fields[0].window(row, side)
        down, _ = network.seen_pixels((1, side, side), rows[-1].name, row, shape[2] // 2)
        start, stop = fields[0].offset + row * fields[0].stride, window.last + 1
        if start >= 0 and start + fields[0].size <= side and down:
            assert down.stop <= stop
            assert down.start >= window.first
        if window.before == window.after == 0 and 30 < start < 50:
            assert (down.start, down.stop) == (window.first, stop)


def test_alexnets_last_pooling_sees_195_pixels_and_steps_by_32():
    with torch.device("meta"):
        network = survey(torchvision.models.alexnet().eval(), (3, 224, 224))
    row = next(row for row in network.trace((3, 224, 224)) if row.name == "features.12")
    assert row.receptive_field[0][:2] == (195, 32)


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 0), (3, 2, 1), (11, 4, 2), (1, 1, 0)])
def test_one_layer_sees_its_kernel(kernel, stride, padding):
    assert widened(PIXEL, kernel, stride, padding) == (kernel, stride, -padding, True)


def test_dilation_widens_as_a_larger_kernel_does():
    assert widened(PIXEL, 3, dilation=4) == widened(PIXEL, 9)


def test_a_window_says_how_much_of_it_lies_in_the_padding():
    field = ReceptiveField(11, 4, -2)
    assert field.window(0, 224) == (0, 8, 2, 0)
    assert field.window(54, 224) == (214, 223, 0, 1)
    assert field.window(1, 224) == (2, 12, 0, 0)


@pytest.mark.parametrize(("row", "expected"), [(0, (0, -1, 3, 0)), (2, (5, 4, 0, 3))])
def test_a_window_in_the_padding_alone_sees_nothing(row, expected):
    assert ReceptiveField(3, 5, -4).window(row, 5) == expected


def test_a_transposed_convolution_halves_the_step_and_may_see_one_pixel_only():
    up = transposed(PIXEL, 2, stride=2)
    assert [up.window(row, 4)[:2] for row in range(8)] == [(i // 2, i // 2) for i in range(8)]
    assert up.exact


def test_paths_join_from_the_first_pixel_to_the_last():
    assert union([ReceptiveField(3, 2, -1), ReceptiveField(1, 2, 4)]) == (6, 2, -1, True)


def test_paths_of_different_stride_do_not_join():
    with pytest.raises(ShapeError, match="move by 1 and by 2 pixels"):
        union([ReceptiveField(3, 2, -1), ReceptiveField(3, 1, -1)])


def test_where_strides_differ_the_table_says_that_the_field_is_no_more_than_a_bound():
    left, right = Node("left", Conv2d(1, 1, 1, stride=2)), Node("right", Conv2d(1, 1, 4))
    network = Network((left, right, Node("add", Add(), ("left", "right"))))
    field = network.trace((1, 7, 7))[-1].receptive_field[0]
    assert field == (7, 0, 0, False)


@pytest.mark.parametrize("layers", [(AdaptiveAvgPool2d(1),), (Flatten(), Linear(16, 3))])
def test_a_global_pooling_and_a_dense_layer_see_everything_that_the_map_sees(layers):
    rows = chain(Conv2d(1, 1, 3, stride=2, padding=1), *layers).trace((1, 8, 8))
    assert rows[-1].receptive_field[0] == whole(rows[0].receptive_field[0], 4) == (9, 0, -1, True)


def test_the_values_of_a_flattening_together_see_what_the_map_sees_and_each_of_them_less():
    rows = chain(Conv2d(1, 1, 3, stride=2, padding=1), Flatten()).trace((1, 8, 8))
    assert rows[-1].receptive_field[0] == (9, 0, -1, False)


def test_a_dense_layer_without_a_picture_has_no_field():
    assert chain(Linear(8, 4)).trace((8,))[0].receptive_field is None


def test_the_axes_have_fields_of_their_own():
    (row,) = chain(Conv2d(1, 1, (3, 5), stride=(1, 2), padding=(0, 2))).trace((1, 9, 9))
    assert row.receptive_field == ((3, 1, 0, True), (5, 2, -2, True))


def test_a_dilated_layer_at_the_edge_sees_less_than_its_window():
    network = chain(Conv2d(1, 1, 3, padding=1, dilation=2))
    assert network.seen_pixels((1, 9, 9), "conv2d", 0, 4) == (range(1, 4), range(3, 8))


def test_asking_for_a_unit_that_is_not_there_is_refused():
    with pytest.raises(ShapeError, match="rows 0 to 6, and 7 was asked for"):
        chain(Conv2d(1, 1, 3)).seen_pixels((1, 9, 9), "conv2d", 7, 0)
    with pytest.raises(ShapeError, match="no layer called 'conv'"):
        chain(Conv2d(1, 1, 3)).seen_pixels((1, 9, 9), "conv", 0, 0)
