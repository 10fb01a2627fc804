"""Ten thousand questions: every kind, every level, many seeds, each made once for all tests that look at it."""

from functools import cache

from cnnviz.arithmetic.exercises import KINDS, LEVELS, exercise

SEEDS = 10_000 // (len(KINDS) * len(LEVELS)) + 1
FEW = 2
EVERY = [(kind, level) for kind in KINDS for level in LEVELS]


@cache
def made(kind, level, count=SEEDS):
    """So many questions of one kind and level."""
    return [exercise(kind, seed, level) for seed in range(count)]


def some():
    """A few of every kind and level."""
    return [question for kind, level in EVERY for question in made(kind, level)[:FEW]]
