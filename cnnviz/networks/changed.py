"""What becomes of a network's answer when some of its values are replaced: only what depends on them runs again."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from cnnviz.arithmetic.network import Node
from cnnviz.networks.activations import Activations
from cnnviz.networks.feature_maps import ForwardPass, find_layer
from cnnviz.networks.functions import put_together


def changed(activations: Activations, values: Mapping[str, np.ndarray]) -> Activations:
    """The same picture's way, with the values of some nodes, {name: array}, put in place of what the network computed.

    Layers are called one by one on copies, in the order of the table: no hook is hung on the shared module, in-place
    layers overwrite nothing, and other threads may run it meanwhile. Values have the shape of those they replace.

    Raises ValueError for a name that is not in the table and for another shape.
    """
    nodes = {node.name: node for node in activations.network.nodes}
    for name, array in values.items():
        if name not in nodes:
            raise ValueError(f'This network has no layer named "{name}".')
        if array.shape != activations[name].shape:
            raise ValueError(f"{name} has values of shape {activations[name].shape}, not {array.shape}.")
    new = dict(values)
    with torch.inference_mode():
        for node in activations.network.nodes:
            if node.name not in new and any(source in new for source in node.inputs):
                given = [new[source] if source in new else activations[source] for source in node.inputs]
                new[node.name] = computed(activations, node, given)
    scores = new.get(activations.network.nodes[-1].name, activations.answer.scores)
    answer = ForwardPass(activations.answer.feature_maps, scores.reshape(-1), activations.answer.vectors)
    return replace(activations, answer=answer, replaced={**activations.replaced, **new})


def computed(activations: Activations, node: Node, given: list[np.ndarray]) -> np.ndarray:
    """What a node answers to other values, each (C, H, W) or (features,): float32, read-only."""
    made = put_together(node.layer, given)
    if made is None:
        module = find_layer(activations.module, node.name)[0]
        made = module(torch.tensor(given[0])[None])[0].numpy()
    made.flags.writeable = False
    return made
