"""Listening to a module that others use too: one at a time, in evaluation mode, and nothing left behind."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from torch import nn

_locks: WeakKeyDictionary[nn.Module, threading.Lock] = WeakKeyDictionary()
_locks_guard = threading.Lock()


def lock_of(module: nn.Module) -> threading.Lock:
    """One call at a time may hang hooks on a module."""
    with _locks_guard:
        return _locks.setdefault(module, threading.Lock())


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
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
def hooked(watched: dict[str, nn.Module], keep: Callable[[str, object], None]) -> Iterator[None]:
    """Call `keep` with a layer's name and output each time it has run; the hooks are taken off also after an error."""
    handles = []
    try:
        for name, layer in watched.items():
            handles.append(layer.register_forward_hook(lambda _layer, _inputs, output, name=name: keep(name, output)))
        yield
    finally:
        for handle in handles:
            handle.remove()
