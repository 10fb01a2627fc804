"""How many bytes the output of a layer takes."""

from dataclasses import dataclass
from math import prod

from cnnviz.arithmetic.derivations.lines import Line, number
from cnnviz.arithmetic.exercises.addresses import in_calculator
from cnnviz.arithmetic.exercises.exercise import Explained, Kind, Mistake, Problem
from cnnviz.arithmetic.exercises.forms import Number
from cnnviz.arithmetic.exercises.stream import Stream
from cnnviz.arithmetic.exercises.writing import Worked, by, code, combined, paragraphs
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.num_bytes import readable_bytes
from cnnviz.arithmetic.settings import Shape

FLOATS = {"float32": 4, "float16": 2, "float64": 8}


@dataclass(frozen=True)
class MemoryCase:
    """A convolution, its input, how many images there are, and how a number is stored."""

    layer: Conv2d
    input_shape: Shape
    images: int = 1
    dtype: str = "float32"

    @property
    def output_shape(self) -> Shape:
        """Of one image."""
        return self.layer.output_shape(self.input_shape)

    @property
    def bytes_each(self) -> int:
        """Bytes of one number."""
        return FLOATS[self.dtype]

    @property
    def answer(self) -> int:
        """Bytes of all outputs."""
        return self.images * prod(self.output_shape) * self.bytes_each


def draw(stream: Stream, level: int) -> MemoryCase | None:
    """Level 1 the size stays; level 2 it has to be computed; level 3 a batch and other floats."""
    case = any_case(stream, level)
    return case if case is not None and 1000 <= case.answer < 50_000_000 else None


def any_case(stream: Stream, level: int) -> MemoryCase | None:
    """One of any size."""
    channels, filters = stream.pick((1, 3, 4, 8, 16)), stream.pick((6, 8, 12, 16, 24, 32, 48, 64, 96))
    kernel_size, side = stream.pick((3, 5, 7)), stream.whole(8, 64)
    if channels == filters:
        return None
    shape = (channels, side, side)
    if level == 1:
        return MemoryCase(Conv2d(channels, filters, kernel_size, padding=kernel_size // 2), shape)
    layer = Conv2d(channels, filters, kernel_size, stride=stream.pick((1, 2, 3)), padding=stream.whole(0, 1))
    if level == 2:
        return MemoryCase(layer, shape)
    return MemoryCase(layer, shape, stream.pick((8, 10, 16, 32, 64)), stream.pick(("float16", "float32", "float64")))


def ask(case: MemoryCase) -> Problem:
    """Bytes."""
    many = f" for a batch of {case.images} images" if case.images > 1 else ""
    size = f" ({case.bytes_each} bytes a number)" if case.dtype != "float32" else " (4 bytes a number)"
    return Problem(
        paragraphs(
            f"An input of {by(case.input_shape)} goes through:",
            code(case.layer.code(True)),
            f"How many bytes does the output take in {case.dtype}{size}{many}?",
        ),
        case.answer,
        Number(unit="bytes"),
    )


def explain(case: MemoryCase) -> Explained:
    """The size of the output, and its values times their bytes."""
    sizes = [number(size, "output") for size in case.output_shape]
    factors = [*([number(case.images)] if case.images > 1 else []), *sizes, number(case.bytes_each)]
    letters = [*(["N"] if case.images > 1 else []), r"C_{\text{out}}", r"H_{\text{out}}", r"W_{\text{out}}"]
    times = r" \cdot "
    short = f"That is {readable_bytes(case.answer)}." if case.answer >= 1000 else ""
    lines = (
        Line(rf"\text{{bytes}} = {times.join([*letters, str(case.bytes_each)])}"),
        Line(f"= {times.join(factors)}"),
        Line(f"= {number(case.answer)}", short),
    )
    parts = [*case.layer.shape_derivations(case.input_shape), Worked("Bytes", lines, case.answer)]
    told = (
        "Count the values of the output first: as many maps as there are filters, each of the output's size.",
        f"${lines[0].latex}$",
        f"The output of one image has the shape {by(case.output_shape)}.",
    )
    return Explained(told, combined("Memory", parts, case.answer), in_calculator(case.layer, case.input_shape))


def values_only(case: MemoryCase) -> int:
    """The values counted, not their bytes."""
    return case.answer // case.bytes_each


def of_the_input(case: MemoryCase) -> int:
    """The bytes of the input."""
    return case.images * prod(case.input_shape) * case.bytes_each


def in_bits(case: MemoryCase) -> int:
    """Bits given for bytes."""
    return 8 * case.answer


def parameters(case: MemoryCase) -> int:
    """The bytes of the parameters."""
    return case.layer.num_params * case.bytes_each


def one_map(case: MemoryCase) -> int:
    """The bytes of one map."""
    return case.answer // case.output_shape[0]


def size_unchanged(case: MemoryCase) -> int | None:
    """The output taken to be as large as the input."""
    if case.output_shape[1:] == case.input_shape[1:]:
        return None
    return case.images * case.output_shape[0] * prod(case.input_shape[1:]) * case.bytes_each


def one_image(case: MemoryCase) -> int | None:
    """The batch left out."""
    return case.answer // case.images if case.images > 1 else None


def as_float32(case: MemoryCase) -> int | None:
    """4 bytes a number, whatever is stored."""
    return case.answer // case.bytes_each * 4 if case.dtype != "float32" else None


ACTIVATION_MEMORY = Kind(
    title="Memory of an output",
    levels=("the size stays", "the size is to be computed", "a batch, and other floats"),
    draw=draw,
    ask=ask,
    explain=explain,
    mistakes={
        "values_only": Mistake("Those are the values. Each takes more than one byte.", values_only),
        "of_the_input": Mistake(
            "That is the input. The output has other channels and maybe another size.", of_the_input
        ),
        "in_bits": Mistake("Those are bits: a byte has eight.", in_bits),
        "parameters": Mistake("That is what the parameters take. Asked is the output.", parameters),
        "one_map": Mistake("That is one map. There are as many as filters.", one_map),
        "size_kept": Mistake(
            "The output is not as large as the input here: work out its height and width first.", size_unchanged
        ),
        "one_image": Mistake("That is one image. Every image of the batch has an output of its own.", one_image),
        "as_float32": Mistake("That is float32. Look at how many bytes one number takes here.", as_float32),
    },
)
