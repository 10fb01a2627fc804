"""What the softmax makes of one score, as a line with its numbers put in."""

from math import exp, floor, log10

from cnnviz.figures.softmax import ClassShare
from cnnviz.ui.components.one_neuron.script import raised
from cnnviz.ui.components.softmax import bracketed, number


def share_line(share: ClassShare) -> str:
    """The class's probability: its exponential over that of all classes.

    >>> print(share_line(ClassShare(score=1.0, largest=2.0, exponential=0.36788, total=1.25)))
    exp(1.0000 − 2.0000) / 1.2500 ≈ 0.3679 / 1.2500 ≈ **29.43 %**
    """
    total, percent = digits(share.total), digits(share.percent, 2)
    power = f"exp({number(share.score)} − {bracketed(share.largest)})"
    if share.exponential == 1:
        return f"{power} / {total} = 1 / {total} ≈ **{percent} %**"
    return f"{power} / {total} ≈ {digits(share.exponential)} / {total} ≈ **{percent} %**"


def ratio_line(share: ClassShare, other: ClassShare) -> str:
    """How many times as likely one class is as another.

    >>> print(ratio_line(ClassShare(2.0, 2.0, 1.0, 1.25), ClassShare(1.0, 2.0, 0.25, 1.25)))
    exp(1.0000) ≈ **2.7183**
    """
    difference = share.score - other.score
    return f"exp({number(difference)}) ≈ **{digits(exp(min(difference, 700.0)))}**"


def digits(value: float, decimals: int = 4) -> str:
    """A positive number with so many decimals, without them from a thousand on, as a power of ten where they hide it.

    >>> digits(1.5), digits(0.00001234), digits(3684.85), digits(0.0)
    ('1.5000', '1.234 · 10⁻⁵', '3,685', '0')
    """
    if value == 0:
        return "0"
    exponent = floor(log10(value))
    if -3 < exponent < 3:
        return f"{value:.{decimals}f}"
    return f"{value:,.0f}" if 3 <= exponent < 9 else f"{value / 10.0**exponent:.3f} · 10{raised(exponent)}"
