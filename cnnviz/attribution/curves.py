"""Does it matter what a map marks? Pixels taken away, or put back, in its order, and the class's probability meanwhile.

Petsiuk, Das, Saenko 2018: RISE, arXiv:1806.07421, section 4.3. Deletion: the pixels that the map marks highest become
the mean colour first; the sooner the probability falls, the better the map found what the network uses. Insertion: they
appear first in a blurred picture; the sooner it rises, the better. The area under each curve is one number, beside
those of two orders that know nothing of the network: at random, and from the middle of the picture outwards.

What it cannot tell: pictures full of holes are like nothing the network was trained on; part of what falls is that. One
large hole hurts more than many small ones, so that any compact map does better than chance: that is why the middle,
where photographers put things, stands beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from cnnviz.attribution.question import Question
from cnnviz.networks.refusal import Refusal

POINTS = 17  # shares of the pixels at which the probability is asked for, from none to all
DRAWS = 2  # random orders, whose mean is what a map is compared with
BLURRED_TO = 12  # cells that a side of the blurred picture is made of at most; each has 8 pixels a side or more


@dataclass(frozen=True)
class Curve:
    """The class's probability as pixels are taken away or put back: at `fractions` of all pixels, 0 to 1."""

    fractions: tuple[float, ...]
    probabilities: tuple[float, ...]

    @property
    def area(self) -> float:
        """The mean height, 0 to 1, by the trapezoidal rule."""
        return float(np.trapezoid(self.probabilities, self.fractions)) if len(self.fractions) > 1 else 0.0


@dataclass(frozen=True)
class Curves:
    """Deletion and insertion in the map's order, in random order and from the middle, as far as they were computed."""

    deletion: Curve
    insertion: Curve
    random_deletion: Curve
    random_insertion: Curve
    central_deletion: Curve
    central_insertion: Curve
    done: int
    total: int


def curves(question: Question, attribution: np.ndarray, seed: int = 0) -> Iterator[Curves]:
    """The six curves, ever longer ones: each share of the pixels is asked for in all orders before the next.

    `attribution` (H, W) is signed or a magnitude; its largest values come first, equal ones in random order. Raises
    ValueError for another shape.
    """
    height, width = question.image.shape[2:]
    if attribution.shape != (height, width):
        raise Refusal(f"The map has the shape {attribution.shape}, the picture {(height, width)}.")
    random = np.random.default_rng(seed)
    size = attribution.size
    order = np.lexsort((random.permutation(size), -attribution.ravel()))
    orders = [order, from_the_middle(height, width), *(random.permutation(size) for _ in range(DRAWS))]
    shares = np.linspace(0, 1, POINTS)
    grey, blurred = torch.zeros_like(question.image), blurred_picture(question.image)
    found: list[list[float]] = [[] for _ in range(6)]
    last: Curves | None = None
    for done, share in enumerate(shares, start=1):
        masks = torch.stack([first_of(one, round(share * size), height, width) for one in orders])
        images = [
            torch.where(masks[:, None], grey, question.image),
            torch.where(masks[:, None], question.image, blurred),
        ]
        for place, changed in enumerate(images):
            parts = []
            for start in range(0, len(changed), question.batch_size):
                parts.append(probabilities_of(question, changed[start : start + question.batch_size]))
                if last is not None:
                    yield last  # nothing new, but others get their turn
            probabilities = torch.cat(parts)
            found[place].append(float(probabilities[0]))
            found[place + 2].append(float(probabilities[2:].mean()))
            found[place + 4].append(float(probabilities[1]))
        told = tuple(float(one) for one in shares[:done])
        first, second, third, fourth, fifth, sixth = (Curve(told, tuple(values)) for values in found)
        last = Curves(first, second, third, fourth, fifth, sixth, done, POINTS)
        yield last


def from_the_middle(height: int, width: int) -> np.ndarray:
    """The pixels' numbers, row by row, those nearest to the middle of the picture first: (H · W,).

    >>> int(from_the_middle(3, 3)[0]), sorted(from_the_middle(3, 3)[-4:].tolist())
    (4, [0, 2, 6, 8])
    """
    down, across = np.mgrid[:height, :width]
    distance = ((down + 0.5) / height - 0.5) ** 2 + ((across + 0.5) / width - 0.5) ** 2
    return np.argsort(distance.ravel(), kind="stable")


def first_of(order: np.ndarray, count: int, height: int, width: int) -> torch.Tensor:
    """Which pixels are the first `count` of an order: (H, W), boolean."""
    mask = np.zeros(height * width, dtype=bool)
    mask[order[:count]] = True
    return torch.from_numpy(mask.reshape(height, width))


def probabilities_of(question: Question, images: torch.Tensor) -> torch.Tensor:
    """The class's probability for pictures (N, C, H, W): (N,)."""
    return question.answers(images).softmax(1)[:, question.class_index]


def blurred_picture(image: torch.Tensor) -> torch.Tensor:
    """The picture (1, 3, H, W) blurred until only its large areas are left; the same shape."""
    rows, columns = (max(1, min(BLURRED_TO, side // 8)) for side in image.shape[2:])
    small = functional.adaptive_avg_pool2d(image, (rows, columns))
    return functional.interpolate(small, image.shape[2:], mode="bicubic", align_corners=False)
