"""Whether maps that stand together share one range of colours."""

import streamlit as st

from cnnviz.figures.tiles import Scale

ONE_RANGE, OWN_RANGES = "One for all", "Each its own"


def choose_range() -> Scale:
    """Draw the control; "all" for one range, "each" for a range of each map's own."""
    chosen = st.segmented_control(
        "Colour range", (ONE_RANGE, OWN_RANGES), default=ONE_RANGE, required=True, key="range", bind="query-params"
    )
    return "each" if chosen == OWN_RANGES else "all"
