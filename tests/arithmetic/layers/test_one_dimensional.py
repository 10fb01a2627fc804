"""Layers on sequences, against torch in double precision, and refused in words of length."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic.layers import AvgPool1d, Conv1d, MaxPool1d, ShapeError
from cnnviz.arithmetic.windows import steps
from tests.arithmetic.random_settings import output_shape_or_reject, results, up_to_half, values_of

torch.set_num_threads(1)


@settings(max_examples=300, deadline=None)
@given(
    groups=st.integers(1, 3),
    channels=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kernel_size=st.integers(1, 4),
    stride=st.just(1) | st.integers(1, 3),
    padding=st.integers(0, 3) | st.sampled_from(["same", "valid"]),
    dilation=st.integers(1, 3),
    bias=st.booleans(),
    padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    length=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_convolution_steps_give_the_values_torch_gives(groups, channels, length, seed, **settings):
    if settings["padding"] == "same":
        settings["stride"] = 1
    arguments = (groups * channels[0], groups * channels[1])
    layer = Conv1d(*arguments, groups=groups, **settings)
    values = values_of((layer.in_channels, length), seed)
    shape = output_shape_or_reject(layer, values.shape)
    module = torch.nn.Conv1d(*arguments, groups=groups, dtype=torch.float64, **settings)
    expected = module(torch.from_numpy(values)).detach().numpy()
    assert expected.shape == shape
    assert layer.num_params == sum(parameter.numel() for parameter in module.parameters())
    assert layer.macs(values.shape) == shape[1] * module.weight.numel()
    script = steps(layer, values, *module.parameters())
    np.testing.assert_allclose(results(script, shape), expected, atol=1e-6)
    for step, index in zip(script, np.ndindex(*shape), strict=True):
        assert step.output_index == index
        assert step.values.shape == step.products.shape == (channels[0], settings["kernel_size"])
        assert (step.rows, len(step.columns)) == ((0,), settings["kernel_size"])
        assert step.products.sum() + step.bias == pytest.approx(step.result)


@settings(max_examples=300, deadline=None)
@given(
    kernel_size=st.integers(1, 5),
    stride=st.none() | st.integers(1, 6),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 4),
    ceil_mode=st.booleans(),
    length=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_max_pooling_steps_give_the_values_torch_gives(length, seed, **settings):
    settings["padding"] = up_to_half(settings["kernel_size"], settings["padding"])
    layer = MaxPool1d(**settings)
    values = values_of((2, length), seed)
    shape = output_shape_or_reject(layer, values.shape)
    expected, places = torch.nn.MaxPool1d(**settings, return_indices=True)(torch.from_numpy(values))
    script = steps(layer, values)
    np.testing.assert_allclose(results(script, shape), expected.numpy(), atol=1e-6)
    for step, place in zip(script, places.flatten().tolist(), strict=True):
        if step.winner is not None:
            assert (step.rows[step.winner[0]], step.columns[step.winner[1]]) == (0, place)


@settings(max_examples=300, deadline=None)
@given(
    kernel_size=st.integers(1, 5),
    stride=st.none() | st.integers(1, 6),
    padding=st.integers(0, 2),
    ceil_mode=st.booleans(),
    count_include_pad=st.booleans(),
    length=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_average_pooling_steps_give_the_values_torch_gives(length, seed, **settings):
    settings["padding"] = up_to_half(settings["kernel_size"], settings["padding"])
    layer = AvgPool1d(**settings)
    values = values_of((2, length), seed)
    shape = output_shape_or_reject(layer, values.shape)
    expected = torch.nn.AvgPool1d(**settings)(torch.from_numpy(values)).numpy()
    script = steps(layer, values)
    np.testing.assert_allclose(results(script, shape), expected, atol=1e-6)
    for step in script:
        assert step.products.sum() / step.divisor == pytest.approx(step.result)


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(["Conv1d", "MaxPool1d", "AvgPool1d"]),
    kernel_size=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 4),
    dilation=st.integers(1, 3),
    ceil_mode=st.booleans(),
    padding_mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    length=st.integers(1, 9),
)
def test_what_torch_refuses_is_refused_and_all_else_has_its_shape(
    our_shape, torch_shape, kind, length, dilation, ceil_mode, padding_mode, **settings
):
    arguments: tuple[int, ...] = ()
    if kind == "Conv1d":
        arguments = (1, 1)
        settings |= {"dilation": dilation, "padding_mode": padding_mode}
    elif kind == "MaxPool1d":
        settings |= {"dilation": dilation, "ceil_mode": ceil_mode}
    else:
        settings |= {"ceil_mode": ceil_mode}
    ours = {"Conv1d": Conv1d, "MaxPool1d": MaxPool1d, "AvgPool1d": AvgPool1d}[kind]
    theirs = getattr(torch.nn, kind)
    shape = (1, length)
    assert our_shape(lambda: ours(*arguments, **settings), shape) == torch_shape(
        lambda: theirs(*arguments, **settings), shape
    )


def test_a_step_along_a_sequence_is_one_row():
    first = steps(Conv1d(1, 1, 3, stride=2, padding=1), [[5, 7, 9]], [[[1, 10, 100]]], [0.5])[0]
    assert (first.output_index, first.rows, first.columns) == ((0, 0), (0,), (-1, 0, 1))
    assert first.values.tolist() == [[0, 5, 7]]
    assert first.products.tolist() == [[0, 50, 700]]
    assert (first.bias, first.result) == (0.5, 750.5)


def test_the_winner_along_a_sequence_has_row_0():
    step = steps(MaxPool1d(3), [[1, 9, 3]])[0]
    assert (step.result, step.winner) == (9, (0, 1))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv1d(1, 1, (3, 3)), r"kernel_size is \(3, 3\); along a sequence it is one whole number"),  # type: ignore[arg-type]
        (lambda: Conv1d(1, 1, 3, stride=0), "stride is 0"),
        (lambda: Conv1d(1, 1, 3, padding="full"), "padding is 'full'; it is a number, 'same' or 'valid'"),
        (lambda: Conv1d(1, 1, 3, padding="same", stride=2), "keeps the length, which stride 2 would divide"),
        (lambda: Conv1d(3, 2, 3, groups=2), "does not divide into 2 groups"),
        (lambda: Conv1d(1, 1, 3, padding_mode="mirror"), "padding_mode is 'mirror'"),
        (lambda: MaxPool1d(2, padding=2), "use padding <= 1, or kernel_size >= 4"),
        (lambda: AvgPool1d(2.5), "kernel_size is 2.5"),  # type: ignore[arg-type]
        (lambda: Conv1d(1, 1, 7).output_shape((1, 5)), "reaches over 7 values.*2 too few.*an input length >= 7"),
        (lambda: Conv1d(2, 1, 1).output_shape((1, 5)), "made for 2 input channels and got 1"),
        (lambda: Conv1d(1, 1, 1).output_shape((1, 1, 5)), r"leave out the batch and give .*\(1, 5\)"),
        (lambda: Conv1d(1, 1, 1).output_shape((5,)), r"needs an input of shape \(channels, length\), not \(5,\)"),
        (
            lambda: Conv1d(1, 1, 3, padding=3, padding_mode="reflect").output_shape((1, 3)),
            "with a length of 3 the padding can be 2 at most",
        ),
        (lambda: MaxPool1d(4).output_shape((1, 3)), "Along the length, kernel_size 4.*kernel_size <= 3"),
        (lambda: steps(MaxPool1d(1), [[1]], weight=[[[1]]]), "MaxPool1d has nothing to learn"),
        (lambda: steps(Conv1d(1, 1, 1), [[1]], np.ones((1, 1, 1, 1))), r"groups, length\) = \(1, 1, 1\)"),
        (lambda: steps(Conv1d(1, 1, 1), [[1]]), "Conv1d needs its weight"),
        (lambda: steps(Conv1d(1, 1, 1, bias=False), [[1]], [[[1]]], [1]), "This Conv1d was made with bias=False"),
        (lambda: steps(MaxPool1d(9, stride=1), np.ones((1, 50_000))), "at most 200,000"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_of_length(make, words):
    with pytest.raises(ShapeError, match=words) as refusal:
        make()
    assert not {"height", "width", "rows", "columns"} & set(str(refusal.value).replace(",", " ").split())


@pytest.mark.parametrize("input", [5, [1, 2], "abc", [[1], [1, 2]], np.ones((1, 1, 4)), np.ones((0, 4))])
def test_an_input_that_is_no_sequence_is_refused_in_words(input):
    with pytest.raises(ShapeError):
        steps(Conv1d(1, 1, 1), input, [[[1]]])
