"""A walk as GIF: ours, and the same cells, frames and numbers drawn by matplotlib's animation writer."""

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import matplotlib as mpl
from PIL import Image

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.arithmetic.matrix import read_matrix
from cnnviz.figures.stepper import Script, layer_script
from cnnviz.figures.stepper.animation import walk_gif
from cnnviz.figures.stepper.frame import Box, Scene, Words
from cnnviz.figures.stepper.pixels import written

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.patches import Rectangle

ROUNDS = 3


def walk() -> Script:
    """25 steps: the lecture's input with padding 1."""
    lecture = read_matrix("3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1")
    weight = ((KERNELS["lecture"].weights,),)
    return layer_script(Conv2d(1, 1, 3, padding=1), (lecture,), weight, (Fraction(0),), relu=True)


def by_matplotlib(script: Script) -> bytes:
    """The same picture of each step, in the same size, as its animation classes make it."""
    scene = Scene(script)
    figure = plt.figure(figsize=(scene.width / 100, scene.height / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))

    def drawn(index: int) -> None:
        axes.clear()
        axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
        axes.axis("off")
        for shape in scene.shapes(index):
            if isinstance(shape, Box):
                cell = Rectangle((shape.x, shape.y), shape.width, shape.height, linewidth=shape.thick)
                cell.set(facecolor=shape.fill or "none", edgecolor=shape.line or "none")
                axes.add_patch(cell)
            elif isinstance(shape, Words):
                side = "center" if shape.centred else "left"
                axes.text(
                    shape.x, shape.y, shape.text, size=shape.size * 0.72, color=shape.colour, ha=side, va="center"
                )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "walk.gif"
        FuncAnimation(figure, drawn, frames=len(script["steps"])).save(path, writer=PillowWriter(fps=1))
        data = path.read_bytes()
    plt.close(figure)
    return data


def seconds(make: Callable[[Script], bytes], script: Script) -> float:
    """How long it takes; the file is checked to hold every step."""
    written.cache_clear()  # every round writes its numbers anew
    start = time.perf_counter()
    data = make(script)
    passed = time.perf_counter() - start
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == len(script["steps"])
    return passed


def run() -> list[tuple[str, float, str]]:
    """Ratio of the median times, measured in turn after one unmeasured round."""
    script = walk()
    ours, theirs = [], []
    for number in range(ROUNDS + 1):
        pair = (seconds(walk_gif, script), seconds(by_matplotlib, script))
        if number:
            ours.append(pair[0])
            theirs.append(pair[1])
    print(f"  25-step GIF: ours {statistics.median(ours):.2f} s, matplotlib {statistics.median(theirs):.2f} s")
    return [("25-step GIF: matplotlib ÷ ours", statistics.median(theirs) / statistics.median(ours), "≥ 30")]
