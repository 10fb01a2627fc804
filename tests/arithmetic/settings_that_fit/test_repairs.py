"""Repairs of settings that differ by axis, are words, or belong to other kinds of layer; and that every repair fits."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AvgPool2d, ShapeError
from cnnviz.arithmetic.layers.layer import PER_AXIS
from cnnviz.arithmetic.settings_that_fit.form import ARGUMENTS, FLAGS, FORMS, INPUT, LayerForm

PICTURE = {"in_channels": 4, "height": 9, "width": 9}
CONV: dict[str, int | str] = {
    **PICTURE,
    "out_channels": 8,
    "kernel_size": 3,
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
}
CONV |= {"padding_mode": "zeros"}
TRANSPOSED = {**CONV, "output_padding": 0}
del TRANSPOSED["padding_mode"]


def offers(kind, **changes):
    base = {"Conv2d": CONV, "ConvTranspose2d": TRANSPOSED, "MaxPool2d": CONV}[kind]
    return LayerForm(kind, {**base, **changes}).repairs()


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        (
            "Conv2d",
            {"kernel_size": 3, "kernel_size_width": 11},
            [{"kernel_size_width": 9}, {"padding": 1}, {"width": 11}],
        ),
        (
            "Conv2d",
            {"kernel_size": 10, "kernel_size_width": 12, "padding": 0, "padding_width": 0},
            [
                {"kernel_size": 9, "kernel_size_width": 9},
                {"padding": 1, "padding_width": 2},
                {"height": 10, "width": 12},
            ],
        ),
        ("Conv2d", {"padding": "same", "stride": 2}, [{"stride": 1}, {"padding": 1}]),
        (
            "Conv2d",
            {"padding": "valid", "kernel_size": 11},
            [{"kernel_size": 9}, {"padding": 1}, {"height": 11, "width": 11}],
        ),
        ("Conv2d", {"padding": 9, "padding_mode": "reflect"}, [{"padding": 8}, {"padding_mode": "zeros"}]),
        ("Conv2d", {"padding": "same", "kernel_size": 21, "padding_mode": "reflect"}, [{"padding_mode": "zeros"}]),
        ("Conv2d", {"padding_mode": "reflect", "groups": 3}, [{"groups": 2}]),
        ("ConvTranspose2d", {"output_padding": 2, "stride": 2}, [{"output_padding": 1}, {"stride": 3}]),
        ("ConvTranspose2d", {"padding": 6}, [{"padding": 5}, {"kernel_size": 5}]),
        ("MaxPool2d", {"kernel_size": 3, "padding": 2}, [{"kernel_size": 4}, {"padding": 1}]),
        (
            "MaxPool2d",
            {"kernel_size": 3, "kernel_size_width": 3, "padding": 0, "padding_width": 2},
            [{"kernel_size_width": 4}, {"padding_width": 1}],
        ),
    ],
)
def test_the_nearest_changes_that_make_it_fit_are_offered(kind, changes, expected):
    assert offers(kind, **changes) == expected


NUMBERS = st.integers(-1, 13) | st.sampled_from([2.5, 1e12])


@st.composite
def anything_asked(draw, numbers=NUMBERS):
    kind = draw(st.sampled_from(list(FORMS)))
    names = {*INPUT, *ARGUMENTS[kind]} - {"padding_mode"}
    if draw(st.booleans()):
        names |= {name + "_width" for name in PER_AXIS if name in names}
    asked = {name: draw(numbers) for name in sorted(names)}
    if kind == "Conv2d":
        asked["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "circular"]))
        word = draw(st.sampled_from(["same", "valid", None, None]))
        if word:
            asked["padding"] = word
            asked.pop("padding_width", None)
    return LayerForm(kind, asked, {name: draw(st.booleans()) for name in FLAGS[kind]})


@settings(max_examples=400, deadline=None)
@given(anything_asked())
def test_whatever_is_asked_gives_a_layer_or_words_and_every_repair_fits(asked):
    fits = asked.fits(asked.settings)
    if not fits:
        with pytest.raises(ShapeError, match=r"\.$"):
            asked.layer().output_shape(asked.input_shape)
    offers = asked.repairs()
    assert not (fits and offers)
    for repair in offers:
        assert repair
        assert asked.fits({**asked.settings, **repair})


@settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
@given(anything_asked(st.integers(1, 2)))
def test_the_layer_has_the_numbers_that_were_asked_for(asked):
    try:
        layer = asked.layer()
    except ShapeError:
        assume(False)
    for name in {*ARGUMENTS[asked.kind]} - {"divisor_override", "out_channels"}:
        value = asked.settings[name]
        across = asked.settings.get(name + "_width", value)
        assert getattr(layer, name) in (value, (value, across))
    for name, flag in asked.flags.items():
        assert getattr(layer, name) == flag


def test_a_divisor_of_0_is_none():
    window = {**PICTURE, "kernel_size": 3, "stride": 2, "padding": 0}
    assert LayerForm("AvgPool2d", {**window, "divisor_override": 0}).layer() == AvgPool2d(3, 2)
    assert LayerForm("AvgPool2d", {**window, "divisor_override": 5}).layer() == AvgPool2d(3, 2, divisor_override=5)
