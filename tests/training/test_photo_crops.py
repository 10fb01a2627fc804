"""What is held out is held out: no pixel is shared; and a crop is what its class says."""

import numpy as np
import pytest
from PIL import Image

from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.networks.photograph_classes import (
    PHOTOGRAPHS,
    TURNS,
    WITHOUT_TURN,
    class_index,
    class_names,
    photograph_of_class,
)
from cnnviz.training import photo_crops
from cnnviz.training.photo_crops import GAP, SIDE, Box, Part, draw_box, draw_crops, jittered, part_box, scaled


@pytest.mark.parametrize("key", PHOTOGRAPHS)
def test_no_pixel_of_a_held_out_crop_is_in_a_training_crop_and_a_gap_lies_between(key: str) -> None:
    random = np.random.default_rng(0)
    width, height = gallery_picture(key).image.size
    touched = {}
    for part in ("training", "held out"):
        touched[part] = np.zeros((height, width), bool)
        for _ in range(400):
            left, top, right, bottom = draw_box(key, part, random)
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            wide, tall = right - left, bottom - top
            assert min(wide, tall) >= min(width, height) // 6
            assert max(wide, tall) < 1.4 * min(wide, tall)
            touched[part][top:bottom, left:right] = True
    assert not (touched["training"] & touched["held out"]).any()
    columns = [np.flatnonzero(touched[part].any(axis=0)) for part in ("training", "held out")]
    assert columns[1].min() - columns[0].max() > GAP
    left, top, right, bottom = part_box(width, height, "held out")
    assert touched["held out"].sum() > 0.9 * (right - left) * (bottom - top), "its whole part is asked about"


def test_a_crop_is_made_of_its_own_pixels_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter that scales must not look over the edge, where the other part may be."""
    inside: Box = (40, 40, 360, 360)
    photographs = []
    for beyond in ("black", "white"):
        photograph = Image.new("RGB", (400, 400), beyond)
        photograph.paste("teal", inside)
        photographs.append(photograph)
    crops = []
    for photograph in photographs:
        monkeypatch.setattr(photo_crops, "_photograph", lambda key, photograph=photograph: photograph)
        crops.append(scaled("chelsea", inside))
    assert (crops[0] == crops[1]).all()
    assert (crops[0] == (0, 128, 128)).all()


@pytest.mark.parametrize("part", ["training", "held out"])
def test_the_same_seed_draws_the_same_crops_and_every_class_is_drawn(part: Part) -> None:
    crops, labels = draw_crops(part, 800, np.random.default_rng(3))
    again, labels_again = draw_crops(part, 800, np.random.default_rng(3))
    assert crops.shape == (800, 3, SIDE, SIDE)
    assert crops.dtype == np.uint8
    assert (crops == again).all()
    assert (labels == labels_again).all()
    assert set(labels.tolist()) == set(range(len(class_names())))


def test_a_turned_crop_has_the_class_of_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a picture that is bright at its top: upright keeps it there, turned left has it at the left, and so on."""
    bright_above = np.zeros((SIDE, SIDE, 3), np.uint8)
    bright_above[: SIDE // 4] = 255
    monkeypatch.setattr(photo_crops, "scaled", lambda key, box: bright_above)
    crops, labels = draw_crops("training", 200, np.random.default_rng(0))
    bright_side: dict[str, tuple[slice, slice]] = {
        "upright": np.s_[:8, :],
        "turned left": np.s_[:, :8],
        "upside down": np.s_[-8:, :],
        "turned right": np.s_[:, -8:],
    }
    names = class_names()
    seen = set()
    for crop, label in zip(crops, labels, strict=True):
        turn = names[label].rpartition(", ")[2]
        if turn in TURNS:
            seen.add(turn)
            assert (crop[0][bright_side[turn]] == 255).all()
            assert crop[0].mean() == pytest.approx(255 / 4)
    assert seen == set(TURNS)


def test_classes_are_the_photographs_in_their_turns() -> None:
    names = class_names()
    assert len(names) == len(set(names)) == 4 * (len(PHOTOGRAPHS) - len(WITHOUT_TURN)) + len(WITHOUT_TURN)
    for key in PHOTOGRAPHS:
        for turn, word in enumerate(TURNS):
            index = class_index(key, turn)
            title = GALLERY[key].title
            assert names[index] == (title if key in WITHOUT_TURN else f"{title}, {word}")
            assert PHOTOGRAPHS[photograph_of_class()[index]] == key


def test_other_light_changes_every_crop_in_its_own_way_and_keeps_what_is_where() -> None:
    crops = draw_crops("training", 6, np.random.default_rng(1))[0].astype(np.float32) / 255
    lit = jittered(crops, np.random.default_rng(2))
    assert lit.dtype == np.float32
    assert lit.shape == crops.shape
    for before, after in zip(crops, lit, strict=True):
        grey_before, grey_after = before.mean(axis=0).ravel(), after.mean(axis=0).ravel()
        assert np.corrcoef(grey_before, grey_after)[0, 1] > 0.95
        assert abs(before - after).mean() > 0.005
    same = jittered(np.repeat(crops[:1], 2, axis=0), np.random.default_rng(2))
    assert not np.allclose(same[0], same[1])
