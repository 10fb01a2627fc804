"""What every layer of a network answers to a picture.

The maps are each layer's *own* output. AlexNet, VGG and ResNet use `ReLU(inplace=True)`, which writes its result over
the convolution's: whoever only keeps a reference to the output sees the ReLU's. Each output is therefore copied the
moment its layer returns it.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import torch
from torch import nn

from cnnviz.networks.memory import refuse_lack_of_memory
from cnnviz.networks.watching import evaluating, hooked, lock_of


@dataclass(frozen=True)
class ForwardPass:
    """One picture's way through a network: the maps of its layers, and the scores (logits) at the end.

    `feature_maps` is {layer name: array (C, H, W)} in the order the layers ran; `scores` has shape (num_classes,).
    `vectors` is {layer name: array (N,)} of the layers that make no maps, the dense ones.
    All arrays are float32 and read-only, since they may be shared.
    """

    feature_maps: dict[str, np.ndarray]
    scores: np.ndarray
    vectors: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerEntry:
    """One leaf layer of a network: its name, its torch class, and how many maps it makes where the layer says so."""

    name: str
    kind: str
    num_channels: int | None


def feature_maps(module: nn.Module, image: torch.Tensor, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Each layer's own output for one image, as it was before any in-place ReLU behind it.

    `image` has shape (1, 3, H, W). `layers=None` gives every leaf layer whose output is a stack of maps, in the order
    they run; a layer that runs more than once (the ReLU a residual block shares) is told apart as "relu", "relu_1", …
    Arrays have shape (C, H, W), are float32 and read-only. Nothing is left behind on the module: hooks, mode and
    gradients are as they were, also after an error. Safe to call from several threads on one module.

    Raises ValueError, in a sentence, for an image of another shape and for a layer that does not exist or makes no
    maps.

    >>> module = nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.ReLU(inplace=True))
    >>> maps = feature_maps(module, torch.randn(1, 3, 8, 8))
    >>> {name: array.shape for name, array in maps.items()}
    {'0': (4, 6, 6), '1': (4, 6, 6)}
    >>> bool(maps["0"].min() < 0)  # the convolution's own answer, negative values included
    True
    """
    return forward(module, image, layers).feature_maps


def forward(
    module: nn.Module,
    image: torch.Tensor,
    layers: Sequence[str] | None = None,
    on_layer: Callable[[str], None] | None = None,
) -> ForwardPass:
    """One inference that gives both the feature maps (see `feature_maps`) and the scores.

    `image` (1, 3, H, W); the scores (num_classes,) are those before any softmax. ValueError for what is not one image.

    `on_layer` is called with a layer's name as soon as its maps are there; what it raises ends the inference.

    >>> module = nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.Flatten(), nn.Linear(4, 10))
    >>> forward(module, torch.zeros(1, 3, 3, 3)).scores.shape
    (10,)
    """
    refuse_image(image)
    watched = _watched_modules(module, layers)
    kept: dict[str, np.ndarray] = {}
    vectors: dict[str, np.ndarray] = {}
    seen: dict[str, tuple[int, ...]] = {}
    calls: Counter[str] = Counter()
    names = {name for name, _ in module.named_modules()}
    owner = threading.get_ident()

    def keep(name: str, output: object) -> None:
        # Someone else may run the same module in another thread while the hooks are on.
        if threading.get_ident() != owner or not isinstance(output, torch.Tensor):
            return
        key = name if calls[name] == 0 else f"{name}_{calls[name]}"
        while calls[name] > 0 and key in names:  # a layer may really be called relu_1
            calls[name] += 1
            key = f"{name}_{calls[name]}"
        calls[name] += 1
        if layers is not None and key not in layers:
            return
        seen[key] = tuple(output.shape)
        if output.ndim == 4:
            kept[key] = _own_array(output[0])
            if on_layer is not None:
                on_layer(key)
        elif output.ndim == 2:
            vectors[key] = _own_array(output[0])

    with lock_of(module), evaluating(module), hooked(watched, keep), torch.inference_mode():
        answer = _answer(module, image)
    if layers is not None:
        _check_reached(layers, kept, seen)
        kept = {name: kept[name] for name in layers}
    scores = answer.flatten(1)[0] if isinstance(answer, torch.Tensor) else torch.empty(0)
    return ForwardPass(kept, _own_array(scores), vectors)


def _answer(module: nn.Module, image: torch.Tensor) -> object:
    """What the network returns; where a layer refuses what it is given, a ValueError without torch's own words."""
    try:
        return module(image)
    except RuntimeError as error:
        refuse_lack_of_memory(error)
        shape = tuple(image.shape)
        raise ValueError(
            f"This network cannot take an image of shape {shape}: one of its layers refuses what reaches it. "
            "Another height and width, or another number of channels, may fit."
        ) from error


def layer_table(module: nn.Module) -> tuple[LayerEntry, ...]:
    """The leaf layers in the order they are declared, without running anything.

    >>> layer_table(nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.ReLU()))
    (LayerEntry(name='0', kind='Conv2d', num_channels=4), LayerEntry(name='1', kind='ReLU', num_channels=None))
    """
    return tuple(
        LayerEntry(name, type(layer).__name__, getattr(layer, "out_channels", getattr(layer, "num_features", None)))
        for name, layer in _leaves(module).items()
    )


def _own_array(tensor: torch.Tensor) -> np.ndarray:
    """A float32 copy that nobody else can write to."""
    array = tensor.detach().to(device="cpu", dtype=torch.float32, copy=True).contiguous().numpy()
    array.flags.writeable = False
    return array


def _leaves(module: nn.Module) -> dict[str, nn.Module]:
    if next(module.children(), None) is None:  # a single layer is its own only leaf
        return {type(module).__name__.lower(): module}
    return {name: layer for name, layer in module.named_modules() if name and next(layer.children(), None) is None}


def refuse_image(image: torch.Tensor) -> None:
    """ValueError for anything that is not one image (1, C, H, W)."""
    if image.ndim != 4 or image.shape[0] != 1:
        raise ValueError(f"One image of shape (1, 3, H, W) is needed, not {tuple(image.shape)}.")


def _watched_modules(module: nn.Module, layers: Sequence[str] | None) -> dict[str, nn.Module]:
    """The modules to listen to; a name such as "relu_1" listens to "relu"."""
    if layers is None:
        return _leaves(module)
    modules = {name: layer for name, layer in module.named_modules() if name}
    bases = [_base(name, modules) for name in layers]
    return {base: modules[base] for base in bases}


def find_layer(module: nn.Module, name: str) -> tuple[nn.Module, int]:
    """The layer of that name and which of its runs is meant: ("relu_1" is the second run, number 1, of "relu").

    Raises ValueError, with names that are close, where there is none.

    >>> find_layer(nn.Sequential(nn.ReLU()), "0_1")
    (ReLU(), 1)
    """
    modules = {path: layer for path, layer in module.named_modules() if path}
    base = _base(name, modules)
    return modules[base], 0 if base == name else int(name.removeprefix(f"{base}_"))


def _base(name: str, modules: dict[str, nn.Module]) -> str:
    """The module that an output's name belongs to."""
    base = name if name in modules else re.sub(r"_\d+$", "", name)
    if base not in modules:
        close = get_close_matches(name, modules, n=3, cutoff=0.4)
        hint = "Close to it: " + ", ".join(close) if close else "The first are: " + ", ".join([*modules][:5])
        raise ValueError(f'This network has no layer named "{name}". {hint}.')
    return base


def _check_reached(layers: Sequence[str], kept: dict[str, np.ndarray], seen: dict[str, tuple[int, ...]]) -> None:
    for name in layers:
        if name in kept:
            continue
        if name in seen:
            raise ValueError(f'Layer "{name}" makes no feature maps: its output has shape {seen[name]}.')
        base = re.sub(r"_\d+$", "", name)
        raise ValueError(f'There is no output named "{name}": layer "{base}" does not run that often.')
