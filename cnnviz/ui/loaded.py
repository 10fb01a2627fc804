"""The networks in memory: shared by all sessions while somebody looks into them, let go of a while after that."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.networks.zoo import Model

Key = tuple[object, ...]


class LoadedNetworks:
    """Networks by their key, each loaded once, and released `idle` seconds after it was last asked for.

    A page that still holds a network keeps it alive until its run ends. `now` is the clock, for tests.
    """

    def __init__(self, idle: float, now: Callable[[], float] = time.monotonic) -> None:
        self.idle, self.now = idle, now
        self._kept: dict[Key, tuple[Model, float]] = {}
        self._loading: dict[Key, threading.Lock] = {}
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None

    def get(self, key: Key, load: "Callable[[], Model]") -> "Model":
        """The network of this key, loaded if it is not in memory; of two who ask at once, one waits for the other."""
        with self._guard:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            with self._guard:
                kept = self._kept.get(key)
            model = load() if kept is None else kept[0]
            with self._guard:
                self._kept[key] = (model, self.now())
                self._watch()
        return model

    def names(self) -> list[str]:
        """The names of those in memory."""
        with self._guard:
            return [model.name for model, _ in self._kept.values()]

    def clear(self) -> None:
        """Let go of all."""
        with self._guard:
            self._kept.clear()

    def release(self) -> None:
        """Let go of those that nobody has asked for lately."""
        with self._guard:
            self._timer = None
            old = [key for key, (_, asked) in self._kept.items() if self.now() - asked >= self.idle]
            for key in old:
                del self._kept[key]
                self._loading.pop(key, None)
            self._watch()

    def _watch(self) -> None:
        """Look again after a while, as long as something is kept."""
        if self._kept and self._timer is None:
            self._timer = threading.Timer(self.idle / 2, self.release)
            self._timer.daemon = True
            self._timer.start()
