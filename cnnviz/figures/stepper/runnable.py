"""The shown layer as PyTorch that runs: with the shown numbers in it, it prints the shown output."""

from cnnviz.figures.stepper.parts import Script, kernel_of

Rows = list[list[str]]


def pytorch_script(script: Script) -> str:
    """Source code that computes the output of a script with torch in double precision and prints it.

    It prints one row a line, an empty line after each plane, with the decimals that are shown, and −∞ as -inf.
    """
    pooling = script["kernel"] is None
    lines = ["import torch", "from torch import nn", ""]
    if script["output"]["rounded"]:
        lines.insert(0, "from decimal import Decimal\n")
    axes = "(channels, length)" if script["axes"] == 1 else "(channels, height, width)"
    lines += [f"x = {tensor(input_planes(script), script['axes'])}  # {axes}", ""]
    lines.append(f"layer = nn.{script['code']}" + ("" if pooling else ".double()"))
    if not pooling:
        lines += parameter_lines(script)
    relu = ".relu()" if script["relu"] else ""
    lines += ["", "with torch.no_grad():", f"    y = layer(x[None])[0]{relu}", ""]
    return "\n".join(lines + printing_lines(script)) + "\n"


def input_planes(script: Script) -> list[Rows]:
    """The input without what is drawn around it and between."""
    input = script["input"]
    (top, left), (height, width), (down, across) = input["origin"], input["size"], input["spread"]
    return [
        [[plane["cells"][top + row * down][left + column * across] for column in range(width)] for row in range(height)]
        for plane in input["planes"]
    ]


def parameter_lines(script: Script) -> list[str]:
    """The lines that put the shown weights and biases into the layer."""
    divisor = kernel_of(script)["divisor"]
    divided = f" / {divisor}" if divisor > 1 else ""
    weights = [tensor(planes, script["axes"]) for planes in stored_weights(script)]
    biases = ", ".join(filter["bias"] for filter in kernel_of(script)["filters"])
    flipped = [".flip(-1)" if script["axes"] == 1 else ".flip(-2, -1)"] if script["flipped"] else [""]
    comment = ["# PyTorch lays the kernel on the input as it is: a true convolution flips it first"]
    return [
        *(comment if script["flipped"] else []),
        "with torch.no_grad():",
        f"    layer.weight.copy_({'(' if divided else ''}torch.stack([",
        *(f"        {weight}," for weight in weights),
        f"    ]){divided}){flipped[0]})" if divided else f"    ]){flipped[0]})",
        f"    layer.bias.copy_(torch.tensor([{biases}], dtype=torch.double))",
    ]


def stored_weights(script: Script) -> list[list[Rows]]:
    """The kernels as torch stores them, and as they were typed where they are flipped afterwards.

    A convolution stores (out, in / groups, kh, kw), a transposed one (in, out / groups, kh, kw); the script holds
    (out, in / groups, kh, kw) as it lies on the input, which for a transposed convolution is turned.
    """
    by_filter = [[plane["cells"] for plane in filter["planes"]] for filter in kernel_of(script)["filters"]]
    if script["kind"] == "convolution":
        return [[turned(plane) for plane in planes] for planes in by_filter] if script["flipped"] else by_filter
    if script["kind"] == "transposed":
        by_filter = [[turned(plane) for plane in planes] for planes in by_filter]
    channels, filters = len(script["input"]["planes"]), len(by_filter)
    inputs, per_group = channels // script["groups"], filters // script["groups"]
    return [
        [by_filter[channel // inputs * per_group + number][channel % inputs] for number in range(per_group)]
        for channel in range(channels)
    ]


def turned(plane: Rows) -> Rows:
    """A kernel turned by half a turn.

    >>> turned([["1", "2"], ["3", "4"]])
    [['4', '3'], ['2', '1']]
    """
    return [row[::-1] for row in plane[::-1]]


def tensor(planes: list[Rows], axes: int) -> str:
    """Planes as a tensor in double precision; along one axis each plane is its only row.

    >>> tensor([[["1", "1/2"]]], 1)
    'torch.tensor([[1, 1/2]], dtype=torch.double)'
    """
    rows = [["[" + ", ".join(row) + "]" for row in plane] for plane in planes]
    parts = [plane[0] if axes == 1 else "[" + ", ".join(plane) + "]" for plane in rows]
    return f"torch.tensor([{', '.join(parts)}], dtype=torch.double)"


def printing_lines(script: Script) -> list[str]:
    """The lines that print the output as it is shown."""
    cells = [text for plane in script["output"]["planes"] for row in plane["cells"] for text in row]
    places = 2 if any("." in text for text in cells) else 0
    if script["output"]["rounded"]:
        # as shown: half a unit goes to the even digit, decided on the value without the noise of binary fractions
        number = 'str(Decimal(repr(round(value, 9))).quantize(Decimal("0.01")) + 0)'
    else:
        number = f'f"{{round(value, 9) + 0.0:.{places}f}}"'
    if "−∞" in cells:
        number = f'("-inf" if value == -torch.inf else {number})'
    rows = "plane[None]" if script["axes"] == 1 else "plane"
    return [
        "for plane in y:",
        f"    for row in {rows}.tolist():",
        f'        print(" ".join({number} for value in row))',
        "    print()",
    ]


def printed_output(script: Script) -> str:
    """What the code prints: the shown output, cropped as the layer's own is."""
    output = script["output"]
    (top, left), (height, width) = output["origin"], output["size"]
    planes = [
        "\n".join(" ".join(row[left : left + width]) for row in plane["cells"][top : top + height]).replace(
            "−∞", "-inf"
        )
        for plane in output["planes"]
    ]
    return "".join(f"{plane}\n\n" for plane in planes)
