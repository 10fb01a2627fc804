"""Patches: values are the maps' own maxima, the cut is the receptive field, files are bounded and checked."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.images import Picture
from cnnviz.networks import top_patches
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.patch_files import drop_oldest, patches_folder, places_key
from cnnviz.networks.top_patches import (
    MAX_PICTURES,
    Patch,
    index_patches,
    indexing,
    patch_window,
    surveyed,
    two_strongest,
)
from cnnviz.networks.zoo import Model, load_model

PICTURES = [gallery_picture(key) for key in list(GALLERY)[:4]]


@pytest.fixture(scope="module")
def alexnet() -> Model:
    return load_model("alexnet", download=False)


def values_of(model: Model, picture: Picture, layer: str) -> np.ndarray:
    answer = forward(model.module, model.preprocess(picture.image))
    return answer.feature_maps[layer] if layer in answer.feature_maps else answer.vectors[layer][:, None, None]


@pytest.mark.parametrize("name", ["alexnet", "resnet18"])
def test_every_patch_has_the_value_that_stands_on_the_map_and_the_first_is_the_maximum(name: str) -> None:
    model = load_model(name, download=False)
    index = index_patches(model, PICTURES)
    assert index.hashes == tuple(picture.sha256 for picture in PICTURES)
    for layer in [*index.layers][::4]:
        maps = np.stack([values_of(model, picture, layer) for picture in PICTURES])
        for channel in (0, maps.shape[1] // 2, maps.shape[1] - 1):
            patches = index.patches(layer, channel)
            assert patches[0].value == maps[:, channel].max()
            for patch in patches:
                assert patch.value == maps[patch.picture, channel, patch.row, patch.column]
            assert [patch.value for patch in patches] == sorted((patch.value for patch in patches), reverse=True)
            best = {number: max(p.value for p in patches if p.picture == number) for number in range(4)}
            assert best == {number: maps[number, channel].max() for number in range(4)}


def test_two_places_of_a_picture_lie_apart_and_a_map_of_one_value_has_one() -> None:
    maps = np.random.default_rng(1).normal(size=(50, 13, 9)).astype(np.float32)
    places = two_strongest(maps)
    assert (places.values[:, 0] == maps.max(axis=(1, 2))).all()
    down, across = (np.abs(np.diff(array.astype(int)))[:, 0] for array in (places.rows, places.columns))
    assert ((4 * down > 13) | (4 * across > 9)).all()
    for number, (row, column) in enumerate(zip(places.rows[:, 0], places.columns[:, 0], strict=True)):
        far = [
            maps[number, i, j] for i in range(13) for j in range(9) if 4 * abs(i - row) > 13 or 4 * abs(j - column) > 9
        ]
        assert places.values[number, 1] == max(far)
    single = two_strongest(np.full((2, 1, 1), 3.0))
    assert single.rows.tolist() == [[0, -1], [0, -1]]
    assert two_strongest(np.full((1, 2, 2), np.nan)).rows.tolist() == [[-1, -1]]


def test_a_dense_unit_has_one_place_a_picture(alexnet: Model) -> None:
    index = index_patches(alexnet, PICTURES)
    patches = index.patches("classifier.6", 281)
    assert [(patch.row, patch.column) for patch in patches] == [(0, 0)] * 4
    assert {patch.picture for patch in patches} == {0, 1, 2, 3}


def test_the_patch_is_the_receptive_field_nothing_outside_it_changes_the_value(alexnet: Model) -> None:
    network, shape = surveyed(alexnet)
    torch.manual_seed(3)
    image = torch.randn(1, *shape)
    value = forward(alexnet.module, image).feature_maps["features.3"][7, 13, 4]
    rows, columns = patch_window(network, shape, "features.3", 13, 4)
    assert (len(rows), len(columns)) == (51, 51)
    other = torch.randn(1, *shape)
    inside = (slice(None), slice(None), slice(rows.start, rows.stop), slice(max(0, columns.start), columns.stop))
    other[inside] = image[inside]
    assert forward(alexnet.module, other).feature_maps["features.3"][7, 13, 4] == pytest.approx(value, abs=1e-6)
    corner = image.clone()
    corner[..., rows.start, columns.stop - 1] += 5
    assert forward(alexnet.module, corner).feature_maps["features.3"][7, 13, 4] != value


def test_a_patch_at_the_edge_reaches_into_the_padding_and_a_larger_field_is_cut(alexnet: Model) -> None:
    network, shape = surveyed(alexnet)
    assert patch_window(network, shape, "features.0", 0, 54) == (range(-2, 9), range(214, 225))
    assert patch_window(network, shape, "classifier.6", 0, 0) == (range(224), range(224))
    resnet, shape = surveyed(load_model("resnet18", download=False))
    rows, columns = patch_window(resnet, shape, "layer4.1.conv2", 0, 6)
    assert (rows, columns) == resnet.seen_pixels(shape, "layer4.1.conv2", 0, 6)


def test_a_second_look_reads_the_files_and_finds_the_same(alexnet: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_patches(alexnet, PICTURES)
    files = list(patches_folder().iterdir())
    assert len(files) == len(PICTURES)

    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked again")

    monkeypatch.setattr(top_patches, "forward", refuse)
    again = index_patches(alexnet, PICTURES)
    for layer in index.layers:
        for channel in range(0, len(index.layers[layer].values), 17):
            assert again.patches(layer, channel) == index.patches(layer, channel)


@pytest.mark.parametrize("damage", ["cut", "bytes", "other", "pickle", "far", "empty"])
def test_a_damaged_file_is_made_anew(alexnet: Model, damage: str) -> None:
    index = index_patches(alexnet, PICTURES[:1])
    (file,) = patches_folder().iterdir()
    data = file.read_bytes()
    with np.load(file) as kept:
        arrays = dict(kept)
    if damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif damage == "bytes":
        file.write_bytes(data[:5000] + bytes(100) + data[5100:])
    elif damage == "other":
        np.savez(file, values=arrays["values"][:-1], rows=arrays["rows"][:-1], columns=arrays["columns"][:-1])
    elif damage == "pickle":
        np.savez(file, **{name: array.astype(object) for name, array in arrays.items()})
    elif damage == "far":
        np.savez(file, **arrays | {"rows": arrays["rows"] + 500})
    else:
        file.write_bytes(b"")
    again = index_patches(alexnet, PICTURES[:1])
    assert again.patches("features.3", 5) == index.patches("features.3", 5)
    with np.load(file) as kept:
        assert all((kept[name] == arrays[name]).all() for name in arrays)


def test_another_picture_network_or_weights_has_another_file(alexnet: Model, tmp_path: Path) -> None:
    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"one")
    keys = [
        places_key(alexnet, PICTURES[0].sha256),
        places_key(alexnet, PICTURES[1].sha256),
        places_key(replace(alexnet, name="other"), PICTURES[0].sha256),
        places_key(replace(alexnet, weights_path=weights), PICTURES[0].sha256),
    ]
    weights.write_bytes(b"other")
    keys.append(places_key(replace(alexnet, weights_path=weights), PICTURES[0].sha256))
    assert len(set(keys)) == 5
    assert not any(PICTURES[0].sha256 in key for key in keys)


def test_the_folder_stays_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    names = [f"{number:064x}.npz" for number in range(5)] + [f"{5:064x}.77.88.part"]
    for number, name in enumerate(names):
        path = tmp_path / name
        path.write_bytes(bytes(100))
        os.utime(path, (1000 + number, 1000 + number))
    drop_oldest(tmp_path, max_files=4, max_bytes=10_000)
    assert {path.name for path in tmp_path.iterdir()} == {*names[2:]}
    drop_oldest(tmp_path, max_files=4, max_bytes=250)
    assert {path.name for path in tmp_path.iterdir()} == {*names[4:]}


def test_what_others_keep_in_the_folder_is_neither_read_nor_removed(alexnet: Model) -> None:
    folder = patches_folder()
    (folder / f"{places_key(alexnet, PICTURES[0].sha256)}.npz").mkdir(parents=True)
    (folder / "lecture notes").mkdir()
    others = [folder / "notes.npz", folder / "lecture.pdf", folder / f"{'f' * 64}.txt"]
    for other in others:
        other.write_bytes(b"not ours")
        os.utime(other, (0, 0))
    assert index_patches(alexnet, PICTURES[:2]).patches("features.0", 1)
    drop_oldest(folder, max_files=0)
    assert {path for path in folder.iterdir() if path.is_file()} == set(others)


def test_without_a_folder_to_write_to_the_patches_are_found_all_the_same(alexnet: Model, own: Path) -> None:
    own.parent.mkdir(exist_ok=True)
    own.write_text("a file where the folder should be")
    assert index_patches(alexnet, PICTURES[:1]).patches("features.0", 1)


def test_what_is_not_there_is_said_in_words(alexnet: Model) -> None:
    index = index_patches(alexnet, PICTURES[:1])
    with pytest.raises(ValueError, match=r'no patches for "features\.1"'):
        index.patches("features.1", 0)
    with pytest.raises(ValueError, match="channels 0 to 63, and 64"):
        index.patches("features.0", 64)
    with pytest.raises(ValueError, match="1 to 200 pictures, not in 201"):
        next(indexing(alexnet, PICTURES[:1] * (MAX_PICTURES + 1)))
    with pytest.raises(ValueError, match="not in 0"):
        next(indexing(alexnet, []))


def test_it_tells_how_far_it_is_and_can_be_ended(alexnet: Model) -> None:
    told: list[int] = []
    index_patches(alexnet, PICTURES[:2], told.append)
    assert told == [1, 2]

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_patches(alexnet, PICTURES, stop)


def test_two_threads_with_different_pictures_find_their_own(alexnet: Model, tmp_path: Path) -> None:
    def noisy(seed: int) -> Picture:
        pixels = np.random.default_rng(seed).integers(0, 256, (60, 70, 3), dtype=np.uint8)
        return Picture(Image.fromarray(pixels), f"{seed:064d}", str(seed))

    sets = [[noisy(seed) for seed in range(start, start + 5)] for start in (0, 5)]
    found: dict[int, list[Patch]] = {}

    def look(number: int) -> None:
        found[number] = index_patches(alexnet, sets[number]).patches("features.6", 9)

    threads = [threading.Thread(target=look, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, pictures in enumerate(sets):
        maps = np.stack([values_of(alexnet, picture, "features.6")[9] for picture in pictures])
        assert found[number][0].value == maps.max()
        assert all(maps[p.picture, p.row, p.column] == p.value for p in found[number])
