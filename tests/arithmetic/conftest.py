"""Torch is the examiner: the fixtures here put to it the question that the arithmetic was asked."""

from collections.abc import Callable

import pytest
import torch

from cnnviz.arithmetic.layers import ShapeError

Shape = tuple[int, ...]


@pytest.fixture(scope="session")
def torch_shape() -> Callable[[Callable[[], torch.nn.Module], Shape], Shape | None]:
    """(how to build a module, shape without batch) -> the shape of what it returns, None where torch refuses.

    An empty answer, which torch gives for a few transposed convolutions, counts as none.
    """
    torch.set_num_threads(1)

    def answer(build: Callable[[], torch.nn.Module], shape: Shape) -> Shape | None:
        try:
            module = build().eval()
            with torch.no_grad():
                result = tuple(module(torch.zeros(1, *shape)).shape[1:])
        except (RuntimeError, ValueError, TypeError, IndexError, AssertionError):
            return None
        return None if 0 in result else result

    return answer


@pytest.fixture(scope="session")
def our_shape() -> Callable[[Callable[[], object], Shape], Shape | None]:
    """(how to build a layer, shape) -> its output shape, None where it raises ShapeError; other errors pass through."""

    def answer(build: Callable[[], object], shape: Shape) -> Shape | None:
        try:
            return build().output_shape(shape)
        except ShapeError:
            return None

    return answer
