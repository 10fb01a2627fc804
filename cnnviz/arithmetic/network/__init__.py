"""Layers joined: a network, its table, and the functions that change it. The door to both."""

from cnnviz.arithmetic.network.network import (
    INPUT,
    Network,
    NetworkError,
    Node,
    Row,
    Span,
    Totals,
    add,
    chain,
    free_name,
    move,
    remove,
    replace_layer,
    totals,
)

__all__ = [
    "INPUT",
    "Network",
    "NetworkError",
    "Node",
    "Row",
    "Span",
    "Totals",
    "add",
    "chain",
    "free_name",
    "move",
    "remove",
    "replace_layer",
    "totals",
]
