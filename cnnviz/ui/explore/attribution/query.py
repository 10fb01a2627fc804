"""What a visitor asks of the methods of attribution, as work that all who ask the same share."""

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.networks.memory import BACK
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import Work
from cnnviz.ui.sharing.shared_work import shared_work

if TYPE_CHECKING:
    from cnnviz.attribution.curves import Curves
    from cnnviz.attribution.question import Partial
    from cnnviz.attribution.sanity import Check
    from cnnviz.images import Picture
    from cnnviz.networks.zoo import Model
    from cnnviz.ui.sharing.memory import Claim


@dataclass(frozen=True)
class Query:
    """Which network, picture, class and method; how fine, at which convolution, with which regions of one's own.

    `regions` are rectangles (top, left, bottom, right) as shares of the picture's sides; () stands for a grid.
    """

    network: str
    picture: "Picture"
    class_index: int
    method: str
    evaluations: int = 0
    layer: str = ""
    regions: tuple[tuple[float, float, float, float], ...] = ()

    def key(self, what: str) -> Hashable:
        """What work is shared under: the picture's bytes and the weights decide, not their names."""
        weights = cached.state_of(cached.model(self.network))
        own = (self.class_index, self.method, self.evaluations, self.layer, self.regions)
        return (what, self.network, weights, self.picture.sha256, *own)

    def coarse(self) -> "Query":
        """The same question as the sanity check asks it: a first look, however fine the map itself is."""
        return replace(self, evaluations=0)


def room_to_ask(model: "Model", own_weights: int = 0) -> "AbstractContextManager[Claim]":
    """Room for a method at work: for one picture, or as many as are asked at once, and for weights of its own."""
    from cnnviz.attribution.question import WORKING_BYTES

    return cached.room_to_compute(model, BACK, 2 * WORKING_BYTES + own_weights, claimed=own_weights)


def map_work(query: Query) -> "tuple[Hashable, Work[Partial]]":
    """The map, from its first coarse answer on."""

    def answers() -> "Iterator[Partial]":
        from cnnviz.attribution import METHODS

        model = cached.model(query.network)
        image = model.preprocess(query.picture.image)
        with room_to_ask(model):
            yield from METHODS[query.method].partials(
                model.module,
                image,
                query.class_index,
                evaluations=query.evaluations or None,
                layer=query.layer,
                regions=painted(query.regions, image.shape[2], image.shape[3]) if query.regions else None,
            )

    key = query.key("map")
    return key, shared_work(key, answers)


def sanity_work(query: Query) -> "tuple[Hashable, Work[Check]]":
    """The sanity check, as far as it is."""

    def stages() -> "Iterator[Check]":
        from cnnviz.attribution import METHODS
        from cnnviz.attribution.sanity import sanity, weights_to_forget

        model = cached.model(query.network)
        image = model.preprocess(query.picture.image)
        regions = painted(query.regions, image.shape[2], image.shape[3]) if query.regions else None
        method, own = METHODS[query.method], weights_to_forget(METHODS[query.method], model.module)
        with room_to_ask(model, own) as claim:
            for check in sanity(method, model.module, image, query.class_index, query.layer, regions):
                claim.left = min(claim.left, own - check.held_bytes)
                yield check

    key = query.coarse().key("sanity")
    return key, shared_work(key, stages)


def curves_work(query: Query, attribution: np.ndarray) -> "tuple[Hashable, Work[Curves]]":
    """What becomes of the probability in the order of a finished map (H, W)."""

    def points() -> "Iterator[Curves]":
        from cnnviz.attribution.curves import curves
        from cnnviz.attribution.question import question_of

        model = cached.model(query.network)
        image = model.preprocess(query.picture.image)
        with room_to_ask(model):
            yield from curves(question_of(model.module, image, query.class_index), attribution)

    key = query.key("curves")
    return key, shared_work(key, points)


def painted(regions: tuple[tuple[float, float, float, float], ...], height: int, width: int) -> np.ndarray:
    """Rectangles as the numbers of regions, (H, W): later ones lie over earlier ones, 0 is the rest of the picture.

    >>> painted(((0.0, 0.0, 0.5, 0.5),), 2, 4).tolist()
    [[1, 1, 0, 0], [0, 0, 0, 0]]
    """
    numbers = np.zeros((height, width), dtype=np.int64)
    for number, (top, left, bottom, right) in enumerate(regions, start=1):
        rows = slice(round(top * height), max(round(bottom * height), round(top * height) + 1))
        columns = slice(round(left * width), max(round(right * width), round(left * width) + 1))
        numbers[rows, columns] = number
    return numbers
