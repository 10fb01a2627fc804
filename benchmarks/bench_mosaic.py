"""256 feature maps of 56 × 56 as one picture: this program against what one would write by hand.

Run with ``python -m benchmarks.bench_mosaic``. All ways are measured in turns in one run, so that a busy machine slows
all of them; the figures are ratios of medians. Importing the other libraries is not counted.
"""

import io
import statistics
import time
from collections.abc import Callable

import numpy as np

from cnnviz.figures.tiles import mosaic


def feature_maps() -> np.ndarray:
    """What a ReLU layer looks like: about half of the values are zero, (256, 56, 56) float32."""
    values = np.random.default_rng(0).standard_normal((256, 56, 56), dtype=np.float32)
    return np.maximum(values, 0)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def matplotlib_subplots(maps: np.ndarray) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(16, 16))
    FigureCanvasAgg(figure)
    for feature_map, axes in zip(maps, figure.subplots(16, 16).flat, strict=True):
        axes.imshow(feature_map, cmap="viridis")
        axes.axis("off")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def torchvision_grid(maps: np.ndarray) -> bytes:
    import torch
    from torchvision.utils import make_grid, save_image

    file = io.BytesIO()
    grid = make_grid(torch.from_numpy(maps).unsqueeze(1), nrow=16, normalize=True, scale_each=True, padding=1)
    save_image(grid, file, format="png")
    return file.getvalue()


def run(rounds: int = 5) -> list[tuple[str, float, str]]:
    """Each row: what is compared, how many times faster the mosaic is, and the goal."""
    maps = feature_maps()
    ways: dict[str, Callable[[], object]] = {
        "mosaic": lambda: mosaic(maps, "sequential", "each"),
        "torchvision": lambda: torchvision_grid(maps),
        "matplotlib": lambda: matplotlib_subplots(maps),
    }
    for work in ways.values():
        work()  # imports, fonts and buffers are there before the clock runs
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            times[name].append(seconds(work))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    return [
        ("256 maps as one picture: matplotlib subplots ÷ mosaic", medians["matplotlib"] / medians["mosaic"], "≥ 100×"),
        ("256 maps as one picture: make_grid + PNG ÷ mosaic", medians["torchvision"] / medians["mosaic"], "≥ 8×"),
    ]


if __name__ == "__main__":
    for title, ratio, goal in run():
        print(f"{title}: {ratio:.1f} (goal {goal})")
