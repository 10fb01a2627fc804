"""How much memory the process may still take, by whatever limits it: a setting, its control groups, the machine."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def room(root: Path = Path("/")) -> int | None:
    """Bytes that this process may still take, None where nothing is known: the least that any of three allows.

    $CNNVIZ_MEMORY_LIMIT_MB, for this process alone; the limits of its control groups (a container's, a unit's); and
    what the machine has. `root` is the root of the file system, for tests.
    """
    allowed = [_room_of_setting(root), *_rooms_of_groups(root), _room_of_machine(root)]
    return min((number for number in allowed if number is not None), default=None)


def _room_of_setting(root: Path) -> int | None:
    setting = os.environ.get("CNNVIZ_MEMORY_LIMIT_MB", "")
    used = _fields(root / "proc" / "self" / "status")
    if not setting.isdecimal() or "RssAnon" not in used:
        return None
    return int(setting) * 1_000_000 - 1024 * (used["RssAnon"] + used.get("RssShmem", 0) + used.get("VmSwap", 0))


def _room_of_machine(root: Path) -> int | None:
    available = _fields(root / "proc" / "meminfo").get("MemAvailable")
    return None if available is None else 1024 * available


def _rooms_of_groups(root: Path) -> list[int]:
    """What each control group that the process is in still allows, as far as it has a limit.

    Files of the disk that are kept in memory count as used there; they leave by themselves where others need room.
    """
    rooms = []
    for mount, group in _groups(root):
        inside = [mount.joinpath(*group[:depth]) for depth in range(len(group), -1, -1)]
        for folder in inside:
            v1, v2 = _number(folder / "memory.limit_in_bytes"), _number(folder / "memory.max")
            high = _number(folder / "memory.high")
            used = _number(folder / ("memory.usage_in_bytes" if v1 is not None else "memory.current"))
            limits = [limit for limit in (v1, v2, high) if limit is not None and limit < 2**60]  # v1's "none" is large
            if limits and used is not None:
                rooms.append(min(limits) - used + _files(folder / "memory.stat"))
    return rooms


def _groups(root: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Where the control groups for memory are to be seen, and the process's own as the parts of a path below."""
    with contextlib.suppress(OSError):
        for line in (root / "proc" / "self" / "cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            below = tuple(part for part in path.split("/") if part not in ("", ".."))
            if "memory" in controllers.split(","):
                yield root / "sys" / "fs" / "cgroup" / "memory", below
            elif not controllers:
                yield root / "sys" / "fs" / "cgroup", below


def _files(stat: Path) -> int:
    """Bytes of files on disk that a control group keeps in memory."""
    known = _fields(stat)
    prefix = "total_" if "total_inactive_file" in known else ""  # v1: with the groups below
    return known.get(f"{prefix}inactive_file", 0) + known.get(f"{prefix}active_file", 0)


def _number(path: Path) -> int | None:
    """The number that a file holds; None for no file, and for "max"."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _fields(path: Path) -> dict[str, int]:
    """The numbers of a file whose lines are a name, perhaps a colon, and a number."""
    found = {}
    with contextlib.suppress(OSError):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, *rest = line.replace(":", " ").split() or [""]
            if rest and rest[0].isdecimal():
                found[name] = int(rest[0])
    return found
