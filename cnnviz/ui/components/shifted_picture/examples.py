"""Example states of the picture that moves."""

from cnnviz.ui.components.shifted_picture import show_shift

EXAMPLES = {"a corner, max-pooling": lambda key: show_shift(key)}
