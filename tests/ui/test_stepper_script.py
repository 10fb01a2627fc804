"""The stepper's script: what it prints is what torch computes, and the printed terms add up to the printed sum."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.kernels import KERNELS
from cnnviz.arithmetic.layers import ShapeError
from cnnviz.arithmetic.matrix import Matrix, MatrixError, read_matrix
from cnnviz.ui.convolution_settings import LECTURE_INPUT
from cnnviz.ui.stepper.script import convolution_script

LECTURE = read_matrix(LECTURE_INPUT)
KERNEL = KERNELS["lecture"].weights

decimals = st.integers(-9999, 9999).map(lambda number: Fraction(number, 100))


def matrices(smallest: int, largest: int) -> st.SearchStrategy[Matrix]:
    sides = st.integers(smallest, largest)
    return st.tuples(sides, sides).flatmap(lambda shape: st.tuples(*[st.tuples(*[decimals] * shape[1])] * shape[0]))


def torch_output(
    input: Matrix, kernel: Matrix, bias: Fraction, stride: int, padding: int, dilation: int
) -> torch.Tensor:
    as_tensor = [torch.tensor([[[[float(v) for v in row] for row in m]]], dtype=torch.double) for m in (input, kernel)]
    out = torch.nn.functional.conv2d(
        *as_tensor, torch.tensor([float(bias)], dtype=torch.double), stride=stride, padding=padding, dilation=dilation
    )
    return out[0, 0]


def test_the_lecture_example_gives_the_lecture_result() -> None:
    script = convolution_script(LECTURE, KERNEL)
    assert script["output"]["cells"] == [["12", "12", "17"], ["10", "17", "19"], ["9", "6", "14"]]
    first = script["steps"][0]
    assert first["products"] == [["0", "3", "4"], ["0", "0", "0"], ["0", "1", "4"]]
    assert (first["row_sums"], first["total"], first["result"]) == (["7", "0", "5"], "12", "12")


def test_stride_two_with_padding_one_gives_the_numeric_figure() -> None:
    script = convolution_script(LECTURE, KERNEL, stride=2, padding=1)
    assert script["output"]["cells"] == [["6", "17", "3"], ["8", "17", "13"], ["6", "4", "4"]]


def test_what_floor_leaves_out_is_counted() -> None:
    six = tuple(tuple(Fraction(1) for _ in range(6)) for _ in range(6))
    assert convolution_script(six, KERNEL, stride=2, padding=1)["uncovered"] == [1, 1]
    assert convolution_script(LECTURE, KERNEL, stride=2)["uncovered"] == [0, 0]


@settings(deadline=None, max_examples=60)
@given(
    matrices(4, 7),
    matrices(1, 3),
    decimals,
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 2),
    st.booleans(),
)
def test_every_printed_result_is_what_torch_computes(
    input: Matrix, kernel: Matrix, bias: Fraction, stride: int, padding: int, dilation: int, relu: bool
) -> None:
    if dilation * (max(len(kernel), len(kernel[0])) - 1) + 1 > min(len(input), len(input[0])) + 2 * padding:
        reject()
    script = convolution_script(input, kernel, stride=stride, padding=padding, dilation=dilation, bias=bias, relu=relu)
    expected = torch_output(input, kernel, bias, stride, padding, dilation)
    if relu:
        expected = expected.relu()
    results = torch.tensor([float(step["result"]) for step in script["steps"]], dtype=torch.double)
    torch.testing.assert_close(results, expected.flatten(), atol=1e-6, rtol=0)
    cells = torch.tensor([[float(cell) for cell in row] for row in script["output"]["cells"]], dtype=torch.double)
    torch.testing.assert_close(cells, expected, atol=0.0050001, rtol=0)


@settings(deadline=None, max_examples=60)
@given(matrices(3, 5), matrices(1, 3), decimals)
def test_the_printed_terms_add_up_to_the_printed_sum(input: Matrix, kernel: Matrix, bias: Fraction) -> None:
    script = convolution_script(input, kernel, bias=bias, relu=False)
    for step in script["steps"]:
        products = [Fraction(product) for row in step["products"] for product in row]
        values = [Fraction(value) for row in step["values"] for value in row]
        weights = [Fraction(weight) for row in script["kernel"]["cells"] for weight in row]
        assert [v * w for v, w in zip(values, weights, strict=True)] == products
        assert sum(products) == sum(map(Fraction, step["row_sums"])) == Fraction(step["total"])
        assert Fraction(step["weighted"]) + Fraction(script["bias"]) == Fraction(step["plus_bias"])


def test_a_ninth_is_shown_as_ones_divided_by_nine() -> None:
    script = convolution_script(LECTURE, KERNELS["blur"].weights, relu=False)
    assert script["kernel"]["cells"] == [["1", "1", "1"]] * 3
    assert script["kernel"]["divisor"] == 9
    first = script["steps"][0]
    assert first["total"] == "15"
    assert (first["weighted"], first["weighted_rounded"]) == ("1.67", True)
    assert script["output"]["rounded"]
    expected = torch_output(LECTURE, KERNELS["blur"].weights, Fraction(0), 1, 0, 1)
    assert script["output"]["cells"] == [[f"{value:.2f}" for value in row] for row in expected.tolist()]


def test_relu_cuts_what_is_negative_and_leaves_the_sum_readable() -> None:
    script = convolution_script(LECTURE, KERNELS["sobel_x"].weights)
    negative = next(step for step in script["steps"] if float(step["plus_bias"]) < 0)
    assert negative["result"] == "0"


def test_a_kernel_larger_than_the_input_is_refused_in_words() -> None:
    with pytest.raises(ShapeError, match="kernel"):
        convolution_script(KERNEL, LECTURE)


def test_too_many_windows_are_refused_in_words() -> None:
    large = tuple(tuple(Fraction(1) for _ in range(16)) for _ in range(16))
    with pytest.raises(MatrixError, match="at most 500 windows"):
        convolution_script(large, KERNEL, padding=6)


def test_numbers_that_cannot_be_added_exactly_are_refused_in_words() -> None:
    huge = tuple(tuple(Fraction(99_999_999, 10_000) for _ in range(3)) for _ in range(3))
    with pytest.raises(MatrixError, match="fewer decimals"):
        convolution_script(huge, huge)
    odd = ((Fraction(1, 9967), Fraction(1, 9973)),)
    with pytest.raises(MatrixError, match="common denominator"):
        convolution_script(odd, odd)
