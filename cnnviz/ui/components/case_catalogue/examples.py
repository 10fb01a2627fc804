"""Example states of the catalogue of cases."""

from cnnviz.ui.components.case_catalogue import show_catalogue

EXAMPLES = {"stride and padding": lambda key: show_catalogue("stride_and_padding", key)}
