"""Values in order, the largest first. Nothing here imports torch."""

import numpy as np


def descending(values: np.ndarray) -> list[int]:
    """The places 0, 1, … of values (N,) from the largest to the smallest; equal ones keep their order.

    >>> descending(np.array([0.0, 3.0, 1.0]))
    [1, 2, 0]
    """
    places: list[int] = np.argsort(-values, kind="stable").tolist()
    return places
