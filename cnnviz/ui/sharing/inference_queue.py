"""Whose turn it is to compute with torch: one at a time in the process, in the order of asking, short ones first."""

import contextlib
import threading
from collections.abc import Callable, Iterator

LOOKS_EVERY = 0.25  # seconds between two words to one who waits


class InferenceQueue:
    """A queue for something that one at a time may do.

    Whoever waits keeps its place in it. Those that are `urgent`, which somebody waits for with an empty page, come
    before all others, which give their turn away after each step of long work.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent: list[object] = []
        self._others: list[object] = []
        self._is_taken = False

    @contextlib.contextmanager
    def turn(self, urgent: bool = False, on_wait: Callable[[int], object] | None = None) -> Iterator[None]:
        """Wait for the turn and hold it while inside.

        `on_wait` is called several times a second while others are before, with how many; what it raises ends the
        waiting.
        """
        ticket = object()
        queue = self._urgent if urgent else self._others
        with self._changed:
            queue.append(ticket)
        try:
            while not self._take(ticket):
                if on_wait is not None:
                    on_wait(self.before(ticket))
        except BaseException:
            with self._changed:
                queue.remove(ticket)
                self._changed.notify_all()
            raise
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._urgent) + len(self._others)

    def before(self, ticket: object) -> int:
        """How many come before this one, with the one that computes."""
        with self._changed:
            line = [*self._urgent, *self._others]
            return line.index(ticket) + self._is_taken if ticket in line else 0

    def _take(self, ticket: object) -> bool:
        """Take the turn if it is this one's; else wait a little, and say whether it came in that time."""
        with self._changed:
            if not self._is_first(ticket):
                self._changed.wait(LOOKS_EVERY)
            if not self._is_first(ticket):
                return False
            (self._urgent or self._others).pop(0)
            self._is_taken = True
            return True

    def _is_first(self, ticket: object) -> bool:
        line = self._urgent or self._others
        return not self._is_taken and line[0] is ticket
