"""Where, in a set of pictures, each channel of a network answers most strongly (Zeiler and Fergus 2013, figure 2).

Every picture goes through the network once. Of each channel of each layer its strongest place is kept, and the
strongest one far from that; over the set the nine largest of these remain. A place becomes a patch by its receptive
field: exactly the pixels that can have made the value.

What was found in a picture is kept on disk as numbers (see `networks.patch_files`), never the picture itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.arithmetic.network import Network
from cnnviz.images import Picture
from cnnviz.networks.feature_maps import ForwardPass, find_layer, forward
from cnnviz.networks.neuron import EXPLAINED
from cnnviz.networks.own.network import is_own
from cnnviz.networks.patch_files import keep_places, places_key, separate_places
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.survey import survey

if TYPE_CHECKING:
    from cnnviz.networks.zoo import Model

COUNT = 9  # patches of a channel
PER_PICTURE = 2
APART = 4  # two places of one picture lie more than a quarter of the map's height or width from each other
MAX_PICTURES = 200
NOWHERE = -1  # the row and column of a place that is not there, as the second one of a map of 1 × 1

MapShape = tuple[int, int, int]


@dataclass(frozen=True)
class Places:
    """Strong places of the channels of one layer, the strongest first: three arrays of shape (channels, count).

    `values` are float32, -inf where there is no further place; `rows` and `columns` are int16, -1 there.
    """

    values: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Patch:
    """One place where a channel answers strongly: the value, which picture of the set, and where on the map."""

    value: float
    picture: int
    row: int
    column: int


@dataclass(frozen=True)
class PatchIndex:
    """The strongest places of every channel over a set of pictures.

    `layers` is {name: Places} in the order of the network, `pictures` {name: int16 (channels, count)}: which picture
    each place lies in. `hashes` are the pictures' SHA-256, in the order by which they are numbered.
    """

    layers: Mapping[str, Places]
    pictures: Mapping[str, np.ndarray]
    hashes: tuple[str, ...] = ()

    def patches(self, layer: str, channel: int) -> list[Patch]:
        """The strongest places of one channel, the strongest first; fewer than nine where the set is small.

        Raises ValueError, in a sentence, for a layer or a channel that is not in the index.
        """
        if layer not in self.layers:
            raise Refusal(f'There are no patches for "{layer}": they are kept for {", ".join(self.layers)}.')
        places = self.layers[layer]
        if not 0 <= channel < len(places.values):
            raise Refusal(f"{layer} has the channels 0 to {len(places.values) - 1}, and {channel} was asked for.")
        return [
            Patch(float(value), int(picture), int(row), int(column))
            for value, picture, row, column in zip(
                places.values[channel],
                self.pictures[layer][channel],
                places.rows[channel],
                places.columns[channel],
                strict=True,
            )
            if row != NOWHERE
        ]


def index_patches(
    model: "Model",
    pictures: Sequence[Picture],
    on_picture: Callable[[int], None] | None = None,
) -> PatchIndex:
    """The nine strongest places of every channel over at most 200 pictures.

    All convolutions, poolings and dense layers are indexed, by their own values: those before a normalisation or a
    ReLU that follows. Of one picture at most two places are kept for a channel, and those lie apart. `on_picture` is
    called with the number of pictures that are done; what it raises ends the work, and what was found stays on disk.

    Raises ValueError for more pictures than 200, or for none.

    >>> from cnnviz.gallery import gallery_picture
    >>> from cnnviz.networks.zoo import load_model
    >>> index = index_patches(load_model("alexnet", download=False), [gallery_picture("coffee")])
    >>> strongest, second = index.patches("features.0", channel=3)
    >>> strongest.picture, strongest.value >= second.value
    (0, True)
    """
    index = PatchIndex({}, {})
    for found in indexing(model, pictures):
        index = found
        if on_picture is not None:
            on_picture(len(index.hashes))
    return index


def indexing(model: "Model", pictures: Sequence[Picture]) -> Iterator[PatchIndex]:
    """`index_patches`, picture by picture: after each the index of those that are done. It works only while asked."""
    if not 1 <= len(pictures) <= MAX_PICTURES:
        raise Refusal(f"Patches are looked for in 1 to {MAX_PICTURES} pictures, not in {len(pictures)}.")
    shapes = indexed_layers(model)
    index = PatchIndex({}, {})
    for number, picture in enumerate(pictures):
        index = merged(index, places_of(model, picture, shapes), number, picture.sha256)
        yield index


def places_of(model: "Model", picture: Picture, shapes: Mapping[str, MapShape]) -> dict[str, Places]:
    """What each channel answers to one picture most strongly: read from disk, or found by one inference and kept.

    Nothing of a visitor's own network is kept on disk.
    """
    if is_own(model.name):
        return strongest_places(forward(model.module, model.preprocess(picture.image)), shapes)
    key = places_key(model, picture.sha256)
    counts = {name: shape[0] for name, shape in shapes.items()}
    kept = separate_places(key, counts, PER_PICTURE)
    if kept is not None:
        found = {name: Places(*arrays) for name, arrays in kept.items()}
        if all(fits(places, shapes[name]) for name, places in found.items()):
            return found
    found = strongest_places(forward(model.module, model.preprocess(picture.image)), shapes)
    keep_places(key, {name: (places.values, places.rows, places.columns) for name, places in found.items()})
    return found


def indexed_layers(model: "Model") -> dict[str, MapShape]:
    """{name: (channels, height, width)} of the layers that are indexed; those of a dense layer are (units, 1, 1)."""
    network, shape = surveyed(model)
    found: dict[str, MapShape] = {}
    for row in network.trace(shape):
        if len(row.output_shape) in (1, 3) and is_explained(model.module, row.name):
            channels, height, width = (*row.output_shape, 1, 1)[:3]
            found[row.name] = (channels, height, width)
    return found


def surveyed(model: "Model") -> tuple[Network, MapShape]:
    """The network as a graph, and the shape (C, H, W) of its input."""
    settings = model.preprocessing
    shape = (len(settings.mean), settings.crop_size, settings.crop_size)
    return survey(model.module, shape), shape


def is_explained(module: torch.nn.Module, name: str) -> bool:
    """Whether the name is that of a convolution, a pooling or a dense layer, not of what a function does."""
    try:
        return isinstance(find_layer(module, name)[0], EXPLAINED)
    except ValueError:
        return False


def fits(places: Places, shape: MapShape) -> bool:
    """Whether every place lies on the layer's maps."""
    _, height, width = shape
    there = places.rows != NOWHERE
    return bool(
        (places.rows[there] < height).all()
        and (places.columns[there] < width).all()
        and (places.rows >= NOWHERE).all()
        and (places.columns[there] >= 0).all()
    )


def strongest_places(answer: ForwardPass, shapes: Iterable[str]) -> dict[str, Places]:
    """Of each channel of the named layers the strongest place, and the strongest far from it."""
    found = {}
    for name in shapes:
        maps = answer.feature_maps.get(name)
        found[name] = two_strongest(maps if maps is not None else answer.vectors[name][:, None, None])
    return found


def two_strongest(maps: np.ndarray) -> Places:
    """Of maps (C, H, W) the largest value of each, and the largest more than a quarter of the map away from it.

    Of equal values the first in reading order counts. A value that is no number is never the largest.

    >>> places = two_strongest(np.array([[[1.0, 5.0, 4.0, 0.0, 2.0]]]))
    >>> places.values.tolist(), places.columns.tolist()
    ([[5.0, 2.0]], [[1, 4]])
    """
    height, width = maps.shape[1:]
    values = np.where(np.isnan(maps), -np.inf, maps) if np.isnan(maps.sum()) else maps
    first, rows, columns = largest(values)
    down = np.abs(np.arange(height) - rows[:, None]) * APART > height  # (C, H)
    across = np.abs(np.arange(width) - columns[:, None]) * APART > width  # (C, W)
    others = np.where(down[:, :, None] | across[:, None, :], values, -np.inf)
    second, second_rows, second_columns = largest(others)
    return Places(
        np.stack([first, second], axis=1).astype(np.float32),
        np.stack([rows, second_rows], axis=1).astype(np.int16),
        np.stack([columns, second_columns], axis=1).astype(np.int16),
    )


def largest(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest value of each map, its row and its column, -1 where all are -inf: three arrays (C,)."""
    flat = maps.reshape(len(maps), -1)
    at = flat.argmax(axis=1)
    values = flat[np.arange(len(flat)), at]
    rows, columns = np.where(np.isneginf(values), NOWHERE, np.divmod(at, maps.shape[2]))
    return values, rows, columns


def merged(index: PatchIndex, found: Mapping[str, Places], number: int, sha256: str) -> PatchIndex:
    """The index with one more picture; of equal values the earlier picture's stay in front."""
    layers, pictures = {}, {}
    for name, new in found.items():
        numbers = np.full(new.values.shape, number, dtype=np.int16)
        old = index.layers.get(name)
        if old is None:
            layers[name], pictures[name] = new, numbers
            continue
        values = np.concatenate([old.values, new.values], axis=1)
        order = np.argsort(-values, axis=1, kind="stable")[:, :COUNT]

        def chosen(before: np.ndarray, after: np.ndarray, order: np.ndarray = order) -> np.ndarray:
            return np.take_along_axis(np.concatenate([before, after], axis=1), order, axis=1)

        layers[name] = Places(
            chosen(old.values, new.values), chosen(old.rows, new.rows), chosen(old.columns, new.columns)
        )
        pictures[name] = chosen(index.pictures[name], numbers)
    return PatchIndex(layers, pictures, (*index.hashes, sha256))


def patch_window(network: Network, shape: MapShape, layer: str, row: int, column: int) -> tuple[range, range]:
    """The rows and columns of the input that make the patch of a unit, its receptive field.

    Where the field is no larger than the input they may reach beyond it, into the padding. A field that is larger is
    cut down to the pixels that are seen (`Network.seen_pixels`), since most of it would be padding.

    >>> from cnnviz.arithmetic.layers import Conv2d
    >>> from cnnviz.arithmetic.network import chain
    >>> patch_window(chain(Conv2d(3, 8, 5, padding=2)), (3, 32, 32), "conv2d", 0, 9)
    (range(-2, 3), range(7, 12))
    """
    seen = network.seen_pixels(shape, layer, row, column)
    fields = next(traced.receptive_field for traced in network.trace(shape) if traced.name == layer)
    if fields is None:
        return seen
    ranges = []
    for field, place, size, met in zip(fields, (row, column), shape[1:], seen, strict=True):
        if not field.exact or field.pixels > size or not met:
            ranges.append(met)
            continue
        window = field.window(place, size)
        ranges.append(range(window.first - window.before, window.last + 1 + window.after))
    return ranges[0], ranges[1]
