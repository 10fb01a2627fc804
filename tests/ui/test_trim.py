"""Memory that is free goes back to the system."""

import ctypes
import subprocess
import sys

import pytest

from tests.browser.running_app import ROOT

# Ten thousand pieces that are too small to be given back one by one, below one that stays.
TAKE_AND_FREE = """
from cnnviz.ui.trim import trim

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


def has_malloc_trim() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")


@pytest.mark.skipif(not has_malloc_trim(), reason="this C library keeps nothing back")
def test_what_is_free_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAKE_AND_FREE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert int(done.stdout) > 50_000_000
