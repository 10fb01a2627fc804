"""Example states of the three layers."""

from cnnviz.ui.components.three_layers import show_joined

EXAMPLES = {"eight inputs": lambda key: show_joined(8, 3, key)}
