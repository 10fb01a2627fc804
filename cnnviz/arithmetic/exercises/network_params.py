"""How many numbers a whole network learns, its layers added up."""

from dataclasses import dataclass
from itertools import pairwise

from cnnviz.arithmetic.derivations.lines import Line, number
from cnnviz.arithmetic.exercises.addresses import in_builder
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import Worked, by, code, paragraphs, sequential
from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU
from cnnviz.arithmetic.network import Network, chain
from cnnviz.arithmetic.settings import Shape

LEARNS = (Conv2d, Linear, BatchNorm2d)


@dataclass(frozen=True)
class NetworkCase:
    """A chain of layers and what it is given. `hidden` says whether in_features of the dense layer is to be found."""

    network: Network
    input_shape: Shape
    hidden: bool = False

    @property
    def layers(self) -> list[Layer]:
        """Its layers in order."""
        return [node.layer for node in self.network.nodes]

    @property
    def answer(self) -> int:
        """All parameters."""
        return self.network.num_params

    @property
    def text(self) -> str:
        """Its code; a hidden number is a question mark."""
        lines = sequential(self.network).splitlines()
        if self.hidden:
            place = next(i for i, line in enumerate(lines) if "Linear" in line)
            before, _, after = lines[place].partition("(")
            lines[place] = f"{before}(?,{after.split(',', 1)[1]}"
        return "\n".join(lines)


def draw(stream: Stream, level: int) -> NetworkCase | None:
    """Level 1 dense layers; level 2 a small ConvNet; level 3 one with batch normalisation and a number to be found."""
    if level == 1:
        sizes = [stream.whole(40, 400), stream.pick((16, 24, 32, 50, 64)), stream.pick((8, 10, 12, 20))]
        sizes.append(stream.pick((2, 3, 4, 5, 6)))
        layers = [layer for pair in pairwise(sizes[: stream.pick((3, 4))]) for layer in (Linear(*pair), ReLU())]
        return NetworkCase(chain(*layers[:-1]), (sizes[0],))
    channels, side = stream.pick((1, 3, 4)), stream.pick((12, 16, 20, 24, 28, 32))
    first, second, classes = stream.pick((4, 6, 8, 12, 16)), stream.pick((10, 16, 20, 24)), stream.pick((4, 5, 8, 10))
    kernel_size = stream.pick((3, 5))
    if level == 2:
        body: list[Layer] = [Conv2d(channels, first, kernel_size, padding=kernel_size // 2), ReLU(), MaxPool2d(2)]
        body += [Conv2d(first, second, 3, padding=1), ReLU(), MaxPool2d(2), Flatten()]
    else:
        body = [Conv2d(channels, first, kernel_size, bias=False), BatchNorm2d(first), ReLU(), MaxPool2d(2)]
        body += [Conv2d(first, second, 3), ReLU(), *stream.pick(((AdaptiveAvgPool2d(1),), (MaxPool2d(2),)))]
        body += [Flatten()]
    if stream.whole(1, 2) == 1 and level == 2:
        del body[3:6]  # one convolution only
    features = chain(*body).trace((channels, side, side))[-1].output_shape[0]
    return NetworkCase(chain(*body, Linear(features, classes)), (channels, side, side), hidden=level == 3)


def ask(case: NetworkCase) -> Problem:
    """Their number."""
    given = f"This network is given an input of {by(case.input_shape)}:" if len(case.input_shape) > 1 else "A network:"
    hidden = " The number at ? is the one that fits." if case.hidden else ""
    wanted = f"How many parameters does it learn, biases included?{hidden}"
    return Problem(paragraphs(given, code(case.text), wanted), case.answer, Number())


def explain(case: NetworkCase) -> Explained:
    """One line for each layer that learns, and the sum."""
    counted = [layer for layer in case.layers if isinstance(layer, LEARNS)]
    lines: list[Line] = []
    names = {"Conv2d": r"\text{conv}", "Linear": r"\text{linear}", "BatchNorm2d": r"\text{norm}"}
    for layer in counted:
        derivation = layer.num_params_derivation()
        put_in = derivation.lines[1].latex.removeprefix("=").strip()
        note = "" if derivation.lines[0].note in [line.note for line in lines] else derivation.lines[0].note
        lines.append(Line(rf"{names[type(layer).__name__]} = {put_in} = {number(layer.num_params)}", note))
    lines.append(Line(rf"\text{{sum}} = {' + '.join(number(layer.num_params) for layer in counted)}"))
    lines.append(Line(f"= {number(case.answer, 'output')}"))
    idea = "Only layers with weights learn: go through the convolutions, dense layers and normalisations, one by one."
    second = "Flattening gives channels · height · width features; follow the size of the map through the layers."
    if len(case.input_shape) == 1:
        second = "A dense layer has (in + 1) · out parameters: a weight from every input to every output, and a bias."
    third = f"The first layer that learns has {counted[0].num_params:,}, the last one {counted[-1].num_params:,}."
    address = in_builder(case.network, case.input_shape)
    return Explained((idea, second, third), Worked("Parameters", tuple(lines), case.answer), address)


def no_biases(case: NetworkCase) -> int:
    """All biases left out."""
    return sum(
        layer.with_settings(bias=False).num_params if layer.takes("bias") else layer.num_params for layer in case.layers
    )


def last_layer_missing(case: NetworkCase) -> int:
    """The last dense layer left out."""
    return case.answer - case.layers[-1].num_params


def channels_for_features(case: NetworkCase) -> int | None:
    """The flattened map taken to be as long as it has channels."""
    dense = next(layer for layer in case.layers if isinstance(layer, Linear))
    channels = [layer.out_channels for layer in case.layers if isinstance(layer, Conv2d)]
    if not channels or channels[-1] == dense.in_features:
        return None
    return case.answer - dense.num_params + Linear(channels[-1], dense.out_features).num_params


def last_pooling_missed(case: NetworkCase) -> int | None:
    """The flattened map taken as it is before the last pooling."""
    dense = next(layer for layer in case.layers if isinstance(layer, Linear))
    pooled = [row for row in case.network.trace(case.input_shape) if isinstance(row.layer, MaxPool2d)]
    if not pooled or not isinstance(case.layers[case.layers.index(dense) - 2], MaxPool2d):
        return None
    channels, height, width = pooled[-1].input_shape
    return case.answer - dense.num_params + Linear(channels * height * width, dense.out_features).num_params


def running_statistics(case: NetworkCase) -> int | None:
    """Running mean and variance counted."""
    norms = [layer for layer in case.layers if isinstance(layer, BatchNorm2d)]
    return case.answer + sum(layer.num_params for layer in norms) if norms else None


def norms_forgotten(case: NetworkCase) -> int | None:
    """Batch normalisation left out."""
    norms = [layer for layer in case.layers if isinstance(layer, BatchNorm2d)]
    return case.answer - sum(layer.num_params for layer in norms) if norms else None


NETWORK_PARAMS = Kind(
    title="Parameters of a network",
    levels=("dense layers", "a small ConvNet", "with batch normalisation and a number to be found"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "no_biases": Mistake("The biases are missing: one for every filter and every output.", no_biases),
        "last_layer_missing": Mistake("The last layer is missing from the sum.", last_layer_missing),
        "channels_for_features": Mistake(
            "Flattening a map gives channels · height · width features, not only as many as there are channels.",
            channels_for_features,
        ),
        "last_pooling_missed": Mistake(
            "The map is pooled once more before it is flattened: that halves its height and its width.",
            last_pooling_missed,
        ),
        "running_statistics": Mistake(
            "Running mean and variance are measured, not learnt: a batch normalisation learns 2 numbers a channel.",
            running_statistics,
        ),
        "norms_forgotten": Mistake(
            "The batch normalisation learns too: a scale and a shift for each channel.", norms_forgotten
        ),
    },
)
