"""The table of a network (shapes, parameters, MACs, of every layer), against the tools that people use for it.

Run with ``python -m benchmarks.bench_table``. One thread; the ways take turns and each counts by its median. The peers
(torchinfo, fvcore, torchlens) are measured where they are installed, on the meta device and on real tensors where they
can; the fastest of all is what we are compared with.
"""

import importlib
import logging
import math
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from itertools import cycle

import torch
import torchvision
from torch import nn

from cnnviz.arithmetic.network import Network, totals
from cnnviz.arithmetic.network.network import answer
from cnnviz.arithmetic.reader import read_network
from cnnviz.networks.survey import survey
from tests.arithmetic.pasted_texts import VGG, resnet

ROUNDS = 9
SHAPE = (3, 224, 224)
TEXTS = {"vgg16": VGG, "resnet152": resnet(152)}
PROGRAM = """
import resource
import sys
from cnnviz.arithmetic.network import totals
from cnnviz.arithmetic.reader import read_network
for text in sys.stdin.read().split("# ---"):
    totals(read_network(text).trace((3, 224, 224)))
try:  # of this process alone: getrusage also counts what its parent held when it was started
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000)
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)  # bytes, on macOS
"""


def torchinfo_table(module: nn.Module, device: str) -> object:
    """torchinfo's summary, not printed."""
    torchinfo = importlib.import_module("torchinfo")
    return torchinfo.summary(module, (1, *SHAPE), verbose=0, device=device)


def fvcore_table(module: nn.Module, device: str) -> object:
    """fvcore's counts by module."""
    fvcore = importlib.import_module("fvcore.nn")
    analysis = fvcore.FlopCountAnalysis(module, torch.zeros(1, *SHAPE, device=device))
    return analysis.unsupported_ops_warnings(False).by_module(), fvcore.parameter_count(module)


def torchlens_table(module: nn.Module, device: str) -> object:
    """torchlens's trace of a forward, and its table."""
    torchlens = importlib.import_module("torchlens")
    with torch.no_grad():
        return torchlens.trace(module, torch.zeros(1, *SHAPE, device=device))


PEERS: dict[str, Callable[[nn.Module, str], object]] = {
    "torchinfo": torchinfo_table,
    "fvcore": fvcore_table,
    "torchlens": torchlens_table,
}


def on(device: str, name: str) -> nn.Module:
    """A network of torchvision with its weights there."""
    with torch.device(device):
        module: nn.Module = getattr(torchvision.models, name)()
    return module.eval()


def seconds(work: Callable[[], object]) -> float:
    """The quickest of as many calls as a fiftieth of a second has room for: one, for the slow ways."""
    end, quickest = time.perf_counter() + 0.02, math.inf
    while quickest == math.inf or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        quickest = min(quickest, time.perf_counter() - start)
    return quickest


def peer_ways(name: str) -> dict[str, Callable[[], object]]:
    """Every peer that works here, on both devices; the others are named in a printed line."""
    ways: dict[str, Callable[[], object]] = {}
    for peer, table in PEERS.items():
        for device in ("meta", "cpu"):
            module = on(device, name)

            def way(
                table: Callable[[nn.Module, str], object] = table, module: nn.Module = module, device: str = device
            ) -> object:
                return table(module, device)

            try:
                way()
            except ImportError:
                print(f"  {peer} is not installed: not compared")
                break
            except Exception as problem:  # a peer may fail in any way on a version of torch that it does not know
                print(f"  {peer} on {device} does not work here: {type(problem).__name__}")
            else:
                ways[f"{peer} on {device}"] = way
    return ways


def our_ways(name: str, network: Network) -> dict[str, Callable[[], object]]:
    """The table of a known network, at one size again and again and at sizes never seen, and that of a pasted text."""
    sizes = cycle(range(224, 320))

    def again() -> object:
        return totals(network.trace(SHAPE))

    def new_size() -> object:
        answer.cache_clear()
        side = next(sizes)
        return totals(network.trace((3, side, side)))

    def pasted() -> object:
        answer.cache_clear()
        return totals(read_network(TEXTS[name]).trace(SHAPE))

    return {"again": again, "first time": new_size, "pasted": pasted}


def megabytes() -> float:
    """The peak memory of a process that reads both texts and makes both tables, and does nothing else."""
    text = "# ---".join(TEXTS.values())
    result = subprocess.run([sys.executable, "-c", PROGRAM], input=text, capture_output=True, text=True, check=True)
    return float(result.stdout)


def compared(name: str) -> list[tuple[str, float, str]]:
    """Rows for one network."""
    network = survey(on("meta", name), SHAPE)
    peers, ours = peer_ways(name), our_ways(name, network)
    ways = peers | ours
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, work in ways.items():
            times[way].append(seconds(work))
    median = {way: statistics.median(measured) for way, measured in times.items()}
    for way, taken in median.items():
        print(f"  {name}, {way}: {taken * 1000:.3f} ms")
    if not peers:
        return []
    fastest = min(peers, key=lambda peer: median[peer])
    goals = {"again": "≥ 50", "first time": "≥ 50, nothing remembered", "pasted": "≥ 3"}
    return [(f"{name}: {fastest} ÷ table {way}", median[fastest] / median[way], goals[way]) for way in ours]


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)  # the peers' remarks about operators that they do not know
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = [row for name in TEXTS for row in compared(name)]
    finally:
        logging.disable(logging.NOTSET)
        torch.set_num_threads(threads)
    return [*rows, ("arithmetic alone: peak memory in MB", megabytes(), "≤ 40")]


if __name__ == "__main__":
    for what, ratio, goal in run():
        print(f"{what}: {ratio:.2f} ({goal})")
