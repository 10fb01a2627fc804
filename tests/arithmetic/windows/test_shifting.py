"""Equivariance of a convolution and partial invariance of pooling, counted, and asked of torch."""

import numpy as np
import pytest
import torch

from cnnviz.arithmetic.windows.shifting import moves_along, shifted, stays

NUMBERS = np.random.default_rng(3)


@pytest.mark.parametrize("across", range(-6, 7))
def test_a_shift_moves_columns_and_puts_zeros_behind(across: int) -> None:
    values = NUMBERS.integers(1, 9, (3, 5)).astype(float)
    moved = shifted(values, across)
    for column in range(5):
        origin = column - across
        expected = values[:, origin] if 0 <= origin < 5 else np.zeros(3)
        assert moved[:, column].tolist() == expected.tolist()


@pytest.mark.parametrize("across", [-2, -1, 1, 2])
def test_a_convolution_with_stride_one_moves_along_exactly_and_max_pooling_does_not(across: int) -> None:
    picture = np.zeros((12, 12))
    picture[4:8, 4:8] = NUMBERS.integers(1, 9, (4, 4))
    weight = torch.tensor(NUMBERS.normal(size=(1, 1, 3, 3)))

    def mapped(values: np.ndarray) -> torch.Tensor:
        return torch.nn.functional.conv2d(torch.tensor(values)[None, None], weight, padding=1)

    before, after = mapped(picture), mapped(shifted(picture, across))
    agreement = moves_along(before[0, 0].numpy(), after[0, 0].numpy(), across)
    assert agreement.is_exact
    small, moved = (torch.nn.functional.max_pool2d(one, 2)[0, 0].numpy() for one in (before, after))
    if across % 2:
        assert not any(moves_along(small, moved, by).is_exact for by in range(-3, 4))
    else:
        assert moves_along(small, moved, across // 2).is_exact
    assert not stays(small, moved).is_exact


def test_what_stays_is_counted_cell_by_cell() -> None:
    before = NUMBERS.integers(0, 3, (4, 6)).astype(float)
    after = before.copy()
    after[1, 2] += 1
    after[3, 5] -= 1
    assert stays(before, after).equal == 22
    assert stays(before, before).is_exact
