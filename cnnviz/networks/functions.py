"""What functions of torch make of feature maps: F.relu, F.adaptive_avg_pool2d, torch.cat, +, torch.flatten."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from cnnviz.arithmetic.layers import Add, BatchNorm1d, BatchNorm2d, Concat, Flatten, Function, Layer, View
from cnnviz.arithmetic.layers.functions import Worked
from cnnviz.arithmetic.layers.sources import Source
from cnnviz.networks.lines import module_of_line, value_of_line


def put_together(layer: Layer, inputs: Sequence[np.ndarray]) -> np.ndarray | None:
    """What a function makes of its inputs, each (C, H, W) or (features,); None for a layer that has weights of its own.

    >>> put_together(Concat(), [np.zeros((2, 4, 4)), np.ones((3, 4, 4))]).shape
    (5, 4, 4)
    """
    if isinstance(layer, Add) and len(inputs) == 2:
        return np.asarray(inputs[0] + inputs[1])
    if isinstance(layer, Flatten | View):
        return inputs[0].reshape(layer.output_shape(inputs[0].shape))
    if isinstance(layer, Concat):
        return np.concatenate(inputs, axis=concatenated_axis(layer, inputs[0].ndim))
    if isinstance(layer, Worked | Source) or (not isinstance(layer, Function) and has_weights(layer)):
        return None
    with torch.inference_mode():
        batch = [torch.tensor(values)[None] for values in inputs]  # copies: a layer may write over its input
        made: np.ndarray = applied(layer, batch)[0].numpy()
    return made


def applied(layer: Layer, given: Sequence[torch.Tensor]) -> torch.Tensor:
    """What a function, or a layer without weights, makes of batches of values, as its own line says it.

    >>> from cnnviz.arithmetic.layers import Multiply
    >>> applied(Multiply(), [torch.ones(2, 3, 1, 1) * 2, torch.ones(2, 3, 4, 4)]).shape
    torch.Size([2, 3, 4, 4])
    """
    names = [f"x{number}" for number in range(len(given))]
    values: dict[str, object] = dict(zip(names, given, strict=True))
    if isinstance(layer, Function):
        made = value_of_line(layer.expression(names), values)
    else:
        made = value_of_line(layer.applied("layer", names), {**values, "layer": counterpart(layer)})
    assert isinstance(made, torch.Tensor)
    return made


def has_weights(layer: Layer) -> bool:
    """Whether a layer does what it does with numbers that it has learned."""
    return bool(layer.num_params) or isinstance(layer, BatchNorm1d | BatchNorm2d)


def concatenated_axis(layer: Concat, num_axes: int) -> int:
    """Along which axis of values without the batch axis a concatenation joins, of so many.

    >>> concatenated_axis(Concat(1), 3), concatenated_axis(Concat(-1), 3)
    (0, 2)
    """
    return layer.dim - 1 if layer.dim > 0 else num_axes + layer.dim


@lru_cache(maxsize=256)
def counterpart(layer: Layer) -> nn.Module:
    """The layer of torch.nn that does what a layer without weights does, in evaluation mode.

    >>> from cnnviz.arithmetic.layers import AdaptiveAvgPool2d
    >>> counterpart(AdaptiveAvgPool2d(1))
    AdaptiveAvgPool2d(output_size=1)
    """
    return module_of_line(layer.code()).eval()
