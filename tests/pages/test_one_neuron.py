"""One neuron: the shown lines add up to what torch computes, links open it, junk in the address is answered."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.gallery import gallery_picture
from cnnviz.networks.feature_maps import feature_maps
from cnnviz.ui.components.one_neuron import Moves, follow
from cnnviz.ui.explore.neuron.choice import strongest_cell
from cnnviz.ui.explore.neuron.moves import moves_from
from cnnviz.ui.sharing import cached
from tests.pages.test_explore import data_of, opened

torch.set_num_threads(1)

RESNET = {"network": "ResNet-18"}


def neuron_of(app: AppTest) -> dict[str, Any]:
    return data_of(app, "neuron")


def exact(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def expect_lines_add_up(data: dict[str, Any]) -> None:
    sums = [exact(line["sum"]) for line in (*data["terms"], *data["lines"])]
    assert sum(sums, Decimal(0)) == exact(data["total"])
    for term in data["terms"]:
        assert sum((exact(cell) for row in term["products"]["cells"] for cell in row), Decimal(0)) == exact(term["sum"])


@pytest.mark.parametrize(
    ("layer", "index"),
    [("conv1", (5, 0, 0)), ("layer2.0.conv1", (100, 27, 3)), ("layer2.0.downsample.0", (7, 9, 9))],
)
def test_the_lines_add_up_to_what_torch_computes(layer: str, index: tuple[int, int, int]) -> None:
    channel, row, column = (str(place) for place in index)
    app = opened(
        "one_neuron", **RESNET, neuron_layer=layer, neuron_channel=channel, neuron_row=row, neuron_column=column
    )
    data = neuron_of(app)
    expect_lines_add_up(data)
    model = cached.model("resnet18")
    maps = feature_maps(model.module, model.preprocess(gallery_picture("chelsea").image), [layer])
    assert abs(float(exact(data["total"])) - float(maps[layer][index])) <= 1e-4
    assert layer in data["map"]["caption"]


def test_the_first_layer_names_its_colours() -> None:
    data = neuron_of(opened("one_neuron", **RESNET, neuron_layer="conv1"))
    assert {term["name"] for term in data["terms"]} == {"red", "green", "blue"}
    assert data["makers"] == []


@pytest.mark.parametrize("title", ["Slim AlexNet", "Slim VGG", "Slim ResNet", "Sat6ConvNet"])
def test_a_network_that_comes_along_is_taken_apart_like_any_other(title: str) -> None:
    app = opened("one_neuron", network=title)
    expect_lines_add_up(neuron_of(app))
    buttons = [button for button in app.button if button.key and button.key.startswith("neuron")]
    buttons[2].click().run()
    assert not app.exception
    colours = {term["name"] for term in neuron_of(app)["terms"]}
    assert colours == {"red", "green", "blue"} | ({"near infrared"} if title == "Sat6ConvNet" else set())


def test_a_max_pooling_rings_its_winner() -> None:
    data = neuron_of(opened("one_neuron", **RESNET, neuron_layer="maxpool", neuron_row="0", neuron_column="0"))
    (term,) = data["terms"]
    row, column = term["winner"]
    assert data["total"] == term["sum"]
    assert float(exact(term["window"]["cells"][row][column])) == pytest.approx(float(exact(term["sum"])), rel=0.01)
    assert term["window"]["cells"][0][0] == "−∞"  # the padding above the first row


def test_a_dense_unit_is_shown_among_the_others_and_sees_the_whole_picture() -> None:
    data = neuron_of(opened("one_neuron", network="AlexNet", neuron_layer="classifier.1", neuron_channel="9"))
    expect_lines_add_up(data)
    assert data["picture"]["field"] == [0.0, 0.0, 1.0, 1.0]
    assert data["map"]["rows"] * data["map"]["columns"] >= 4096
    assert data["makers"] == ["avgpool"]


def test_it_opens_on_a_lively_cell_and_each_suggestion_moves_it() -> None:
    app = opened("one_neuron", **RESNET)
    assert float(exact(neuron_of(app)["total"])) > 0
    for number in range(4):
        app = opened("one_neuron", **RESNET)
        buttons = [button for button in app.button if button.key and button.key.startswith("neuron")]
        buttons[number].click().run()
        assert not app.exception
        expect_lines_add_up(neuron_of(app))


def test_the_window_opens_in_the_stepper_at_the_neurons_own_step() -> None:
    app = opened("one_neuron", **RESNET, neuron_layer="layer1.0.conv1", neuron_row="5", neuron_window="true")
    script = data_of(app, "neuron_stepper")
    assert script["window"] == [3, 3]
    assert len(script["steps"]) in (6, 9)
    data = neuron_of(app)
    shown = float(script["steps"][script["start"]]["result"])  # of the strongest input channel, rounded to 3 decimals
    assert shown == pytest.approx(float(exact(data["terms"][0]["sum"])), abs=0.05)


@pytest.mark.parametrize(
    "address",
    [
        {"neuron_layer": "features.99"},
        {"neuron_channel": "-3"},
        {"neuron_layer": "conv1", "neuron_row": "nan"},
        {"neuron_channel": "inf", "neuron_row": "-inf", "neuron_column": "1e400"},
        {"neuron_row": "1e9", "neuron_column": "<script>"},
        {"neuron_layer": "", "neuron_channel": ""},
    ],
)
def test_junk_in_the_address_opens_a_neuron_that_is_there(address: dict[str, str]) -> None:
    expect_lines_add_up(neuron_of(opened("one_neuron", **RESNET, **address)))


class Followed:
    """What a click led to."""

    def __init__(self) -> None:
        self.steps: list[tuple[object, ...]] = []
        self.moves = Moves(*(self.noted(name) for name in ("cell", "pixel", "down", "up")))

    def noted(self, name: str) -> Callable[..., None]:
        return lambda *places: self.steps.append((name, *places))


DATA: Any = {
    "id": "a",
    "map": {"rows": 4, "columns": 5},
    "makers": ["conv1"],
    "terms": [{"place": 2}],
    "users": [{"name": "fc", "gains": True}, {"name": "idle", "gains": False}],
}


@pytest.mark.parametrize(
    ("name", "value", "step"),
    [
        ("cell", [1, 9], ("cell", 1, 4)),
        ("pixel", [0.5, 1], ("pixel", 0.5, 1)),
        ("down", [2, "conv1"], ("down", 2, "conv1")),
        ("up", "fc", ("up", "fc")),
    ],
)
def test_a_click_is_followed_only_for_the_neuron_it_was_meant_for(
    name: str, value: object, step: tuple[object]
) -> None:
    followed = Followed()
    follow({"id": "a", "value": value}, name, DATA, followed.moves)
    follow({"id": "b", "value": value}, name, DATA, followed.moves)
    assert followed.steps == [step]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cell", ["a", 1]), ("cell", [None, 1]), ("cell", [1.5, 2]), ("pixel", [float("nan"), 0]), ("pixel", [2, 0]),
        ("down", [999, "conv1"]), ("down", [2, "fc"]), ("up", "conv1"), ("up", "idle"), ("up", 3),
    ],
)  # fmt: skip
def test_what_a_browser_makes_up_is_passed_over(name: str, value: object) -> None:
    followed = Followed()
    for said in ({"id": "a", "value": value}, {"id": "a"}, None, "text"):
        follow(said, name, DATA, followed.moves)
    assert followed.steps == []


def test_down_and_up_lead_through_a_concatenation_to_the_channel_that_was_meant() -> None:
    app = opened("one_neuron", network="SqueezeNet 1.1", neuron_layer="features.4.squeeze")
    data = neuron_of(app)
    expect_lines_add_up(data)
    (maker,) = data["makers"]
    assert maker == "features.3.expand1x1 or features.3.expand3x3"
    activations = cached.activations("squeezenet1_1", gallery_picture("chelsea"))
    channel, row, column = (int(app.session_state[f"neuron_{axis}"]) for axis in ("channel", "row", "column"))
    moves = moves_from(activations, activations.neuron("features.4.squeeze", (channel, row, column)))
    gone: list[tuple[str, tuple[int, int, int]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnviz.ui.explore.neuron.moves.go_to", lambda layer, index: gone.append((layer, index)))
        for place in (0, 127):
            moves.down(place, maker)
        value = strongest_cell(activations, "features.3.expand3x3", 63)
        moves_from(activations, activations.neuron("features.3.expand3x3", value)).up("features.4.squeeze")
    assert gone[0] == ("features.3.expand1x1", (0, row, column))
    assert gone[1] == ("features.3.expand3x3", (63, row, column))
    brought = activations.module.get_submodule("features.4.squeeze").weight[:, 127, 0, 0].numpy()
    own = activations["features.4.squeeze"][:, *value[1:]]
    part = activations["features.3.expand3x3"][value] * brought
    gained = np.maximum(own, 0) - np.maximum(own - part, 0)
    assert gained.max() > 0
    assert gone[2] == ("features.4.squeeze", (int(gained.argmax()), *value[1:]))


def test_where_no_unit_gains_the_reason_stands_in_place_of_the_button() -> None:
    address = {"network": "Slim VGG", "neuron_layer": "features.0"}
    maps = cached.activations("slim_vgg", gallery_picture("chelsea")).maps("features.0")
    channel = int(maps[:, 0, 0].argmin())
    assert maps[channel, 0, 0] < 0
    data = neuron_of(opened("one_neuron", **address, neuron_channel=str(channel), neuron_row="0", neuron_column="0"))
    (user,) = data["users"]
    assert (user["name"], user["gains"]) == ("features.2", False)
    assert user["words"] == "features.2 reads it in one place of its map, as 0: no unit there gains from it."
