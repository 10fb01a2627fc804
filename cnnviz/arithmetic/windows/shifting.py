"""What becomes of a map when the picture moves: convolution moves with it, pooling partly stays as it was.

A map F is *equivariant* to a shift S where F(S(x)) = S(F(x)), and *invariant* where F(S(x)) = F(x). A convolution with
stride 1 is equivariant wherever the border plays no part; max-pooling leaves some of its cells as they were, and with a
stride it moves by whole cells only when the picture moves by a multiple of that stride.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How many of the cells that can be compared are equal."""

    equal: int
    compared: int

    @property
    def is_exact(self) -> bool:
        """Whether all of them are."""
        return self.equal == self.compared


def shifted(values: npt.ArrayLike, across: int) -> Array:
    """The values (height, width) moved to the right by ``across`` columns (to the left where negative), zeros behind.

    >>> shifted([[1, 2, 3]], 1).tolist(), shifted([[1, 2, 3]], -2).tolist()
    ([[0.0, 1.0, 2.0]], [[3.0, 0.0, 0.0]])
    """
    before = np.asarray(values, dtype=np.float64)
    after = np.zeros_like(before)
    width = before.shape[1]
    kept = max(0, width - abs(across))
    if across >= 0:
        after[:, width - kept :] = before[:, :kept]
    else:
        after[:, :kept] = before[:, width - kept :]
    return after


def moves_along(before: Array, after: Array, across: int) -> Agreement:
    """Equivariance, counted: the cells of ``after`` that are those of ``before``, ``across`` columns further.

    Both (H, W). Columns whose origin lies outside the map cannot be compared.

    >>> one = np.array([[1.0, 2.0, 3.0]])
    >>> moves_along(one, shifted(one, 1), 1)
    Agreement(equal=2, compared=2)
    """
    width = before.shape[1]
    kept = max(0, width - abs(across))
    now, then = (after, before) if across >= 0 else (before, after)
    same = now[:, width - kept :] == then[:, :kept]
    return Agreement(int(same.sum()), same.size)


def stays(before: Array, after: Array) -> Agreement:
    """Invariance, counted: the cells of two maps (H, W) that are as they were.

    >>> stays(np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]]))
    Agreement(equal=1, compared=2)
    """
    same = before == after
    return Agreement(int(same.sum()), same.size)
