"""The windows along one axis as brackets over the cells they read: why 25 give 12, at a glance.

Python sends every cell and every bracket; the browser only draws them. Long axes are folded in the middle.
"""

from typing import TypedDict

from cnnviz.arithmetic.settings import LINES
from cnnviz.arithmetic.windows.coverage import Coverage
from cnnviz.ui.component import Component, browser_component

MAX_CELLS = 36  # as many as can be told apart on a phone
MAX_LANES = 4
MIN_END = 12  # cells at either end that are always shown


class Cell(TypedDict):
    """One cell of the axis: its number, what it is, whether a window reads it, and what to say of it."""

    number: int
    role: str
    read: bool
    title: str


class Bracket(TypedDict):
    """A window over the cells from `first` to `last`, by their places in the drawing, in a lane of its own."""

    index: int
    first: int
    last: int
    lane: int


class Message(TypedDict):
    """The cells in order, with None where the middle is left out, and the brackets over them."""

    cells: list[Cell | None]
    brackets: list[Bracket]
    lanes: int
    sentence: str


_component: Component[Message] = browser_component(__file__)


def show_coverage(along: Coverage, key: str) -> None:
    """Draw the strip of an axis; nothing where a window is too wide to be shown beside its neighbours."""
    script = coverage_script(along)
    if script is not None:
        _component(key=key, data=script)


def coverage_script(along: Coverage) -> Message | None:
    """The cells in order, with None where the middle is left out, and the brackets over them by place and lane.

    >>> from cnnviz.arithmetic.windows.coverage import coverage
    >>> from cnnviz.arithmetic.layers import MaxPool2d
    >>> script = coverage_script(coverage(MaxPool2d(2), (1, 5, 5), axis=1))
    >>> [cell["role"] for cell in script["cells"]], [cell["read"] for cell in script["cells"]]
    (['input', 'input', 'input', 'input', 'input'], [True, True, True, True, False])
    >>> script["brackets"][1]
    {'index': 1, 'first': 2, 'last': 3, 'lane': 0}
    """
    lanes = overlap(along)
    shown = shown_cells(along)
    places = {cell: place for place, cell in enumerate(shown) if cell is not None}
    visible = [
        (index, first, behind)
        for index, (first, behind) in enumerate(along.windows)
        if first in places and behind - 1 in places and places[behind - 1] - places[first] == behind - 1 - first
    ]
    if not visible:
        return None
    if lanes > MAX_LANES:  # too many on top of one another: the first two and the last two are enough
        lanes = MAX_LANES
        visible = visible if len(visible) <= MAX_LANES else [*visible[:2], *visible[-2:]]
        numbered = list(enumerate(visible))
    else:
        numbered = [(window[0] % lanes, window) for window in visible]
    brackets: list[Bracket] = [
        {
            "index": index,
            "first": places[first],
            "last": places[behind - 1],
            "lane": lane,
        }
        for lane, (index, first, behind) in numbered
    ]
    cells = [None if cell is None else cell_script(along, cell) for cell in shown]
    return {"cells": cells, "brackets": brackets, "lanes": lanes, "sentence": along.sentence}


def cell_script(along: Coverage, cell: int) -> Cell:
    """One cell: its number, what it is, and what to say of it."""
    role, read = along.role(cell), along.is_read(cell)
    line = f"{LINES[along.axis][:-1]} {cell}"
    words = {"input": line, "padding": "padding", "beyond": "beyond the padded input"}[role]
    return {"number": cell, "role": role, "read": read, "title": words if read else f"{words}: not reached"}


def shown_cells(along: Coverage) -> list[int | None]:
    """All cells, or the first and the last of them with None between, so that two windows fit at either end."""
    cells = range(along.start, along.stop)
    if len(cells) <= MAX_CELLS + 1:  # a gap in place of a single cell would save nothing
        return list(cells)
    last = along.windows[-1]
    before_last = along.windows[max(0, len(along.windows) - 2)]
    head = max(MIN_END, along.windows[min(1, len(along.windows) - 1)][1] - along.start)
    tail = max(MIN_END, along.stop - before_last[0])
    if head + tail > MAX_CELLS:
        head, tail = max(MIN_END, along.windows[0][1] - along.start), max(MIN_END, along.stop - last[0])
    head, tail = min(head, MAX_CELLS // 2), min(tail, MAX_CELLS // 2)
    return [*cells[:head], None, *cells[len(cells) - tail :]]


def overlap(along: Coverage) -> int:
    """How many windows lie over one another at most, looking at each window and those that begin inside it."""
    starts = [first for first, _ in along.windows]
    return max(
        sum(first <= start < behind for start in starts[index : index + MAX_LANES + 2])
        for index, (first, behind) in enumerate(along.windows)
    )
