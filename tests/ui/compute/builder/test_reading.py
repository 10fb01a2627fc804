"""What the network builder makes of a text: its reading, its repairs, its links, its edits by hand."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import KINDS, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from cnnviz.arithmetic.network import NetworkError, chain, fixes
from cnnviz.arithmetic.network.exports import to_pytorch
from cnnviz.arithmetic.reader import read_network
from cnnviz.ui.components.field_on_picture import WIDEST_MARGIN, margin
from cnnviz.ui.components.network_drawing.script import network_script
from cnnviz.ui.compute.builder.by_hand import NEW, matched, read_setting, setting_text
from cnnviz.ui.compute.builder.examples import EXAMPLES, OPENING, RESIDUAL
from cnnviz.ui.compute.builder.reading import all_repaired, in_short_form, read, same_layers, written
from cnnviz.ui.compute.builder.receptive_field import field_sentences
from cnnviz.ui.compute.builder.text import MAX_LINK, packed, unpacked


@given(st.text(max_size=300))
def test_any_text_comes_back_from_its_link(text: str) -> None:
    assert unpacked(packed(text)) == text


@given(st.text(max_size=200))
def test_no_letters_in_a_link_are_harmful(letters: str) -> None:
    assert unpacked(letters) is None or isinstance(unpacked(letters), str)


def test_a_link_that_would_unpack_to_megabytes_is_refused() -> None:
    assert len(packed("a" * 3_000_000)) < MAX_LINK
    assert unpacked(packed("a" * 3_000_000)) is None


@pytest.mark.parametrize("example", [OPENING, *EXAMPLES], ids=lambda example: example.label)
def test_every_example_fits_into_a_link(example: Any) -> None:
    assert len(packed(example.text)) < 1000


def test_a_repair_changes_one_argument_and_leaves_the_rest_of_the_text_alone() -> None:
    text, shape = EXAMPLES[0].text, (1, 28, 28)
    fix = read(text, shape).problems[0].fixes[0]
    assert written(text, fix, shape) == text.replace("16 * 5 * 5", "256")


def test_an_argument_written_with_a_name_that_others_use_is_not_changed_for_all_of_them() -> None:
    text = "n = 8\nnet = nn.Sequential(nn.Conv2d(3, n, 3), nn.Conv2d(6, n, 3))"
    fixed = all_repaired(text, (3, 32, 32))
    assert fixed is not None
    assert [node.layer for node in read_network(fixed).nodes] == [Conv2d(3, 8, 3), Conv2d(8, 8, 3)]


def test_what_no_change_to_the_network_mends_is_left_as_it_is() -> None:
    text = "nn.Sequential(nn.MaxPool2d(2), nn.MaxPool2d(2))"
    reading = read(text, (3, 1, 1))
    assert reading.problems
    assert all_repaired(text, (3, 1, 1)) is None or read(str(all_repaired(text, (3, 1, 1))), (3, 1, 1)).fits


@given(st.lists(st.sampled_from(sorted(NEW)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_is_built_by_hand_is_written_down_as_what_it_is(kinds: list[str]) -> None:
    """Any layers in any order: the text that is written reads as the same network."""
    network = matched(chain(*(KINDS[kind].usual((3, 16, 16)) for kind in kinds)), (3, 16, 16))
    assert same_layers(read_network(to_pytorch(in_short_form(network))), network)


def test_layers_behind_are_matched_to_what_they_get() -> None:
    network = matched(chain(Conv2d(1, 6, 5), MaxPool2d(2), Flatten(), Linear(7, 4)), (3, 28, 28))
    assert [node.layer for node in network.nodes] == [Conv2d(3, 6, 5), MaxPool2d(2), Flatten(), Linear(864, 4)]


def test_a_dense_layer_that_lacks_a_flatten_is_not_matched_to_a_row_of_pixels() -> None:
    network = chain(Conv2d(3, 6, 5), Linear(7, 4))
    assert matched(network, (3, 28, 28)) == network


@pytest.mark.parametrize("value", [3, (3, 5), "same", None, 0.25])
def test_a_setting_comes_back_from_its_box(value: Any) -> None:
    assert read_setting(setting_text(value)) == value


def test_a_layer_used_twice_counts_its_parameters_once() -> None:
    text = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(8, 8, 3, padding=1)\n"
        "    def forward(self, x):\n        return self.conv(F.relu(self.conv(x)))\n"
    )
    reading = read(text, (8, 16, 16))
    assert reading.network is not None
    script = network_script(reading.network, reading.rows, reading.input_shape)
    assert [layer["cells"]["params"] for layer in script["layers"]] == ["584", "0", "0"]
    assert script["total"]["params"] == "584"
    assert "conv" in script["layers"][2]["titles"]["params"]


@pytest.mark.parametrize("example", [OPENING, *EXAMPLES], ids=lambda example: example.label)
def test_the_shares_of_every_bar_add_up_to_the_whole(example: Any) -> None:
    reading = read(example.text, example.input_shape)
    assert reading.network is not None
    script = network_script(reading.network, reading.rows, reading.input_shape)
    for strip in script["strips"]:
        total = sum(layer["shares"].get(strip["kind"], 0) for layer in script["layers"])
        assert total == pytest.approx(100, abs=0.01)


def test_rows_above_a_misfit_are_kept_and_those_below_wait() -> None:
    network = chain(Conv2d(3, 8, 3), ReLU(), Conv2d(4, 8, 3), ReLU())
    with pytest.raises(NetworkError) as caught:
        network.trace((3, 32, 32))
    script = network_script(network, caught.value.rows, (3, 32, 32))
    assert [layer["state"] for layer in script["layers"]] == ["fits", "fits", "wrong", "waiting"]
    assert [strip["kind"] for strip in script["strips"]] == ["params"]


def test_a_unit_in_the_corner_of_a_residual_network_sees_what_it_is_said_to_see() -> None:
    network = read_network(RESIDUAL)
    rows = network.trace((3, 32, 32))
    row = next(row for row in rows if row.name == "add")
    sentence = field_sentences(network, row, (3, 32, 32), (0, 0))[-1]
    assert sentence.startswith("The unit at row 0, column 0 sees rows 0 to 3 and columns 0 to 3; **67 %**")


def test_the_margin_around_the_picture_reaches_as_far_as_the_fields_but_not_without_end() -> None:
    near, far = (chain(Conv2d(3, 8, 11, padding=pad)).trace((3, 100, 100))[0] for pad in (2, 5))
    assert near.receptive_field is not None
    assert far.receptive_field is not None
    assert margin(100, near.output_shape[1], near.receptive_field[0]) == 2
    assert margin(100, far.output_shape[1], far.receptive_field[0]) == 5
    assert margin(4, 4, far.receptive_field[0]) == WIDEST_MARGIN * 4


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(" + ", ".join(["nn.Conv2d(3, 8, 3)"] * 190) + ")",
        "nn.Sequential(" + ", ".join(["nn.ReLU()"] * 300 + ["nn.MaxPool2d(2)"] * 40) + ")",
        "nn.Sequential(" + ", ".join(["nn.Conv2d(3, 3, 3)"] * 150 + ["nn.Linear(1, 1)"] * 5) + ")",
    ],
)
def test_a_text_with_much_that_does_not_fit_costs_five_searches_to_read(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []

    def counted(error: NetworkError) -> tuple[fixes.Fix, ...]:
        searched.append(error.name)
        return search(error)

    search = fixes.fixes
    monkeypatch.setattr(fixes, "fixes", counted)
    reading = read(text, (3, 224, 225))
    assert 1 <= len(reading.problems) <= 5
    assert len(searched) <= 5
