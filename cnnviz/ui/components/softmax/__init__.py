"""The top classes as bars, and behind each bar the softmax with its numbers: point at a row to follow it."""

from math import exp
from typing import Literal, TypedDict

from cnnviz.arithmetic.derivations.rounding import enough_digits, fixed, printed, significant
from cnnviz.figures.softmax import SoftmaxRow, SoftmaxTable
from cnnviz.ui.component import Component, browser_component

Step = tuple[str, Literal["=", "≈"], str]


class Row(TypedDict):
    """One class from score to probability; each step is its left side, its sign and its result."""

    name: str
    score: str
    difference: str
    exponential: str
    percent: str
    share: float
    steps: list[Step]


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
            "steps": steps_of(row, table),
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


def steps_of(row: SoftmaxRow, table: SoftmaxTable) -> list[Step]:
    """exp(score − largest), and its share of the total: with so many digits that what is printed gives the per cent."""

    def write(digits: int) -> tuple[str, float]:
        if digits == 4:
            over, under = number(row.exponential), number(table.total)
        else:
            over, under = significant(exp(row.difference), digits - 1), fixed(table.exact_total, digits)
        return f"{over} / {under}", 100 * printed(over) / printed(under)

    nearest = fixed(100 * exp(row.difference) / table.exact_total, 2)  # a row may be a hundredth off, to make 100.00
    quotient = enough_digits(write, nearest)
    exponential = quotient.partition(" / ")[0]
    return [
        (
            f"exp({number(row.score)} − {bracketed(table.rows[0].score)}) = exp({number(row.difference)})",
            "=" if row.difference == 0 else "≈",
            exponential,
        ),
        (quotient, "≈", f"{row.percent:.2f} %"),
    ]


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
