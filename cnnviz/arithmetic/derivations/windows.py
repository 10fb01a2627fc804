"""Derivations of where windows lie: what one output value sees of the input, and the windows of adaptive pooling."""

from cnnviz.arithmetic.derivations.lines import NAMES, REACH, Derivation, Line, coloured, number
from cnnviz.arithmetic.receptive_field import ReceptiveField, Window, window_bounds
from cnnviz.arithmetic.settings import LINES
from cnnviz.arithmetic.shapes import effective_kernel_size

SEEN = coloured("kernel", "r")
K = coloured("kernel", "k")


def receptive_field_derivation(
    symbol: str, lines: list[Line], field: ReceptiveField, count: int, size: int, padding: int | None
) -> Derivation:
    """How many rows or columns one output value sees: the lines that say so, and where the first and the last see.

    `count` values of which value i sees `field.window(i, size)`; `padding` is None where none can be seen.
    """
    lines = [*lines[:-1], Line(lines[-1].latex, ends_note(symbol, field, count, size, padding))]
    return Derivation(f"What one output value sees, along the {NAMES[symbol]}", tuple(lines), field.pixels)


def receptive_field_lines(symbol: str, kernel_size: int, stride: int, padding: int, dilation: int) -> list[Line]:
    """r = k, or r = R = D (k - 1) + 1 with a dilation."""
    lines = LINES[NAMES[symbol]]
    gaps = "" if dilation == 1 else f", of them every {ordinal(dilation)}"
    note = (
        f"Its receptive field: value i sees r {lines}{gaps}, from {lines[:-1]} i · S - P = i · {stride} - {padding} on."
    )
    if dilation == 1:
        return [Line(f"{SEEN} = {K}", note), Line(f"= {number(kernel_size, 'kernel')}")]
    return [
        Line(rf"{SEEN} = {REACH} = D \cdot ({K} - 1) + 1", note),
        Line(rf"= {number(dilation)} \cdot ({number(kernel_size, 'kernel')} - 1) + 1"),
        Line(f"= {number(effective_kernel_size(kernel_size, dilation), 'kernel')}"),
    ]


def transposed_receptive_field_lines(symbol: str, kernel_size: int, stride: int) -> list[Line]:
    """r = ceil(k / S): the input values are S apart in the output, and the kernel reaches over k."""
    seen = -(-kernel_size // stride)
    return [
        Line(
            rf"{SEEN} = \left\lceil \frac{{{K}}}{{S}} \right\rceil",
            f"Input values are put S {LINES[NAMES[symbol]]} apart and each is spread over k of them: so many "
            "at most meet in one output value.",
        ),
        Line(rf"= \left\lceil \frac{{{number(kernel_size, 'kernel')}}}{{{number(stride)}}} \right\rceil"),
        Line(f"= {number(seen, 'kernel')}"),
    ]


def ends_note(symbol: str, field: ReceptiveField, count: int, size: int, padding: int | None) -> str:
    """Where the first and the last field lie."""
    lines = LINES[NAMES[symbol]]
    first, last = (seen_words(lines, field.window(row, size), padding) for row in (0, count - 1))
    if count == 1:
        return f"The only value sees {first}."
    return f"The first value sees {first}; the last, i = {count - 1}, {last}."


def seen_words(lines: str, window: Window, padding: int | None) -> str:
    """Which rows or columns of the picture, and how many of the padding or, with ceil_mode, even beyond it."""
    if window.last < window.first:
        return "nothing of the input"
    seen = f"{lines} {window.first} to {window.last}" if window.last > window.first else f"{lines[:-1]} {window.first}"
    beyond = window.before + window.after
    if padding is None or not beyond:
        return seen
    where = "of the padding" if window.after <= padding else "beyond the edge"
    return f"{seen} and {beyond} {where}"


def ordinal(number: int) -> str:
    """2nd, 3rd, 4th, for the small numbers that dilations are."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(number % 10, "th")
    return f"{number}{ending}"


def adaptive_derivation(symbol: str, size: int, count: int) -> Derivation:
    """How large the windows of an adaptive pooling from `size` to `count` are along one axis.

    Where the sizes divide all windows are H / O; else the window of i = 1 is worked out, which shares rows with its
    neighbours.
    """
    if size % count == 0:
        return Derivation(f"Windows along the {NAMES[symbol]}", tuple(even_lines(symbol, size, count)), size // count)
    lines = tuple(uneven_lines(symbol, size, count))
    return Derivation(f"Windows along the {NAMES[symbol]}", lines, window_rows(1, size, count))


def even_lines(symbol: str, size: int, count: int) -> list[Line]:
    """All windows are H / O."""
    lines, window = LINES[NAMES[symbol]], size // count
    whole = f" With one window of the whole {NAMES[symbol]} this is global pooling." if count == 1 else ""
    note = (
        f"O is the output size. Windows of equal size lie side by side, {window} {lines if window > 1 else lines[:-1]}"
    )
    return [
        Line(rf"{K} = \frac{{{coloured('input', symbol)}}}{{{coloured('output', 'O')}}}", f"{note} each.{whole}"),
        Line(rf"= \frac{{{number(size, 'input')}}}{{{number(count, 'output')}}}"),
        Line(f"= {number(window, 'kernel')}"),
    ]


def uneven_lines(symbol: str, size: int, count: int) -> list[Line]:
    """The window of output value 1: from floor(H / O) to ceil(2 H / O)."""
    lines, (start, stop) = LINES[NAMES[symbol]], window_bounds(1, size, count)
    sizes = sorted({window_rows(i, size, count) for i in range(min(count, 1000))})
    letter, out = coloured("input", symbol), coloured("output", "O")

    def bounds(top: str, bottom: str, one: str, two: str) -> str:
        return (
            rf"\left\lceil \frac{{{two} \cdot {top}}}{{{bottom}}} \right\rceil - "
            rf"\left\lfloor \frac{{{one} \cdot {top}}}{{{bottom}}} \right\rfloor"
        )

    return [
        Line(
            rf"{K}_i = {bounds(letter, out, 'i', '(i + 1)')}",
            f"O is the output size, which does not divide {size}: value i averages {lines} ⌊i · {symbol}/O⌋ to "
            f"⌈(i + 1) · {symbol}/O⌉ - 1, worked out here for i = 1.",
        ),
        Line(rf"{K}_1 = {bounds(number(size, 'input'), number(count, 'output'), '1', '2')}"),
        Line(f"= {number(stop)} - {number(start)}"),
        Line(
            f"= {number(stop - start, 'kernel')}",
            f"These are {lines} {start} to {stop - 1}. All windows have {' or '.join(str(rows) for rows in sizes)} "
            f"{lines}; where they do not come out even, neighbours share {lines}.",
        ),
    ]


def window_rows(index: int, size: int, count: int) -> int:
    """How many rows the adaptive window `index` has.

    >>> [window_rows(index, 13, 6) for index in range(6)]
    [3, 3, 3, 3, 3, 3]
    """
    start, stop = window_bounds(index, size, count)
    return stop - start
