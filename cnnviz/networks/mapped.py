"""A copy of an old weights file that can be mapped from disk instead of being read into memory.

PyTorch's format from before 2020 (VGG-16's published file is one) cannot be mapped. Such a file is converted once, into
the app's own folder; the copy's name carries its own SHA-256, so that a damaged one is noticed and made anew.
"""

import contextlib
import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from cnnviz.networks.weights import WeightsFile, own_folder, verify

if TYPE_CHECKING:
    import torch


def can_be_mapped(path: Path) -> bool:
    """Whether the file is in today's format, a zip whose members lie in it as they lie in memory."""
    return zipfile.is_zipfile(path)


def mapped_copy(path: Path) -> Path | None:
    """The converted copy of ``path``, where there is one and it is whole."""
    for copy in sorted(own_folder().glob(f"{path.stem}.mapped-*.pth")):
        own_digits = copy.name.rpartition(".mapped")[2]  # before it stand those of the old file
        if verify(copy, WeightsFile(own_digits, url="", approx_size=0)):
            return copy
    return None


def make_mapped_copy(path: Path, state: "dict[str, torch.Tensor]") -> None:
    """Write ``state``, weights of any shape by name, read from ``path``, in the format that can be mapped.

    A copy that is there is replaced. Without room for it nothing happens. Two processes do not write at the same time,
    and what one that was killed left behind is removed.
    """
    import torch

    try:
        own_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(own_folder() / f"{path.name}.mapped.lock", timeout=0), _no_leftovers(path):
            part = own_folder() / f"{path.stem}.mapped.part"
            torch.save(state, part)
            with part.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            _remove(own_folder().glob(f"{path.stem}.mapped-*.pth"))
            part.replace(own_folder() / f"{path.stem}.mapped-{digest[:16]}.pth")
    except (OSError, RuntimeError):  # a full disk, a folder that cannot be written: the old file still serves.
        pass  # Or another process holds the lock, and writes the same.


@contextlib.contextmanager
def _no_leftovers(path: Path) -> Iterator[None]:
    """Nothing half written is there before and afterwards; for the one who holds the lock."""
    try:
        _remove(own_folder().glob(f"{path.stem}.mapped*.part"))
        yield
    finally:
        _remove(own_folder().glob(f"{path.stem}.mapped*.part"))


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
