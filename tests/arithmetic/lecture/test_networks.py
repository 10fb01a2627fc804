"""The numbers of the lecture that belong to whole networks, row by row, as a Network gives them."""

import pytest
import torch
import torchvision

from cnnviz.arithmetic.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.arithmetic.network import NetworkError, chain, totals
from cnnviz.arithmetic.network.fixes import problems
from cnnviz.arithmetic.reader import read_network
from cnnviz.networks.survey import survey
from tests.arithmetic.pasted_texts import SAT6_CONV_NET, SAT6_MLP, old_keras_vgg, resnet

G = 1e9


def surveyed(name, shape=(3, 224, 224)):
    with torch.device("meta"):
        return survey(getattr(torchvision.models, name)().eval(), shape)


def test_row_1_flattening_a_sat6_patch_gives_3136_features_and_401_536_parameters():
    rows = chain(Flatten(), Linear(3136, 128)).trace((4, 28, 28))
    assert rows[0].output_shape == (3136,)
    assert totals(rows).num_params == 401_536


def test_row_2_sat6_mlp_learns_418_564_numbers():
    rows = read_network(SAT6_MLP).trace((3136,))
    assert [row.num_params for row in rows if row.num_params] == [401_536, 16_512, 516]
    assert totals(rows).num_params == 418_564
    assert [type(row.layer) for row in rows] == [Linear, ReLU, Linear, ReLU, Linear]


@pytest.mark.parametrize("size", [32, 33, 34, 35])
def test_row_3_sat6_conv_net_runs_on_one_channel_of_32_to_35_pixels_with_73_492_parameters(size):
    rows = read_network(SAT6_CONV_NET).trace((1, size, size))
    assert rows[-1].output_shape == (4,)
    assert totals(rows).num_params == 73_492


@pytest.mark.parametrize("size", [31, 36])
def test_row_3_sat6_conv_net_does_not_run_on_other_sizes(size):
    with pytest.raises(NetworkError, match=r"fc1 .* 400 features"):
        read_network(SAT6_CONV_NET).trace((1, size, size))


def test_row_3_on_a_sat6_patch_both_problems_are_found_with_their_lines_and_fixes():
    lines = SAT6_CONV_NET.split("\n")
    channels, features = problems(read_network(SAT6_CONV_NET), (4, 28, 28))
    assert "self.conv1 = nn.Conv2d(1, 32, 5)" in lines[channels.error.line - 1]
    assert "1 input channel and got 4" in str(channels.error)
    assert [fix.sentence for fix in channels.fixes] == ["change in_channels to 4", "feed an input with 1 channel"]
    assert "self.fc1 = nn.Linear(16 * 5 * 5, 128)" in lines[features.error.line - 1]
    assert "400 features and got 256" in str(features.error)
    assert [fix.sentence for fix in features.fixes] == [
        "change in_features to 256",
        "feed an input of 32 × 32 (32 to 35 fit)",
    ]


def test_row_3_the_lectures_printed_example_is_a_third_network():
    text = SAT6_CONV_NET.replace("(1, 32, 5)", "(1, 6, 5)").replace("(32, 16,", "(6, 16,")
    text = (
        text.replace("5, 128)", "5, 120)").replace("(128, 64)", "(120, 84)").replace("(64, out_size)", "(84, out_size)")
    )
    rows = read_network(text).trace((1, 32, 32))
    assert [row.output_shape for row in rows if isinstance(row.layer, Linear)] == [(120,), (84,), (4,)]


ALEXNET = """
nn.Sequential(
    nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), nn.MaxPool2d(3, stride=2),
    nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2),
    nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
    nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
    nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2),
    nn.Flatten(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000),
)
"""


def test_row_16_alexnets_table():
    rows = read_network(ALEXNET).trace((3, 227, 227))
    shapes = [row.output_shape for row in rows if isinstance(row.layer, Conv2d | MaxPool2d | Linear)]
    assert shapes == [
        (96, 55, 55), (96, 27, 27), (256, 27, 27), (256, 13, 13), (384, 13, 13), (384, 13, 13), (256, 13, 13),
        (256, 6, 6), (4096,), (4096,), (1000,),
    ]  # fmt: skip
    assert sum(row.num_params for row in rows if isinstance(row.layer, Conv2d)) == 3_747_200
    assert sum(row.num_params for row in rows if isinstance(row.layer, Linear)) == 58_631_144
    assert totals(rows).num_params == 62_378_344
    assert round(totals(rows).macs / G, 3) == 1.135


def test_row_16_pool3_of_alexnet_sees_195_pixels_and_steps_by_32():
    rows = read_network(ALEXNET).trace((3, 227, 227))
    pool3 = [row for row in rows if isinstance(row.layer, MaxPool2d)][-1]
    assert pool3.receptive_field[0][:3] == (195, 32, -64)


def test_row_16_the_two_gpu_version_of_the_paper_has_60_965_224_parameters():
    text = ALEXNET.replace("padding=2)", "padding=2, groups=2)")
    text = text.replace("(384, 384, 3, padding=1)", "(384, 384, 3, padding=1, groups=2)")
    text = text.replace("(384, 256, 3, padding=1)", "(384, 256, 3, padding=1, groups=2)")
    assert read_network(text).num_params == 60_965_224


def test_row_16_torchvisions_alexnet_has_61_100_840_parameters_and_0_714_g_macs():
    rows = surveyed("alexnet").trace((3, 224, 224))
    assert totals(rows).num_params == 61_100_840
    assert round(totals(rows).macs / G, 3) == 0.714


def test_row_18_the_keras_listing_as_printed_ends_in_512_maps_of_one_pixel():
    rows = read_network(old_keras_vgg()).trace((3, 224, 224))
    assert [row.output_shape for row in rows if isinstance(row.layer, MaxPool2d)][-1] == (512, 1, 1)
    assert totals(rows).num_params == 37_694_248


def test_row_18_with_border_mode_same_it_is_vgg_16():
    rows = read_network(old_keras_vgg("same", "(224, 224, 3)")).trace((3, 224, 224))
    assert [row.output_shape for row in rows if isinstance(row.layer, MaxPool2d)][-1] == (512, 7, 7)
    assert totals(rows).num_params == 138_357_544


def test_row_18_unpadded_nothing_under_212_pixels_fits():
    assert read_network(old_keras_vgg(), (3, 212, 212)).num_params == 37_694_248
    with pytest.raises(NetworkError, match=r"\(line 19\): Along the height"):
        read_network(old_keras_vgg(), (3, 211, 211)).trace((3, 211, 211))


VGG_ACTIVATIONS = [
    3_211_264, 3_211_264, 802_816, 1_605_632, 1_605_632, 401_408, 802_816, 802_816, 802_816, 200_704,
    401_408, 401_408, 401_408, 100_352, 100_352, 100_352, 100_352, 25_088, 4_096, 4_096, 1_000,
]  # fmt: skip
VGG_WEIGHTS = [
    1_728, 36_864, 73_728, 147_456, 294_912, 589_824, 589_824, 1_179_648, 2_359_296, 2_359_296,
    2_359_296, 2_359_296, 2_359_296, 102_760_448, 16_777_216, 4_096_000,
]  # fmt: skip


def test_row_19_vgg_16s_activations_and_weights_line_by_line():
    rows = [row for row in surveyed("vgg16").trace((3, 224, 224)) if isinstance(row.layer, Conv2d | MaxPool2d | Linear)]
    assert [row.activation_values for row in rows] == VGG_ACTIVATIONS
    weights = [
        row.num_params - row.output_shape[0] for row in rows if isinstance(row.layer, Conv2d | Linear)
    ]  # less one bias per filter or feature
    assert weights == VGG_WEIGHTS
    assert sum(weights) == 138_344_128
    assert sum(row.num_params for row in rows) == 138_357_544
    assert round(138_357_544 * 4 / 1e6) == 553


def test_row_19_the_table_adds_up_to_15_237_608_values_and_with_every_relu_to_28_8_million():
    rows = surveyed("vgg16").trace((3, 224, 224))
    image = 3 * 224 * 224
    counted = [row for row in rows if isinstance(row.layer, Conv2d | MaxPool2d | Linear)]
    values = image + sum(row.activation_values for row in counted)
    assert values == 15_237_608
    assert round(values * 4 / 1e6) == 61
    relus = sum(row.activation_values for row in rows if isinstance(row.layer, ReLU))
    assert round((values + relus) / 1e6, 1) == 28.8
    assert round((values + relus) * 4 / 1e6) == 115


def test_row_19_the_first_two_convolutions_hold_most_values_and_the_dense_layers_most_parameters():
    rows = surveyed("vgg16").trace((3, 224, 224))
    convolutions = [row for row in rows if isinstance(row.layer, Conv2d)]
    assert sorted(convolutions, key=lambda row: -row.activation_values)[:2] == convolutions[:2]
    dense = sum(row.num_params for row in rows if isinstance(row.layer, Linear))
    assert dense / totals(rows).num_params > 0.89


def test_row_20_resnet_50_has_25_557_032_parameters_against_vggs_138_million():
    assert surveyed("resnet50").num_params == 25_557_032
    assert read_network(resnet(50)).num_params == 25_557_032
    assert surveyed("vgg16").num_params == 138_357_544


def test_row_20_the_flops_of_vgg_16_are_macs_of_its_convolutions():
    rows = surveyed("vgg16").trace((3, 224, 224))
    assert round(sum(row.macs for row in rows if isinstance(row.layer, Conv2d)) / G, 2) == 15.35
    assert round(totals(rows).macs / G, 2) == 15.47


def test_row_20_resnet_50_costs_4_09_g_macs_and_with_the_stride_on_the_first_1x1_3_86():
    assert round(totals(surveyed("resnet50").trace((3, 224, 224))).macs / G, 2) == 4.09
    paper = resnet(50).replace(
        "planes, kernel_size=1, bias=False)\n        self.bn1",
        "planes, kernel_size=1, stride=stride, bias=False)\n        self.bn1",
    )
    paper = paper.replace("self.conv2 = conv3x3(planes, planes, stride)", "self.conv2 = conv3x3(planes, planes)")
    assert round(totals(read_network(paper).trace((3, 224, 224))).macs / G, 2) == 3.86


@pytest.mark.parametrize("depth", [18, 34, 50, 101, 152])
def test_row_20_the_depth_of_a_resnet_is_its_layers_with_weights_on_the_main_path(depth):
    rows = read_network(resnet(depth)).trace((3, 224, 224))
    weighted = [row for row in rows if isinstance(row.layer, Conv2d | Linear) and "downsample" not in row.name]
    assert len(weighted) == depth


@pytest.mark.parametrize("depth", [18, 34, 50, 101, 152])
def test_row_20_resnets_are_convolutional_until_the_last_layer(depth):
    rows = surveyed(f"resnet{depth}").trace((3, 224, 224))
    assert [row.name for row in rows if isinstance(row.layer, Linear)] == ["fc"]
    assert rows[-1].name == "fc"
