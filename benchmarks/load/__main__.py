"""A whole class at once: scripted visitors on loopback against one process, or several behind nginx. `make bench-load`.

``python -m benchmarks.load --visitors 60 --minutes 10 --processes 1``. Prints how long interactions took, what failed,
and what the processes held of the machine's memory before, at the end, and after everybody has left.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load.lesson import lesson
from benchmarks.load.visitor import Failure, Visitor
from tests.browser.running_app import end, free_port, started, wait_until_healthy
from tests.deploy.running_nginx import nginx

ARRIVE = 60.0  # seconds within which all visitors come
LEAVE = 60.0  # seconds after the last has left until memory is read again; a session stays 30 s


@dataclass
class Record:
    """What was measured: seconds by interaction, whether inferences were behind it, and failures in words."""

    seconds: dict[tuple[str, bool], list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)

    def of(self, inference: bool) -> list[float]:
        """All seconds of light interactions, or of those with an inference."""
        return [one for (_, slow), all_of in self.seconds.items() if slow == inference for one in all_of]


async def play(address: str, number: int, ends: float, think: float, record: Record) -> None:
    """One visitor: arrives some time in the first minute, plays the lesson until the end, thinking in between."""
    await asyncio.sleep(random.random() * min(ARRIVE, max(0.0, ends - time.monotonic()) / 3))
    visitor = Visitor(address)
    first = True
    try:
        while time.monotonic() < ends:
            for interaction in lesson(number, first):
                began = time.monotonic()
                try:
                    await interaction.does(visitor)
                except (Failure, OSError) as problem:
                    record.failures.append(f"{interaction.name}: {problem}")
                    await visitor.close()
                    visitor, first = Visitor(address), True
                    break
                record.seconds[interaction.name, interaction.inference].append(time.monotonic() - began)
                if time.monotonic() > ends:
                    break
                await asyncio.sleep(think * (0.5 + random.random()))
            else:
                first = False
    finally:
        await visitor.close()


async def everybody(address: str, visitors: int, minutes: float, think: float) -> Record:
    """All visitors at once."""
    record = Record()
    ends = time.monotonic() + 60 * minutes
    await asyncio.gather(*(play(address, number, ends, think, record) for number in range(visitors)))
    return record


def megabytes(pid: int) -> float:
    """What a process holds of the machine's memory (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def served(processes: int, folder: Path) -> Iterator[tuple[str, list[int]]]:
    """The app, alone or behind nginx as it is shipped: its address and the numbers of its processes."""
    weights, torch = str(folder / "weights"), str(folder / "torch")
    ports = [free_port() for _ in range(processes)]
    running = [started(folder / f"log{port}", port, CNNVIZ_WEIGHTS_DIR=weights, TORCH_HOME=torch) for port in ports]
    try:
        for port, process in zip(ports, running, strict=True):
            wait_until_healthy(f"http://127.0.0.1:{port}", process, folder / f"log{port}")
        with contextlib.ExitStack() as stack:
            address = f"http://127.0.0.1:{ports[0]}"
            if processes > 1:
                address = stack.enter_context(nginx(folder / "nginx", [str(port) for port in ports])).address
            yield address, [process.pid for process in running]
    finally:
        for process in running:
            end(process)


async def warmed(address: str) -> None:
    """One visitor before all others, so that torch and the networks are loaded."""
    visitor = Visitor(address)
    for interaction in lesson(-1 % 2**31, first=True):
        await interaction.does(visitor)
    await visitor.close()


def table(record: Record) -> str:
    """The figures by interaction, then by kind."""
    lines = [f"{'interaction':24} {'n':>6} {'median':>8} {'p95':>8} {'max':>8}"]
    rows = [(name, seconds) for (name, _), seconds in record.seconds.items()]
    rows += [("ALL LIGHT", record.of(False)), ("ALL WITH INFERENCE", record.of(True))]
    for name, seconds in rows:
        if seconds:
            ordered = sorted(seconds)
            p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
            lines.append(f"{name:24} {len(seconds):6} {statistics.median(seconds):8.2f} {p95:8.2f} {ordered[-1]:8.2f}")
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--visitors", type=int, default=60)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--think", type=float, default=5.0)
    arguments.add_argument("--processes", type=int, default=1)
    asked = arguments.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as name, served(asked.processes, Path(name)) as (address, pids):
        for _ in range(asked.processes * 3):  # each process gets one, by the hash of a route
            asyncio.run(warmed(address))
        before = [megabytes(pid) for pid in pids]
        record = asyncio.run(everybody(address, asked.visitors, asked.minutes, asked.think))
        during = [megabytes(pid) for pid in pids]
        time.sleep(LEAVE)
        after = [megabytes(pid) for pid in pids]
        log = "".join(path.read_text(errors="replace") for path in Path(name).glob("log*"))
    print(f"{asked.visitors} visitors, {asked.minutes:g} min, {asked.think:g} s to think, processes: {asked.processes}")
    print(table(record))
    print(f"failures: {len(record.failures)}", *sorted(set(record.failures))[:10], sep="\n  ")
    print(f"exceptions in the log: {log.count('Traceback')}")
    for pid_before, at_end, left in zip(before, during, after, strict=True):
        print(f"memory: {pid_before:.0f} MB before, {at_end:.0f} at the end, {left:.0f} after all have left")


if __name__ == "__main__":
    main()
