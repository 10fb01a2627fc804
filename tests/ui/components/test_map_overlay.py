"""The message to the overlay holds every value rounded once, its limits, and words that say what is seen."""

import base64
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.figures.palettes import table
from cnnviz.ui.components.map_overlay import Layer, encode

NUMBERS = np.random.default_rng(7)
PICTURE = Image.fromarray(NUMBERS.integers(0, 256, (96, 96, 3), dtype=np.uint8))


def chance(scale: float = 1.0, shape: tuple[int, int] = (96, 96)) -> np.ndarray:
    return NUMBERS.normal(0, scale, shape).astype(np.float32)


def decoded(message: bytes) -> tuple[dict[str, Any], list[np.ndarray], np.ndarray]:
    """Read a message as message.js does: the header, each map's whole numbers, and the colour tables."""
    length = int.from_bytes(message[:4], "little")
    header = json.loads(message[4 : 4 + length])
    at, maps = 4 + length, []
    for layer in header["layers"]:
        assert at % 4 == 0  # the browser reads whole numbers only from such places
        count = layer["shape"][0] * layer["shape"][1]
        values = np.frombuffer(message, f"<i{layer['bytes']}", count, at)
        maps.append(values.reshape(layer["shape"]))
        at += -(-count * layer["bytes"] // 4) * 4
    tables = np.frombuffer(message, np.uint8, 3 * 768, at).reshape(3, 256, 3)
    assert at + tables.nbytes == len(message)
    return header, maps, tables


def header_of(layers: Sequence[Layer]) -> dict[str, Any]:
    return decoded(encode(layers, PICTURE))[0]


@pytest.mark.parametrize("scale", [1e-7, 1e-3, 0.2, 5.0, 4e4])
def test_a_value_that_is_read_is_the_true_one_rounded_once(scale: float) -> None:
    values = chance(scale)
    limit = float(np.percentile(np.abs(values), 99))
    header, (sent,), _ = decoded(encode([Layer(values, "A", True, limit)], PICTURE))
    layer = header["layers"][0]
    unit = 10.0 ** -layer["decimals"]
    assert layer["bytes"] == (2 if scale < 10 else 4)
    assert np.abs(sent * unit - values.astype(np.float64)).max() <= 0.5000001 * unit
    assert layer["limit"] * unit == pytest.approx(limit)
    assert layer["limit"] >= 1000  # four digits, so that each of the 126 colours on a side has values of its own


def test_values_far_beyond_the_limit_are_still_told_to_its_digits() -> None:
    values = chance(0.01)
    values[3, 5] = 250.0
    header, (sent,), _ = decoded(encode([Layer(values, "A", True, 0.02)], PICTURE))
    layer = header["layers"][0]
    assert (layer["bytes"], layer["decimals"], int(sent[3, 5])) == (4, 5, 25_000_000)
    assert layer["legend"]["magnitude"]["beyond"] == "Full colour from 0.02000; the largest is 250.00000."


def test_what_is_no_number_is_marked_and_spoils_nothing() -> None:
    values = np.array([[np.nan, 0.5], [np.inf, -0.25]], dtype=np.float32)
    header, (sent,), _ = decoded(encode([Layer(values, "A", True, 1.0)], PICTURE))
    assert sent.tolist() == [[-(2**15), 500], [-(2**15), -250]]
    assert header["layers"][0]["alt"] == "A: from −0.250 to 0.500, strongest at row 0, column 1."


def test_maps_with_one_limit_share_their_legend() -> None:
    layers = [Layer(np.full((2, 2), value), "A", True, 0.4) for value in (-0.9, 0.2)]
    header = header_of(layers)
    assert header["shared"]["signed"] == {
        "low": "−0.4000",
        "middle": "0",
        "high": "0.4000",
        "beyond": "Full colour from ±0.4000; values go from −0.9000 to 0.2000.",
    }
    assert header["shared"]["magnitude"] == {
        "low": "0",
        "middle": "",
        "high": "0.4000",
        "beyond": "Full colour from 0.4000; the largest is 0.9000.",
    }


def test_other_limits_and_other_kinds_have_legends_of_their_own() -> None:
    signed, magnitude = Layer(chance(), "A", True, 2.0), Layer(abs(chance()), "B", False, 2.0)
    mixed = header_of([signed, magnitude])["shared"]
    assert mixed["signed"] is None
    assert mixed["magnitude"]["high"] == "2.000"
    apart = header_of([signed, Layer(chance(), "C", True, 3.0)])
    assert apart["shared"] == {"signed": None, "magnitude": None}
    assert [layer["legend"]["signed"]["high"] for layer in apart["layers"]] == ["2.000", "3.000"]


def test_a_map_within_its_limit_says_nothing_about_beyond() -> None:
    legend = header_of([Layer(np.array([[0.3, 1.0]]), "A", False, 1.0)])["layers"][0]["legend"]["signed"]
    assert legend == {"low": "0", "middle": "", "high": "1.000", "beyond": ""}


def test_without_evidence_there_is_a_sentence_and_no_map() -> None:
    absent = Layer(np.zeros((96, 96)), "Grad-CAM", False, 1.0, absent="Nothing here speaks for it.")
    header, maps, _ = decoded(encode([absent, Layer(chance(), "B", True, 2.0)], PICTURE))
    assert [layer["absent"] for layer in header["layers"]] == ["Nothing here speaks for it.", ""]
    assert header["layers"][0]["alt"] == "Nothing here speaks for it."
    assert [values.size for values in maps] == [0, 96 * 96]
    assert header["shared"]["signed"]["high"] == "2.000"
    assert header_of([absent])["shared"] is None


def test_the_alternative_text_is_the_callers_or_says_the_strongest_place() -> None:
    values = np.zeros((4, 4))
    values[2, 3] = -0.7
    header = header_of(
        [
            Layer(values, "A", True, 1.0),
            Layer(values, "A", True, 1.0, alt="The left eye speaks against it."),
            Layer(np.zeros((2, 2)), "B", False, 1.0),
            Layer(np.full((2, 2), np.nan), "C", False, 1.0),
        ]
    )
    assert [layer["alt"] for layer in header["layers"]] == [
        "A: from −0.700 to 0, strongest at row 2, column 3.",
        "The left eye speaks against it.",
        "B: zero everywhere.",
        "C: no numbers.",
    ]


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_without_a_usable_limit_the_scale_ends_at_one(limit: float) -> None:
    assert header_of([Layer(np.zeros((2, 2)), "A", True, limit)])["layers"][0]["legend"]["signed"]["high"] == "1.000"


def test_the_palettes_picture_and_frame_are_sent() -> None:
    layer = Layer(chance(shape=(24, 48)), "A", True, 1.0, frame=(range(6, 12), range(12, 36)))
    header, _, tables = decoded(encode([layer], PICTURE))
    assert (tables[0] == table("sequential")).all()
    assert (tables[1] == table("diverging", dark=False)).all()
    assert (tables[2] == table("diverging", dark=True)).all()
    picture = Image.open(io.BytesIO(base64.b64decode(header["picture"].split(",")[1])))
    assert (np.asarray(picture) == np.asarray(PICTURE)).all()
    assert header["layers"][0]["frame"] == [0.25, 0.25, 0.25, 0.5]


def test_eight_maps_of_a_large_network_stay_below_a_megabyte() -> None:
    layers = [Layer(chance(0.03, (224, 224)), str(number), True, 0.07) for number in range(8)]
    assert len(encode(layers, PICTURE.resize((224, 224)))) < 1_000_000


@pytest.mark.parametrize("count", [0, 9])
def test_there_is_room_for_one_to_eight(count: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 8 maps, not for {count}"):
        encode([Layer(np.zeros((2, 2)), "A", True, 1.0)] * count, PICTURE)


def test_it_is_drawn() -> None:
    def page() -> None:
        import numpy as np
        from PIL import Image

        from cnnviz.ui.components.map_overlay import Layer, show_overlay

        show_overlay([Layer(np.eye(28), "A", False, 1.0)], Image.new("RGB", (28, 28)), "here")

    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    assert len(at.get("bidi_component")) == 1
