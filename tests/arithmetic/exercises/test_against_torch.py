"""Torch is the examiner: it reads the question as a student does, its code and its numbers, and answers it itself."""

import re
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic.exercises import KINDS
from cnnviz.arithmetic.exercises.forms import LETTERS
from tests.arithmetic.exercises.every import EVERY, made

torch.set_num_threads(1)
NUMBER = r"[-−]?\d[\d,]*(?:\.\d+)?"


# ---------------------------------------------------------------- reading a question


def number(text):
    """A number as it is written in a question."""
    return float(text.replace("−", "-").replace(",", "").replace("{}", ""))


def code_of(question):
    """The Python in a question."""
    return re.search(r"```python\n(.*?)\n```", question, re.S)[1]


def modules_of(text):
    """The modules that lines of code make, each by itself, on the meta device: shapes without computing."""
    with torch.device("meta"):
        return [
            eval(line.strip().rstrip(","), {"nn": nn})
            for line in re.findall(r"^\s*(nn\.\w+\(.*\)),?\s*(?:#.*)?$", text, re.M)
        ]


def input_of(question):
    """The shape that is said to be given."""
    sizes = re.search(r"input of (\d[\d,]*(?: × \d[\d,]*)*)", question)[1]
    return tuple(int(size.replace(",", "")) for size in sizes.split(" × "))


def grids_of(question):
    """The grids of numbers by what they are called."""
    text = question.replace("{,}", "")
    found = re.findall(r"([\w()]+(?:_\d)?) = \\begin\{bmatrix\} (.*?) \\end\{bmatrix\}", text)
    return {name: grid(rows) for name, rows in found}


def grid(rows):
    """One grid."""
    return torch.tensor([[float(cell) for cell in row.split("&")] for row in rows.split(r"\\")], dtype=torch.float64)


def word(question, name, otherwise=0):
    """The number behind a word: stride 2, bias −1."""
    found = re.search(rf"{name} ({NUMBER})", question)
    return number(found[1]) if found else otherwise


def shape_through(modules, shape):
    """What comes out of modules one behind the other."""
    values = torch.zeros(1, *shape, device="meta")
    for module in modules:
        values = module.eval()(values)
    return tuple(values.shape[1:])


def through(modules, shape):
    """Every shape on the way, filling in what a dense layer of unknown size is given."""
    shapes = []
    for module in modules:
        if isinstance(module, nn.Linear) and module.in_features == 1:
            module = nn.Linear(shape[0], module.out_features, device="meta")
        shape = shape_through([module], shape)
        shapes.append(shape)
    return shapes


def ones_and_zeros(question):
    """The code with its question mark read as 1."""
    return code_of(question).replace("(?,", "(1,")


# ---------------------------------------------------------------- answering it


def size(question):
    module, shape = modules_of(code_of(question))[0], input_of(question)
    result = shape_through([module], shape)
    return result[1] if "How many rows" in question else result


def setting(question):
    given = dict(re.findall(r"(kernel_size|stride|padding|dilation) [kSPD] = (\d+)", question))
    arguments = {name: int(value) for name, value in given.items()}
    side, wanted = input_of(question)[0], int(re.search(r"output of (\d+)", question)[1])
    unknown = re.search(r"Which (?:is the smallest )?(padding|kernel_size|stride)", question)[1]
    for value in range(0 if unknown == "padding" else 1, 200):
        settings: dict[str, Any] = {"kernel_size": 1, **arguments, unknown: value}
        try:
            if shape_through([nn.Conv2d(1, 1, **settings, device="meta")], (1, side, side))[1] == wanted:
                return value
        except RuntimeError:
            continue
    return None


def params(question):
    modules = modules_of(ones_and_zeros(question))
    if "(?" in code_of(question):
        features = through(modules[:-1], input_of(question))[-1][0]
        modules[-1] = nn.Linear(features, modules[-1].out_features, device="meta")
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


def macs(question):
    modules, values = modules_of(code_of(question)), torch.zeros(1, *input_of(question), device="meta")
    with FlopCounterMode(display=False) as counter:
        for module in modules:
            values = module(values)
    return counter.get_total_flops() // 2


def memory(question):
    dtype = getattr(torch, re.search(r"in (float\d\d)", question)[1])
    (module,) = modules_of(code_of(question))
    images = int(word(question, "batch of", 1))
    output = module.to(dtype)(torch.zeros(images, *input_of(question), device="meta", dtype=dtype))
    return output.numel() * output.element_size()


def seen(modules, side, row):
    """The first and the last row of a picture that a row of the output depends on, by its gradient."""
    picture = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    values = picture
    for module in modules:
        settings = {name: getattr(module, name) for name in ("kernel_size", "stride", "padding", "dilation")}
        alone = nn.Conv2d(1, 1, **settings, bias=False, dtype=torch.float64)  # a pooling sees what a convolution sees
        nn.init.ones_(alone.weight)
        values = alone(values)
    values[0, 0, row, values.shape[3] // 2].backward()
    down, across = picture.grad[0, 0].sum(1).nonzero().flatten(), picture.grad[0, 0].sum(0).nonzero().flatten()
    return (int(down[0]), int(down[-1])), int(across[-1] - across[0]) + 1


def receptive_field(question):
    modules, side = modules_of(code_of(question)), input_of(question)[1]
    problem = re.search(r"row (\d+) of the output", question)
    if problem:
        return seen(modules, side, int(problem[1]))[0]
    rows = shape_through(modules, input_of(question))[1]
    (first, last), columns = seen(modules, side, rows // 2)
    return last - first + 1 if "rows × columns" not in question else (last - first + 1, columns)


def field_of_chain(question):
    modules = modules_of(code_of(question))
    side = 1
    for module in reversed(modules):  # the smallest picture of which one value of the output sees all
        k, s, d = (
            value if isinstance(value, int) else value[0]
            for value in (module.kernel_size, module.stride, module.dilation)
        )
        side = (side - 1) * s + d * (k - 1) + 1
    strides = torch.tensor([m.stride if isinstance(m.stride, int) else m.stride[0] for m in modules]).prod()
    (first, last), _ = seen(modules, side + 2 * int(strides), 1)
    return last - first + 1


def planes_of(question):
    """Input and kernel with a batch and all channels."""
    grids = grids_of(question)
    names = sorted(name for name in grids if name.startswith("x"))
    values = torch.stack([grids[name] for name in names])[None]
    return values, torch.stack([grids[name.replace("x", "w")] for name in names])[None]


def convolved(question, flip=False):
    values, kernel = planes_of(question)
    if flip:
        kernel = kernel.flip(2, 3)
    output = functional.conv2d(
        values, kernel, stride=int(word(question, "stride", 1)), padding=int(word(question, "padding"))
    )
    output = output + word(question, "bias")
    output = output.relu() if "ReLU" in question else output
    return output[0, 0]


def place_or_map(output, question):
    place = re.search(r"row (\d+), column (\d+)", question)
    if place:
        return float(output[int(place[1]), int(place[2])])
    along = re.search(r"in place (\d+)", question)
    return float(output[0, int(along[1])]) if along else rows(output)


def rows(output):
    return tuple(tuple(row) for row in output.tolist())


def pooled(question):
    text = code_of(question)
    module = eval(text, {"nn": nn})
    return place_or_map(module(grids_of(question)["x"][None])[0], question)


def stamped(question):
    module = eval(code_of(question), {"nn": nn}).double()
    module.weight.data = grids_of(question)["w"][None, None]
    return rows(module(grids_of(question)["x"][None, None])[0, 0])


def as_matrix(question):
    kernel_size, side = int(re.search(r"filter of (\d+)", question)[1]), input_of(question)[0]
    layer = nn.Conv2d(1, 1, kernel_size, stride=int(word(question, "stride", 1)), bias=False, dtype=torch.float64)
    layer.weight.data = grids_of(question).get("w", torch.ones(kernel_size, kernel_size, dtype=torch.float64))[
        None, None
    ]
    outputs = shape_through([nn.Conv2d(1, 1, kernel_size, layer.stride[0], device="meta")], (1, side, side))[1] ** 2
    if "How many rows" in question:
        return outputs, side * side
    if "How many of its entries" in question and side > 12:
        return int(layer(torch.ones(1, 1, side, side, dtype=torch.float64)).sum())  # all weights of all windows
    matrix = torch.autograd.functional.jacobian(
        lambda x: layer(x.view(1, 1, side, side)).flatten(), torch.zeros(side * side, dtype=torch.float64)
    )
    problem = re.search(r"Type row (\d+)", question)
    return rows(matrix[int(problem[1])][None]) if problem else int((matrix != 0).sum())


def softmax(question):
    scores = grids_of(question)["z"][0] / word(question, "temperature of", 1)
    return float(scores.softmax(0)["ABC".index(re.search(r"class ([ABC])\?", question)[1])])


def neuron(question):
    grids = grids_of(question)
    layer = nn.Linear(grids["x"].shape[1], 1, dtype=torch.float64)
    layer.weight.data, layer.bias.data = grids["w"], torch.tensor([word(question, "bias")], dtype=torch.float64)
    output = layer(grids["x"])
    return float(output.detach().relu() if "ReLU" in question else output.detach())


def residual(question):
    grids = grids_of(question)
    if "F(x)" in grids:
        return rows((grids["F(x)"] + grids["x"]).relu())
    if "v" in grids:
        branch = torch.tensor(word(question, "gives"), dtype=torch.float64)
        return float((branch + functional.linear(grids["x"], grids["v"])).relu())
    w2, w1, b1, b2 = (
        number(part.replace(" ", ""))
        for part in re.search(
            r"= (-?\d+) \\cdot \\text\{ReLU\}\((-?\d+) \\cdot x ([+-] \d+)\) ([+-] \d+)", question
        ).groups()
    )
    x = torch.tensor(word(question, "x ="), dtype=torch.float64)
    return float((w2 * (w1 * x + b1).relu() + b2 + x).relu())


def normalised(question):
    norm = nn.BatchNorm2d(1, eps=0, dtype=torch.float64).eval()
    norm.running_mean.fill_(word(question, "mean"))
    norm.running_var.fill_(word(question, "variance"))
    norm.weight.data.fill_(word(question, "scale γ =", 1))
    norm.bias.data.fill_(word(question, "shift β ="))
    if "bias" in question:
        before = nn.Conv2d(1, 1, 1, dtype=torch.float64)
        before.bias.data.fill_(word(question, "bias"))
        return float(torch.nn.utils.fusion.fuse_conv_bn_eval(before.eval(), norm).bias.detach())
    return float(norm(torch.full((1, 1, 1, 1), word(question, "the value"), dtype=torch.float64)).detach())


def shapes(question):
    modules = modules_of(ones_and_zeros(question))
    found = through(modules, input_of(question))
    return tuple(shape for module, shape in zip(modules, found, strict=True) if not isinstance(module, nn.ReLU))


def misfit(question):
    modules, shape = modules_of(code_of(question)), input_of(question)
    for line, module in enumerate(modules, 1):
        try:
            shape = shape_through([module], shape)
        except RuntimeError:
            answer = line, shape[0]  # channels of a map, or features of a row
            return answer if "and which number" in question else answer["Line" in question.split("```")[-1]]
    return None


def fewest(question):
    counts = []
    for option in re.findall(r"\*\*[A-D]\*\* (.*)", question):
        with torch.device("meta"):
            layers = [eval(text, {"nn": nn}) for text in re.findall(r"`(.*?)`", option)]
        shape_through(layers, input_of(question))  # and it takes its input
        counts.append(sum(parameter.numel() for layer in layers for parameter in layer.parameters()))
    return LETTERS[counts.index(min(counts))]


def kernel_read(question):
    grids = grids_of(question)
    options = [grid(text) for text in re.findall(r"\*\*[A-D]\*\* \$\\begin\{bmatrix\} (.*?) \\end", question)]
    values = grids["x"][None, None]
    if "w" in grids:
        right = functional.conv2d(values, grids["w"][None, None])[0, 0]
        return LETTERS[[torch.equal(right, option) for option in options].index(True)]
    made = [functional.conv2d(values, option[None, None])[0, 0] for option in options]
    return LETTERS[[torch.equal(grids["y"], output) for output in made].index(True)]


def exactly(question):
    if "multiply-accumulates" in question:
        return macs(question)
    return params(question)


EXAMINERS = {
    "output_size": size,
    "pooling_size": size,
    "transposed_size": size,
    "setting_for_size": setting,
    "num_params": params,
    "network_params": params,
    "macs": macs,
    "activation_memory": memory,
    "receptive_field": receptive_field,
    "field_of_chain": field_of_chain,
    "output_value": lambda question: place_or_map(convolved(question), question),
    "output_map": lambda question: rows(convolved(question)),
    "true_convolution": lambda question: place_or_map(convolved(question, flip=True), question),
    "max_pooling": pooled,
    "average_pooling": pooled,
    "transposed_convolution": stamped,
    "layer_matrix": as_matrix,
    "softmax": softmax,
    "neuron_sum": neuron,
    "residual_sum": residual,
    "batch_norm": normalised,
    "chain_shapes": shapes,
    "misfit": misfit,
    "fewest_params": fewest,
    "read_kernel": kernel_read,
    "estimate": exactly,
}


def as_fractions(value):
    """An answer of torch's, or ours, with its floats read to six decimals; softmax is rounded to three."""
    if isinstance(value, tuple):
        return tuple(as_fractions(part) for part in value)
    return value if isinstance(value, str) else round(float(value), 6)


def test_every_kind_has_an_examiner():
    assert set(EXAMINERS) == set(KINDS)


@pytest.mark.parametrize(("kind", "level"), EVERY)
def test_every_right_answer_is_torchs(kind, level):
    for question in made(kind, level):
        answer = EXAMINERS[kind](question.question.replace("{,}", ""))
        if kind == "softmax":
            assert abs(Fraction(answer) - question.answer) <= Fraction(1, 2000) + Fraction(1, 10**9), question.name
        else:
            assert as_fractions(answer) == as_fractions(question.answer), question.name
