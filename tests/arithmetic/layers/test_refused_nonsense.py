"""What torch builds or even runs, and makes no sense: listed by name, and refused here in words."""

import pytest
import torch

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool2d,
    ShapeError,
)

nn = torch.nn
BUILDS = {  # torch builds it, and it fails or does nonsense later
    "a convolution that does not step": (lambda: nn.Conv2d(1, 1, 3, stride=0), lambda: Conv2d(1, 1, 3, stride=0)),
    "a convolution without a kernel": (lambda: nn.Conv2d(1, 1, 0), lambda: Conv2d(1, 1, 0)),
    "a convolution that gives no channel": (lambda: nn.Conv2d(1, 0, 1), lambda: Conv2d(1, 0, 1)),
    "a pooling that does not step": (lambda: nn.MaxPool2d(2, stride=0), lambda: MaxPool2d(2, stride=0)),
    "a pooling with half its window and more in the padding": (
        lambda: nn.MaxPool2d(3, padding=2),
        lambda: MaxPool2d(3, padding=2),
    ),
    "a transposed convolution with padding 'same'": (
        lambda: nn.ConvTranspose2d(1, 1, 3, padding="same"),  # type: ignore[arg-type]
        lambda: ConvTranspose2d(1, 1, 3, padding="same"),  # type: ignore[arg-type]
    ),
    "an output_padding as large as the stride": (
        lambda: nn.ConvTranspose2d(1, 1, 3, stride=2, output_padding=2),
        lambda: ConvTranspose2d(1, 1, 3, stride=2, output_padding=2),
    ),
    "10**12 channels": (
        lambda: nn.Conv2d(10**12, 1, 1, bias=False, device="meta"),
        lambda: Conv2d(10**12, 1, 1, bias=False),
    ),
}
RUNS = {  # torch runs it, on this shape
    "a negative padding, which crops": (
        lambda: nn.Conv2d(1, 1, 1, padding=-1, padding_mode="reflect"),
        lambda: Conv2d(1, 1, 1, padding=-1, padding_mode="reflect"),
    ),
    "a negative divisor": (lambda: nn.AvgPool2d(2, divisor_override=-1), lambda: AvgPool2d(2, divisor_override=-1)),
    "an adaptive pooling to nothing": (lambda: nn.AdaptiveAvgPool2d(0), lambda: AdaptiveAvgPool2d(0)),
    "a flattening of the batch": (lambda: nn.Flatten(0), lambda: Flatten(0)),
    "a dense layer that gives nothing": (lambda: nn.Linear(5, 0), lambda: Linear(5, 0)),
}
SHAPE = (1, 5, 5)


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_torch_builds_it_and_we_refuse_it(name):
    theirs, ours = BUILDS[name]
    assert isinstance(theirs(), nn.Module)
    with pytest.raises(ShapeError):
        ours()


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_torch_runs_it_and_we_refuse_it(name):
    theirs, ours = RUNS[name]
    assert isinstance(theirs()(torch.zeros(1, *SHAPE)), torch.Tensor)
    with pytest.raises(ShapeError):
        ours().output_shape(SHAPE)


def test_a_normalisation_of_no_channels_is_refused():
    assert isinstance(nn.BatchNorm2d(0), nn.Module)
    with pytest.raises(ShapeError):
        BatchNorm2d(0)
