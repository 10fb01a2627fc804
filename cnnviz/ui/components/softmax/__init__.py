"""The top classes as bars, and behind each bar the softmax with its numbers: point at a row to follow it."""

from typing import Literal, TypedDict

from cnnviz.figures.softmax import SoftmaxTable
from cnnviz.ui.component import Component, browser_component


class Row(TypedDict):
    """One class from score to probability; each step is its left side, its sign and its result."""

    name: str
    score: str
    difference: str
    exponential: str
    percent: str
    share: float
    steps: list[tuple[str, Literal["=", "≈"], str]]


class Others(TypedDict):
    """All other classes together."""

    name: str
    exponential: str
    percent: str
    share: float


class Message(TypedDict):
    """The rows, the others, and the sum of all exponentials."""

    rows: list[Row]
    others: Others
    total: str


_component: Component[Message] = browser_component(__file__)


def show_softmax(table: SoftmaxTable, key: str) -> None:
    """Draw the table (see `softmax_table`): a row for each class, one for all others, and the sum.

    Pointing at a row, tapping it or moving to it with the arrow keys writes its division with the numbers put in.
    """
    rows: list[Row] = [
        {
            "name": row.name,
            "score": number(row.score),
            "difference": number(row.difference),
            "exponential": number(row.exponential),
            "percent": f"{row.percent:.2f} %",
            "share": row.percent,
            "steps": [
                (
                    f"exp({number(row.score)} − {bracketed(table.rows[0].score)}) = exp({number(row.difference)})",
                    "=" if row.difference == 0 else "≈",
                    number(row.exponential),
                ),
                (f"{number(row.exponential)} / {number(table.total)}", "≈", f"{row.percent:.2f} %"),
            ],
        }
        for row in table.rows
    ]
    others: Others = {
        "name": f"the other {table.num_others}" if table.num_others else "no others",
        "exponential": number(table.others_exponential),
        "percent": f"{table.others_percent:.2f} %",
        "share": table.others_percent,
    }
    _component(key=key, data={"rows": rows, "others": others, "total": number(table.total)})


def number(value: float) -> str:
    """Four decimals and a real minus sign; a zero has none.

    >>> number(-1.5), number(-0.0)
    ('−1.5000', '0.0000')
    """
    return f"{value + 0.0:.4f}".replace("-", "−")


def bracketed(value: float) -> str:
    """The same, in brackets where it is negative and stands behind an operator.

    >>> bracketed(2.0), bracketed(-2.0)
    ('2.0000', '(−2.0000)')
    """
    return number(value) if value >= 0 else f"({number(value)})"
