"""Which of four networks learns the fewest numbers."""

from dataclasses import dataclass
from itertools import pairwise

from cnnviz.arithmetic.exercises.addresses import in_builder
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import LETTERS, Choice
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import by, tex, worked
from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, Conv2d, Flatten, Layer, Linear
from cnnviz.arithmetic.network import Network, chain
from cnnviz.arithmetic.settings import Shape


@dataclass(frozen=True)
class FewestCase:
    """Four networks in the order of their letters, and what each is given."""

    networks: tuple[Network, ...]
    input_shape: Shape

    def ranked(self, place: int) -> str:
        """The letter of the network with the fewest parameters (0), the second fewest, and so on."""
        order = sorted(range(4), key=lambda index: self.networks[index].num_params)
        return LETTERS[order[place]]


def draw(stream: Stream, level: int) -> FewestCase | None:
    """Level 1 single layers; level 2 ways to see 5 × 5 pixels; level 3 ways to end a network."""
    channels = stream.pick((8, 12, 16, 24, 32, 48, 64))
    side = stream.pick((4, 6, 7, 8, 10, 14)) if level == 3 else stream.pick((14, 16, 20, 28, 32))
    filters, few = stream.pick((8, 12, 16, 24, 32, 48, 64)), stream.pick((2, 4, 6, 8))
    ways: list[tuple[Layer, ...]]
    if level == 1:
        ways = [(Conv2d(channels, filters, k),) for k in (1, 3, 5, 7)]
        ways += [(Conv2d(channels, few, 3),), (Conv2d(channels, 2 * filters, 3),), (Conv2d(channels, filters, 11),)]
    elif level == 2:
        ways = [
            (Conv2d(channels, filters, 5),),
            (Conv2d(channels, filters, 3), Conv2d(filters, filters, 3)),
            (Conv2d(channels, channels, 5, groups=channels), Conv2d(channels, filters, 1)),
            (Conv2d(channels, few, 1), Conv2d(few, few, 5), Conv2d(few, filters, 1)),
            (Conv2d(channels, filters, (5, 1)), Conv2d(filters, filters, (1, 5))),
        ]
    else:
        classes = stream.pick((4, 10, 20))
        ways = [
            (Flatten(), Linear(channels * side * side, classes)),
            (AdaptiveAvgPool2d(1), Flatten(), Linear(channels, classes)),
            (Conv2d(channels, few, 1), Flatten(), Linear(few * side * side, classes)),
            (Conv2d(channels, few, 3), Flatten(), Linear(few * (side - 2) ** 2, classes)),
            (AdaptiveAvgPool2d(2), Flatten(), Linear(4 * channels, classes)),
        ]
    networks = tuple(chain(*layers) for layers in stream.some(ways, 4))
    counts = sorted(network.num_params for network in networks)
    apart = all(5 * larger > 6 * smaller for smaller, larger in pairwise(counts))
    return FewestCase(networks, (channels, side, side)) if apart else None


def ask(case: FewestCase) -> Problem:
    """A letter."""
    options = tuple(", ".join(f"`{node.layer.code()}`" for node in network.nodes) for network in case.networks)
    text = f"Each of these is given an input of {by(case.input_shape)}. Which one learns the fewest numbers?"
    return Problem(text, case.ranked(0), Choice(options))


def explain(case: FewestCase) -> Explained:
    """The counts of all four."""
    lines: list[tuple[str, str] | str] = []
    for letter, network in zip(LETTERS, case.networks, strict=False):
        parts = [tex(node.layer.num_params) for node in network.nodes if node.layer.num_params]
        total = f" = {tex(network.num_params)}" if len(parts) > 1 else ""
        lines.append(rf"\text{{{letter}}} = {' + '.join(parts)}{total}")
    told = (
        "A convolution learns (k · k · C_in / groups + 1) · C_out numbers, a dense layer (in + 1) · out.",
        "The product decides: halving kernel, channels or filters matters, biases hardly do.",
        f"{case.ranked(3)} learns the most, {case.ranked(2)} the second most.",
    )
    right = case.networks[LETTERS.index(case.ranked(0))]
    return Explained(told, worked("Parameters", lines, case.ranked(0)), in_builder(right, case.input_shape))


FEWEST_PARAMS = Kind(
    title="Which network is the smallest?",
    levels=("single layers", "ways to see 5 × 5", "ways to end a network"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "second": Mistake("Close: only one of the four learns fewer.", lambda case: case.ranked(1)),
        "third": Mistake("Two of the four learn fewer: count the largest layer of each.", lambda case: case.ranked(2)),
        "most": Mistake("That one learns the most of all four.", lambda case: case.ranked(3)),
    },
)
