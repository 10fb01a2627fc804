"""Example states of the softmax."""

import numpy as np

from cnnviz.figures.softmax import softmax_table
from cnnviz.ui.components.softmax import show_softmax

NAMES = ("cat", "dog", "bird", "fish")

EXAMPLES = {
    "three of four classes": lambda key: show_softmax(softmax_table(np.array([3.0, 2.0, 1.0, -1.0]), NAMES, top=3), key)
}
