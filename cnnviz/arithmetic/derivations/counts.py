"""Derivations of parameter counts and multiply-accumulates, line by line as in derivation.py."""

from math import prod

from cnnviz.arithmetic.derivations.output_size import Derivation, Line, coloured, number, output_symbol
from cnnviz.arithmetic.layers import BatchNorm2d, Conv2d, ConvTranspose2d, Layer, Linear
from cnnviz.arithmetic.layers.num_bytes import FLOAT32_BYTES, activation_bytes, parameter_bytes, readable_bytes
from cnnviz.arithmetic.settings import Shape, pair, read_shape

C_IN = coloured("input", r"C_{\text{in}}")
C_OUT = coloured("output", r"C_{\text{out}}")


def num_params_derivation(layer: Layer) -> Derivation:
    r"""How many numbers the layer learns: (k * k * C_in + 1) * C_out for a convolution.

    >>> derivation = num_params_derivation(Conv2d(3, 96, kernel_size=11, stride=4))
    >>> derivation.result
    34944
    >>> print(derivation.lines[-2].latex, derivation.lines[-1].latex)
    = 364 \cdot \textcolor{output}{96} = 34{,}944
    """
    if isinstance(layer, Conv2d):
        lines = convolution_params(layer)
    elif isinstance(layer, ConvTranspose2d):
        lines = transposed_params(layer)
    elif isinstance(layer, Linear):
        lines = linear_params(layer)
    elif isinstance(layer, BatchNorm2d) and layer.affine:
        lines = [
            Line(rf"2 \cdot {C_IN}", "A scale and a shift for every channel."),
            Line(rf"= 2 \cdot {number(layer.num_features, 'input')}"),
            Line(f"= {number(layer.num_params, 'output')}"),
        ]
    else:
        lines = [Line(number(0, "output"), "This layer learns nothing: it has no weights.")]
    return Derivation("Parameters", named(r"\text{parameters}", lines), layer.num_params)


def macs_derivation(layer: Layer, *input_shapes: Shape) -> Derivation:
    """How many multiply-accumulates one image costs, biases not counted; ShapeError when the input does not fit.

    >>> macs_derivation(Conv2d(3, 96, kernel_size=11, stride=4), (3, 227, 227)).result
    105415200
    """
    result = layer.macs(*input_shapes)
    if isinstance(layer, Conv2d):
        _, height, width = layer.output_shape(*input_shapes)
        note = "Every output value is one window: as many multiplications as a filter has weights. Biases not counted."
        size = rf"{output_symbol('H')} \cdot {output_symbol('W')}"
        lines = window_macs(layer, size, (height, width), note)
    elif isinstance(layer, ConvTranspose2d):
        _, height, width = input_shapes[0]
        note = "Every input value is spread over one window of each filter. Biases not counted."
        lines = window_macs(layer, rf"{coloured('input', 'H')} \cdot {coloured('input', 'W')}", (height, width), note)
    elif isinstance(layer, Linear):
        others = prod(read_shape(input_shapes[0])[:-1])
        repeated = rf"{number(others)} \cdot " if others > 1 else ""
        lines = [
            Line(r"\text{in} \cdot \text{out}", "Every weight is multiplied once. Biases not counted."),
            Line(rf"= {repeated}{number(layer.in_features, 'input')} \cdot {number(layer.out_features, 'output')}"),
            Line(f"= {number(result)}"),
        ]
    else:
        lines = [Line(number(0), "Only convolutions and linear layers are counted.")]
    return Derivation("Multiply-accumulates (MACs)", named(r"\text{MACs}", lines), result)


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


def memory_derivation(layer: Layer, *input_shapes: Shape) -> Derivation:
    r"""How many bytes the output takes in float32; ShapeError when the input does not fit.

    >>> derivation = memory_derivation(Conv2d(3, 96, kernel_size=11, stride=4), (3, 227, 227))
    >>> derivation.result, derivation.notes[-1]
    (1161600, '1,161,600 bytes are 1.16 MB. The parameters take 34,944 · 4 bytes = 140 kB more.')
    """
    shape, result = layer.output_shape(*input_shapes), activation_bytes(layer, *input_shapes)
    letters = (C_OUT, output_symbol("H"), output_symbol("W")) if len(shape) == 3 else (r"\text{values}",)
    times = r" \cdot "
    exact = f"{result:,} bytes are {readable_bytes(result)}." if result >= 1000 else ""
    parameters = (
        f"The parameters take {layer.num_params:,} · {FLOAT32_BYTES} bytes = {readable_bytes(parameter_bytes(layer))} "
        "more."
        if layer.num_params
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


def dense_derivation(layer: Conv2d, input_shape: Shape) -> Derivation:
    """How many parameters one dense layer would need for the job of a convolution; the lecture's comparison.

    >>> dense_derivation(Conv2d(3, 96, kernel_size=11, stride=4, bias=False), (3, 227, 227)).result
    44892064800
    """
    inputs, outputs = prod(input_shape), prod(layer.output_shape(input_shape))
    before, after = ("(", " + 1)") if layer.bias else ("", "")
    result = (inputs + bool(layer.bias)) * outputs
    lines = [
        Line(
            rf"{before}\text{{in}}{after} \cdot \text{{out}}",
            "From every input value to every output value: "
            f"{round(result / layer.num_params):,} times as many parameters as the convolution.",
        ),
        Line(rf"= {before}{number(inputs, 'input')}{after} \cdot {number(outputs, 'output')}"),
        Line(f"= {number(result)}"),
    ]
    return Derivation("The same job as one dense layer", named(r"\text{parameters}", lines), result)


def named(symbol: str, lines: list[Line]) -> tuple[Line, ...]:
    """The lines with `symbol =` in front of the first."""
    return (Line(f"{symbol} = {lines[0].latex}", lines[0].note), *lines[1:])


def convolution_params(layer: Conv2d) -> list[Line]:
    """(k * k * C_in / groups + 1) * C_out."""
    kernel, kernel_numbers = kernel_product(layer)
    channels, channel_numbers = C_IN, number(layer.in_channels, "input")
    if layer.groups > 1:
        channels, channel_numbers = (
            rf"\tfrac{{{c}}}{{{g}}}" for c, g in ((channels, "G"), (channel_numbers, layer.groups))
        )
    weights = prod(layer.weight_shape[1:])
    filters = number(layer.out_channels, "output")
    grouped = grouping_note(layer)
    if not layer.bias:
        return [
            Line(rf"{kernel} \cdot {channels} \cdot {C_OUT}", "k is the kernel size; without biases." + grouped),
            Line(rf"= {kernel_numbers} \cdot {channel_numbers} \cdot {filters}"),
            Line(rf"= {number(weights)} \cdot {filters}"),
            Line(f"= {number(layer.num_params)}"),
        ]
    return [
        Line(
            rf"\left({kernel} \cdot {channels} + 1\right) \cdot {C_OUT}",
            "k is the kernel size; the 1 is the bias that each filter has." + grouped,
        ),
        Line(rf"= \left({kernel_numbers} \cdot {channel_numbers} + 1\right) \cdot {filters}"),
        Line(rf"= ({number(weights)} + 1) \cdot {filters}"),
        Line(rf"= {number(weights + 1)} \cdot {filters}"),
        Line(f"= {number(layer.num_params)}"),
    ]


def grouping_note(layer: Conv2d | ConvTranspose2d) -> str:
    """What groups do to the weights."""
    if layer.groups == 1:
        return ""
    if layer.groups == layer.in_channels:
        return f" G = {layer.groups}: depthwise, every input channel has filters of its own and sees no other."
    return f" Each of the G = {layer.groups} groups sees only its share of the input channels."


def transposed_params(layer: ConvTranspose2d) -> list[Line]:
    """k * k * C_in * C_out / groups + C_out."""
    kernel, kernel_numbers = kernel_product(layer)
    filters, shares = C_OUT, number(layer.out_channels, "output")
    if layer.groups > 1:
        filters, shares = (rf"\tfrac{{{c}}}{{{g}}}" for c, g in ((filters, "G"), (shares, layer.groups)))
    bias, bias_number = (f" + {C_OUT}", f" + {number(layer.out_channels, 'output')}") if layer.bias else ("", "")
    return [
        Line(rf"{kernel} \cdot {C_IN} \cdot {filters}{bias}", "k is the kernel size." + grouping_note(layer)),
        Line(rf"= {kernel_numbers} \cdot {number(layer.in_channels, 'input')} \cdot {shares}{bias_number}"),
        Line(f"= {number(layer.num_params)}"),
    ]


def linear_params(layer: Linear) -> list[Line]:
    """(in_features + 1) * out_features."""
    inputs, outputs = number(layer.in_features, "input"), number(layer.out_features, "output")
    if not layer.bias:
        return [
            Line(r"\text{in} \cdot \text{out}", "A weight from every input to every output; without biases."),
            Line(rf"= {inputs} \cdot {outputs}"),
            Line(f"= {number(layer.num_params)}"),
        ]
    return [
        Line(r"(\text{in} + 1) \cdot \text{out}", "A weight from every input to every output, and a bias per output."),
        Line(rf"= ({inputs} + 1) \cdot {outputs}"),
        Line(rf"= {number(layer.in_features + 1)} \cdot {outputs}"),
        Line(f"= {number(layer.num_params)}"),
    ]


def window_macs(layer: Conv2d | ConvTranspose2d, size: str, sizes: tuple[int, int], note: str) -> list[Line]:
    """Places times weights, for both kinds of convolution."""
    role = "output" if isinstance(layer, Conv2d) else "input"
    height, width = (number(value, role) for value in sizes)
    weights = prod(layer.weight_shape)
    return [
        Line(rf"{size} \cdot \text{{weights}}", note),
        Line(rf"= {height} \cdot {width} \cdot {number(weights, 'kernel')}"),
        Line(f"= {number(sizes[0] * sizes[1] * weights)}"),
    ]


def kernel_product(layer: Conv2d | ConvTranspose2d) -> tuple[str, str]:
    """k * k in letters and in numbers; k_H * k_W where the two differ."""
    height, width = pair(layer.kernel_size)
    letters = ("k", "k") if height == width else ("k_H", "k_W")
    return (
        r" \cdot ".join(coloured("kernel", letter) for letter in letters),
        r" \cdot ".join(number(value, "kernel") for value in (height, width)),
    )
