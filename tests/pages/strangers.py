"""Pages as a stranger meets them: every widget that can be reached, every name that an address can carry."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from app import CHAPTERS

ROOT = Path(__file__).parents[2]
LESSONS = [file for chapter in CHAPTERS.values() for file, *_ in chapter]
# Read from the address by hand; all others are bound to a widget.
READ_BY_HAND = ("picture", "step", "patch", "layer_number", "unit", "class", "net", "input", "why_at")

SMALL = {"network": "Slim AlexNet"}  # for pages that one opens many times; the others pass it over

TEXTS = (
    "", " ", "x", "1", "½", "1 2\n3 4", "1 2 3\n4 5", "1 2 | 3 4", "1;2;3", "[[1, 2], [3, 4]]", "nan nan\nnan nan",
    "1e999 1\n1 1", "-1e308 1e308\n1 1", "1/0 1\n1 1", "0x10 1\n1 1", "1_0 2\n3 4", "٣ ٣\n٣ ٣", "\x00\x1b[31m",
    "\u202e1", "<b>x</b>", "$x$ :red[y]", "9" * 400, "1." + "0" * 400 + "1 1\n1 1", "1 " * 3000, "1\n" * 3000,
    "a" * 100_000,
)  # fmt: skip

NOT_NUMBERS = (
    "x", "½", "nan nan\nnan nan", "1e999 1\n1 1", "1/0 1\n1 1", "0x10 1\n1 1", "1_0 2\n3 4", "<b>x</b>", "9" * 400,
    "1 " * 3000,
)  # fmt: skip


def opened(file: str, query: Mapping[str, str | list[str]] | None = None) -> AppTest:
    """A page in a fresh session, by a link with this query, after its first run."""
    page = AppTest.from_file(ROOT / file, default_timeout=120)
    for name, value in (query or {}).items():
        page.query_params[name] = value
    return page.run()


def elements(block: Any) -> Iterator[Any]:
    """Everything on a page, from the top down."""
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from elements(child)


def names_in_address(page: AppTest) -> list[str]:
    """What an address of this page can say."""
    bound = [getattr(getattr(element, "proto", None), "query_param_key", "") for element in elements(page._tree)]
    return [*filter(None, bound), *READ_BY_HAND]


def broken(page: AppTest) -> list[str]:
    """What went wrong, with where; empty where nothing did."""
    return [f"{problem.message} {problem.stack_trace}" for problem in page.exception]
