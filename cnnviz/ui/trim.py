"""Memory that Python has freed goes back to the system: glibc keeps it for later unless it is told to let go."""

import contextlib
import ctypes
import functools
import sys
from collections.abc import Callable


def trim() -> None:
    """Give the system back what is free; nothing happens where the C library keeps nothing or cannot be asked."""
    malloc_trim = _malloc_trim()
    if malloc_trim is not None:
        malloc_trim(0)


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # only glibc has it
            found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
            return found
    return None
