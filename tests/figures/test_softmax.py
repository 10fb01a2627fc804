"""The softmax table says what torch says, and its printed numbers add up."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.figures.softmax import softmax_table

scores_lists = st.lists(st.floats(-60, 60, width=32), min_size=1, max_size=40)


@settings(deadline=None)
@given(scores_lists)
def test_percentages_are_torchs_softmax_within_a_hundredth(values: list[float]) -> None:
    scores = np.array(values, dtype=np.float32)
    table = softmax_table(scores, [str(index) for index in range(len(scores))])
    theirs = torch.softmax(torch.from_numpy(scores).double(), dim=0) * 100
    for row in table.rows:
        assert abs(row.percent - theirs[int(row.name)].item()) < 0.01 + 1e-9


@settings(deadline=None)
@given(scores_lists)
def test_what_is_printed_adds_up(values: list[float]) -> None:
    table = softmax_table(np.array(values, dtype=np.float32), [str(index) for index in range(len(values))])
    percents = [round(row.percent * 100) for row in table.rows] + [round(table.others_percent * 100)]
    exponentials = [round(row.exponential * 10_000) for row in table.rows] + [round(table.others_exponential * 10_000)]
    assert sum(percents) == 10_000
    assert sum(exponentials) == round(table.total * 10_000)
    for row in table.rows:
        assert round(row.score * 10_000) - round(table.rows[0].score * 10_000) == round(row.difference * 10_000)


def test_the_share_of_a_row_is_the_nearest_one_and_the_others_take_up_the_rounding() -> None:
    scores = np.random.default_rng(5).normal(scale=0.05, size=1000)  # like an untrained network's
    table = softmax_table(scores, [str(index) for index in range(1000)])
    shares = np.sort(np.exp(scores) / np.exp(scores).sum())[::-1] * 100
    assert [row.percent for row in table.rows] == shares[:5].round(2).tolist()
    assert abs(table.others_percent - shares[5:].sum()) < 0.03


def test_the_rows_are_the_highest_scores_in_order_and_the_rest_is_counted() -> None:
    table = softmax_table(np.array([0.0, 3.0, -1.0, 2.0]), ["a", "b", "c", "d"], top=2)
    assert [row.name for row in table.rows] == ["b", "d"]
    assert table.num_others == 2
    assert table.rows[0].exponential == 1.0
    assert table.rows[1].difference == -1.0


def test_huge_scores_do_not_overflow() -> None:
    table = softmax_table(np.array([1000.0, 999.0]), ["a", "b"])
    assert [row.percent for row in table.rows] == [73.11, 26.89]
    assert (table.num_others, table.others_percent) == (0, 0.0)


def test_names_that_do_not_match_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="2 names"):
        softmax_table(np.zeros(3), ["a", "b"])
