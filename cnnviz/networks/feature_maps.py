"""What every layer of a network answers to a picture.

The maps are each layer's *own* output. AlexNet, VGG and ResNet use `ReLU(inplace=True)`, which writes its result over
the convolution's: whoever only keeps a reference to the output sees the ReLU's. Each output is therefore copied the
moment its layer returns it.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import nn


@dataclass(frozen=True)
class ForwardPass:
    """One picture's way through a network: the maps of its layers, and the scores (logits) at the end.

    `feature_maps` is {layer name: array (C, H, W)} in the order the layers ran; `scores` has shape (num_classes,).
    All arrays are float32 and read-only, since they may be shared.
    """

    feature_maps: dict[str, np.ndarray]
    scores: np.ndarray


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
    """One inference that gives both the feature maps (see `feature_maps`) and the scores, before any softmax.

    `on_layer` is called with a layer's name as soon as its maps are there; what it raises ends the inference.

    >>> module = nn.Sequential(nn.Conv2d(3, 4, kernel_size=3), nn.Flatten(), nn.Linear(4, 10))
    >>> forward(module, torch.zeros(1, 3, 3, 3)).scores.shape
    (10,)
    """
    _check_image(image)
    watched = _watched_modules(module, layers)
    kept: dict[str, np.ndarray] = {}
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

    with _lock_of(module), _evaluating(module), _hooked(watched, keep), torch.inference_mode():
        answer = _answer(module, image)
    if layers is not None:
        _check_reached(layers, kept, seen)
        kept = {name: kept[name] for name in layers}
    scores = answer.flatten(1)[0] if isinstance(answer, torch.Tensor) else torch.empty(0)
    return ForwardPass(kept, _own_array(scores))


def _answer(module: nn.Module, image: torch.Tensor) -> object:
    """What the network returns; where a layer refuses what it is given, a ValueError without torch's own words."""
    try:
        return module(image)
    except RuntimeError as error:
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


def _check_image(image: torch.Tensor) -> None:
    if image.ndim != 4 or image.shape[0] != 1:
        raise ValueError(f"One image of shape (1, 3, H, W) is needed, not {tuple(image.shape)}.")


def _watched_modules(module: nn.Module, layers: Sequence[str] | None) -> dict[str, nn.Module]:
    """The modules to listen to; a name such as "relu_1" listens to "relu"."""
    if layers is None:
        return _leaves(module)
    modules = {name: layer for name, layer in module.named_modules() if name}
    watched = {}
    for name in layers:
        base = name if name in modules else re.sub(r"_\d+$", "", name)
        if base not in modules:
            close = get_close_matches(name, modules, n=3, cutoff=0.4)
            hint = "Close to it: " + ", ".join(close) if close else "The first are: " + ", ".join([*modules][:5])
            raise ValueError(f'This network has no layer named "{name}". {hint}.')
        watched[base] = modules[base]
    return watched


def _check_reached(layers: Sequence[str], kept: dict[str, np.ndarray], seen: dict[str, tuple[int, ...]]) -> None:
    for name in layers:
        if name in kept:
            continue
        if name in seen:
            raise ValueError(f'Layer "{name}" makes no feature maps: its output has shape {seen[name]}.')
        base = re.sub(r"_\d+$", "", name)
        raise ValueError(f'There is no output named "{name}": layer "{base}" does not run that often.')


_locks: WeakKeyDictionary[nn.Module, threading.Lock] = WeakKeyDictionary()
_locks_guard = threading.Lock()


def _lock_of(module: nn.Module) -> threading.Lock:
    """One call at a time may hang hooks on a module."""
    with _locks_guard:
        return _locks.setdefault(module, threading.Lock())


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Evaluation mode for the while: in training mode a BatchNorm would remember the picture."""
    training = [layer for layer in module.modules() if layer.training]
    for layer in training:
        layer.training = False
    try:
        yield
    finally:
        for layer in training:
            layer.training = True


@contextmanager
def _hooked(watched: dict[str, nn.Module], keep: Callable[[str, object], None]) -> Iterator[None]:
    handles = []
    try:
        for name, layer in watched.items():
            handles.append(layer.register_forward_hook(lambda _layer, _inputs, output, name=name: keep(name, output)))
        yield
    finally:
        for handle in handles:
            handle.remove()
