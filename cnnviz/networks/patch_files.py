"""What was found in a picture, kept on disk: values and places, by a name that tells nothing about the picture.

The files lie in a folder "patches" of the app's own (see `networks.weights`). They hold numbers only, nothing pickled.
The folder is bounded; what was not used for longest goes first. A file that is damaged counts as not there.
"""

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.networks.weights import own_folder

if TYPE_CHECKING:
    from cnnviz.networks.zoo import Model

FORMAT = 1  # another number when what the files hold, or how it is found, changes
MAX_FILES = 2000
MAX_BYTES = 300_000_000
NAMED = 16_000_000  # bytes; a weights file that is larger carries its hash in its name, and is not read again here

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def patches_folder() -> Path:
    """Where the files lie."""
    return own_folder() / "patches"


def places_key(model: "Model", sha256: str) -> str:
    """A name for what `model` answers to a picture: from the network, its weights and the picture's SHA-256."""
    weights = "untrained"
    if model.weights_path is not None:
        status = model.weights_path.stat()
        weights = weights_hash(model.weights_path, status.st_size, status.st_mtime_ns)
    told = "\n".join([str(FORMAT), model.name, weights, repr(model.preprocessing), sha256])
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


@lru_cache(maxsize=32)
def weights_hash(path: Path, size: int, changed: int) -> str:
    """The SHA-256 of a small weights file; of a large one its name, which carries the first digits, and its size."""
    if size > NAMED:
        return f"{path.name} {size}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def separate_places(key: str, counts: Mapping[str, int], per_picture: int) -> dict[str, Arrays] | None:
    """{layer: (values, rows, columns)}, each (channels, per_picture), as `keep_places` wrote them; None for no file.

    `counts` is {layer: channels}. A file that is damaged, or holds something else, is none.
    """
    path = patches_folder() / f"{key}.npz"
    total = sum(counts.values())
    try:
        with np.load(path, allow_pickle=False) as file:
            values, rows, columns = (file[name] for name in ("values", "rows", "columns"))
    except Exception:  # a damaged file raises nearly anything
        return None
    whole = {array.shape for array in (values, rows, columns)} == {(total, per_picture)}
    if not whole or values.dtype != np.float32 or {rows.dtype, columns.dtype} != {np.dtype(np.int16)}:
        return None
    if np.isnan(values).any():
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it was used just now
    ends = np.cumsum([*counts.values()])[:-1]
    parts = [np.split(array, ends) for array in (values, rows, columns)]
    return {name: (part[0], part[1], part[2]) for name, part in zip(counts, zip(*parts, strict=True), strict=True)}


def keep_places(key: str, found: Mapping[str, Arrays]) -> None:
    """Write {layer: (values, rows, columns)} and let the oldest files go. Without room for it nothing happens."""
    folder = patches_folder()
    part = folder / f"{key}.{os.getpid()}.{threading.get_ident()}.part"
    arrays = {
        name: np.concatenate([arrays[place] for arrays in found.values()])
        for place, name in enumerate(("values", "rows", "columns"))
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        part.replace(folder / f"{key}.npz")
        drop_oldest(folder)
    except OSError:  # a full disk, a folder that cannot be written to: what was found serves this once
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def drop_oldest(folder: Path, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
    """Remove files until at most so many, and so many bytes, are left; those not used for longest first.

    What else lies in the folder is somebody else's, and stays.
    """
    known = []
    for path in filter(_is_ours, folder.iterdir()):
        with contextlib.suppress(OSError):  # another process may have removed it
            status = path.stat()
            known.append((status.st_mtime_ns, status.st_size, path))
    known.sort(reverse=True)
    total = 0
    for number, (_, size, path) in enumerate(known):
        total += size
        if number >= max_files or total > max_bytes:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    """A file as `keep_places` names it, or what is left of one that was being written."""
    return re.fullmatch(r"[0-9a-f]{64}(\.npz|\.\d+\.\d+\.part)", path.name) is not None
