r"""The lines a student would write: the formula, the numbers put in, each simplification, the result.

The formulas are the lecture's: floor((W - f + 2P) / S + 1) for a size, where with dilation the kernel's reach takes
the place of f, and (k * k * C_in + 1) * C_out for parameters (counting.py). Every line is LaTeX that KaTeX can set.
Numbers carry the role they play as a colour name, as in \textcolor{input}{227}; who draws them puts in the colours
(roles: input, kernel, output, padding).
"""

import re
from dataclasses import dataclass

from cnnviz.arithmetic.layers import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
)
from cnnviz.arithmetic.layers.pooling import stride_of
from cnnviz.arithmetic.settings import LINES, Shape, counted, pair
from cnnviz.arithmetic.shapes import effective_kernel_size, output_size, transposed_output_size

COLOURED = re.compile(r"\\textcolor\{\w+\}\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
REACH = r"\textcolor{kernel}{f_D}"
NAMES = {"H": "height", "W": "width"}


@dataclass(frozen=True)
class Line:
    """One line of a derivation. The first has a left side; the others begin with the = sign. The note is plain text."""

    latex: str
    note: str = ""


@dataclass(frozen=True)
class Derivation:
    """A formula, its numbers put in, its result."""

    title: str
    lines: tuple[Line, ...]
    result: int

    @property
    def latex(self) -> str:
        """All lines as one block, one under the other at their first = sign, colours still by role."""
        rows = [line.latex.replace("=", "&=", 1) for line in self.lines]
        return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all lines that have one."""
        return tuple(line.note for line in self.lines if line.note)

    @property
    def markdown(self) -> str:
        """The derivation to copy into a notebook or a hand-in: Markdown with $$, without colours."""
        return "\n\n".join([f"**{self.title}**", f"$$\n{without_colours(self.latex)}\n$$", *self.notes])


def without_colours(latex: str) -> str:
    r"""The LaTeX with every \textcolor{role}{...} replaced by its content.

    >>> print(without_colours(r"\textcolor{input}{C_{\text{in}}} + \textcolor{output}{34{,}944}"))
    C_{\text{in}} + 34{,}944
    """
    return COLOURED.sub(r"\1", latex)


def number(value: int, role: str = "") -> str:
    r"""A number with thousands set apart, in the colour of its role.

    >>> print(number(34944), number(3, "input"))
    34{,}944 \textcolor{input}{3}
    """
    digits = f"{value:,}".replace(",", "{,}")
    return coloured(role, digits) if role else digits


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
        rf"{w} - {f} + 2 \cdot {p}"
        for w, f, p in (
            (coloured("input", symbol), REACH if dilation > 1 else coloured("kernel", "f"), coloured("padding", "P")),
            (number(size, "input"), number(reach, "kernel"), number(padding, "padding")),
        )
    )
    lines = [] if dilation == 1 else dilation_lines(symbol, kernel_size, dilation)
    legend = "" if dilation > 1 else "f is the kernel size, P the padding on each side, S the stride."
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
    """How far a dilated kernel reaches, which takes the place of f in the formula."""
    return [
        Line(
            rf"{REACH} = D \cdot (\textcolor{{kernel}}{{f}} - 1) + 1",
            f"Dilation D spreads the kernel of size f over f_D {LINES[NAMES[symbol]]}. P is the padding on each side, "
            f"S the stride. In one formula: ⌊({symbol} + 2P - D(f - 1) - 1)/S⌋ + 1.",
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


def output_shape_derivations(layer: Layer, input_shape: Shape) -> tuple[Derivation, ...]:
    """One derivation per axis, or a single one where height and width are the same sum.

    For convolutions and poolings; other layers have no formula to derive and give an empty tuple. ShapeError when the
    input does not fit.

    >>> [derivation.title for derivation in output_shape_derivations(MaxPool2d(3, stride=2), (96, 55, 55))]
    ['Output height and width']
    >>> [derivation.result for derivation in output_shape_derivations(Conv2d(3, 8, 3), (3, 8, 10))]
    [6, 8]
    """
    layer.output_shape(input_shape)
    if not isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
        return ()
    per_axis = []
    for axis, symbol in enumerate("HW"):
        size, kernel_size = input_shape[axis + 1], pair(layer.kernel_size)[axis]
        stride = stride_of(layer)[axis] if isinstance(layer, MaxPool2d | AvgPool2d) else pair(layer.stride)[axis]
        dilation = 1 if isinstance(layer, AvgPool2d) else pair(layer.dilation)[axis]
        if isinstance(layer, ConvTranspose2d):
            padding, extra = pair(layer.padding)[axis], pair(layer.output_padding)[axis]
            per_axis.append(transposed_derivation(symbol, size, kernel_size, stride, padding, extra, dilation))
        elif isinstance(layer, Conv2d) and layer.padding == "same":
            per_axis.append(same_derivation(symbol, size, kernel_size, dilation))
        else:
            padding = layer.padding_sides()[axis][0] if isinstance(layer, Conv2d) else pair(layer.padding)[axis]
            ceil_mode = isinstance(layer, MaxPool2d | AvgPool2d) and layer.ceil_mode
            per_axis.append(output_size_derivation(symbol, size, kernel_size, stride, padding, dilation, ceil_mode))
    height, width = per_axis
    if [line.latex.replace("H", "W") for line in height.lines] == [line.latex for line in width.lines]:
        return (Derivation("Output height and width", width.lines, width.result),)
    return height, width


def same_derivation(symbol: str, size: int, kernel_size: int, dilation: int) -> Derivation:
    """padding='same': just as much padding as the kernel's reach takes away."""
    total = dilation * (kernel_size - 1)
    reach, reach_numbers = r"\textcolor{kernel}{f} - 1", f"{number(kernel_size, 'kernel')} - 1"
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
    letters = coloured("input", symbol), "S", coloured("padding", "P"), "D", coloured("kernel", "f"), "A"
    values = (
        number(size, "input"),
        number(stride),
        number(padding, "padding"),
        number(dilation),
        number(kernel_size, "kernel"),
        number(output_padding),
    )
    formula, numbers = (
        rf"({w} - 1) \cdot {s} - 2 \cdot {p} + {d} \cdot ({f} - 1) + {a} + 1" for w, s, p, d, f, a in (letters, values)
    )
    legend = "f is the kernel size, P the padding, S the stride, D the dilation, A the output_padding."
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


def coloured(role: str, latex: str) -> str:
    """LaTeX in the colour of a role."""
    return rf"\textcolor{{{role}}}{{{latex}}}"


def output_symbol(symbol: str) -> str:
    """H_out or W_out in the colour of outputs."""
    return coloured("output", rf"{symbol}_{{\text{{out}}}}")
