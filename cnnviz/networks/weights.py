"""Where a network's weights lie on this machine, and whether they are what their name says.

torchvision writes the first eight digits of a file's SHA-256 into its name (resnet18-**f37072fd**.pth), so every copy
can be checked without asking anyone. Two folders are looked into: the app's own, and the one torch hub downloads to,
which belongs to other programs too and is only ever read. No torch is needed here.
"""

import hashlib
import os
import re
import sys
import tempfile
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


class WeightsError(Exception):
    """Weights could not be had; the message is one or two sentences for the person who wanted them."""


@dataclass(frozen=True)
class WeightsFile:
    """A weights file as its publisher names it; `approx_size` in bytes, for telling before asking any server.

    >>> WeightsFile("resnet18-f37072fd.pth", "https://example.org/resnet18-f37072fd.pth", 46_830_571).sha256_prefix
    'f37072fd'
    """

    name: str
    url: str
    approx_size: int

    @property
    def sha256_prefix(self) -> str:
        found = re.search(r"-([0-9a-f]{8,64})\.", self.name)
        if found is None:
            raise ValueError(f"{self.name} does not carry its SHA-256: a name such as resnet18-f37072fd.pth is needed.")
        return found[1]


def own_folder() -> Path:
    """The app's folder for weights: $CNNVIZ_WEIGHTS_DIR, else one in the place the platform keeps caches in."""
    chosen = os.environ.get("CNNVIZ_WEIGHTS_DIR")
    if chosen:
        return at_home(chosen)
    if sys.platform == "win32":
        caches = Path(os.environ.get("LOCALAPPDATA") or at_home("~/AppData/Local"))
    elif sys.platform == "darwin":
        caches = at_home("~/Library/Caches")
    else:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or at_home("~/.cache"))
    return caches / "cnnviz" / "weights"


def at_home(path: str) -> Path:
    """The path with its "~" filled in; for a user without a home, as in some containers, a temporary folder.

    >>> at_home("/srv/weights").as_posix()
    '/srv/weights'
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(tempfile.gettempdir(), *Path(path).parts[1:])


def hub_folder() -> Path:
    """The folder torch hub downloads to, by the rule of `torch.hub.get_dir` but without importing torch."""
    get_dir = getattr(sys.modules.get("torch.hub"), "get_dir", None)
    if get_dir is not None:  # torch is there already (and not half imported): it may have been told another folder
        return Path(get_dir()) / "checkpoints"
    caches = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(caches, "torch"))
    return at_home(home) / "hub" / "checkpoints"


def find(file: WeightsFile) -> Path | None:
    """A copy of the file on this machine whose content is what its name says, or None."""
    return next((path for path in _candidates(file) if _is_file(path) and verify(path, file)), None)


def damaged_copies(file: WeightsFile) -> list[Path]:
    """Copies that carry the name but not the content, or whose content cannot be read."""
    return [path for path in _candidates(file) if _is_file(path) and not verify(path, file)]


def missing_sentence(file: WeightsFile) -> str:
    """Which file is wanted, how large it is, and where to put it; a damaged copy is named.

    >>> file = WeightsFile("tiny-00000000.pth", "https://example.org/tiny-00000000.pth", 2_000_000)
    >>> missing_sentence(file)  # doctest: +ELLIPSIS
    'The weights file tiny-00000000.pth (2.0 MB) is not on this machine. Put it into ...'
    """
    return f"{absence(file)} Put it into {own_folder()}."


def absence(file: WeightsFile) -> str:
    """Why the file cannot be used: it is not there, or what is there is damaged, or closed to the app."""
    size = megabytes(file.approx_size)
    damaged = damaged_copies(file)
    if not damaged:
        return f"The weights file {file.name} ({size}) is not on this machine."
    if not _is_open_to_us(damaged[0]):
        return f"{damaged[0]} ({size}) is there, but the app is not allowed to read it."
    return f"{damaged[0]} is damaged: its content is not what its name says. A good copy ({size}) is needed."


def megabytes(num_bytes: float) -> str:
    """Decimal megabytes, as servers and most file managers count them.

    >>> megabytes(46_830_571), megabytes(2_000_000)
    ('47 MB', '2.0 MB')
    """
    return f"{num_bytes / 1e6:.1f} MB" if num_bytes < 10e6 else f"{num_bytes / 1e6:.0f} MB"


_checked: dict[tuple[int, int, int, int, str], bool] = {}
_checking: defaultdict[tuple[int, int, int, int, str], threading.Lock] = defaultdict(threading.Lock)


def verify(path: Path, file: WeightsFile) -> bool:
    """Whether the content's SHA-256 begins as the name says; computed once per file, size and time of change."""
    try:
        status = path.stat()
        # The inode instead of the path: a file that was checked and then renamed need not be read again.
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, file.sha256_prefix)
        with _checking[key]:  # two sessions must not both read half a gigabyte
            if key not in _checked:
                with path.open("rb") as stream:
                    _checked[key] = hashlib.file_digest(stream, "sha256").hexdigest().startswith(file.sha256_prefix)
            return _checked[key]
    except OSError:  # gone meanwhile, or not ours to read: as good as not there
        return False


def _candidates(file: WeightsFile) -> tuple[Path, Path]:
    return own_folder() / file.name, hub_folder() / file.name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_open_to_us(path: Path) -> bool:
    try:
        path.open("rb").close()
    except PermissionError:
        return False
    except OSError:
        return True  # gone, or broken: not a question of what is allowed
    return True
