"""How many pixels one value sees through a chain of layers: r + d (k - 1) j, where j is the product of the strides."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.derivations.lines import Line
from cnnviz.arithmetic.exercises.addresses import in_builder
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import Worked, code, paragraphs, sequential
from cnnviz.arithmetic.layers import Conv2d, MaxPool2d
from cnnviz.arithmetic.layers.sliding_window import Along
from cnnviz.arithmetic.network import Network, chain


@dataclass(frozen=True)
class ChainCase:
    """Layers with windows, one behind the other, and the side of a picture that is large enough."""

    layers: tuple[Conv2d | MaxPool2d, ...]
    side: int = 224

    @property
    def along(self) -> list[Along]:
        """The window of each."""
        return [layer.along[0] for layer in self.layers]

    @property
    def network(self) -> Network:
        """The chain."""
        return chain(*self.layers)

    @property
    def channels(self) -> int:
        """What goes in."""
        first = self.layers[0]
        return first.in_channels if isinstance(first, Conv2d) else 3

    @property
    def answer(self) -> int:
        """Pixels along one axis."""
        fields = self.network.trace((self.channels, self.side, self.side))[-1].receptive_field
        assert fields is not None  # a picture was fed in
        return fields[0].pixels


def draw(stream: Stream, level: int) -> ChainCase | None:
    """Level 1 stride 1; level 2 with strides; level 3 dilations too, and more layers."""
    channels, layers = 3, list[Conv2d | MaxPool2d]()
    count = {1: stream.whole(2, 4), 2: stream.whole(3, 4), 3: stream.whole(4, 5)}[level]
    for place in range(count):
        if level > 1 and place > 0 and stream.whole(1, 3) == 1:
            layers.append(MaxPool2d(stream.pick((2, 3)), stride=2))
            continue
        filters, kernel_size = stream.pick((8, 16, 32, 64)), stream.pick((3, 5, 7) if place < 2 else (3, 3, 5))
        stride = 1 if level == 1 else stream.pick((1, 1, 2))
        dilation = stream.pick((1, 2)) if level == 3 and stride == 1 else 1
        layers.append(Conv2d(channels, filters, kernel_size, stride=stride, dilation=dilation))
        channels = filters
    strides = prod(layer.along[0].stride for layer in layers[:-1])
    dilated = any(layer.along[0].dilation > 1 for layer in layers)
    if (level > 1 and strides == 1) or (level == 3 and not dilated):
        return None
    return ChainCase(tuple(layers))


def ask(case: ChainCase) -> Problem:
    """Pixels."""
    text = code(sequential(case.network))
    wanted = "How many pixels of the picture, along one axis, does one value of the last output see?"
    return Problem(paragraphs("A picture goes through:", text, wanted), case.answer, Number(unit="pixels"))


def explain(case: ChainCase) -> Explained:
    """Layer by layer, with the jump."""
    field, jump, lines, put_in = 1, 1, list[Line](), ""
    for place, along in enumerate(case.along, 1):
        reach = along.dilation * (along.kernel_size - 1)
        note = ""
        if place == 1:
            note = "r grows by D(k − 1) · j at each layer; j, the jump, is the product of the strides before it."
        put_in = rf"r_{{{place}}} = {field} + {along.dilation} \cdot ({along.kernel_size} - 1) \cdot {jump}"
        field += reach * jump
        lines.append(Line(rf"{put_in} = {field}", note))
        jump *= along.stride
    told = (
        "Start from one pixel and go through the layers. A step in a later layer is as wide as all strides before it "
        "together.",
        r"$r_l = r_{l-1} + D \cdot (k - 1) \cdot j_{l-1}$, where $j_{l-1}$ is the product of all strides before.",
        f"The last step: ${put_in}$",
    )
    address = in_builder(case.network, (case.channels, case.side, case.side))
    return Explained(told, Worked("Receptive field", tuple(lines), case.answer), address)


def no_strides(case: ChainCase) -> int | None:
    """Added up as if every stride were 1."""
    if all(along.stride == 1 for along in case.along[:-1]):
        return None
    return 1 + sum(along.dilation * (along.kernel_size - 1) for along in case.along)


def kernels_added(case: ChainCase) -> int:
    """The kernel sizes added up."""
    return sum(along.kernel_size for along in case.along)


def kernels_multiplied(case: ChainCase) -> int:
    """The kernel sizes multiplied."""
    return prod(along.kernel_size for along in case.along)


def grown(case: ChainCase, rule: Callable[[Along, int], int]) -> int:
    """The field of whoever adds something else at each layer; `rule` gets the window and the jump before it."""
    field = jump = 1
    for along in case.along:
        field += rule(along, jump)
        jump *= along.stride
    return field


def own_stride(case: ChainCase) -> int | None:
    """The stride of a layer counted for its own window already."""
    if all(along.stride == 1 for along in case.along):
        return None
    return grown(case, lambda along, jump: along.dilation * (along.kernel_size - 1) * jump * along.stride)


def no_dilation(case: ChainCase) -> int | None:
    """The dilations left out."""
    if all(along.dilation == 1 for along in case.along):
        return None
    return grown(case, lambda along, jump: (along.kernel_size - 1) * jump)


def whole_kernels(case: ChainCase) -> int | None:
    """k in place of k - 1; without strides and dilations that is the sum of the kernels."""
    if all(along.dilation == along.stride == 1 for along in case.along):
        return None
    return grown(case, lambda along, jump: along.dilation * along.kernel_size * jump) - 1


FIELD_OF_CHAIN = Kind(
    title="Receptive field of a chain",
    levels=("stride 1", "with strides", "strides and dilations"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "no_strides": Mistake(
            "The strides are missing: behind a stride of 2 one step is two pixels wide, so later kernels see more.",
            no_strides,
        ),
        "kernels_added": Mistake(
            "Kernel sizes do not simply add up: neighbouring windows share cells, so each layer adds k − 1 steps.",
            kernels_added,
        ),
        "kernels_multiplied": Mistake(
            "Kernel sizes do not multiply: neighbouring windows share cells, so each layer adds k − 1 steps.",
            kernels_multiplied,
        ),
        "own_stride": Mistake(
            "A layer's own stride counts from the next layer on: its window lies on what came before.", own_stride
        ),
        "no_dilation": Mistake("The dilation is missing: taps that lie D apart add D(k − 1) steps.", no_dilation),
        "whole_kernels": Mistake("Each layer adds k − 1 steps, not k: the first cell is there already.", whole_kernels),
    },
)
