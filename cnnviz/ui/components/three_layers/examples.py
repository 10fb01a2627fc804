"""Example states of the three layers."""

from cnnviz.ui.components.three_layers import show_three_layers

EXAMPLES = {"eight inputs": lambda key: show_three_layers(8, 3, key)}
