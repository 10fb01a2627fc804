"""What is printed as a product, a quotient or a formula gives the result that is printed behind it."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.figures.softmax import softmax_table
from cnnviz.networks.activations import Activations
from cnnviz.networks.zoo import load_model
from cnnviz.ui.components.one_neuron.script import stage_lines, told_product
from cnnviz.ui.components.softmax import steps_of
from cnnviz.ui.components.weighted_sum import factors
from tests.networks.test_activations import activations_of

NUMBERS = st.floats(-50, 50, width=32)


def worked_out(formula: str) -> float:
    """The value of a formula from the numbers as they stand in it."""
    code = re.sub(r"√\(([^)]*)\)", r"((\1) ** 0.5)", formula)
    return float(eval(code.replace("−", "-").replace("·", "*").replace("×", "*")))


def expect_equal(formula: str, result: str) -> None:
    decimals = len(result.partition(".")[2])
    assert round(worked_out(formula), decimals) == float(result.replace("−", "-")), f"{formula} = {result}"


@given(NUMBERS, NUMBERS)
def test_a_product_under_the_pointer_is_that_of_its_printed_factors(value: float, weight: float) -> None:
    expect_equal(*told_product(value, weight).split(" = "))


@given(NUMBERS, NUMBERS)
def test_a_term_of_a_score_is_the_product_of_its_printed_factors(weight: float, value: float) -> None:
    expect_equal(" × ".join(factors(weight, value, 4)), f"{weight * value:.4f}")


@given(st.lists(st.floats(-20, 20, width=32), min_size=6, max_size=40))
def test_a_probability_is_the_printed_quotient(scores: list[float]) -> None:
    table = softmax_table(np.array(scores), [str(number) for number in range(len(scores))])
    total = sum(math.exp(score - max(scores)) for score in scores)
    for row in table.rows:
        (_, _, exponential), (quotient, _, percent) = steps_of(row, table)
        assert quotient.startswith(exponential)
        exact = 100 * math.exp(row.difference) / total
        assert abs(100 * worked_out(quotient) - exact) <= 0.02  # its parts are rounded, six at most
        if row.percent == round(exact, 2):  # else it was rounded the other way, to make 100.00
            assert round(100 * worked_out(quotient), 2) == float(percent[:-2])


@pytest.fixture(scope="module")
def resnet() -> Activations:
    torch.manual_seed(3)
    return activations_of(load_model("slim_resnet", download=False).module, torch.randn(1, 3, 64, 64))


def test_each_stage_behind_a_value_is_what_its_formula_gives_and_begins_with_the_one_before(
    resnet: Activations,
) -> None:
    convolutions = [name for name in resnet.explained() if isinstance(resnet.module_of(name), nn.Conv2d)]
    formulas = 0
    for layer in convolutions:
        for channel in (0, 5, 11):
            neuron = resnet.neuron(layer, (channel, 1, 1))
            before = f"{neuron.result:.4f}".replace("-", "−")
            for line in stage_lines(list(resnet.behind(layer, (channel, 1, 1), neuron.result))):
                expect_equal(line["formula"].replace("max(0, ", "max(0.0, "), line["value"])
                numbers = re.findall(r"−?\d+\.\d+", line["formula"])
                assert float(before.replace("−", "-")) in [round(float(one.replace("−", "-")), 4) for one in numbers]
                before, formulas = line["value"], formulas + 1
    assert formulas > 100
