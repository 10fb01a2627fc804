"""A patch of the picture, and where its outputs lie in the filtered whole."""

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.windows import convolve, steps
from cnnviz.ui.pickers.patch import LONGEST, SIDE, Patch, small_pixels

NUMBERS = np.random.default_rng(0)


def photo(width: int, height: int) -> Image.Image:
    return Image.fromarray(NUMBERS.integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize(("width", "height"), [(451, 300), (300, 451), (10000, 1), (1, 10000), (3, 3), (200, 200)])
def test_any_picture_becomes_a_small_grey_one_with_room_for_a_patch(width: int, height: int) -> None:
    grey = small_pixels(photo(width, height))
    assert min(grey.shape[:2]) >= SIDE
    assert max(grey.shape[:2]) <= LONGEST


def test_a_patch_holds_the_grey_levels_of_its_place() -> None:
    grey = small_pixels(photo(60, 40))
    patch = Patch(grey, 5, 7)
    assert np.array(patch.planes, dtype=float).tolist() == [grey[5:13, 7:15, 0].tolist()]


def test_a_colour_patch_has_the_three_channels_in_their_order() -> None:
    pixels = small_pixels(photo(60, 40), 6, colour=True)
    patch = Patch(pixels, 5, 7, 6)
    assert np.array(patch.planes, dtype=float).tolist() == pixels[5:11, 7:13].transpose(2, 0, 1).tolist()


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_outputs_of_a_patch_are_those_framed_in_the_whole_filtered_picture(stride: int) -> None:
    grey = small_pixels(photo(60, 40))[:, :, 0].astype(float)
    kernel = NUMBERS.normal(size=(1, 1, 3, 3))
    layer = Conv2d(1, 1, 3, stride=stride)
    top, left = 12, 18
    patch = grey[top : top + SIDE, left : left + SIDE]
    whole = convolve(layer, grey[None], kernel)[0]
    expected = torch.nn.functional.conv2d(torch.tensor(grey)[None, None], torch.tensor(kernel), stride=stride)[0, 0]
    np.testing.assert_allclose(whole, expected.numpy(), atol=1e-9)
    for step in steps(layer, patch[None], kernel):
        _, row, column = step.output_index
        assert step.result == pytest.approx(whole[top // stride + row, left // stride + column])
