"""The numbers of the lecture, row by row, as the arithmetic gives them (values of windows are in test_windows)."""

import pytest

from cnnviz.arithmetic.layers import Conv2d, Flatten, Linear, MaxPool2d, ShapeError
from cnnviz.arithmetic.shapes import output_size

CONV1 = Conv2d(3, 96, kernel_size=11, stride=4)
ALEXNET = [  # layer, its output shape in the lecture's table
    (CONV1, (96, 55, 55)),
    (MaxPool2d(3, stride=2), (96, 27, 27)),
    (Conv2d(96, 256, 5, padding=2), (256, 27, 27)),
    (MaxPool2d(3, stride=2), (256, 13, 13)),
    (Conv2d(256, 384, 3, padding=1), (384, 13, 13)),
    (Conv2d(384, 384, 3, padding=1), (384, 13, 13)),
    (Conv2d(384, 256, 3, padding=1), (256, 13, 13)),
    (MaxPool2d(3, stride=2), (256, 6, 6)),
    (Flatten(), (9216,)),
    (Linear(9216, 4096), (4096,)),
    (Linear(4096, 4096), (4096,)),
    (Linear(4096, 1000), (1000,)),
]


def traced(layers, shape):
    """(output shape, MACs) of every layer in turn."""
    rows = []
    for layer in layers:
        rows.append((layer.output_shape(shape), layer.macs(shape)))
        shape = rows[-1][0]
    return rows


def test_row_1_a_dense_layer_on_a_sat6_patch_learns_401_536_numbers():
    assert Flatten().output_shape((28, 28, 4)) == (3136,)
    assert Linear(3136, 128).num_params == 401_536
    assert Linear(3136, 128, bias=False).num_params == 401_408


def test_row_2_sat6_mlp_learns_418_564_numbers():
    layers = [Linear(3136, 128), Linear(128, 128), Linear(128, 4)]
    assert [layer.num_params for layer in layers] == [401_536, 16_512, 516]
    assert sum(layer.num_params for layer in layers) == 418_564


SAT6_CONV = [Conv2d(1, 32, 5), MaxPool2d(2), Conv2d(32, 16, 5), MaxPool2d(2), Flatten()]
SAT6_DENSE = [Linear(16 * 5 * 5, 128), Linear(128, 64), Linear(64, 4)]


@pytest.mark.parametrize("size", [32, 33, 34, 35])
def test_row_3_sat6_conv_net_runs_on_one_channel_of_32_to_35_pixels(size):
    layers = [*SAT6_CONV, *SAT6_DENSE]
    assert traced(layers, (1, size, size))[-1][0] == (4,)
    assert sum(layer.num_params for layer in layers) == 73_492


@pytest.mark.parametrize("size", [31, 36])
def test_row_3_sat6_conv_net_does_not_run_on_other_sizes(size):
    with pytest.raises(ShapeError, match="400 features"):
        traced([*SAT6_CONV, *SAT6_DENSE], (1, size, size))


def test_row_3_sat6_conv_net_fails_twice_on_a_sat6_patch():
    with pytest.raises(ShapeError, match="made for 1 input channel and got 4"):
        traced(SAT6_CONV, (4, 28, 28))
    with pytest.raises(ShapeError, match="400 features and got 256"):
        traced([Conv2d(4, 32, 5), *SAT6_CONV[1:], *SAT6_DENSE], (4, 28, 28))


@pytest.mark.parametrize("filters", [1, 2, 64])
def test_rows_8_and_9_each_filter_sums_over_all_channels_and_gives_one_map(filters):
    layer = Conv2d(3, filters, 3)
    assert layer.output_shape((3, 8, 8)) == (filters, 6, 6)
    assert layer.num_params == filters * (3 * 3 * 3 + 1)


@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7, 11])
def test_row_9_without_padding_the_output_is_smaller_by_the_kernel_less_one(kernel_size):
    assert output_size(32, kernel_size) == 32 - kernel_size + 1


def test_row_10_stride_two_halves_the_map():
    assert output_size(8, 3, stride=2, padding=1) == 4


@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7, 11])
def test_row_11_padding_of_half_the_kernel_keeps_the_size(kernel_size):
    assert output_size(32, kernel_size, padding=kernel_size // 2) == 32


def test_row_12_pytorch_stores_the_kernels_as_output_input_height_width():
    assert Conv2d(3, 96, 11).weight_shape == (96, 3, 11, 11)


def test_row_13_pooling_halves_the_map_and_learns_nothing():
    assert MaxPool2d(2).output_shape((64, 8, 8)) == (64, 4, 4)
    assert MaxPool2d(2).num_params == 0


def test_row_15_alexnets_first_layer_learns_34_944_numbers_for_55_by_55_maps():
    assert CONV1.output_shape((3, 227, 227)) == (96, 55, 55)
    assert CONV1.num_params == 34_944


def test_row_15_with_224_pixels_the_maps_are_54_by_54():
    assert CONV1.output_shape((3, 224, 224)) == (96, 54, 54)


def test_row_15_the_dense_layer_is_44_9_billion_and_43_7_mixes_two_inputs():
    without_bias = Conv2d(3, 96, kernel_size=11, stride=4, bias=False)
    assert round(without_bias.dense_derivation((3, 227, 227)).result / 1e9, 1) == 44.9
    assert round(3 * 224 * 224 * 96 * 55 * 55 / 1e9, 1) == 43.7


def test_row_16_alexnet_has_the_shapes_parameters_and_macs_of_the_table():
    layers = [layer for layer, _ in ALEXNET]
    rows = traced(layers, (3, 227, 227))
    assert [shape for shape, _ in rows] == [shape for _, shape in ALEXNET]
    convolutions = sum(layer.num_params for layer in layers if isinstance(layer, Conv2d))
    dense = sum(layer.num_params for layer in layers if isinstance(layer, Linear))
    assert (convolutions, dense, convolutions + dense) == (3_747_200, 58_631_144, 62_378_344)
    assert round(sum(macs for _, macs in rows) / 1e9, 3) == 1.135


def test_row_16_the_two_gpu_paper_version_has_60_965_224_parameters():
    grouped = {2: (96, 256, 5), 5: (384, 384, 3), 6: (384, 256, 3)}
    layers = [
        Conv2d(*grouped[place], groups=2) if place in grouped else layer for place, (layer, _) in enumerate(ALEXNET)
    ]
    assert sum(layer.num_params for layer in layers) == 60_965_224
