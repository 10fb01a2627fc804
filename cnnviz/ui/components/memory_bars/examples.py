"""Example states of the bars of memory and parameters."""

from cnnviz.arithmetic.network.memory import Share
from cnnviz.ui.components.memory_bars import show_memory_bars

LINES = (
    Share("input", (4, 28, 28), 3136, 0, 0),
    Share("conv1", (16, 28, 28), 12544, 592, 451584),
    Share("fc1", (128,), 128, 401536, 401408),
)

EXAMPLES = {"three lines": lambda key: show_memory_bars(LINES, key)}
