"""The lecture's networks: every number of its rows 1 to 3, 15, 16 and 18 to 20."""

import pytest

from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, Flatten, Linear, LPPool2d, MaxPool2d, ReLU, ShapeError
from cnnviz.arithmetic.lecture.footnotes import FOOTNOTES, convolution_macs, sat6_problems, twin_footnotes
from cnnviz.arithmetic.lecture.tables import (
    ALEXNET_TABLE,
    RESNET_DEPTHS,
    TOP5_ERRORS,
    VGG16_TABLE,
    alexnet_table,
    depth,
    num_weights,
    rounds_to,
    trace_of,
    vgg16_table,
)
from cnnviz.arithmetic.network import NetworkError, chain, totals
from cnnviz.arithmetic.network.architectures import (
    ARCHITECTURES,
    alexnet,
    fitting_sides,
    resnet,
    sat6_convnet,
    vgg16_listing,
)
from cnnviz.arithmetic.network.memory import has_blocks, memory_shares, num_values
from cnnviz.arithmetic.reader import read_network


def note(architecture, what):
    """The figure of that name among those the lecture gives for a network."""
    return next(each for each in FOOTNOTES[architecture]() if each.what == what)


def rows_by_name(architecture):
    return {row.name: row for row in trace_of(architecture)}


def num_params(architecture):
    return ARCHITECTURES[architecture].network.num_params


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network_takes_the_picture_it_was_made_for(name):
    scores = 4 if name.startswith("sat6") else 10 if name == "convnet" else 1000
    assert trace_of(name)[-1].output_shape == (scores,)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_sizes_offered_are_all_sizes_that_fit(name):
    architecture = ARCHITECTURES[name]
    channels, network = architecture.input_shape[0], architecture.network
    step = 1 if len(network.nodes) < 100 else 17
    fitting = {side for side in range(1, 513, step) if network.fits((channels, side, side))}
    assert fitting == set(range(1, 513, step)) & set(fitting_sides(network, architecture.input_shape))


def test_a_picture_that_does_not_fit_has_no_neighbours_that_do():
    with pytest.raises(ShapeError, match="does not take its own picture of 3 × 100 × 100"):
        fitting_sides(alexnet(), (3, 100, 100))


def test_row_1_the_first_dense_layer_of_sat6_mlp_learns_401_536_numbers_401_408_without_biases():
    row = rows_by_name("sat6-mlp")["fc1"]
    assert (row.input_shape, row.num_params, num_weights(row)) == ((3136,), 401_536, 401_408)


def test_row_2_sat6_mlp_learns_418_564_numbers_as_the_lecture_says_line_by_line():
    assert [row.num_params for row in trace_of("sat6-mlp") if row.num_params] == [401_536, 16_512, 516]
    assert num_params("sat6-mlp") == 418_564
    assert all(each.agrees for each in FOOTNOTES["sat6-mlp"]())


def test_row_3_sat6_conv_net_learns_73_492_numbers_and_takes_32_to_35_pixels():
    assert num_params("sat6-convnet") == 73_492
    assert fitting_sides(sat6_convnet(), (1, 32, 32)) == range(32, 36)


def test_row_3_the_printed_example_is_a_third_network():
    convolutions = [row.layer for row in trace_of("sat6-printed") if isinstance(row.layer, Conv2d)]
    dense = [row.layer for row in trace_of("sat6-printed") if isinstance(row.layer, Linear)]
    assert [(layer.in_channels, layer.out_channels) for layer in convolutions] == [(1, 6), (6, 16)]
    assert [(layer.in_features, layer.out_features) for layer in dense] == [(400, 120), (120, 84), (84, 4)]


def test_row_3_on_a_sat6_patch_both_misfits_are_found_and_mended():
    problems = sat6_problems()
    assert [problem.error.name for problem in problems] == ["conv1", "fc3"]
    assert "256" in str(problems[1].error)
    assert "400" in str(problems[1].error)
    assert [problem.fixes[0].sentence for problem in problems] == [
        "change in_channels to 4",
        "change in_features to 256",
    ]
    assert problems[1].fixes[0].network.trace((4, 28, 28))[-1].output_shape == (4,)


def test_row_15_the_dense_layer_has_44_9_billion_weights_and_43_7_mixes_two_pictures():
    dense = note("alexnet", "CONV1 as one dense layer, weights")
    assert (dense.printed, dense.computed) == ("43.7·10⁹", "44.9·10⁹")
    assert "3×224×224 inputs times 96×55×55 outputs = 43.7·10⁹" in dense.why
    assert "44,892,064,800" in dense.why


def test_row_15_conv1_learns_34_944_numbers_and_gives_54_by_54_maps_for_224_pixels():
    assert note("alexnet", "CONV1, parameters").agrees
    maps = note("alexnet", "CONV1, output for 224 pixels")
    assert (maps.printed, maps.computed, maps.agrees) == ("55×55", "54×54", False)
    assert "= 54.25" in maps.why


def test_row_16_every_line_of_the_table_of_alexnet_is_as_computed():
    lines = alexnet_table(alexnet(), (3, 227, 227))
    assert len(lines) == len(ALEXNET_TABLE) == 12
    assert all(line.cells[0].agrees for line in lines)


def test_row_16_with_258_pixels_lines_of_the_table_differ_and_say_so():
    lines = alexnet_table(alexnet(), (3, 258, 258))
    assert [line.name for line in lines if line.cells[0].agrees] == ["POOL3", "FC6", "FC7", "FC8"]


def test_row_16_parameters_macs_and_receptive_field_of_alexnet():
    rows = trace_of("alexnet")
    convolutions = sum(row.num_params for row in rows if isinstance(row.layer, Conv2d))
    dense = sum(row.num_params for row in rows if isinstance(row.layer, Linear))
    assert (convolutions, dense, convolutions + dense) == (3_747_200, 58_631_144, 62_378_344)
    assert round(totals(rows).macs / 1e9, 3) == 1.135
    field = rows_by_name("alexnet")["pool3"].receptive_field[0]
    assert (field.size, field.stride) == (195, 32)


def test_row_16_the_paper_on_two_gpus_learns_60_965_224_numbers():
    assert num_params("alexnet-2012") == 60_965_224
    assert note("alexnet-2012", "all parameters, one tower beside two").computed == "60,965,224"


def test_row_18_the_listing_read_word_for_word_is_the_unpadded_network():
    listed = read_network(vgg16_listing())
    assert listed.num_params == num_params("vgg16-unpadded") == 37_694_248
    assert rows_by_name("vgg16-unpadded")["pool5"].output_shape == (512, 1, 1)
    sizes = [row.output_shape for row in listed.trace((3, 224, 224)) if isinstance(row.layer, Conv2d)]
    assert sizes == [row.output_shape for row in trace_of("vgg16-unpadded") if isinstance(row.layer, Conv2d)]


def test_row_18_with_border_mode_same_it_is_vgg_16():
    assert read_network(vgg16_listing(same=True)).num_params == num_params("vgg16") == 138_357_544
    assert rows_by_name("vgg16")["pool5"].output_shape == (512, 7, 7)


def test_row_18_without_padding_nothing_under_212_pixels_runs():
    network = ARCHITECTURES["vgg16-unpadded"].network
    assert network.fits((3, 212, 212))
    with pytest.raises(NetworkError, match="pool5"):
        network.trace((3, 211, 211))
    assert note("vgg16-unpadded", "smallest picture").computed == "212×212"


def test_row_19_every_line_of_the_table_of_vgg_16_is_as_computed():
    architecture = ARCHITECTURES["vgg16"]
    lines = vgg16_table(architecture.network, architecture.input_shape)
    assert len(lines) == len(VGG16_TABLE) == 22
    assert all(cell.agrees for line in lines for cell in line.cells)


def test_row_19_lines_of_the_unpadded_network_differ_from_the_table():
    architecture = ARCHITECTURES["vgg16-unpadded"]
    lines = vgg16_table(architecture.network, architecture.input_shape)
    assert [line.name for line in lines if not line.cells[1].agrees] == ["FC"]  # FC6, the only one that gets a map
    assert not lines[-4].cells[0].agrees


def test_row_19_the_activations_add_up_to_15_237_608_and_with_every_relu_to_28_8_million():
    rows = trace_of("vgg16")
    kept, with_relus = (memory_shares(rows, (3, 224, 224), every=every) for every in (False, True))
    assert num_values(kept) == 15_237_608
    assert round(num_values(with_relus) / 1e6, 1) == 28.8
    assert num_values(with_relus) - num_values(kept) == sum(
        row.activation_values for row in rows if isinstance(row.layer, ReLU)
    )


@pytest.mark.parametrize("pooling", [MaxPool2d(2), AvgPool2d(2), LPPool2d(2, 2)])
def test_every_pooling_keeps_its_output_and_a_flattening_keeps_none(pooling):
    rows = chain(Conv2d(3, 8, 3), pooling, Flatten(), Linear(8 * 7 * 7, 4)).trace((3, 16, 16))
    lines = memory_shares(rows, (3, 16, 16))
    assert [line.values for line in lines] == [3 * 16 * 16, 8 * 14 * 14, 8 * 7 * 7, 4]


def test_row_19_24_million_and_93_mb_are_61_mb_and_115_with_every_relu():
    values, memory = (
        note("vgg16", what) for what in ("activations, all rows", "memory of the activations, 4 bytes each")
    )
    assert (values.printed, values.computed, values.agrees) == ("24M", "15,237,608", False)
    assert "rounded rows add up to 15.2M" in values.why
    assert (memory.printed, memory.computed, memory.agrees) == ("93 MB", "61.0 MB", False)
    assert "115 MB" in memory.why


def test_row_19_weights_are_138_344_128_without_biases_and_553_mb_with():
    assert sum(num_weights(row) for row in trace_of("vgg16")) == 138_344_128
    assert note("vgg16", "weights, without biases").agrees
    assert round(num_params("vgg16") * 4 / 1e6) == 553


def test_row_19_the_heavy_lines_are_the_first_convolutions_and_the_dense_layers():
    lines = memory_shares(trace_of("vgg16"), (3, 224, 224))
    by_memory = sorted(lines, key=lambda line: -line.values)[:2]
    by_params = sorted(lines, key=lambda line: -line.num_params)[:3]
    assert {line.name for line in by_memory} == {"conv1_1", "conv1_2"}
    assert {line.name for line in by_params} == {"fc6", "fc7", "fc8"}


@pytest.mark.parametrize("layers", RESNET_DEPTHS)
def test_row_20_a_resnet_is_as_deep_as_its_name_says(layers):
    assert depth(resnet(layers)) == layers
    assert note(f"resnet{layers}", f"ResNet-{layers}, layers").agrees


def test_row_20_a_resnet_is_convolutional_until_its_last_layer():
    rows = trace_of("resnet50")
    assert [row.name for row in rows if isinstance(row.layer, Linear)] == ["fc"]
    assert rows[-1].name == "fc"


def test_row_20_resnet_50_learns_25_557_032_numbers_which_25m_cuts_off():
    assert num_params("resnet50") == num_params("resnet50-paper") == 25_557_032
    assert not note("resnet50", "ResNet-50, parameters").agrees
    assert note("resnet50", "VGG-16, parameters").agrees


def test_row_20_3_8_and_15_3_billion_are_multiply_accumulates():
    assert round(totals(trace_of("resnet50-paper")).macs / 1e9, 2) == 3.86
    assert round(totals(trace_of("resnet50")).macs / 1e9, 2) == 4.09
    assert round(convolution_macs(trace_of("vgg16")) / 1e9, 2) == 15.35
    assert round(totals(trace_of("vgg16")).macs / 1e9, 2) == 15.47
    assert note("resnet50", "VGG-16, “FLOPs”").agrees
    assert "4,089,184,256" in note("resnet50", "ResNet-50, “FLOPs”").why


def test_row_20_the_errors_stand_as_printed():
    assert TOP5_ERRORS == {"ResNet-50": 5.25, "VGG-16": 7.1}


@pytest.mark.parametrize("name", FOOTNOTES)
def test_every_figure_that_differs_is_explained(name):
    assert all(each.agrees or each.why for each in FOOTNOTES[name]())


@pytest.mark.parametrize(
    ("value", "printed", "digits", "agrees"),
    [
        (150_528, "150K", 2, True),
        (802_816, "800K", 2, True),
        (802_816, "800K", 3, False),
        (4096, "4096", 2, True),
        (25_557_032, "26M", 2, True),
        (15_237_608, "24M", 2, False),
    ],
)
def test_a_rounded_figure_agrees_when_the_exact_one_rounds_to_it(value, printed, digits, agrees):
    assert rounds_to(value, printed, digits) == agrees


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("blocks", [False, True])
def test_the_lines_of_a_network_add_up_to_the_network(name, every, blocks):
    rows, shape = trace_of(name), ARCHITECTURES[name].input_shape
    lines = memory_shares(rows, shape, every=every, blocks=blocks)
    assert sum(line.num_params for line in lines) == totals(rows).num_params
    assert sum(line.macs for line in lines) == totals(rows).macs
    assert num_values(lines) == num_values(memory_shares(rows, shape, every=every))
    assert len({line.name for line in lines}) == len(lines)


def test_only_networks_with_blocks_have_blocks():
    assert [name for name in ARCHITECTURES if has_blocks(trace_of(name))] == [
        "resnet18", "resnet34", "resnet50", "resnet50-paper", "resnet101", "resnet152",
    ]  # fmt: skip


def test_a_resnet_of_a_depth_that_the_paper_does_not_have_is_refused():
    with pytest.raises(ShapeError, match="no ResNet-20 in the paper; there are 18, 34, 50, 101, 152"):
        resnet(20)


def test_a_network_without_a_twin_has_no_figures_beside_it():
    assert twin_footnotes("densenet121", trace_of("resnet50")) == ()
