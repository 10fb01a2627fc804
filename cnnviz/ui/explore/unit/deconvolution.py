"""What in one's own picture a unit answers to: its activation sent back to the pixels, inside its receptive field."""

import numpy as np
import streamlit as st

from cnnviz.figures.patches import cut, on_grey
from cnnviz.networks.activations import Activations, Index, number
from cnnviz.networks.refusal import Refusal
from cnnviz.networks.top_patches import patch_window
from cnnviz.ui.components.unit_tiles import Sent, show_sent
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.unit.choice import go_to_place
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.sharing import cached


def show_deconvolution(inference: Inference, layer: str, index: Index) -> None:
    """The picture with the frame, its patch and what was sent back; a click on the picture moves the unit."""
    model, picture, activations = inference.model, inference.picture, inference.activations
    try:
        signal = cached.deconvolved(model.name, picture, layer, index)
    except Refusal as problem:
        st.info(str(problem), icon=":material/block:")
        return
    shape = (activations.image.shape[0], activations.image.shape[1], activations.image.shape[2])
    seen = inference.seen
    row, column = index[1:]
    rows, columns = patch_window(activations.network, shape, layer, row, column)
    met = activations.network.seen_pixels(shape, layer, row, column)
    size = f"{len(rows)} × {len(columns)}"
    value = float(activations.maps(layer)[index])
    sent = Sent(
        picture=seen,
        field=(met[0].start / shape[1], met[1].start / shape[2], len(met[0]) / shape[1], len(met[1]) / shape[2]),
        patch=cut(seen, rows, columns),
        signal=cut(on_grey(signal, model.preprocessing.std), rows, columns),
        captions=(f"what it sees: {size} pixels", f"what of it reaches {number(value)}"),
        at=(row, column),
        cells=(activations.maps(layer).shape[1], activations.maps(layer).shape[2]),
        words=f"What the network saw of {picture.name}. The unit at row {row}, column {column} sees the framed part.",
    )
    show_sent(sent, go_to_place, key="seek_sent")
    untrained_label(model)
    st.caption(standing(activations, layer, index, signal))


def standing(activations: Activations, layer: str, index: Index, signal: np.ndarray) -> str:
    """The unit's value, and whether it is silent behind its ReLU; `signal` (C, H, W) is what reached the pixels."""
    value = float(activations.maps(layer)[index])
    told = f"Row {index[1]}, column {index[2]}: the value is **{number(value)}**."
    relu = next((stage for stage in activations.behind(layer, index) if stage.kind == "ReLU"), None)
    if not np.abs(signal).max():
        return f"{told} Nothing comes through to the pixels: the ReLUs on the way stop all of it."
    if relu is not None and relu.activation == 0:
        return f"{told} Behind its ReLU it is silent here: drawn is what would move it, not what did."
    return f"{told} Click the picture for another place."
