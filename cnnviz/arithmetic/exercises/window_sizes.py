"""What questions about the size of an output have in common: a layer, its input, and a rule that gives one axis."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from cnnviz.arithmetic.exercises.exercise import Problem
from cnnviz.arithmetic.exercises.forms import Exact, Form, Number, Numbers, Value, exact
from cnnviz.arithmetic.exercises.writing import by, code, paragraphs
from cnnviz.arithmetic.layers import Conv2d, ConvTranspose2d, MaxPool2d
from cnnviz.arithmetic.settings import Shape

SHAPE = Numbers(("C", "H", "W"))


class Axis(NamedTuple):
    """The settings along one axis."""

    size: int
    kernel_size: int
    stride: int
    padding: int
    dilation: int
    output_padding: int = 0


@dataclass(frozen=True)
class SizeCase:
    """A layer and its input; of a square output only one side is asked for."""

    layer: Conv2d | MaxPool2d | ConvTranspose2d
    input_shape: Shape
    one_side: bool = False

    @cached_property
    def along(self) -> tuple[Axis, ...]:
        """The settings along the height and along the width."""
        return tuple(
            Axis(size, along[0], along[1], along[2], along[3], along[4] if self.is_transposed else 0)
            for size, along in zip(self.input_shape[1:], self.layer.along, strict=True)
        )

    @property
    def is_transposed(self) -> bool:
        """Whether it is a transposed convolution."""
        return isinstance(self.layer, ConvTranspose2d)

    @cached_property
    def output_shape(self) -> Shape:
        """(C, H, W) of the output."""
        return self.layer.output_shape(self.input_shape)

    @property
    def answer(self) -> Value:
        """The shape, or one side of it."""
        return self.output_shape[1] if self.one_side else self.output_shape

    @property
    def form(self) -> Form:
        """One number, or a shape."""
        return Number() if self.one_side else SHAPE

    @property
    def question(self) -> str:
        """The layer as code, its input, and what is asked."""
        wanted = (
            "How many rows does each output map have? (It has as many columns.)"
            if self.one_side
            else "What is the shape of the output, C × H × W?"
        )
        return paragraphs(f"A layer is given an input of {by(self.input_shape)}:", code(self.layer.code(True)), wanted)


def size_problem(case: SizeCase) -> Problem:
    """The shape of the output, or its side."""
    return Problem(case.question, case.answer, case.form)


Rule = Callable[[Axis], Exact | None]


def by_rule(rule: Rule) -> Callable[[SizeCase], Value | None]:
    """The answer of whoever uses this rule along both axes; None where it cannot be used along any."""

    def answer(case: SizeCase) -> Value | None:
        sides = [rule(axis) for axis in case.along]
        if all(side is None for side in sides):
            return None
        right = case.output_shape[1:]
        taken = tuple(exact(own if side is None else side) for side, own in zip(sides, right, strict=True))
        if min(taken) < 1:
            return None
        return taken[0] if case.one_side else (case.output_shape[0], *taken)

    return answer


def windows(axis: Axis) -> Fraction:
    """The formula without its floor."""
    return Fraction(free(axis), axis.stride) + 1


def free(axis: Axis) -> int:
    """How far the window can move: n + 2p - d (k - 1) - 1."""
    return axis.size + 2 * axis.padding - axis.dilation * (axis.kernel_size - 1) - 1


def padding_once(axis: Axis) -> int | None:
    """The padding counted on one side only."""
    once = free(axis) - axis.padding
    return once // axis.stride + 1 if axis.padding and once >= 0 else None


def padding_forgotten(axis: Axis) -> int | None:
    """The padding left out."""
    bare = free(axis) - 2 * axis.padding
    return bare // axis.stride + 1 if axis.padding and bare >= 0 else None


def no_plus_one(axis: Axis) -> int:
    """The last + 1 left out."""
    return free(axis) // axis.stride


def no_floor(axis: Axis) -> Fraction | None:
    """The fraction left as it is."""
    return windows(axis) if free(axis) % axis.stride else None


def rounded_up(axis: Axis) -> int | None:
    """The fraction rounded up."""
    return free(axis) // axis.stride + 2 if free(axis) % axis.stride else None


def stride_forgotten(axis: Axis) -> int | None:
    """As if the stride were 1."""
    return free(axis) + 1 if axis.stride > 1 else None
