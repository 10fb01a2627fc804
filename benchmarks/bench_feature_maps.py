"""What it costs to keep every map of VGG-16 and of ResNet-50, against the same inference that keeps nothing.

Run with ``python -m benchmarks.bench_feature_maps``. One thread; the ways take turns, so that a busy machine slows all
of them; figures are ratios of medians.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from cnnviz.networks.feature_maps import forward, layer_table
from cnnviz.networks.zoo import MODELS, load_model

ROUNDS = 15
GOAL = "at most 1.25"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare_forward(module: nn.Module, image: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        scores: torch.Tensor = module(image)
        return scores


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = [row for name in ("vgg16", "resnet50") for row in ratios(name)]
    torch.set_num_threads(threads)
    return rows


def ratios(name: str) -> list[tuple[str, float, str]]:
    """The rows of one network."""
    # Random weights compute as long as trained ones.
    module = load_model(name, download=False).module
    image = torch.randn(1, 3, 224, 224)
    convolutions = [entry.name for entry in layer_table(module) if entry.kind == "Conv2d"]
    ways: dict[str, Callable[[], object]] = {
        "bare": lambda: bare_forward(module, image),
        "every convolution": lambda: forward(module, image, layers=convolutions),
        "every layer": lambda: forward(module, image),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for work in ways.values():
        work()  # the first run of each prepares kernels and is not counted
    for _ in range(ROUNDS):
        for way, work in ways.items():
            times[way].append(seconds(work))
    median = {way: statistics.median(measured) for way, measured in times.items()}
    return [
        (f"{MODELS[name].title}, maps of {way} / bare forward", median[way] / median["bare"], GOAL)
        for way in ways
        if way != "bare"
    ]


if __name__ == "__main__":
    for what, ratio, goal in run():
        print(f"{what}: {ratio:.2f} ({goal})")
