"""How layers are written in Keras, which puts the channels last and pads by 'valid' or 'same' only."""

from cnnviz.arithmetic.settings import IntOrPair, Shape, one_number, pair

Sides = tuple[tuple[int, int], tuple[int, int]]


class NotInKeras(ValueError):
    """Keras has no layer that does this: the message says which setting is in the way."""


def keras_sequential(lines: list[str], input_shape: Shape, output_shape: Shape) -> str:
    """A keras.Sequential of these lines, and above it the shapes in Keras's order.

    >>> print(keras_sequential(["keras.layers.Dense(10)"], (84,), (10,)))
    # (84,) -> (10,)
    keras.Sequential([
        keras.Input((84,)),
        keras.layers.Dense(10),
    ])
    """
    before, after = channels_last(input_shape), channels_last(output_shape)
    order = ": Keras puts the channels last" if len(input_shape) == 3 else ""
    body = [f"keras.Input({before}),", *(line if line.startswith("#") else f"{line}," for line in lines)]
    inside = "\n".join(f"    {line}" for line in body)
    return f"# {before} -> {after}{order}\nkeras.Sequential([\n{inside}\n])"


def refuse_stride_with_dilation(stride: IntOrPair, dilation: IntOrPair) -> None:
    """Keras does not combine them."""
    if pair(stride) != (1, 1) and pair(dilation) != (1, 1):
        raise NotInKeras("Keras refuses a stride together with a dilation.")


def borders(name: str, sides: Sides) -> list[str]:
    """ZeroPadding2D or Cropping2D with ((above, below), (left, right)), or nothing where there is no border."""
    (above, below), (left, right) = sides
    if above == below and left == right:
        return unless(above == left == 0, call(name, [str(one_number((above, left)))]))
    return [call(name, [str(sides)])]


def unless(usual: bool, words: str) -> list[str]:
    """What has to be said when something is not as it usually is."""
    return [] if usual else [words]


def call(name: str, words: list[str]) -> str:
    """A Keras layer being made."""
    return f"keras.layers.{name}({', '.join(words)})"


def channels_last(shape: Shape) -> str:
    """(channels, height, width) in Keras's order; a flat shape as it is."""
    return str((*shape[1:], shape[0]))
