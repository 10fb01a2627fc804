"""The table of contents: the chapters, and how a visitor gets to their pages."""

from pathlib import Path

import streamlit as st

from cnnviz.ui.page.failure import draw_failure
from cnnviz.ui.page.visit import visit
from cnnviz.ui.process.lifespan import lifespan
from cnnviz.ui.process.middleware import MIDDLEWARE
from cnnviz.ui.sharing.cached import warm

# chapter -> its lessons, in order: (file, title, icon). The address of a lesson is the stem of its file.
CHAPTERS = {
    "Learn": [
        ("pages/learn/why_convolution.py", "Why convolution?", ":material/help_center:"),
        ("pages/learn/convolution.py", "Convolution", ":material/filter_center_focus:"),
        ("pages/learn/channels_and_filters.py", "Channels and filters", ":material/stacks:"),
        ("pages/learn/stride_and_padding.py", "Stride and padding", ":material/padding:"),
        ("pages/learn/pooling.py", "Pooling", ":material/compress:"),
    ],
    "Compute": [
        ("pages/compute/layer_calculator.py", "Layer calculator", ":material/calculate:"),
        ("pages/compute/network_builder.py", "Network builder", ":material/account_tree:"),
        ("pages/compute/architectures.py", "Architectures", ":material/apartment:"),
    ],
    "Explore": [
        ("pages/explore/filters.py", "Filters", ":material/apps:"),
        ("pages/explore/feature_maps.py", "Feature maps", ":material/layers:"),
        ("pages/explore/whole_network.py", "Whole network", ":material/view_week:"),
        ("pages/explore/one_neuron.py", "One neuron", ":material/hub:"),
        ("pages/explore/visualize_a_unit.py", "What does a unit look for?", ":material/frame_inspect:"),
        ("pages/explore/channels_off.py", "Switch a channel off", ":material/toggle_off:"),
        ("pages/explore/residual_block.py", "Residual block", ":material/merge_type:"),
        ("pages/explore/two_networks.py", "Two networks", ":material/compare:"),
        ("pages/explore/prediction.py", "Prediction", ":material/bar_chart:"),
        ("pages/explore/class_score.py", "What made the score", ":material/functions:"),
        ("pages/explore/attribution.py", "Why did it say that?", ":material/contact_support:"),
        ("pages/explore/attributions_compared.py", "Maps side by side", ":material/splitscreen_left:"),
    ],
}

if __name__ == "__main__":  # what Streamlit runs for a visitor, at every click
    st.set_page_config(page_icon="assets/icon.png", layout="wide")
    st.html(Path(__file__).parent / "assets/contrast.css")
    home = st.Page("pages/start/home.py", title="cnnviz", icon=":material/grid_on:", default=True)
    chapters = {
        chapter: [st.Page(file, title=title, icon=icon) for file, title, icon in lessons]
        for chapter, lessons in CHAPTERS.items()
    }
    page = st.navigation({"": [home], **chapters}, position="top")
    with visit(page.url_path):
        page.run()
    warm()
else:  # what `streamlit run app.py` imports once, before the first visitor
    app = st.App(__file__, lifespan=lifespan, middleware=MIDDLEWARE, on_script_error=draw_failure)
