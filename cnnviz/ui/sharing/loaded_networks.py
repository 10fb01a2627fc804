"""The networks in memory: shared by all sessions while somebody looks into them, let go of a while after that."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cnnviz.ui.sharing.bounded_cache import BoundedCache

if TYPE_CHECKING:
    from cnnviz.networks.zoo import Model

Key = tuple[object, ...]


class LoadedNetworks:
    """Networks by their key, each loaded once, and released `idle` seconds after it was last asked for.

    A page that still holds a network keeps it alive until its run ends. `now` is the clock, for tests.
    """

    def __init__(self, idle: float, now: Callable[[], float] = time.monotonic) -> None:
        self._kept: BoundedCache[Model] = BoundedCache(idle, now=now)
        self._loading: dict[Key, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Key, load: "Callable[[], Model]") -> "Model":
        """The network of this key, loaded if it is not in memory; of two who ask at once, one waits for the other."""
        with self._guard:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            model = self._kept.get(key)
            if model is None:
                model = load()
                self._kept.put(key, model)
        return model

    def names(self) -> list[str]:
        """The names of those in memory."""
        return [model.name for model in self._kept.values()]

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()

    def release(self) -> None:
        """Let go of those that nobody has asked for lately."""
        self._kept.release()
