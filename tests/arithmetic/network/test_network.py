"""Networks: the table, what is wrong and what would help, changes by hand, and the ways out (torch is the examiner)."""

import csv
import io

import pytest
import torch
from torch import nn

from cnnviz.arithmetic.layers import (
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    Pointwise,
    ReLU,
    ShapeError,
    Softmax,
    Upsample,
    View,
    ZeroPad2d,
)
from cnnviz.arithmetic.network import (
    INPUT,
    Network,
    NetworkError,
    Node,
    add,
    chain,
    move,
    remove,
    replace_layer,
    totals,
)
from cnnviz.arithmetic.network.exports import MODULE_NAMES, attribute_names, to_csv, to_markdown, to_pytorch
from cnnviz.arithmetic.network.fixes import fixes, problems
from cnnviz.arithmetic.reader import read_network

torch.set_num_threads(1)

SAT6 = chain(Conv2d(1, 32, 5), MaxPool2d(2), Conv2d(32, 16, 5), MaxPool2d(2), Flatten(), Linear(400, 128))
RESIDUAL = Network(
    (
        Node("conv1", Conv2d(8, 8, 3, padding=1)),
        Node("relu", ReLU(), ("conv1",)),
        Node("conv2", Conv2d(8, 8, 3, padding=1), ("relu",)),
        Node("add", Add(), ("conv2", INPUT)),
        Node("relu_1", ReLU(), ("add",), module="relu"),
        Node("cat", Concat(), ("relu_1", "conv1")),
        Node("again", Conv2d(8, 8, 3, padding=1), ("conv1",), module="conv1"),
        Node("cat_1", Concat(), ("cat", "again")),
        Node("flatten", View((24 * 6 * 6,)), ("cat_1",)),
        Node("fc", Linear(24 * 6 * 6, 5), ("flatten",)),
    )
)


def error_of(network, shape):
    with pytest.raises(NetworkError) as caught:
        network.trace(shape)
    return caught.value


def test_every_row_says_what_its_layer_says():
    for row in SAT6.trace((1, 32, 32)):
        assert row.output_shape == row.layer.output_shape(row.input_shape)
        assert row.macs == row.layer.macs(row.input_shape)
        assert row.num_params == row.layer.num_params
        assert row.activation_values == torch.zeros(row.output_shape).numel()


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2d(8, 16, 3, groups=4, bias=False), (8, 9, 9)),
        (ConvTranspose2d(8, 4, 3, stride=2), (8, 9, 9)),
        (Linear(9, 4), (8, 9, 9)),
        (AvgPool2d(3), (8, 9, 9)),
        (BatchNorm2d(8), (8, 9, 9)),
    ],
)
def test_macs_in_the_table_are_those_of_the_layer(layer, shape):
    (row,) = chain(layer).trace(shape)
    assert row.macs == layer.macs(shape)


def test_a_layer_used_twice_counts_its_parameters_once():
    rows = RESIDUAL.trace((8, 6, 6))
    conv = 8 * 8 * 9 + 8
    assert {row.name: row.num_params for row in rows if row.num_params} == {
        "conv1": conv,
        "conv2": conv,
        "fc": 24 * 36 * 5 + 5,
    }
    assert totals(rows).num_params == RESIDUAL.num_params
    assert next(row for row in rows if row.name == "again").macs == 8 * 8 * 9 * 36


def test_a_chain_is_told_from_a_graph():
    assert SAT6.is_chain
    assert not RESIDUAL.is_chain


def test_a_layer_that_does_not_fit_names_itself_and_keeps_the_rows_before_it():
    error = error_of(SAT6, (1, 28, 28))
    assert error.name == "linear"
    assert error.line is None
    assert [row.name for row in error.rows] == ["conv2d", "maxpool2d", "conv2d_1", "maxpool2d_1", "flatten"]
    assert str(error).startswith("linear: Linear was made for 400 features and got 256")


REPAIRS = [
    (SAT6, (1, 28, 28), ["change in_features to 256", "feed an input of 32 × 32 (32 to 35 fit)"]),
    (SAT6, (4, 32, 32), ["change in_channels to 4", "feed an input with 1 channel"]),
    (chain(Conv2d(3, 8, 3), BatchNorm2d(4)), (3, 9, 9), ["change num_features to 8"]),
    (chain(Conv2d(3, 8, 3), Conv2d(4, 8, 3)), (3, 9, 9), ["change in_channels to 8"]),
    (
        chain(Conv2d(3, 8, 7)),
        (3, 5, 5),
        ["change padding to 1", "change kernel_size to 5", "feed an input of 7 × 7 (7 and more fit)"],
    ),
    (
        chain(Conv2d(3, 8, 3, dilation=3)),
        (3, 5, 9),
        ["change padding to 1", "change kernel_size to 2", "change dilation to 2",
         "feed an input of 9 × 9 (7 and more fit)"],
    ),
    (
        chain(MaxPool2d(2)),
        (3, 1, 1),
        ["change padding to 1", "change kernel_size to 1", "feed an input of 2 × 2 (2 and more fit)"],
    ),
    (chain(View((400,))), (16, 4, 4), ["change 400 to 256", "feed an input of 5 × 5 (no other near it fits)"]),
    (chain(Linear(400, 4)), (16, 5, 5), ["flatten first"]),
    (chain(Linear(400, 4)), (16, 4, 4), ["flatten first and change in_features to 256"]),
    (chain(Linear(400, 4)), (256,), ["change in_features to 256"]),
    (chain(Conv2d(3, 8, 3, groups=1), Conv2d(6, 6, 3, groups=6)), (3, 9, 9), []),
]  # fmt: skip


@pytest.mark.parametrize(("network", "shape", "sentences"), REPAIRS)
def test_what_would_help_is_offered(network, shape, sentences):
    offered = [fix.sentence for fix in fixes(error_of(network, shape))]
    assert offered[: len(sentences)] == sentences
    assert bool(offered) == bool(sentences)


@pytest.mark.parametrize(("network", "shape", "sentences"), REPAIRS)
def test_what_is_offered_helps(network, shape, sentences):
    error = error_of(network, shape)
    for fix in fixes(error):
        repaired = fix.network or network
        assert repaired.fits(fix.input_shape or shape, until=error.name), fix.sentence


def test_where_paths_do_not_meet_another_input_may_help():
    network = Network(
        (
            Node("down", Conv2d(1, 1, 2, stride=2)),
            Node("up", ConvTranspose2d(1, 1, 2, stride=2), ("down",)),
            Node("add", Add(), ("up", INPUT)),
        )
    )
    padded, fix = fixes(error_of(network, (1, 9, 9)))
    assert padded.sentence == "change output_padding of up to 1"
    assert fix.sentence == "feed an input of 8 × 8 (no other near it fits)"
    assert fix.input_shape == (1, 8, 8)
    assert network.trace(fix.input_shape)[-1].output_shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("up", "words"),
    [
        (ConvTranspose2d(8, 4, 2, stride=2), "change output_padding of up to 1"),
        (Upsample(scale_factor=2), "change size of up to 25"),
    ],
)
def test_where_a_doubled_map_meets_the_odd_one_it_came_from_the_doubling_can_give_a_row_more(up, words):
    network = Network(
        (
            Node("a", Conv2d(1, 4, 3, padding=1), ("input",)),
            Node("half", MaxPool2d(2), ("a",)),
            Node("b", Conv2d(4, 8, 3, padding=1), ("half",)),
            Node("up", up, ("b",)),
            Node("relu", ReLU(), ("up",)),
            Node("cat", Concat(), ("relu", "a")),
        )
    )
    (problem,) = problems(network, (1, 25, 25))
    assert "25, 25" in str(problem.error)
    assert [fix.sentence for fix in problem.fixes] == [words, "feed an input of 24 × 24 (no other near it fits)"]
    assert problem.fixed.trace((1, 25, 25))[-1].output_shape[1:] == (25, 25)


def test_all_problems_are_found_one_behind_the_other():
    found = problems(SAT6, (4, 28, 28))
    assert [problem.error.name for problem in found] == ["conv2d", "linear"]
    assert problems(SAT6, (1, 33, 33)) == ()


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        ((Node("a", ReLU()), Node("a", ReLU(), ("a",))), "Two layers are called a"),
        ((Node("a", ReLU(), ("b",)), Node("b", ReLU())), "'b', which does not come before it"),
        ((Node("a b", ReLU()),), "cannot name a layer"),
        ((Node(INPUT, ReLU()),), "Two layers are called input"),
        ((Node("a", ReLU(), ()),), "a has no input"),
        ((Node("a", ReLU()), Node("b", ReLU(), ("a", INPUT))), "b takes one input, and 2 lead to it"),
    ],
)
def test_a_network_that_is_none_is_refused(nodes, sentence):
    with pytest.raises(ShapeError, match=sentence):
        Network(nodes)


def test_layers_are_put_in_moved_replaced_and_taken_out_and_the_old_network_stays():
    network = chain(Conv2d(3, 8, 3), ReLU(), Flatten())
    with_pool = add(network, MaxPool2d(2), after="relu")
    assert [node.name for node in with_pool.nodes] == ["conv2d", "relu", "maxpool2d", "flatten"]
    moved = move(with_pool, "maxpool2d", after="conv2d")
    assert [node.name for node in moved.nodes] == ["conv2d", "maxpool2d", "relu", "flatten"]
    assert moved.is_chain
    replaced = replace_layer(moved, "conv2d", Conv2d(1, 8, 3))
    assert replaced.trace((1, 8, 8))[-1].output_shape == (8 * 3 * 3,)
    assert remove(with_pool, "maxpool2d") == network
    assert [node.name for node in network.nodes] == ["conv2d", "relu", "flatten"]
    first = add(network, ReLU(), name="first", after=INPUT)
    assert first.nodes[1].inputs == ("first",)


def test_a_skip_stays_where_it_was_when_a_layer_is_put_in_behind_it():
    network = add(RESIDUAL, ReLU(), name="new", after="conv2")
    assert network["add"].inputs == ("new", INPUT)


def test_taking_out_the_first_use_of_a_layer_leaves_its_parameters_counted():
    network = remove(RESIDUAL, "conv1")
    assert network["again"].module == "again"
    assert network["again"].inputs == (INPUT,)


def test_replacing_a_layer_that_is_used_twice_replaces_it_twice():
    network = replace_layer(RESIDUAL, "again", Conv2d(8, 8, 1))
    assert network["conv1"].layer == Conv2d(8, 8, 1)


@pytest.mark.parametrize("after", ["nothing", "relu_9"])
def test_moving_behind_what_is_not_there_is_refused(after):
    with pytest.raises(ShapeError, match="There is no layer called"):
        move(SAT6, "conv2d", after=after)


def test_moving_what_joins_paths_is_refused():
    with pytest.raises(ShapeError, match="add joins 2 paths"):
        move(RESIDUAL, "add", after="conv1")


EXPORTED = [
    (SAT6, (1, 32, 32)),
    (RESIDUAL, (8, 6, 6)),
    (chain(Conv2d(3, 8, (3, 1), stride=2, padding=(1, 0), bias=False, groups=1), Softmax(1)), (3, 9, 9)),
    (chain(ZeroPad2d((0, 1, 2, 0)), Conv2d(2, 4, 3, padding="same", padding_mode="reflect")), (2, 7, 7)),
    (chain(AdaptiveMaxPool2d((2, 3)), Flatten(), BatchNorm1d(12), Dropout(0.1)), (2, 7, 7)),
    (chain(Pointwise("LeakyReLU", (("negative_slope", 0.2),)), AvgPool2d(3, ceil_mode=True)), (2, 8, 8)),
    (chain(View((4, 14, 7)), ConvTranspose2d(4, 2, 3, stride=2, output_padding=1)), (2, 14, 14)),
]


@pytest.mark.parametrize(("network", "shape"), EXPORTED)
def test_the_pytorch_code_of_a_network_gives_its_shape_and_parameters_in_torch(network, shape):
    names: dict[str, object] = {}
    exec(to_pytorch(network), names)
    net = names["net"]
    assert isinstance(net, nn.Module)
    with torch.no_grad():
        output = net.eval()(torch.zeros(1, *shape))
    assert tuple(output.shape[1:]) == network.trace(shape)[-1].output_shape
    assert sum(p.numel() for p in net.parameters()) == network.num_params


@pytest.mark.parametrize(("network", "shape"), EXPORTED)
def test_the_reader_reads_the_code_that_is_written(network, shape):
    again = read_network(to_pytorch(network)).trace(shape)
    rows = network.trace(shape)
    assert again[-1].output_shape == rows[-1].output_shape
    assert totals(again) == totals(rows)


def test_names_that_python_does_not_take_are_changed_in_the_code():
    network = Network((Node("0", Conv2d(1, 1, 1)), Node("class", ReLU(), ("0",)), Node("x", Add(), ("class", INPUT))))
    names: dict[str, object] = {}
    exec(to_pytorch(network), names)
    assert names["net"](torch.zeros(1, 1, 2, 2)).shape == (1, 1, 2, 2)


def test_the_csv_holds_the_table_and_its_totals():
    rows = SAT6.trace((1, 32, 32))
    lines = list(csv.reader(io.StringIO(to_csv(rows))))
    assert len(lines) == len(rows) + 2
    assert lines[1] == ["conv2d", "nn.Conv2d(1, 32, 5)", "1×32×32", "32×28×28", "832", "627200", "25088", "5×5"]
    assert lines[-1][4:7] == [str(number) for number in totals(rows)]


def test_the_markdown_has_a_line_for_every_layer():
    lines = to_markdown(RESIDUAL.trace((8, 6, 6))).splitlines()
    assert len(lines) == len(RESIDUAL.nodes) + 3
    assert len({line.count("|") for line in lines}) == 1
    assert "8×6×6 + 8×6×6" in lines[5]


TORCH_TWINS = [
    (Pointwise("GELU"), nn.GELU(), (3, 4, 4)),
    (Pointwise("LocalResponseNorm", (("size", 5),)), nn.LocalResponseNorm(5), (3, 4, 4)),
    (BatchNorm1d(5), nn.BatchNorm1d(5), (5,)),
    (AdaptiveMaxPool2d((None, 2)), nn.AdaptiveMaxPool2d((None, 2)), (3, 5, 5)),
    (View((2, -1)), nn.Unflatten(1, (2, -1)), (12,)),
    (ZeroPad2d((1, 2, 3, 4)), nn.ZeroPad2d((1, 2, 3, 4)), (3, 4, 4)),
    (ZeroPad2d(2), nn.ZeroPad2d(2), (3, 4, 4)),
]


@pytest.mark.parametrize(("ours", "theirs", "shape"), TORCH_TWINS)
def test_the_layers_of_a_network_answer_as_torch_does(ours, theirs, shape):
    with torch.no_grad():
        assert ours.output_shape(shape) == tuple(theirs.eval()(torch.zeros(1, *shape)).shape[1:])
    assert ours.num_params == sum(p.numel() for p in theirs.parameters())
    assert ours.macs(shape) == 0


@pytest.mark.parametrize(
    "build",
    [
        lambda: Pointwise("LSTM"),
        lambda: Pointwise("GELU", (("slope", 1),)),
        lambda: BatchNorm1d(0),
        lambda: BatchNorm1d(4).output_shape((5,)),
        lambda: BatchNorm1d(4).output_shape((4, 3, 3)),
        lambda: View(()),
        lambda: View((-1, -1)),
        lambda: View((0,)),
        lambda: View((5, -1)).output_shape((12,)),
        lambda: ZeroPad2d(-1),
        lambda: ZeroPad2d((1, 2)),  # type: ignore[arg-type]
    ],
)
def test_the_layers_of_a_network_refuse_nonsense_in_words(build):
    with pytest.raises(ShapeError):
        build()


def test_every_name_that_a_module_has_is_kept_free_for_it():
    module = torch.nn.Module()
    own = {name for name in (*dir(torch.nn.Module), *vars(module)) if not name.startswith("_")}
    assert own <= MODULE_NAMES
    names = attribute_names(Network((Node("parameters", ReLU()), Node("half", ReLU(), ("parameters",)))))
    assert not set(names.values()) & MODULE_NAMES
