"""The drawing of the three layers: its counts are those of the layers it stands for."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.ui.components.three_layers.script import Panel, targets, three_layers_script


def panels(inputs: int, window: int) -> list[Panel]:
    return three_layers_script(inputs, window)["panels"]


@pytest.mark.parametrize(("inputs", "window"), [(8, 3), (5, 5), (12, 1), (5, 1), (12, 5)])
def test_the_weights_are_those_of_torchs_layers(inputs: int, window: int) -> None:
    dense, local, convolution = (len(panel["hues"]) for panel in panels(inputs, window))
    layer = nn.Conv1d(1, 1, window, bias=False)
    outputs = layer(torch.zeros(1, 1, inputs)).shape[-1]
    assert dense == nn.Linear(inputs, outputs, bias=False).weight.numel()
    assert local == nn.Unfold((1, window))(torch.zeros(1, 1, 1, inputs)).numel()  # a weight for each value unfolded
    assert convolution == layer.weight.numel()


@settings(deadline=None)
@given(inputs=st.integers(5, 12), window=st.integers(1, 5))
def test_the_lines_of_the_convolution_are_its_matrix(inputs: int, window: int) -> None:
    layer = nn.Conv1d(1, 1, window, bias=False).double()
    matrix = layer(torch.eye(inputs, dtype=torch.float64)[:, None])[:, 0].T  # (outputs, inputs)
    drawn = torch.zeros_like(matrix)
    for out, into, weight in panels(inputs, window)[2]["lines"]:
        drawn[out, into] = layer.weight[0, 0, weight]
    assert torch.allclose(drawn, matrix)


@settings(deadline=None)
@given(inputs=st.integers(5, 12), window=st.integers(1, 5))
def test_whatever_can_be_pointed_at_has_its_sentence(inputs: int, window: int) -> None:
    script = three_layers_script(inputs, window)
    for panel in script["panels"]:
        for out, into, weight in panel["lines"]:
            assert {f"output.{out}", f"input.{into}", f"line.{out}.{into}"} <= set(panel["readings"])
            assert 0 <= weight < len(panel["hues"])
    assert len(targets(script)) == inputs + script["outputs"] + inputs * script["outputs"]


def test_sharing_is_said_where_there_is_sharing_alone() -> None:
    dense, local, convolution = (panel["readings"] for panel in panels(8, 3))
    assert dense["output.3"] == "Output 4 reads inputs 1 to 8: 8 weights of its own."
    assert local["output.3"] == "Output 4 reads inputs 4 to 6: 3 weights of its own."
    assert convolution["output.3"] == "Output 4 reads inputs 4 to 6: 3 weights, the same as for every other output."
    assert convolution["line.2.3"] == "w2 is used 6 times: once for every output."
    assert local["line.2.3"] == "w8 is used once: from input 4 to output 3."


def test_few_weights_have_hues_that_differ_clearly() -> None:
    for window in range(1, 6):
        hues = panels(12, window)[2]["hues"]
        assert all(abs(a - b) > 30 for i, a in enumerate(hues) for b in hues[:i])
