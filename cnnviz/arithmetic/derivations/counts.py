"""Derivations of parameter counts, multiply-accumulates and memory, line by line, from the numbers that they hold."""

from math import prod

from cnnviz.arithmetic.derivations.lines import (
    C_IN,
    C_OUT,
    Derivation,
    Line,
    coloured,
    named,
    number,
    output_symbol,
)
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES, readable_bytes
from cnnviz.arithmetic.settings import Shape, read_shape

PARAMETERS, MACS = "Parameters", "Multiply-accumulates (MACs)"


def nothing_learnt() -> Derivation:
    """No parameters."""
    lines = [Line(number(0, "output"), "This layer learns nothing: it has no weights.")]
    return Derivation(PARAMETERS, named(r"\text{parameters}", lines), 0)


def nothing_counted() -> Derivation:
    """No multiply-accumulates."""
    lines = [Line(number(0), "Only convolutions and linear layers are counted.")]
    return Derivation(MACS, named(r"\text{MACs}", lines), 0)


def flatten_derivation(input_shape: Shape) -> Derivation:
    """How many features a picture has once its rows are laid end to end.

    >>> flatten_derivation((4, 28, 28)).result
    3136
    """
    shape = read_shape(input_shape)
    lines = [
        Line(
            r" \cdot ".join(number(size, "input") for size in shape),
            "Flattening keeps every value and forgets where it was.",
        ),
        Line(f"= {number(prod(shape), 'input')}"),
    ]
    return Derivation("Features", named(r"\text{features}", lines), prod(shape))


def memory_lines(shape: Shape, num_params: int) -> Derivation:
    r"""How many bytes an output of this shape takes in float32, and how many the layer's parameters take besides.

    >>> derivation = memory_lines((96, 55, 55), 34944)
    >>> derivation.result, derivation.notes[-1]
    (1161600, '1,161,600 bytes are 1.16 MB. The parameters take 34,944 · 4 bytes = 140 kB more.')
    """
    result = prod(shape) * FLOAT32_BYTES
    letters = (C_OUT, output_symbol("H"), output_symbol("W")) if len(shape) == 3 else (r"\text{values}",)
    times = r" \cdot "
    exact = f"{result:,} bytes are {readable_bytes(result)}." if result >= 1000 else ""
    parameters = (
        f"The parameters take {num_params:,} · {FLOAT32_BYTES} bytes = {readable_bytes(num_params * FLOAT32_BYTES)} "
        "more."
        if num_params
        else ""
    )
    lines = [
        Line(
            rf"{times.join(letters)} \cdot {FLOAT32_BYTES}",
            "Every value of the output is a float32, which takes 4 bytes.",
        ),
        Line(rf"= {times.join(number(size, 'output') for size in shape)} \cdot {FLOAT32_BYTES}"),
    ]
    if len(shape) > 1:
        lines.append(Line(rf"= {number(prod(shape))} \cdot {FLOAT32_BYTES}"))
    lines.append(Line(f"= {number(result)}", " ".join(filter(None, (exact, parameters)))))
    return Derivation("Memory of the output", named(r"\text{bytes}", lines), result)


def dense_lines(inputs: int, outputs: int, bias: bool, num_params: int) -> Derivation:
    """How many parameters one dense layer would need for the job of a convolution with `num_params`.

    >>> dense_lines(3 * 227 * 227, 96 * 55 * 55, bias=False, num_params=34848).result
    44892064800
    """
    before, after = ("(", " + 1)") if bias else ("", "")
    result = (inputs + bool(bias)) * outputs
    lines = [
        Line(
            rf"{before}\text{{in}}{after} \cdot \text{{out}}",
            "From every input value to every output value: "
            f"{round(result / num_params):,} times as many parameters as the convolution.",
        ),
        Line(rf"= {before}{number(inputs, 'input')}{after} \cdot {number(outputs, 'output')}"),
        Line(f"= {number(result)}"),
    ]
    return Derivation("The same job as one dense layer", named(r"\text{parameters}", lines), result)


def filter_params(
    kernel_size: tuple[int, int], in_channels: int, out_channels: int, groups: int, bias: bool
) -> Derivation:
    """(k * k * C_in / groups + 1) * C_out.

    >>> filter_params((11, 11), 3, 96, groups=1, bias=True).result
    34944
    """
    kernel, kernel_numbers = kernel_product(kernel_size)
    channels, channel_numbers = C_IN, number(in_channels, "input")
    if groups > 1:
        channels, channel_numbers = (rf"\tfrac{{{c}}}{{{g}}}" for c, g in ((channels, "G"), (channel_numbers, groups)))
    weights, filters = prod(kernel_size) * in_channels // groups, number(out_channels, "output")
    result = (weights + bool(bias)) * out_channels
    if bias:
        lines = [
            Line(
                rf"\left({kernel} \cdot {channels} + 1\right) \cdot {C_OUT}",
                "k is the kernel size; the 1 is the bias that each filter has." + grouping_note(groups, in_channels),
            ),
            Line(rf"= \left({kernel_numbers} \cdot {channel_numbers} + 1\right) \cdot {filters}"),
            Line(rf"= ({number(weights)} + 1) \cdot {filters}"),
            Line(rf"= {number(weights + 1)} \cdot {filters}"),
        ]
    else:
        note = "k is the kernel size; without biases." + grouping_note(groups, in_channels)
        lines = [
            Line(rf"{kernel} \cdot {channels} \cdot {C_OUT}", note),
            Line(rf"= {kernel_numbers} \cdot {channel_numbers} \cdot {filters}"),
            Line(rf"= {number(weights)} \cdot {filters}"),
        ]
    lines.append(Line(f"= {number(result)}"))
    return Derivation(PARAMETERS, named(r"\text{parameters}", lines), result)


def transposed_params(
    kernel_size: tuple[int, int], in_channels: int, out_channels: int, groups: int, bias: bool
) -> Derivation:
    """k * k * C_in * C_out / groups + C_out, for a transposed convolution."""
    kernel, kernel_numbers = kernel_product(kernel_size)
    filters, shares = C_OUT, number(out_channels, "output")
    if groups > 1:
        filters, shares = (rf"\tfrac{{{c}}}{{{g}}}" for c, g in ((filters, "G"), (shares, groups)))
    plus, plus_number = (f" + {C_OUT}", f" + {number(out_channels, 'output')}") if bias else ("", "")
    result = prod(kernel_size) * in_channels * out_channels // groups + out_channels * bool(bias)
    lines = [
        Line(
            rf"{kernel} \cdot {C_IN} \cdot {filters}{plus}",
            "k is the kernel size." + grouping_note(groups, in_channels),
        ),
        Line(rf"= {kernel_numbers} \cdot {number(in_channels, 'input')} \cdot {shares}{plus_number}"),
        Line(f"= {number(result)}"),
    ]
    return Derivation(PARAMETERS, named(r"\text{parameters}", lines), result)


def grouping_note(groups: int, in_channels: int) -> str:
    """What groups do to the weights."""
    if groups == 1:
        return ""
    if groups == in_channels:
        return f" G = {groups}: depthwise, every input channel has filters of its own and sees no other."
    return f" Each of the G = {groups} groups sees only its share of the input channels."


def linear_params(in_features: int, out_features: int, bias: bool) -> Derivation:
    """(in_features + 1) * out_features."""
    inputs, outputs = number(in_features, "input"), number(out_features, "output")
    result = (in_features + bool(bias)) * out_features
    if bias:
        lines = [
            Line(
                r"(\text{in} + 1) \cdot \text{out}", "A weight from every input to every output, and a bias per output."
            ),
            Line(rf"= ({inputs} + 1) \cdot {outputs}"),
            Line(rf"= {number(in_features + 1)} \cdot {outputs}"),
        ]
    else:
        lines = [
            Line(r"\text{in} \cdot \text{out}", "A weight from every input to every output; without biases."),
            Line(rf"= {inputs} \cdot {outputs}"),
        ]
    lines.append(Line(f"= {number(result)}"))
    return Derivation(PARAMETERS, named(r"\text{parameters}", lines), result)


def linear_macs(in_features: int, out_features: int, places: int) -> Derivation:
    """in_features * out_features, as often as there are places on the other axes."""
    repeated = rf"{number(places)} \cdot " if places > 1 else ""
    result = places * in_features * out_features
    lines = [
        Line(r"\text{in} \cdot \text{out}", "Every weight is multiplied once. Biases not counted."),
        Line(rf"= {repeated}{number(in_features, 'input')} \cdot {number(out_features, 'output')}"),
        Line(f"= {number(result)}"),
    ]
    return Derivation(MACS, named(r"\text{MACs}", lines), result)


def window_macs(places: str, sizes: tuple[int, int], role: str, weights: int, note: str) -> Derivation:
    """Places times weights; `places` is what they are called in the formula, `role` gives their colour."""
    height, width = (number(size, role) for size in sizes)
    result = prod(sizes) * weights
    lines = [
        Line(rf"{places} \cdot \text{{weights}}", note),
        Line(rf"= {height} \cdot {width} \cdot {number(weights, 'kernel')}"),
        Line(f"= {number(result)}"),
    ]
    return Derivation(MACS, named(r"\text{MACs}", lines), result)


def kernel_product(kernel_size: tuple[int, int]) -> tuple[str, str]:
    """k * k in letters and in numbers; k_H * k_W where the two differ."""
    height, width = kernel_size
    letters = ("k", "k") if height == width else ("k_H", "k_W")
    return (
        r" \cdot ".join(coloured("kernel", letter) for letter in letters),
        r" \cdot ".join(number(value, "kernel") for value in (height, width)),
    )
