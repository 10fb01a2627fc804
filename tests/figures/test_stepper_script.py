"""The stepper's script: what it prints is what torch computes, and the printed terms add up to the printed sum."""

from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool1d, MaxPool2d, ShapeError
from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_matrix
from cnnviz.figures.stepper import Planes, Script, layer_script, stamp_script
from cnnviz.figures.stepper.parts import Filter, Step, kernel_of
from cnnviz.figures.stepper.words import step_lines

LECTURE = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
KERNEL = KERNELS["lecture"].weights

decimals = st.integers(-9999, 9999).map(lambda number: Fraction(number, 100))


def planes(count: int, height: int, width: int, denominator: int = 100) -> st.SearchStrategy[Planes]:
    numbers = st.integers(-9999, 9999).map(lambda number: Fraction(number, denominator))
    row = st.tuples(*[numbers] * width)
    return st.tuples(*[st.tuples(*[row] * height)] * count)


def tensor(values: Any) -> torch.Tensor:
    """Nested fractions as a double tensor."""
    if isinstance(values, Fraction):
        return torch.tensor(float(values), dtype=torch.double)
    return torch.stack([tensor(value) for value in values])


def one(matrix: Matrix, kernel: Matrix, **settings: Any) -> Script:
    """The script of a single channel and a single filter."""
    flip, relu, bias = (settings.pop(name, None) for name in ("flip", "relu", "bias"))
    layer = Conv2d(1, 1, (len(kernel), len(kernel[0])), **settings)
    return layer_script(layer, (matrix,), ((kernel,),), bias and (bias,), flip=bool(flip), relu=bool(relu))


def cells(script: Script, plane: int = 0) -> list[list[str]]:
    return script["output"]["planes"][plane]["cells"]


def results(script: Script) -> torch.Tensor:
    """The printed results in the shape of the output."""
    shape = (len(script["output"]["planes"]), *script["output"]["size"])
    return torch.tensor(
        [float(step["result"].replace("−∞", "-inf")) for step in script["steps"]], dtype=torch.double
    ).reshape(shape)


def check_what_is_printed(script: Script) -> None:
    """Every product is the drawn value times the drawn weight; the terms add to the sums, the sums to the result."""
    kernel = kernel_of(script)
    for step in script["steps"]:
        filter = kernel["filters"][step["at"][0]]
        for number, channel in enumerate(step["channels"]):
            drawn = script["input"]["planes"][channel]["cells"]
            for a, row in enumerate(step["rows"]):
                for b, column in enumerate(step["columns"]):
                    weight = Fraction(filter["planes"][number]["cells"][a][b])
                    assert Fraction(drawn[row][column]) * weight == Fraction(step["products"][number][a][b])
            terms = [Fraction(product) for line in step["products"][number] for product in line]
            assert sum(terms) == Fraction(step["sums"][number])
        assert sum(map(Fraction, step["sums"])) == Fraction(step["total"])
        check_last_line(script, step, filter)
        if not step["weighted_rounded"]:
            assert Fraction(step["total"]) / kernel["divisor"] == Fraction(step["weighted"])
            sum_and_bias = Fraction(step["weighted"]) + Fraction(filter["bias"])
            assert sum_and_bias == Fraction(step["plus_bias"])
            assert Fraction(step["result"]) == (max(Fraction(0), sum_and_bias) if script["relu"] else sum_and_bias)


def check_last_line(script: Script, step: Step, filter: Filter) -> None:
    """What stands between "=" is equal, and "≈" stands only where something was rounded."""
    put = Fraction(step["weighted"]) + Fraction(filter["bias"])
    line = step_lines(script, script["steps"].index(step))[-1]
    assert ("≈" in line) == step["line_rounded"]
    if not step["line_rounded"]:
        assert put == Fraction(step["plus_bias"])
    assert abs(put - Fraction(step["plus_bias"])) <= Fraction(1, 100)
    after = max(Fraction(0), Fraction(step["plus_bias"])) if script["relu"] else Fraction(step["plus_bias"])
    assert after == Fraction(step["result"])


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Conv2d, Planes, tuple[Planes, ...], tuple[Fraction, ...], bool, bool]:
    groups = draw(st.integers(1, 3))
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    kernel_size = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    size = (draw(st.integers(3, 6)), draw(st.integers(3, 6)))
    layer = Conv2d(
        channels,
        filters,
        kernel_size,
        stride=(draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        padding=(draw(st.integers(0, 2)), draw(st.integers(0, 2))),
        dilation=draw(st.integers(1, 2)),
        groups=groups,
        padding_mode=mode,
    )
    try:
        layer.output_shape((channels, *size))
    except ShapeError:
        assume(False)
    denominator = draw(st.sampled_from([100, 100, 9, 7]))
    weight = tuple(draw(planes(channels // groups, *kernel_size, denominator)) for _ in range(filters))
    bias = tuple(draw(st.tuples(*[decimals] * filters)))
    return layer, draw(planes(channels, *size)), weight, bias, draw(st.booleans()), draw(st.booleans())


@settings(deadline=None, max_examples=80)
@given(convolutions())
def test_a_convolutions_script_prints_what_torch_computes_and_adds_up(drawn) -> None:
    layer, input, weight, bias, flip, relu = drawn
    script = layer_script(layer, input, weight, bias, flip=flip, relu=relu, matrix=True)
    check_what_is_printed(script)

    module = torch.nn.Conv2d(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups,
        padding_mode=layer.padding_mode,
        dtype=torch.double,
    )
    with torch.no_grad():
        module.weight.copy_(tensor(weight).flip(-2, -1) if flip else tensor(weight))
        module.bias.copy_(tensor(bias))
        expected = module(tensor(input)[None])[0]
    atol = 0.0050001 if any(step["result_rounded"] for step in script["steps"]) else 1e-6
    torch.testing.assert_close(results(script), expected.relu() if relu else expected, atol=atol, rtol=0)
    drawn_cells = [[[float(cell) for cell in row] for row in p["cells"]] for p in script["output"]["planes"]]
    shown = torch.tensor(drawn_cells, dtype=torch.double)
    torch.testing.assert_close(shown, expected.relu() if relu else expected, atol=0.0050001, rtol=0)

    drawn = script["matrix"]
    assert drawn is not None
    matrix = torch.zeros(drawn["rows"], drawn["columns"], dtype=torch.double)
    for row, entries in enumerate(drawn["entries"]):
        for column, value, shade in entries:
            matrix[row, column] = float(value)
            assert -1 <= shade <= 1
    product = matrix @ tensor(input).flatten() + tensor(bias).repeat_interleave(expected[0].numel())
    if kernel_of(script)["divisor"] == 1:  # else the matrix shows its fractions rounded
        torch.testing.assert_close(product.reshape(expected.shape), expected, atol=1e-6, rtol=0)


@st.composite
def transposed(draw: st.DrawFn) -> tuple[ConvTranspose2d, Planes, tuple[Planes, ...], tuple[Fraction, ...]]:
    groups = draw(st.integers(1, 2))
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel_size = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    size = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    extra = draw(st.integers(0, max(stride, dilation) - 1))
    layer = ConvTranspose2d(
        channels, filters, kernel_size, stride, draw(st.integers(0, 2)), extra, groups, dilation=dilation
    )
    try:
        layer.output_shape((channels, *size))
    except ShapeError:
        assume(False)
    weight = tuple(draw(planes(filters // groups, *kernel_size)) for _ in range(channels))
    return layer, draw(planes(channels, *size)), weight, tuple(draw(st.tuples(*[decimals] * filters)))


@settings(deadline=None, max_examples=80)
@given(transposed())
def test_a_transposed_convolution_prints_what_torch_computes_both_ways(drawn) -> None:
    layer, input, weight, bias = drawn
    expected = torch.nn.functional.conv_transpose2d(
        tensor(input)[None],
        tensor(weight),
        tensor(bias),
        layer.stride,
        layer.padding,
        layer.output_padding,
        layer.groups,
        layer.dilation,
    )[0]
    script = layer_script(layer, input, weight, bias, matrix=True)
    check_what_is_printed(script)
    torch.testing.assert_close(results(script), expected, atol=1e-6, rtol=0)

    drawn = script["matrix"]
    assert drawn is not None
    matrix = torch.zeros(drawn["rows"], drawn["columns"], dtype=torch.double)
    for row, entries in enumerate(drawn["entries"]):
        for column, value, _ in entries:
            matrix[row, column] = float(value)
    product = matrix @ tensor(input).flatten() + tensor(bias).repeat_interleave(expected[0].numel())
    torch.testing.assert_close(product.reshape(expected.shape), expected, atol=1e-6, rtol=0)

    stamped = stamp_script(layer, input, weight, bias)
    held = replayed(stamped)
    top, left = stamped["output"]["origin"]
    height, width = stamped["output"]["size"]
    torch.testing.assert_close(held[:, top : top + height, left : left + width], expected, atol=1e-6, rtol=0)
    inside = torch.tensor([[kind == "." for kind in line] for line in stamped["output"]["kinds"]])
    assert int(inside.sum()) == height * width


def replayed(script: Script) -> torch.Tensor:
    """The whole canvas after all stamps; each stamp's cells hold before it what the stamps before it left there."""
    kinds, start = script["output"]["kinds"], script["output"]["start"]
    held = [[[Fraction(bias)] * len(kinds[0]) for _ in kinds] for bias in start]
    for step in script["steps"]:
        channel, row, column = step["at"]
        assert script["input"]["planes"][channel]["cells"][row][column] == step["value"]
        for number, plane in enumerate(step["planes"]):
            for a, row in enumerate(step["rows"]):
                for b, column in enumerate(step["columns"]):
                    before, after, added = (
                        Fraction(step[name][number][a][b]) for name in ("before", "after", "products")
                    )
                    assert held[plane][row][column] == before
                    assert before + added == after
                    held[plane][row][column] = after
    return tensor(held)


@settings(deadline=None, max_examples=60)
@given(
    planes(2, 1, 9),
    st.tuples(planes(2, 1, 3), planes(2, 1, 3)),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 3),
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
)
def test_one_dimension_is_a_single_row_and_prints_what_torch_computes(
    input: Planes, weight: tuple[Planes, ...], stride: int, padding: int, dilation: int, mode: str
) -> None:
    settings: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "padding_mode": mode}
    script = layer_script(Conv1d(2, 2, 3, **settings), input, weight, flip=True)
    check_what_is_printed(script)
    module = torch.nn.Conv1d(2, 2, 3, **settings, bias=False, dtype=torch.double)
    with torch.no_grad():
        module.weight.copy_(tensor(weight)[:, :, 0].flip(-1))
        expected = module(tensor(input)[None, :, 0])[0]
    torch.testing.assert_close(results(script)[:, 0], expected, atol=1e-6, rtol=0)
    assert script["axes"] == 1
    assert script["code"].startswith("Conv1d(2, 2, kernel_size=3")

    pooled = layer_script(MaxPool1d(3, stride=stride), input)
    torch.testing.assert_close(
        results(pooled)[:, 0], torch.nn.functional.max_pool1d(tensor(input)[:, 0], 3, stride), atol=1e-6, rtol=0
    )


def test_one_dimension_refuses_two_rows_in_words() -> None:
    with pytest.raises(MatrixError, match="the kernel is a single row; this one has 3 rows"):
        layer_script(Conv1d(1, 1, 3), (LECTURE[:1],), ((KERNEL,),))


def test_the_note_of_a_stamped_output_says_what_padding_crops() -> None:
    layer = ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)
    script = stamp_script(layer, (LECTURE,), ((KERNEL,),))
    assert (
        script["note"]
        == "Padding crops the stamped output by 1 row at the top and 1 column at the left: the hatched cells."
    )
    assert stamp_script(ConvTranspose2d(1, 1, 3), (LECTURE,), ((KERNEL,),))["note"] == ""


@settings(deadline=None, max_examples=80)
@given(
    st.booleans(),
    planes(2, 5, 6),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
)
def test_a_poolings_script_prints_what_torch_computes(
    is_max: bool, input: Planes, kernel_size: int, stride: int, padding: int, ceil_mode: bool, counted: bool
) -> None:
    assume(padding <= kernel_size // 2)
    both: dict[str, Any] = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    layer: MaxPool2d | AvgPool2d
    module: torch.nn.Module
    if is_max:
        layer, module = MaxPool2d(kernel_size, **both), torch.nn.MaxPool2d(kernel_size, **both)
    else:
        layer = AvgPool2d(kernel_size, **both, count_include_pad=counted)
        module = torch.nn.AvgPool2d(kernel_size, **both, count_include_pad=counted)
    script = layer_script(layer, input)
    expected = module(tensor(input)[None])[0]
    shown = results(script)
    if is_max:
        torch.testing.assert_close(shown, expected, atol=1e-6, rtol=0)
    else:  # what no short decimal writes is shown with two decimals and says that it is rounded
        torch.testing.assert_close(shown, expected, atol=0.0050001, rtol=0)
    for step in script["steps"]:
        grid = script["input"]["planes"][step["channels"][0]]["cells"]
        values = [grid[row][column] for row in step["rows"] for column in step["columns"]]
        if is_max:
            assert step["winner"] is not None
            a, b = step["winner"]
            assert grid[step["rows"][a]][step["columns"][b]] == step["result"]
        else:
            assert sum(Fraction(value or 0) for value in values) == Fraction(step["total"])
            assert f" {step['divisor']}" in step["why"]
            exact = Fraction(step["total"]) / step["divisor"]
            assert step["result_rounded"] or exact == Fraction(step["result"])


def test_the_lecture_example_gives_the_lecture_result_and_flipped_its_convolution() -> None:
    script = one(LECTURE, KERNEL)
    assert cells(script) == [["12", "12", "17"], ["10", "17", "19"], ["9", "6", "14"]]
    first = script["steps"][0]
    assert first["products"] == [[["0", "3", "4"], ["0", "0", "0"], ["0", "1", "4"]]]
    assert (first["row_sums"], first["total"], first["result"]) == (["7", "0", "5"], "12", "12")
    assert cells(one(LECTURE, KERNEL, flip=True)) == [["18", "20", "19"], ["10", "9", "17"], ["11", "8", "14"]]


def test_stride_two_with_padding_one_gives_the_numeric_figure() -> None:
    assert cells(one(LECTURE, KERNEL, stride=2, padding=1)) == [["6", "17", "3"], ["8", "17", "13"], ["6", "4", "4"]]


def test_the_pooling_figures_are_those_of_the_guide_to_convolution_arithmetic() -> None:
    average = layer_script(AvgPool2d(3, stride=1), (LECTURE,))
    assert cells(average) == [["1.67", "1.67", "1.67"], ["1.00", "1.22", "1.78"], ["1.11", "0.78", "1.33"]]
    assert average["output"]["rounded"]
    highest = layer_script(MaxPool2d(3, stride=1), (LECTURE,))
    assert cells(highest) == [["3", "3", "3"], ["3", "3", "3"], ["3", "2", "3"]]


def test_what_floor_leaves_out_is_marked_and_said() -> None:
    six = tuple(tuple(Fraction(1) for _ in range(6)) for _ in range(6))
    script = one(six, KERNEL, stride=2, padding=1)
    assert script["input"]["unread"] == [".......x"] * 7 + ["xxxxxxxx"]
    assert script["note"].startswith("The striped 1 row and 1 column at the end are never reached")
    assert one(LECTURE, KERNEL, stride=2)["note"] == ""
    assert "stepped over" in one(six, ((Fraction(1),),), stride=2)["note"]


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_is_drawn_as_the_values_it_holds(mode: str) -> None:
    script = one(LECTURE, KERNEL, padding=2, padding_mode=mode)
    padded = torch.nn.functional.pad(tensor((LECTURE,))[None], (2, 2, 2, 2), mode=mode)[0, 0]
    drawn = script["input"]["planes"][0]["cells"]
    assert [[float(cell) for cell in row] for row in drawn] == padded.tolist()
    sources = script["input"]["sources"]
    assert sources is not None
    rows, columns = sources["rows"], sources["columns"]
    assert all(drawn[r][c] == drawn[rows[r]][columns[c]] for r in range(9) for c in range(9))
    assert {script["input"]["kinds"][rows[r]][columns[c]] for r in range(9) for c in range(9)} == {"."}


def test_max_pooling_pads_with_minus_infinity_and_ceil_mode_reaches_beyond_the_padding() -> None:
    assert layer_script(MaxPool2d(3, padding=1), (LECTURE,))["input"]["planes"][0]["cells"][0] == ["−∞"] * 7
    script = layer_script(AvgPool2d(2, ceil_mode=True), (LECTURE,))
    assert script["input"]["kinds"] == [".....b"] * 5 + ["bbbbbb"]
    assert [step["divisor"] for step in script["steps"]] == [4, 4, 2, 4, 4, 2, 2, 2, 1]
    assert "ceil_mode" in script["steps"][2]["why"]


def test_the_divisor_at_an_edge_is_four_and_not_nine_without_the_padding() -> None:
    corner = layer_script(AvgPool2d(3, padding=1, count_include_pad=False), (LECTURE,))["steps"][0]
    assert (corner["divisor"], corner["total"], corner["result"]) == (4, "6", "1.5")
    assert corner["why"].startswith("Divided by 4, not 9")
    with_padding = layer_script(AvgPool2d(3, padding=1), (LECTURE,))["steps"][0]
    assert (with_padding["divisor"], with_padding["result"], with_padding["result_rounded"]) == (9, "0.67", True)


def test_a_ninth_is_shown_as_ones_divided_by_nine() -> None:
    script = one(LECTURE, KERNELS["blur"].weights)
    assert kernel_of(script)["filters"][0]["planes"][0]["cells"] == [["1", "1", "1"]] * 3
    assert kernel_of(script)["divisor"] == 9
    first = script["steps"][0]
    assert (first["total"], first["weighted"], first["weighted_rounded"]) == ("15", "1.67", True)
    assert script["output"]["rounded"]


def test_an_input_of_thirds_is_written_in_fractions_that_add_up() -> None:
    third = ((Fraction(1, 3), Fraction(1)), (Fraction(1), Fraction(2, 3)))
    script = one(third, ((Fraction(2), Fraction(0)), (Fraction(0), Fraction(1))))
    assert script["steps"][0]["products"] == [[["2/3", "0"], ["0", "2/3"]]]
    check_what_is_printed(script)


def test_relu_cuts_what_is_negative_and_leaves_the_sum_readable() -> None:
    script = one(LECTURE, KERNELS["sobel_x"].weights, relu=True)
    negative = next(step for step in script["steps"] if float(step["plus_bias"]) < 0)
    assert negative["result"] == "0"


def test_what_does_not_fit_or_is_too_long_is_refused_in_words() -> None:
    with pytest.raises(ShapeError, match="kernel"):
        one(KERNEL, LECTURE)
    large = tuple(tuple(Fraction(1) for _ in range(16)) for _ in range(16))
    with pytest.raises(MatrixError, match="at most 1,100 windows"):
        one(large, KERNEL, padding=12)
    with pytest.raises(MatrixError, match="bias per filter"):
        layer_script(Conv2d(1, 1, 3), (LECTURE,), ((KERNEL,),), (Fraction(0), Fraction(1)))
    with pytest.raises(MatrixError, match="needs its weights"):
        layer_script(Conv2d(1, 1, 3), (LECTURE,))


def test_numbers_that_cannot_be_added_exactly_are_refused_in_words() -> None:
    huge = tuple(tuple(Fraction(99_999_999, 10_000) for _ in range(3)) for _ in range(3))
    with pytest.raises(MatrixError, match="fewer decimals"):
        one(huge, huge)
    odd = ((Fraction(1, 9967), Fraction(1, 9973)),)
    with pytest.raises(MatrixError, match="common denominator"):
        one(odd, odd)
