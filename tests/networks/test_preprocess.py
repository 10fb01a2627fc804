"""From picture to network input and back."""

import numpy as np
import pytest
from PIL import Image
from torchvision.models import get_weight
from torchvision.transforms.functional import rgb_to_grayscale, to_tensor

from cnnviz.networks.architecture import Published
from cnnviz.networks.preprocess import IMAGENET, Preprocessing, preprocess, preprocess_steps
from cnnviz.networks.zoo import MODELS

PUBLISHED = {name: entry for name, entry in MODELS.items() if isinstance(entry, Published)}


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("size", [(640, 480), (333, 517), (224, 224), (31, 47), (1, 1), (400, 3000), (255, 257)])
def test_the_input_is_what_the_weights_own_transform_gives(name: str, size: tuple[int, int]) -> None:
    picture = noise(*size)
    theirs = get_weight(PUBLISHED[name].weights_enum).transforms()(picture).numpy()
    ours = preprocess(picture, MODELS[name].preprocessing).numpy()[0]
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_table_holds_the_weights_own_settings(name: str) -> None:
    theirs = get_weight(PUBLISHED[name].weights_enum).transforms()
    ours = MODELS[name].preprocessing
    assert (ours.resize_size, ours.crop_size) == (theirs.resize_size[0], theirs.crop_size[0])
    assert (list(ours.mean), list(ours.std)) == (theirs.mean, theirs.std)


@pytest.mark.parametrize("size", [(1, 10_000), (10_000, 1), (3, 9_999), (9_999, 2)])
def test_extreme_strips_are_cut_before_they_are_resized(size: tuple[int, int]) -> None:
    steps = preprocess_steps(noise(*size))
    assert max(steps.resized.size) <= 256 * 17
    assert steps.cropped.size == (224, 224)
    assert steps.normalised.shape == (3, 224, 224)


@pytest.mark.parametrize("size", [(20, 400), (400, 20), (21, 400), (20, 401)])
def test_cutting_a_strip_first_changes_only_how_pixels_are_rounded(size: tuple[int, int]) -> None:
    picture = noise(*size)
    theirs = get_weight(PUBLISHED["alexnet"].weights_enum).transforms()(picture).numpy()
    one_level = 1 / 255 / min(IMAGENET.std)
    np.testing.assert_allclose(preprocess_steps(picture).normalised, theirs, atol=2 * one_level)


def test_every_stage_is_kept_and_the_picture_is_left_alone() -> None:
    picture = noise(640, 480)
    before = picture.tobytes()
    steps = preprocess_steps(picture)
    assert steps.picture is picture
    assert steps.strip_box == (0, 0, 640, 480)
    assert steps.resized.size == (341, 256)
    assert steps.cropped.tobytes() == steps.resized.crop(steps.crop_box).tobytes()
    assert picture.tobytes() == before


def test_the_normalised_input_can_be_turned_back_into_the_crop() -> None:
    steps = preprocess_steps(noise(300, 500))
    mean, std = np.array(IMAGENET.mean), np.array(IMAGENET.std)
    colours = (steps.normalised.transpose(1, 2, 0) * std + mean) * 255
    np.testing.assert_array_equal(colours.round().astype(np.uint8), np.asarray(steps.cropped))


@pytest.mark.parametrize("size", [(640, 480), (333, 517), (1000, 60), (50, 2000)])
@pytest.mark.parametrize("spot", [(0.5, 0.5), (0.42, 0.55)])
def test_a_bright_spot_is_found_under_the_input_pixel_that_shows_it(
    size: tuple[int, int], spot: tuple[float, float]
) -> None:
    """Paint a square, look where its middle lands in the input, and ask where that came from."""
    width, height = size
    half = min(size) // 10
    side = min(size)
    row = int(height / 2 + (spot[0] - 0.5) * side)
    column = int(width / 2 + (spot[1] - 0.5) * side)
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[row - half : row + half + 1, column - half : column + half + 1] = 255
    steps = preprocess_steps(Image.fromarray(pixels))
    weights = np.asarray(steps.cropped, dtype=float)[..., 0]
    rows, columns = np.indices(weights.shape)
    seen_row, seen_column = (rows * weights).sum() / weights.sum(), (columns * weights).sum() / weights.sum()
    found_row, found_column = steps.to_picture(seen_row, seen_column)
    assert found_row == pytest.approx(row, abs=0.05 + 0.01 * steps.scale[0])
    assert found_column == pytest.approx(column, abs=0.05 + 0.01 * steps.scale[1])


def test_the_network_sees_the_middle_of_the_picture() -> None:
    left, top, right, bottom = preprocess_steps(noise(512, 512)).box_on_picture
    assert (left, top, right, bottom) == (32.0, 32.0, 480.0, 480.0)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_other_kinds_of_pictures_are_read_as_rgb(mode: str) -> None:
    assert preprocess(noise(300, 300).convert(mode)).shape == (1, 3, 224, 224)


def test_a_network_that_sees_grey_is_given_grey_as_torchvision_makes_it() -> None:
    settings = Preprocessing(32, 32, mean=(0.5,), std=(0.25,))
    steps = preprocess_steps(noise(40, 40), settings)
    grey = to_tensor(rgb_to_grayscale(steps.cropped)).numpy()
    np.testing.assert_allclose(steps.normalised, (grey - 0.5) / 0.25, atol=1e-6)
    assert settings.channels == ("grey",)
