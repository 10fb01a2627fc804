"""A copy of an old weights file that can be mapped from disk instead of being read into memory.

PyTorch's format from before 2020 (VGG-16's published file is one) cannot be mapped. Such a file is converted once, into
the app's own folder; the copy's name carries its own SHA-256, so that a damaged one is noticed and made anew.
"""

import contextlib
import hashlib
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

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
    """Write ``state``, read from ``path``, in the format that can be mapped. Without room for it nothing happens."""
    import torch

    part = own_folder() / f"{path.stem}.mapped.{os.getpid()}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, part)
        with part.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        for older in own_folder().glob(f"{path.stem}.mapped-*.pth"):
            older.unlink()
        part.replace(own_folder() / f"{path.stem}.mapped-{digest[:16]}.pth")
    except (OSError, RuntimeError):  # a full disk, a folder that cannot be written: the old file still serves
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
