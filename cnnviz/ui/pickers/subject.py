"""What an Explore page looks into, in one line that is the same on every page: the network and the picture."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.images import Picture
from cnnviz.networks.zoo import Model
from cnnviz.ui.pickers.network import choose_network, show_notices
from cnnviz.ui.pickers.picture import choose_picture


def choose_subject(offered: Sequence[str] | None = None, lacks: str = "") -> tuple[Model, Picture]:
    """Draw the line; the network and the picture. See `choose_network` for what is `offered`, and what others lack."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="subject"):
        model = choose_network(offered, lacks)
        picture = choose_picture()
    show_notices(model)
    return model, picture
