"""What every layer makes of a picture: all its channels at once, and any of them over the picture."""

import streamlit as st

from cnnviz.gallery import gallery_picture
from cnnviz.ui.explore.address import forget_picture
from cnnviz.ui.explore.colour_range import ONE_RANGE, OWN_RANGES
from cnnviz.ui.explore.feature_maps import choose_maps, maps_sentence, offer_download, show_map, show_maps
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.layer_statistics import RUNS, show_statistics
from cnnviz.ui.explore.redrawing import draw_page_again
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.subject import choose_subject

HEIGHT = 400  # pixels of the mosaic; the enlarged map stands below its controls, as high as fits beside it

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
left, right = st.columns([11, 9], gap="large")
# The progress bar has a place of its own: were it to come and go before the canvas, the canvas would be made anew.
progress, stage, controls = left.container(), left.container(), right.container(horizontal=True)
with progress:
    inference = infer(model, picture)
with controls:
    shown = choose_maps(inference)
with stage:
    show_maps(shown, HEIGHT)
    untrained_label(model)
with right:
    show_map(shown, HEIGHT - 70)
    untrained_label(model)
st.markdown(maps_sentence(shown, lesson))
notable = inference.notable_layers
try_this(
    [
        Suggestion("The first convolution", {"layer": notable[0], "range": ONE_RANGE}),
        Suggestion("Half-way through", {"layer": notable[len(notable) // 2], "range": OWN_RANGES}),
        Suggestion("The last maps before the decision", {"layer": shown.last_layer}),
        Suggestion("Look at a brick wall", {"picture": gallery_picture("brick")}),
    ],
    key="feature_maps",
    before=forget_picture,
)
offer_download(shown)
show_statistics(shown, lesson)
st.markdown(lesson["Reading a feature map"])
st.markdown(lesson["What to look for"] if model.trained else lesson["Random weights"])
lesson.more("True outputs")
lesson.more("What the overlay does not say")
draw_page_again(RUNS)
