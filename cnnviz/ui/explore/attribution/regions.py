"""Regions of one's own on the picture, in place of the grid: drawn in a popover, told in the address."""

import streamlit as st

from cnnviz.ui.components.picture_regions import Rectangle, choose_regions, regions_from, written_regions
from cnnviz.ui.explore.inference import Inference


def choose_own_regions(inference: Inference) -> tuple[Rectangle, ...]:
    """Draw the popover; the rectangles, as shares of the picture's sides. They go with the picture."""
    state, sha256 = st.session_state, inference.picture.sha256
    if state.setdefault("regions_of", sha256) != sha256:
        st.query_params.pop("regions", None)
        state["regions_of"] = sha256
    regions = regions_from(st.query_params.get("regions", ""))
    with st.popover("Regions of your own", icon=":material/crop:"):
        choose_regions(inference.seen, regions, tell_regions, key="attribution_regions_drawn")
    return regions


def tell_regions(rectangles: tuple[Rectangle, ...]) -> None:
    """Tell them in the address."""
    if rectangles:
        st.query_params["regions"] = written_regions(rectangles)
    else:
        st.query_params.pop("regions", None)
