"""Memory that is free goes back to the system: glibc keeps it for later unless it is told to let go."""

import contextlib
import ctypes
import functools
import sys
from collections.abc import Callable

POOLS = 2
BY_ITSELF = 256 * 1024  # bytes
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # as malloc.h numbers them


def trim() -> None:
    """Give the system back what is free; nothing happens where the C library keeps nothing or cannot be asked."""
    malloc_trim = _of_glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def keep_together() -> None:
    """From now on few pools for all threads, and each array of some size by itself, which goes back as it is freed.

    Else glibc gives every thread a pool of its own, and what visitors leave free in one is not used by another.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_ARENA_MAX, POOLS)
        mallopt(_MMAP_THRESHOLD, BY_ITSELF)


@functools.cache
def _of_glibc(name: str) -> Callable[..., int] | None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # only glibc has it
            found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
            return found
    return None
