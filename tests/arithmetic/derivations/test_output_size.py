"""The lines of a derivation are true: each evaluates to the result, and the notes say what rounding does."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.derivations.counts import filter_params, flatten_derivation
from cnnviz.arithmetic.derivations.lines import without_colours
from cnnviz.arithmetic.derivations.output_size import output_size_derivation, same_derivation, transposed_derivation
from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Linear,
    MaxPool2d,
    ReLU,
    ShapeError,
)


def value(line):
    """What the right side of a line with numbers comes to, read as a person would read the LaTeX."""
    text = without_colours(line.latex).split("=")[-1].replace("{,}", "")
    text = re.sub(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", r"(Fraction(\1, 1) / Fraction(\2, 1))", text)
    for left, right, rounding in ((r"\lfloor", r"\rfloor", "floor"), (r"\lceil", r"\rceil", "ceil")):
        text = text.replace(rf"\left{left}", f"{rounding}(").replace(rf"\right{right}", ")")
    text = text.replace(r"\cdot", "*").replace(r"\left(", "(").replace(r"\right)", ")")
    assert re.fullmatch(r"(?:[0-9+\-*/(), ]|Fraction|floor|ceil)+", text), text
    return eval(text, {"Fraction": Fraction, "floor": math.floor, "ceil": math.ceil})


def has_letters(line):
    right = without_colours(line.latex).split("=", 1)[-1]
    right = re.sub(r"\\(left|right|lfloor|rfloor|lceil|rceil|t?frac|cdot)", "", right)
    return re.search(r"[A-Za-z]", right) is not None


def check(derivation):
    """Every line with numbers only comes to the result, but for those that first work out another quantity."""
    numbers = [line for line in derivation.lines if not has_letters(line)]
    assert value(numbers[-1]) == derivation.result
    return [value(line) for line in numbers]


@settings(max_examples=200, deadline=None)
@given(
    size=st.integers(1, 300),
    kernel_size=st.integers(1, 12),
    stride=st.integers(1, 7),
    padding=st.integers(0, 6),
    ceil_mode=st.booleans(),
)
def test_every_line_of_a_size_comes_to_the_result(size, kernel_size, stride, padding, ceil_mode):
    try:
        expected = MaxPool2d(kernel_size, stride, padding, ceil_mode=ceil_mode).output_shape((1, size, size))
    except ShapeError:
        assume(False)
    derivation = output_size_derivation("W", size, kernel_size, stride, padding, ceil_mode=ceil_mode)
    values = check(derivation)
    assert derivation.result == expected[2]
    if "PyTorch leaves it out" in derivation.notes[-1]:
        assert set(values[:-1]) == {expected[2] + 1}
    else:
        assert set(values) == {expected[2]}


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Conv2d(3, 96, 11, stride=4), (3, 227, 227)),
        (Conv2d(4, 8, (3, 5), stride=2, padding=1, dilation=2, groups=2), (4, 20, 31)),
        (Conv2d(4, 8, 4, padding="same", dilation=3, bias=False), (4, 9, 7)),
        (Conv2d(4, 8, 3, padding="valid", groups=4, bias=False), (4, 9, 7)),
        (ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), (4, 5, 7)),
        (ConvTranspose2d(4, 6, 3, bias=False), (4, 5, 7)),
        (MaxPool2d(3, stride=2, dilation=2), (5, 16, 13)),
        (AvgPool2d(2, ceil_mode=True), (5, 7, 7)),
        (Linear(3136, 128), (3136,)),
        (Linear(16, 8, bias=False), (10, 16)),
        (BatchNorm2d(64), (64, 7, 7)),
        (ReLU(), (64, 7, 7)),
    ],
)
def test_derivations_end_where_the_layer_does(layer, shape):
    sizes = layer.shape_derivations(shape)
    if sizes:
        assert {derivation.result for derivation in sizes} == set(layer.output_shape(shape)[1:])
    for derivation in (*sizes, layer.num_params_derivation(), layer.macs_derivation(shape)):
        check(derivation)
    assert set(check(layer.memory_derivation(shape))) == {layer.activation_bytes(shape)}
    assert layer.num_params_derivation().result == layer.num_params
    assert layer.macs_derivation(shape).result == layer.macs(shape)


@pytest.mark.parametrize(
    "derivation",
    [
        Conv2d(3, 96, 11, groups=3).num_params_derivation(),
        Linear(3136, 128).num_params_derivation(),
        Conv2d(8, 16, 3, groups=8, bias=False).num_params_derivation(),
        ConvTranspose2d(8, 16, (2, 3), groups=4).num_params_derivation(),
        Conv2d(3, 96, 11, stride=4).macs_derivation((3, 227, 227)),
        Conv2d(3, 96, 11, stride=4).dense_derivation((3, 227, 227)),
        flatten_derivation((4, 28, 28)),
    ],
)
def test_every_line_of_a_count_comes_to_the_result(derivation):
    assert set(check(derivation)) == {derivation.result}


def test_the_lectures_formulas_stand_in_the_first_line():
    size, params = output_size_derivation("W", 227, 11, stride=4), Conv2d(3, 96, 11).num_params_derivation()
    assert without_colours(size.lines[0].latex) == (
        r"W_{\text{out}} = \left\lfloor \frac{W - k + 2 \cdot P}{S} + 1 \right\rfloor"
    )
    assert without_colours(params.lines[0].latex).endswith(
        r"\left(k \cdot k \cdot C_{\text{in}} + 1\right) \cdot C_{\text{out}}"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((224, 11, 4), "The floor drops 1/4 of a step: no window reaches the last column."),
        ((6, 3, 2, 1), "no window reaches the last column of the padding; the input itself is read to its end."),
        ((10, 3, 4, 1), "no window reaches the last column of the padding"),
        ((12, 3, 4, 1), "no window reaches the last 3 columns of the padded input, 2 of them in the input itself."),
        ((6, 3, 2, 0, 1, True), "The ceiling adds one more window, which reaches 1 column beyond the end."),
        ((4, 2, 3, 1, 1, True), "would start at column 5 (counted from 0), and the input ends at column 3"),
    ],
)
def test_the_note_says_what_rounding_leaves_out_or_adds(arguments, words):
    assert words in output_size_derivation("W", *arguments).notes[-1]


def test_a_division_that_comes_out_even_has_no_note_about_rounding():
    assert len(output_size_derivation("W", 227, 11, stride=4).notes) == 1


def test_height_and_width_are_derived_once_where_they_are_the_same_sum():
    assert len(Conv2d(3, 8, 3).shape_derivations((3, 9, 9))) == 1
    assert len(Conv2d(3, 8, (3, 5)).shape_derivations((3, 9, 9))) == 2
    assert len(Conv2d(3, 8, 3).shape_derivations((3, 9, 10))) == 2


def test_a_layer_without_a_formula_has_no_size_to_derive():
    assert ReLU().shape_derivations((3, 9, 9)) == ()


def test_an_input_that_does_not_fit_has_no_derivation():
    with pytest.raises(ShapeError):
        Conv2d(3, 8, 7).shape_derivations((3, 5, 5))
    with pytest.raises(ShapeError):
        Conv2d(3, 8, 7).macs_derivation((3, 5, 5))


def test_markdown_has_no_colours_and_all_notes():
    derivation = output_size_derivation("W", 224, 11, stride=4)
    assert "textcolor" not in derivation.markdown
    assert derivation.markdown.count("$$") == 2
    assert all(note in derivation.markdown for note in derivation.notes)
    assert "textcolor" in derivation.latex


@settings(max_examples=100, deadline=None)
@given(height=st.integers(1, 60), width=st.integers(1, 60), output_size=st.integers(1, 12))
def test_adaptive_windows_are_as_large_as_those_that_torch_averages(height, width, output_size):
    layer = AdaptiveAvgPool2d(output_size)
    derivations = layer.shape_derivations((1, height, width))
    for axis, size in enumerate((height, width)):
        which = 0 if size % output_size == 0 else 1  # the window that is worked out
        seen = layer.taps(axis, frozenset([which]), [(1, height, width)])
        derivation = derivations[axis if len(derivations) > 1 else 0]
        assert set(check(derivation)) == {len(seen)} == {derivation.result}


def test_adaptive_windows_that_are_not_of_one_size_are_said_to_share_rows():
    (derivation,) = AdaptiveAvgPool2d(6).shape_derivations((256, 13, 13))
    assert "which does not divide 13" in derivation.notes[0]
    assert derivation.notes[-1].startswith("These are columns 2 to 4. All windows have 3 columns")
    assert "global pooling" in AdaptiveAvgPool2d(1).shape_derivations((512, 7, 7))[0].notes[0]


@settings(max_examples=150, deadline=None)
@given(
    transposed=st.booleans(),
    kernel_size=st.integers(1, 6),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
    size=st.integers(1, 30),
)
def test_what_one_output_value_sees_is_what_its_taps_reach(transposed, kernel_size, stride, padding, dilation, size):
    layer: Conv2d | ConvTranspose2d
    if transposed:
        layer = ConvTranspose2d(1, 1, kernel_size, stride, padding)
    else:
        layer = Conv2d(1, 1, kernel_size, stride, padding, dilation)
    shape = (1, size, size)
    try:
        count = layer.output_shape(shape)[1]
    except ShapeError:
        assume(False)
    (derivation,) = layer.receptive_field_derivations(shape)
    assert set(check(derivation)) == {derivation.result}
    seen = [layer.taps(0, frozenset([row]), [shape]) for row in range(count)]
    spans = [max(taps) - min(taps) + 1 for taps in seen if taps]
    assert max(spans, default=0) <= derivation.result
    if transposed or dilation == 1:
        first = f"column{'s' if len(seen[0]) > 1 else ''} {min(seen[0])}" if seen[0] else "nothing of the input"
        assert f"value sees {first}" in derivation.notes[-1]


def test_a_field_that_begins_in_the_padding_says_by_how_much():
    (derivation,) = MaxPool2d(3, stride=2, padding=1).receptive_field_derivations((64, 112, 112))
    assert derivation.result == 3
    assert derivation.notes[-1] == (
        "The first value sees columns 0 to 1 and 1 of the padding; the last, i = 55, columns 109 to 111."
    )


def test_layers_without_windows_of_one_size_have_no_field_to_derive():
    assert Linear(16, 8).receptive_field_derivations((16,)) == ()
    assert ConvTranspose2d(1, 1, 3, stride=2, dilation=2).receptive_field_derivations((1, 5, 5)) == ()


def test_depthwise_is_called_by_its_name():
    notes = Conv2d(8, 16, 3, groups=8).num_params_derivation().notes
    assert "depthwise" in notes[0]
    assert "depthwise" not in Conv2d(8, 16, 3, groups=4).num_params_derivation().notes[0]


def test_the_memory_of_an_output_is_told_in_bytes_and_in_megabytes():
    derivation = Conv2d(3, 96, 11, stride=4).memory_derivation((3, 227, 227))
    assert derivation.result == 1_161_600
    assert "1,161,600 bytes are 1.16 MB" in derivation.notes[-1]


def test_the_kernel_size_has_one_letter_in_every_derivation_and_notes_hold_no_raw_subscript() -> None:
    derivations = [
        *(output_size_derivation("W", 30, 3, stride=2, padding=1, dilation=dilation) for dilation in (1, 2)),
        *(same_derivation("W", 30, 3, dilation) for dilation in (1, 2)),
        transposed_derivation("W", 9, 3, 2, 1, 1, 1),
        filter_params((3, 3), 4, 8, groups=1, bias=True),
    ]
    for derivation in derivations:
        assert "{f}" not in derivation.latex
        assert not any(re.search(r"\b[A-Za-z]_", note) for note in derivation.notes)
    assert r"\textcolor{kernel}{k}" in derivations[0].latex
