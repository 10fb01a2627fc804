"""A visitor's own network as the Explore pages take networks: made from what was read, under a name nobody can guess.

It belongs to the session that made it: here it is only looked up, and gone when the session lets go of it. Nothing here
imports torch before a network is made.
"""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from cnnviz.arithmetic.layers import Reduce
from cnnviz.arithmetic.network import Network, add
from cnnviz.arithmetic.settings import Shape, counted
from cnnviz.networks.architecture import Architecture
from cnnviz.networks.preprocess import IMAGENET, Preprocessing
from cnnviz.networks.refusal import Refusal

if TYPE_CHECKING:
    from torch import nn

PREFIX = "own-"  # of names
MOST_PARAMS = 50_000_000
MOST_MACS = 20_000_000_000  # for one picture; VGG-16 takes 15.5
MOST_BYTES = 200_000_000  # of a file of weights
LARGEST_SIDE = 512  # pixels of an input
MOST_ACTIVATIONS = 100_000_000  # values of all layers for one picture
MOST_CLASSES = 25_000
LONGEST_NAME = 60
NOT_IN_NAMES = re.compile(r"[^\w ,.'/&+%-]|_{2,}")  # what Markdown or HTML could take for markup


@dataclass(frozen=True, kw_only=True)
class Own(Architecture):
    """One network of a visitor's. `trained` says whether weights were given."""

    name: str
    classes: tuple[str, ...]
    module: "nn.Module"
    trained: bool


_all: "WeakValueDictionary[str, Own]" = WeakValueDictionary()


def is_own(name: str) -> bool:
    """Whether a network of this name is a visitor's own, also where its visitor has let go of it meanwhile."""
    return name.startswith(PREFIX)


def own_network(name: str) -> Own | None:
    """The network of this name, while its session keeps it."""
    return _all.get(name)


def make_own(
    network: Network,
    input_shape: Shape,
    *,
    title: str = "Own network",
    weights: bytes | None = None,
    classes: Sequence[str] = (),
    mean: Sequence[float] = (),
    std: Sequence[float] = (),
) -> Own:
    """The network ready to be looked into, for square pictures of `input_shape` (channels, size, size).

    `weights` is the content of a file of weights; without one the network is untrained. `classes` are the names of its
    outputs, if there are any; `mean` and `std` what its pictures were normalised with, by channel, ImageNet's where
    they are left out. An output that is a stack of maps is averaged over its places: each channel is a class then.

    Refusal, in a sentence, for what does not fit together or is too large; ShapeError where the network does not fit.
    """
    from cnnviz.networks.own.building import module_of
    from cnnviz.networks.own.fitting import fill
    from cnnviz.networks.own.looking_through import look_through
    from cnnviz.networks.own.weights_files import read_weights

    settings = preprocessing_of(input_shape, mean, std)
    scored = ending_in_scores(network, input_shape)
    module = module_of(scored, input_shape)
    names = named_classes(classes, scored.trace(input_shape)[-1].output_shape[0])
    if weights is not None:
        fill(module, read_weights(weights))
    look_through(module, input_shape)
    convolutions = [node.module for node in network.nodes if type(node.layer).__name__ == "Conv2d"]
    if not convolutions:
        raise Refusal("There is no convolution (Conv2d) in this network, so there are no feature maps to look at.")
    own = Own(
        name=f"{PREFIX}{secrets.token_hex(8)}",
        title=plain_name(title) or "Own network",
        year=0,
        paper="",
        description="",
        builder="",
        notable_layers=tuple(dict.fromkeys(convolutions[:: max(1, len(convolutions) // 4)])),
        preprocessing=settings,
        classes=names,
        module=module,
        trained=weights is not None,
    )
    _all[own.name] = own
    return own


def preprocessing_of(input_shape: Shape, mean: Sequence[float] = (), std: Sequence[float] = ()) -> Preprocessing:
    """How a picture becomes an input of this shape; Refusal where none can."""
    if len(input_shape) != 3:
        raise Refusal(f"The network takes inputs of shape {input_shape}; a picture has (channels, height, width).")
    channels, height, width = input_shape
    if channels not in (1, 3, 4):
        raise Refusal(f"The network takes {channels} channels; a picture has 3, or 1 in grey (4 with near infrared).")
    if height != width or height > LARGEST_SIDE:
        raise Refusal(
            f"Pictures are cut to a square of up to {LARGEST_SIDE} pixels here; the input is {height} × {width}."
        )
    usual = {1: ((0.449,), (0.226,)), 3: (IMAGENET.mean, IMAGENET.std), 4: ((0.42,) * 4, (0.14,) * 4)}[channels]
    chosen = tuple(map(float, mean or usual[0])), tuple(map(float, std or usual[1]))
    for called, numbers in zip(("mean", "std"), chosen, strict=True):
        if len(numbers) != channels:
            raise Refusal(
                f"{called} has {counted(len(numbers), 'number')}; the network takes {counted(channels, 'channel')}."
            )
    if not all(0.001 <= number <= 1000 for number in chosen[1]) or not all(abs(number) <= 1000 for number in chosen[0]):
        raise Refusal("mean lies between −1000 and 1000, std between 0.001 and 1000, for colours from 0 to 1.")
    return Preprocessing(resize_size=height, crop_size=height, mean=chosen[0], std=chosen[1])


def ending_in_scores(network: Network, input_shape: Shape) -> Network:
    """The network with one score for each output: maps, or steps, are averaged over their places.

    Refusal where its values for one picture take too much memory; ShapeError where it does not fit.
    """
    followed = network.at(input_shape)
    rows = followed.trace(input_shape)
    if not rows:
        raise Refusal("There is no layer in this network.")
    if sum(row.activation_values for row in rows) > MOST_ACTIVATIONS:
        raise Refusal("The values of all layers for one picture take too much memory here. Take a smaller input.")
    if sum(row.macs for row in rows) > MOST_MACS:
        raise Refusal(
            f"This network takes {sum(row.macs for row in rows):,} multiply-accumulates for one picture; one's own may "
            f"take {MOST_MACS:,}. Take a smaller input, or narrower layers."
        )
    shape = rows[-1].output_shape
    if len(shape) == 1:
        return followed
    return add(followed, Reduce("mean", tuple(range(2, len(shape) + 1))), "mean_over_places")


def named_classes(classes: Sequence[str], count: int) -> tuple[str, ...]:
    """One name for each output, those that are left out numbered; Refusal where there are more or fewer.

    >>> named_classes((), 2), named_classes(["cat", "dog "], 2)
    (('output 0', 'output 1'), ('cat', 'dog'))
    """
    if count > MOST_CLASSES:
        raise Refusal(f"The network has {count:,} outputs; {MOST_CLASSES:,} can be named here.")
    given = [plain_name(name) for name in classes]
    if given and len(given) != count:
        raise Refusal(f"There are {len(given):,} names for {count:,} outputs: one line for each, in order.")
    return tuple(name or f"output {index}" for index, name in enumerate(given or [""] * count))


def plain_name(text: str) -> str:
    """A name from outside without anything that could be markup, invisible, or change the direction of writing.

    >>> plain_name("dog <b>:material/star:")
    'dog b material/star'
    """
    visible = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text[:1000])
    return " ".join(NOT_IN_NAMES.sub(" ", visible).split())[:LONGEST_NAME].strip()
