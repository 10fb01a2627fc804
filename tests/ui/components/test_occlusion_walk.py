"""What is sent to the walk: sentences with numbers that add up as printed, the picture, and which walk it is."""

import base64
import io
import json
import re
from decimal import Decimal

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch import nn

from cnnviz.attribution import METHODS
from cnnviz.attribution.question import Window
from cnnviz.ui.components.occlusion_walk import Message, walk_data

NUMBERS = np.random.default_rng(5)
PICTURE = Image.fromarray(NUMBERS.integers(0, 256, (96, 96, 3), dtype=np.uint8))


def windows(count: int, scale: float = 1.0) -> list[Window]:
    """Squares of 14 pixels with chance answers, row by row."""
    across = int(np.ceil(count**0.5))
    return [
        Window(
            range(number // across, number // across + 14),
            range(number % across, number % across + 14),
            float(NUMBERS.normal(8, 3)),
            float(scale * NUMBERS.random()),
        )
        for number in range(count)
    ]


def sentence(data: Message, measure: int, step: int) -> str:
    """What the browser says of a square, without its place."""
    found = data["measures"][measure]
    return found["phrases"][0] + found["covered"][step] + found["phrases"][1] + found["change"][step]


def test_a_square_is_told_whole() -> None:
    one = Window(range(32, 64), range(160, 192), 7.309, 0.4123)
    data = walk_data(PICTURE, [one], 11.04, 0.7894, "tabby")
    assert data["squares"] == [(32, 63, 160, 191)]
    said = sentence(data, 0, 0).replace("\u00a0", " ")
    assert said == "Probability of “tabby” 41.2 %, uncovered 78.9 %: covering it takes away 37.7 points"
    assert sentence(data, 1, 0) == "Score of “tabby” 7.31, uncovered 11.04: covering it takes away 3.73"


@pytest.mark.parametrize(("scale", "probability"), [(1.0, 0.883), (0.01, 0.0042), (1e-5, 2e-6), (1.0, 1.0000001)])
def test_what_is_printed_adds_up(scale: float, probability: float) -> None:
    walked = windows(169, scale)
    data = walk_data(PICTURE, walked, 7.77, probability, "tabby")
    for measure, truth in enumerate(([100 * w.probability for w in walked], [w.score for w in walked])):
        told = data["measures"][measure]
        before = number(told["uncoveredText"])
        for text, change, value in zip(told["covered"], told["change"], truth, strict=True):
            assert float(number(text)) == pytest.approx(min(value, 100.0), abs=0.5000001 * 10.0 ** -places(text))
            if "less than" in change:
                assert number(text) == before
            else:
                taken = number(change) * (-1 if change.startswith("adds") else 1)
                assert number(text) + taken == before


def number(text: str) -> Decimal:
    """The number in a text, exactly as printed."""
    found = re.search(r"[−\d.]+\d|\d", text)
    assert found
    return Decimal(found[0].replace("−", "-"))


def places(text: str) -> int:
    """How many decimals a text has."""
    return len(text.partition(".")[2])


def test_the_most_missed_square_may_differ_between_probability_and_score() -> None:
    walked = [Window(range(2), range(2), 9.0, 0.2), Window(range(2), range(2, 4), 1.0, 0.3)]
    data = walk_data(PICTURE, walked, 10.0, 0.9, "cat")
    assert [measure["worst"] for measure in data["measures"]] == [0, 1]


def test_a_change_that_is_next_to_nothing_gets_no_full_tint() -> None:
    walked = [Window(range(2), range(2), 10.0, 0.9), Window(range(2), range(2, 4), 10.0, 0.8999)]
    probability = walk_data(PICTURE, walked, 10.0, 0.9, "cat")["measures"][0]
    assert probability["limit"] == pytest.approx(9.0)
    assert probability["limitText"] == "9.00 points"
    assert probability["change"] == ["moves it by less than 0.01 points", "takes away 0.01 points"]


def test_the_axis_holds_all_values() -> None:
    for scale in (1.0, 0.03, 1e-4):
        data = walk_data(PICTURE, windows(49, scale), -3.0, 0.5 * scale, "cat")
        for measure in data["measures"]:
            low, high = measure["axis"]["low"], measure["axis"]["high"]
            assert low <= min(*measure["values"], measure["uncovered"])
            assert high >= max(*measure["values"], measure["uncovered"])
            assert 2 <= len(measure["axis"]["ticks"]) <= 5


def test_small_pictures_travel_exactly_and_large_ones_lightly() -> None:
    data = walk_data(PICTURE, [], 1.0, 0.5, "cat")
    assert data["coarse"]
    assert (np.asarray(opened(data["picture"])) == np.asarray(PICTURE)).all()
    large = PICTURE.resize((224, 224))
    data = walk_data(large, windows(729), 1.0, 0.5, "cat")
    assert not data["coarse"]
    assert (data["size"], opened(data["picture"]).size) == ((224, 224), (224, 224))
    assert len(json.dumps(data)) < 250_000


def opened(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))


def test_the_square_has_the_mean_colour() -> None:
    assert walk_data(PICTURE, [], 1.0, 0.5, "cat")["grey"] == "#7c7468"
    assert walk_data(PICTURE, [], 1.0, 0.5, "cat", grey=(0.42,) * 4)["grey"] == "#6b6b6b"


def test_it_stays_the_same_walk_while_squares_arrive_and_is_another_for_another_question() -> None:
    walked = windows(49)
    first = walk_data(PICTURE, walked[:8], 1.0, 0.5, "cat", running=True, total=49)
    whole = walk_data(PICTURE, walked, 1.0, 0.5, "cat")
    assert first["walk"] == whole["walk"]
    assert (first["total"], first["running"], whole["total"], whole["running"]) == (49, True, 49, False)
    others = [
        walk_data(PICTURE, walked, 1.0, 0.5, "dog"),
        walk_data(PICTURE.rotate(90), walked, 1.0, 0.5, "cat"),
        walk_data(PICTURE, walked[1:], 1.0, 0.5, "cat"),
    ]
    assert len({whole["walk"], *(other["walk"] for other in others)}) == 4


def test_before_the_first_square_there_is_the_picture_and_its_line() -> None:
    data = walk_data(PICTURE, [], 3.0, 0.25, "cat", running=True, total=49)
    assert [measure["covered"] for measure in data["measures"]] == [[], []]
    assert data["measures"][0]["uncoveredText"] == "25.0\u00a0%"


def test_what_occlusion_covers_is_what_walks() -> None:
    torch.manual_seed(2)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    image = torch.randn(1, 3, 28, 28)
    with torch.no_grad():
        scores_before = network(image)
    score, probability = float(scores_before[0, 1]), float(scores_before.softmax(1)[0, 1])
    (last,) = list(METHODS["occlusion"].partials(network.eval(), image, 1, evaluations=49))[-1:]
    data = walk_data(PICTURE.resize((28, 28)), last.windows, score, probability, "b")
    assert data["total"] == 49
    scores = data["measures"][1]
    for step, (top, _, left, _) in enumerate(data["squares"]):
        assert scores["uncovered"] - scores["values"][step] == pytest.approx(last.values[top, left], abs=1e-5)


def test_it_is_drawn() -> None:
    def page() -> None:
        from PIL import Image

        from cnnviz.attribution.question import Window
        from cnnviz.ui.components.occlusion_walk import show_walk

        show_walk(Image.new("RGB", (28, 28)), [Window(range(4), range(4), 1.0, 0.5)], 2.0, 0.75, "cat", "here")

    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    assert json.loads(at.get("bidi_component")[0].proto.json)["measures"][0]["change"] == ["takes away 25.0 points"]
