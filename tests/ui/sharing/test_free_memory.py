"""Memory that is free goes back to the system."""

import ctypes
import subprocess
import sys

import pytest

from tests.browser.running_app import ROOT

# Ten thousand pieces that are too small to be given back one by one, below one that stays.
TAKE_AND_FREE = """
from cnnviz.ui.sharing.free_memory import trim

def used():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * 4096

pieces = [bytearray(10_000) for _ in range(10_000)]
last = bytearray(10_000)
del pieces
before = used()
trim()
print(before - used())
"""


# Pictures of a megabyte, freed below something small that stays; glibc would keep them for the next.
LET_GO_OF_PICTURES = """
import sys
from cnnviz.ui.sharing.free_memory import keep_together

def used():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * 4096

if sys.argv[1] == "together":
    keep_together()
largest = bytearray(30_000_000)
del largest  # from here on glibc takes all that is smaller from its pool
pictures = [bytearray(b"a" * 1_000_000) for _ in range(100)]
last = [bytes(200) + bytes([number]) for number in range(100)]
before = used()
del pictures
print(before - used())
"""


def has_malloc_trim() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")


@pytest.mark.skipif(not has_malloc_trim(), reason="this C library keeps nothing back")
def test_what_is_free_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAKE_AND_FREE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert int(done.stdout) > 50_000_000


@pytest.mark.skipif(not has_malloc_trim(), reason="this C library has no such setting")
def test_what_is_large_goes_back_as_it_is_freed() -> None:
    given_back = {}
    for how in ("together", "as it is"):
        done = subprocess.run(
            [sys.executable, "-c", LET_GO_OF_PICTURES, how],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        given_back[how] = int(done.stdout)
    assert given_back["together"] > 90_000_000
    assert given_back["as it is"] < 80_000_000, "else the setting is not needed"
