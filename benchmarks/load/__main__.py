"""A whole class at once: scripted visitors on loopback against one process, or several behind nginx. `make bench-load`.

``python -m benchmarks.load --visitors 60 --minutes 10 --processes 1``. Prints how long interactions took, what failed,
and what the processes held of the machine's memory before, at the end, and after everybody has left.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load.lesson import Interaction, lesson
from benchmarks.load.visitor import Failure, Visitor
from tests.browser.running_app import end, free_port, started, wait_until_healthy
from tests.deploy.running_nginx import nginx

ARRIVE = 60.0  # seconds within which all visitors come
LEAVE = 220.0  # seconds after the last has left until memory is read again; a session stays 30 s, an answer 180
GOALS = (2.0, 1.0)  # seconds that 95 of 100 light interactions take at most: one process, several
GROWTH = 100  # MB for 50 visitors at most


@dataclass
class Record:
    """What was measured: seconds by interaction, whether inferences were behind it, and failures in words."""

    seconds: dict[tuple[str, bool], list[float]] = field(default_factory=lambda: defaultdict(list))
    beside: dict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    computing: int = 0  # how many wait for an inference at this moment

    def of(self, inference: bool) -> list[float]:
        """All seconds of light interactions, or of those with an inference."""
        return [one for (_, slow), all_of in self.seconds.items() if slow == inference for one in all_of]

    async def measured(self, interaction: Interaction, visitor: Visitor) -> None:
        """Do it and write down how long it took; for a light one also whether others waited for inferences then."""
        began, beside = time.monotonic(), self.computing > 0
        self.computing += interaction.inference
        try:
            await interaction.does(visitor)
        finally:
            self.computing -= interaction.inference
        took = time.monotonic() - began
        self.seconds[interaction.name, interaction.inference].append(took)
        if not interaction.inference:
            self.beside[beside or self.computing > 0].append(took)


async def play(address: str, number: int, ends: float, think: float, record: Record) -> None:
    """One visitor: arrives some time in the first minute, plays the lesson until the end, thinking in between."""
    await asyncio.sleep(random.random() * min(ARRIVE, max(0.0, ends - time.monotonic()) / 3))
    visitor = Visitor(address)
    try:
        for turn in itertools.count():
            for interaction in lesson(number, turn):
                if time.monotonic() > ends:
                    return
                try:
                    await record.measured(interaction, visitor)
                except (Failure, OSError) as problem:
                    record.failures.append(f"{interaction.name}: {problem}")
                    await visitor.close()
                    visitor = Visitor(address)
                    break
                await asyncio.sleep(think * (0.5 + random.random()))
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
    for interaction in lesson(1_000_000, 0):
        await interaction.does(visitor)
    await visitor.close()


def table(record: Record) -> str:
    """The figures by interaction, then by kind."""
    lines = [f"{'interaction':24} {'n':>6} {'median':>8} {'p95':>8} {'max':>8}"]
    rows = [(name, seconds) for (name, _), seconds in record.seconds.items()]
    rows += [("ALL LIGHT", record.of(False)), ("ALL WITH INFERENCE", record.of(True))]
    rows += [("light, others compute", record.beside[True]), ("light, nobody computes", record.beside[False])]
    for name, seconds in rows:
        if seconds:
            middle, most = statistics.median(seconds), max(seconds)
            lines.append(f"{name:24} {len(seconds):6} {middle:8.2f} {p95(seconds):8.2f} {most:8.2f}")
    return "\n".join(lines)


def p95(seconds: list[float]) -> float:
    """What 95 of 100 stay below; 0 where there are none."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))] if ordered else 0.0


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
    grown = 50 * (sum(during) - sum(before)) / asked.visitors
    seconds = GOALS[asked.processes > 1]
    goals = {
        "no failure": not record.failures,
        f"p95 of light interactions under {seconds:g} s": p95(record.of(False)) < seconds,
        f"{grown:.0f} MB for 50 visitors, under {GROWTH}": grown < GROWTH,
    }
    for goal, is_met in goals.items():
        print(f"{'met' if is_met else 'MISSED'}: {goal}")
    sys.exit(not all(goals.values()))


if __name__ == "__main__":
    main()
