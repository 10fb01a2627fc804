"""What functions of torch make of feature maps: F.relu, F.adaptive_avg_pool2d, torch.cat, +, torch.flatten."""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from cnnviz.arithmetic.layers import Add, BatchNorm1d, BatchNorm2d, Concat, Flatten, Layer, Pointwise, View


def put_together(layer: Layer, inputs: Sequence[np.ndarray]) -> np.ndarray | None:
    """What a function makes of its inputs, each (C, H, W) or (features,); None for a layer that has weights of its own.

    >>> put_together(Concat(), [np.zeros((2, 4, 4)), np.ones((3, 4, 4))]).shape
    (5, 4, 4)
    """
    if isinstance(layer, Add):
        return np.asarray(inputs[0] + inputs[1])
    if isinstance(layer, Flatten):
        return inputs[0].reshape(-1)
    if isinstance(layer, View):
        return inputs[0].reshape(layer.output_shape(inputs[0].shape))
    if isinstance(layer, Concat):
        return np.concatenate(inputs, axis=concatenated_axis(layer, inputs[0].ndim))
    module = counterpart(layer)
    if module is None:
        return None
    with torch.inference_mode():
        made: np.ndarray = module(torch.tensor(inputs[0])[None])[0].numpy()  # a copy: it may write over its input
    return made


def concatenated_axis(layer: Concat, num_axes: int) -> int:
    """Along which axis of values without the batch axis a concatenation joins, of so many.

    >>> concatenated_axis(Concat(1), 3), concatenated_axis(Concat(-1), 3)
    (0, 2)
    """
    return layer.dim - 1 if layer.dim > 0 else num_axes + layer.dim


@lru_cache(maxsize=256)
def counterpart(layer: Layer) -> nn.Module | None:
    """The layer of torch.nn that does what a function does, in evaluation mode; None for one that learnt something.

    >>> from cnnviz.arithmetic.layers import AdaptiveAvgPool2d, Conv2d
    >>> counterpart(AdaptiveAvgPool2d(1)), counterpart(Conv2d(3, 8, 3))
    (AdaptiveAvgPool2d(output_size=1), None)
    """
    if isinstance(layer, Pointwise):
        made: nn.Module = getattr(nn, layer.function)(**dict(layer.arguments))
        return made.eval()
    if layer.num_params or isinstance(layer, BatchNorm1d | BatchNorm2d):
        return None
    settings = {one.name: getattr(layer, one.name) for one in fields(layer)}
    module: nn.Module = getattr(nn, type(layer).__name__)(**settings)
    return module.eval()
