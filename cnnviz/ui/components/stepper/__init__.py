"""The stepper: a window walking over an input, cell by cell, in the browser. Stepping makes no trip to the server."""

from collections.abc import Callable, Iterator
from typing import Any, TypedDict

import streamlit as st

from cnnviz.arithmetic.matrix import MatrixError, read_cells, write_number
from cnnviz.figures.stepper import Script
from cnnviz.figures.stepper.parts import Cells
from cnnviz.ui.component import Component, answer, browser_component
from cnnviz.ui.components.stepper.saving import SavedFile, saved_file

__all__ = ["Numbers", "start_step", "stepper"]


class Filtered(TypedDict):
    """The whole picture under one filter: an address, its size, its palette (an address too) and the palette's ends."""

    source: str
    caption: str
    alt: str
    rows: int
    columns: int
    low: str
    high: str
    legend: str


class WholePicture(TypedDict):
    """A picture, an address, with a patch of so many pixels a side; the layer's stride; and what each filter makes."""

    source: str
    caption: str
    alt: str
    rows: int
    columns: int
    top: int
    left: int
    side: int
    stride: list[int]
    filtered: list[Filtered]


class Message(Script):
    """A script and how it is shown; see `stepper`.

    `heard` is when the last typed numbers that arrived were sent, `refused` what of them is no number.
    """

    start: int | None
    editable: bool
    heard: float
    refused: list[str]
    linked: bool
    focus: bool
    autoplay: bool
    loop: bool
    plain: bool
    picture: WholePicture | None
    save: bool
    file: SavedFile | None


class Edit(TypedDict):
    """What somebody typed into one plane, see `Numbers`, and when it was sent."""

    grid: str
    plane: int
    filter: int
    cells: Cells
    divisor: int
    sent: float


class Edits(TypedDict):
    """Every edit that was not heard yet, and when the last one was sent."""

    edits: list[Edit]
    sent: float


class Wanted(TypedDict):
    """A file that somebody wants; the answer repeats its stamp."""

    kind: str
    step: int
    dark: bool
    stamp: int


class Answers(TypedDict):
    """Typed numbers, another place of the patch (row and column), or a file that is wanted."""

    numbers: Edits
    place: tuple[int, int]
    save: Wanted


_component: Component[Message] = browser_component(__file__)


class Numbers(TypedDict):
    """What somebody typed into the cells of one plane.

    ``grid`` is ``"input"`` or ``"kernel"``; ``plane`` the input channel, or the kernel's plane of filter ``filter``;
    ``cells`` the whole plane as text, a kernel as torch stores it; each number is to be divided by ``divisor``.
    """

    grid: str
    plane: int
    filter: int
    cells: Cells
    divisor: int


def stepper(
    script: Script,
    key: str,
    *,
    start: int | None = None,
    on_numbers: Callable[[Numbers], None] | None = None,
    linked: bool = False,
    autoplay: bool = False,
    plain: bool = False,
    picture: WholePicture | None = None,
    save: bool = True,
    on_place: Callable[[int, int], None] | None = None,
) -> None:
    """Draw the stepper for a script of :mod:`cnnviz.figures.stepper`.

    ``start`` is the step it opens on, counted from 0; None reads it, and the pinned cell, from the page's address where
    the stepper is ``linked``. ``linked`` keeps both in the address and takes the keyboard when the page opens.
    ``on_numbers`` makes the cells editable and is called with what was typed, plane by plane. ``autoplay`` lets it walk
    round and round (not for those who asked for reduced motion); ``plain`` leaves out the arithmetic. ``picture`` is
    what ``cnnviz.ui.pickers.patch.picture_of`` gives; ``on_place`` is called with the row and column its patch was
    moved to.
    ``save`` offers this step and the whole walk as files.
    """

    def typed() -> None:
        if on_numbers is not None:
            for numbers, before in _edits(answer(key, "numbers"), script):
                on_numbers(numbers)
                wrong = [cell for row in numbers["cells"] for cell in row if not is_number(cell)]
                if wrong:  # it was answered in words; the other cells are not to be lost
                    on_numbers(readable(numbers, before))
                    st.session_state.setdefault(f"{key}_refused", []).extend(wrong)

    def moved() -> None:
        place = answer(key, "place")
        match place:
            case [int(row), int(column)] if on_place is not None:
                on_place(max(0, row), max(0, column))

    def save_wanted() -> None:
        st.session_state[f"{key}_wanted"] = answer(key, "save")

    wanted = st.session_state.pop(f"{key}_wanted", None)
    _component(
        key=key,
        data={
            **script,
            "start": start,
            "editable": on_numbers is not None,
            "heard": _heard(key),
            "refused": st.session_state.pop(f"{key}_refused", []),
            "linked": linked,
            "focus": linked,
            "autoplay": autoplay,
            "loop": autoplay,
            "plain": plain,
            "picture": picture,
            "save": save and not plain,
            "file": saved_file(script, wanted) if wanted else None,
        },
        on_numbers_change=typed,
        on_place_change=moved,
        on_save_change=save_wanted,
    )


def start_step() -> int:
    """The step that the page's address asks for, counted from 0; the first where it asks for nonsense."""
    asked = str(st.query_params.get("step", "1"))
    return int(asked) - 1 if asked.isdecimal() and 0 < len(asked) < 5 and int(asked) > 0 else 0


def _edits(sent: Any, script: Script) -> Iterator[tuple[Numbers, Cells]]:
    """The planes of this script that somebody typed into, each with its cells before.

    What a browser makes up is passed over, and what comes late, for a plane of another size. The browser repeats what
    it sent until it has been heard, because of two quick edits only the second may arrive.
    """
    edits = sent.get("edits") if isinstance(sent, dict) else None
    for edit in edits if isinstance(edits, list) else []:
        match edit:
            case {"grid": str(grid), "plane": int(plane), "filter": int(number), "cells": cells, "divisor": int(by)}:
                before = stored_cells(script, grid, plane, number, by) if by > 0 else None
                if before and _has_cells_of(before, cells):
                    numbers = Numbers(grid=grid, plane=plane, filter=number, cells=cells, divisor=by)
                    yield numbers, before


def _has_cells_of(before: Cells, cells: Any) -> bool:
    """Whether these are texts in as many rows and columns."""
    lines = cells if isinstance(cells, list) else []
    texts = [[cell for cell in line if isinstance(cell, str)] if isinstance(line, list) else [] for line in lines]
    return [len(line) for line in texts] == [len(line) for line in before] == [len(line) for line in lines]


def stored_cells(script: Script, grid: str, plane: int, number: int, divisor: int) -> Cells | None:
    """The numbers of one plane as `Numbers` has them, a kernel's over ``divisor``; None where there is no such plane.

    ``number`` is the filter's. A kernel is drawn as it lies on the input, and stored the other way round where it is
    flipped.
    """
    kernel, input = script["kernel"], script["input"]
    if grid == "kernel":
        filters = kernel["filters"] if kernel else []
        planes = filters[number]["planes"] if 0 <= number < len(filters) else []
        if kernel is None or not 0 <= plane < len(planes):
            return None
        laid = read_cells(planes[plane]["cells"])
        way = -1 if (script["kind"] == "transposed") != script["flipped"] else 1
        return [[write_number(value * divisor / kernel["divisor"]) for value in row[::way]] for row in laid[::way]]
    if grid != "input" or not 0 <= plane < len(input["planes"]):
        return None
    (top, left), (height, width), (down, across) = input["origin"], input["size"], input["spread"]
    drawn = input["planes"][plane]["cells"]
    return [[drawn[top + row * down][left + column * across] for column in range(width)] for row in range(height)]


def readable(numbers: Numbers, before: Cells) -> Numbers:
    """The same with every cell that holds no number as it was before."""
    kept = [
        [cell if is_number(cell) else old for cell, old in zip(row, was, strict=True)]
        for row, was in zip(numbers["cells"], before, strict=True)
    ]
    return Numbers({**numbers, "cells": kept})


def is_number(text: str) -> bool:
    """Whether a cell can be read.

    >>> is_number("1/9"), is_number("abc"), is_number("1,5")
    (True, False, True)
    """
    try:
        read_cells([[text]])
    except MatrixError:
        return False
    return True


def _heard(key: str) -> float:
    """When the last numbers that arrived were sent, as the browser's clock says."""
    state: Any = st.session_state.get(key)
    numbers = state.get("numbers") if hasattr(state, "get") else None
    sent = numbers.get("sent") if isinstance(numbers, dict) else 0
    return sent if isinstance(sent, int | float) else 0
