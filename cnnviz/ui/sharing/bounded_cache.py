"""What was worked out and may be asked for again: bounded by its size, and let go of when nobody asks for it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value")


def no_size(_value: object) -> int:
    """For values that are not counted by their bytes."""
    return 0


class BoundedCache(Generic[Value]):
    """Values by their key, shared by all sessions of the process.

    Each leaves `idle` seconds after it was last asked for, or after so many as `idle_of` says of it. Where they take
    more than `max_bytes` together, by what `size_of` says of each, the one that was not asked for the longest leaves
    first; a single one may be larger. `now` is the clock, for tests.
    """

    def __init__(
        self,
        idle: float,
        max_bytes: int = 0,
        size_of: Callable[[Value], int] = no_size,
        now: Callable[[], float] = time.monotonic,
        idle_of: Callable[[Value], float] | None = None,
    ) -> None:
        self.idle_of = idle_of or (lambda _value: idle)
        self.idle, self.max_bytes, self.size_of, self.now = idle, max_bytes, size_of, now
        self._kept: OrderedDict[Hashable, tuple[Value, float]] = OrderedDict()
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None
        _stores.add(self)

    def get(self, key: Hashable) -> Value | None:
        """The value of this key, or None where there is none (any more)."""
        with self._guard:
            if key not in self._kept:
                return None
            value = self._kept[key][0]
            self._kept[key] = (value, self.now())
            self._kept.move_to_end(key)
            return value

    def peek(self, key: Hashable) -> Value | None:
        """The value of this key as `get` gives it, without counting as asked for."""
        with self._guard:
            return self._kept[key][0] if key in self._kept else None

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value."""
        with self._guard:
            self._kept[key] = (value, self.now())
            self._kept.move_to_end(key)
            self._bound()
            self._watch()

    def bound(self) -> None:
        """Let go of some where values that are kept have grown beyond what is allowed."""
        with self._guard:
            self._bound()

    def _bound(self) -> None:
        while self.num_bytes > self.max_bytes and len(self._kept) > 1:
            self._kept.popitem(last=False)

    @property
    def num_bytes(self) -> int:
        """What all values take together."""
        return sum(self.size_of(value) for value, _ in self._kept.values())

    def values(self) -> list[Value]:
        """Those that are kept, the one that was not asked for the longest first."""
        with self._guard:
            return [value for value, _ in self._kept.values()]

    def drop_where(self, holds: Callable[[Hashable], bool]) -> None:
        """Let go of those whose key is such a one."""
        with self._guard:
            for key in [key for key in self._kept if holds(key)]:
                del self._kept[key]

    def drop(self, key: Hashable) -> None:
        """Let go of one."""
        with self._guard:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Let go of all."""
        with self._guard:
            self._kept.clear()

    def release(self) -> None:
        """Let go of those that nobody has asked for lately."""
        with self._guard:
            self._drop_idle(self.idle_of)
            self._timer = None
            self._watch()

    def drop_idle(self, idle: float) -> None:
        """Let go of those that nobody has asked for in so many seconds."""
        with self._guard:
            self._drop_idle(lambda _value: idle)

    def _drop_idle(self, idle_of: Callable[[Value], float]) -> None:
        for key, (value, asked) in list(self._kept.items()):
            if self.now() - asked >= idle_of(value):
                del self._kept[key]

    def _watch(self) -> None:
        """Look again after a while, as long as something is kept."""
        if self._kept and self._timer is None:
            self._timer = threading.Timer(self.idle / 2, self.release)
            self._timer.daemon = True
            self._timer.start()


_stores: WeakSet[BoundedCache[Any]] = WeakSet()


def release_all(idle: float) -> None:
    """Let go of everything that is kept anywhere and that nobody has asked for in so many seconds."""
    for store in list(_stores):
        store.drop_idle(idle)
