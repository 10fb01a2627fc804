"""Derivations of an output's size along one axis: the lecture's floor((W - k + 2P) / S + 1) and its relatives.

With dilation the kernel's reach takes the place of k.
"""

from cnnviz.arithmetic.derivations.lines import (
    NAMES,
    REACH,
    Derivation,
    Line,
    coloured,
    number,
    output_symbol,
)
from cnnviz.arithmetic.settings import LINES, counted
from cnnviz.arithmetic.shapes import effective_kernel_size, output_size, transposed_output_size


def output_size_derivation(
    symbol: str,
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> Derivation:
    """Along one axis ("H" or "W"), how many places the window takes, and what the floor drops.

    The settings must fit: ask the layer's output_shape first.

    >>> derivation = output_size_derivation("W", 224, 11, stride=4)
    >>> derivation.result, derivation.notes[-1]
    (54, 'The floor drops 1/4 of a step: no window reaches the last column.')
    """
    left, right = (r"\left\lceil ", r" \right\rceil") if ceil_mode else (r"\left\lfloor ", r" \right\rfloor")
    reach = effective_kernel_size(kernel_size, dilation)
    free = size + 2 * padding - reach
    whole, rest = divmod(free, stride)
    windows = whole + 1 + bool(ceil_mode and rest)  # before torch drops one that starts beyond the input
    result = output_size(size, kernel_size, stride, padding, dilation, ceil_mode)
    letters, numbers = (
        rf"{w} - {k} + 2 \cdot {p}"
        for w, k, p in (
            (coloured("input", symbol), REACH if dilation > 1 else coloured("kernel", "k"), coloured("padding", "P")),
            (number(size, "input"), number(reach, "kernel"), number(padding, "padding")),
        )
    )
    lines = [] if dilation == 1 else dilation_lines(symbol, kernel_size, dilation)
    legend = "" if dilation > 1 else "k is the kernel size, P the padding on each side, S the stride."
    lines += [
        Line(rf"{output_symbol(symbol)} = {left}\frac{{{letters}}}{{S}} + 1{right}", legend),
        Line(rf"= {left}\frac{{{numbers}}}{{{number(stride)}}} + 1{right}"),
        Line(rf"= {left}\frac{{{number(free)}}}{{{number(stride)}}} + 1{right}"),
    ]
    if rest:
        lines.append(Line(rf"= {left}{number(whole)} + \tfrac{{{number(rest)}}}{{{number(stride)}}} + 1{right}"))
    if windows > result:
        lines.append(Line(f"= {number(windows)}"))
        lines.append(dropped_window(symbol, size, stride, padding, windows))
    else:
        note = ceiling_note(symbol, stride - rest) if ceil_mode else floor_note(symbol, rest, stride, padding)
        lines.append(Line(f"= {number(windows, 'output')}", note if rest else ""))
    return Derivation(f"Output {NAMES[symbol]}", tuple(lines), result)


def dilation_lines(symbol: str, kernel_size: int, dilation: int) -> list[Line]:
    """How far a dilated kernel reaches, which takes the place of k in the formula."""
    return [
        Line(
            rf"{REACH} = D \cdot (\textcolor{{kernel}}{{k}} - 1) + 1",
            f"Dilation D spreads the kernel of size k over R {LINES[NAMES[symbol]]}, its reach. P is the padding "
            f"on each side, S the stride. In one formula: ⌊({symbol} + 2P - D(k - 1) - 1)/S⌋ + 1.",
        ),
        Line(rf"= {number(dilation)} \cdot ({number(kernel_size, 'kernel')} - 1) + 1"),
        Line(f"= {number(effective_kernel_size(kernel_size, dilation), 'kernel')}"),
    ]


def floor_note(symbol: str, rest: int, stride: int, padding: int) -> str:
    """What rounding down leaves out at the far end, where the padding comes first."""
    lines = LINES[NAMES[symbol]]
    last = f"the last {lines[:-1]}" if rest == 1 else f"the last {rest} {lines}"
    dropped = f"The floor drops {rest}/{stride} of a step: no window reaches {last}"
    if padding == 0:
        return f"{dropped}."
    if rest <= padding:
        return f"{dropped} of the padding; the input itself is read to its end."
    return f"{dropped} of the padded input, {rest - padding} of them in the input itself."


def ceiling_note(symbol: str, beyond: int) -> str:
    """What rounding up adds at the far end."""
    return (
        f"The ceiling adds one more window, which reaches {counted(beyond, LINES[NAMES[symbol]][:-1])} beyond the end."
    )


def dropped_window(symbol: str, size: int, stride: int, padding: int, windows: int) -> Line:
    """The exception to rounding up: a last window that would see nothing of the input."""
    line, start = LINES[NAMES[symbol]][:-1], (windows - 1) * stride - padding
    return Line(
        f"{output_symbol(symbol)} = {number(windows)} - 1 = {number(windows - 1, 'output')}",
        f"The last of these windows would start at {line} {start} (counted from 0), and the input ends at {line} "
        f"{size - 1}: PyTorch leaves it out.",
    )


def same_derivation(symbol: str, size: int, kernel_size: int, dilation: int) -> Derivation:
    """padding='same': just as much padding as the kernel's reach takes away."""
    total = dilation * (kernel_size - 1)
    reach, reach_numbers = r"\textcolor{kernel}{k} - 1", f"{number(kernel_size, 'kernel')} - 1"
    if dilation > 1:
        reach, reach_numbers = rf"D \cdot ({reach})", rf"{number(dilation)} \cdot ({reach_numbers})"
    more = f" The odd one goes to the far end: {total // 2} before, {total - total // 2} after." if total % 2 else ""
    lines = (
        Line(
            rf"\textcolor{{padding}}{{P_{{\text{{total}}}}}} = {reach}",
            "Padding 'same' adds what the kernel takes away, both ends together." + more,
        ),
        Line(f"= {reach_numbers}"),
        Line(f"= {number(total, 'padding')}"),
        Line(rf"{output_symbol(symbol)} = {coloured('input', symbol)}"),
        Line(f"= {number(size, 'output')}"),
    )
    return Derivation(f"Output {NAMES[symbol]}", lines, size)


def transposed_derivation(
    symbol: str, size: int, kernel_size: int, stride: int, padding: int, output_padding: int, dilation: int
) -> Derivation:
    """The size of a transposed convolution: the direct formula solved for its input (torch.nn.ConvTranspose2d)."""
    result = transposed_output_size(size, kernel_size, stride, padding, output_padding, dilation)
    letters = coloured("input", symbol), "S", coloured("padding", "P"), "D", coloured("kernel", "k"), "A"
    values = (
        number(size, "input"),
        number(stride),
        number(padding, "padding"),
        number(dilation),
        number(kernel_size, "kernel"),
        number(output_padding),
    )
    formula, numbers = (
        rf"({w} - 1) \cdot {s} - 2 \cdot {p} + {d} \cdot ({k} - 1) + {a} + 1" for w, s, p, d, k, a in (letters, values)
    )
    legend = "k is the kernel size, P the padding, S the stride, D the dilation, A the output_padding."
    lines = (
        Line(f"{output_symbol(symbol)} = {formula}", legend),
        Line(f"= {numbers}"),
        Line(
            f"= {number((size - 1) * stride)} - {number(2 * padding)} + {number(dilation * (kernel_size - 1))}"
            f" + {number(output_padding)} + 1"
        ),
        Line(f"= {number(result, 'output')}"),
    )
    return Derivation(f"Output {NAMES[symbol]}", lines, result)
