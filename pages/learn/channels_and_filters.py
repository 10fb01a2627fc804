"""Several input channels become one number, several filters become several maps: every sum on the way."""

import streamlit as st

from cnnviz.ui.components.stepper import stepper
from cnnviz.ui.learn.channel_settings import choose_channels, take_numbers
from cnnviz.ui.learn.drawable import script_or_stop
from cnnviz.ui.learn.separable import show_separable
from cnnviz.ui.page.choice import choose
from cnnviz.ui.page.derivations import show_derivation
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.patch import choose_patch, moves, picture_of

PLACE = "channels_place"
START = {
    "channels_show": "Numbers",
    "channels_count": 3,
    "channels_filters": 2,
    "channels_kernel": 3,
    "channels_stride": 1,
    "channels_padding": 0,
    "channels_groups": 1,
    "channels_filter_1": "edge_x",
    "channels_filter_2": "difference",
    "channels_bias": "0",
    "channels_relu": False,
}
SUGGESTIONS = [
    Suggestion("Start again", START),
    Suggestion(
        "A 1 × 1 kernel per channel only mixes colours",
        {**START, "channels_kernel": 1, "channels_filter_1": "sum", "channels_filter_2": "difference"},
    ),
    Suggestion(
        "Depthwise: every channel by itself",
        {
            **START,
            "channels_filters": 3,
            "channels_groups": 3,
            "channels_filter_2": "edge_y",
            "channels_filter_3": "sum",
        },
    ),
    Suggestion(
        "Where is the picture redder than green?",
        {**START, "channels_show": "On your picture", "channels_filter_1": "difference", "channels_relu": True},
    ),
    Suggestion(
        "16 × 16 pixels, four filters",
        {
            **START,
            "channels_show": "On your picture",
            "channels_patch_side": 16,
            "channels_filters": 4,
            "channels_filter_2": "edge_y",
            "channels_filter_3": "difference",
            "channels_filter_4": "sum",
        },
    ),
]

lesson = read_lesson(__file__)
lesson.header()

stage, side = st.columns([77, 23], gap="medium")
typed, picture = stage.tabs(["Numbers", "On your picture"], key="channels_show", on_change="rerun", bind="query-params")
card = side.container(border=True)

with picture if picture.open else typed:
    patch = None
    if picture.open:
        choice = card.container()
        with card:
            side_length = choose("channels_patch_side", "pixels per side", (6, 8, 12, 16), 6)
        stride = st.session_state.get("channels_stride") or 1
        patch = choose_patch(stride, choice, PLACE, side=side_length, colour=True)
    settings = choose_channels(card, patch.planes if patch else None)
    script = script_or_stop(lambda: settings.script(grey=patch is not None))
    if patch:
        seen = picture_of(patch, settings.layer, settings.weight, settings.bias, relu=settings.relu)
        stepper(script, "channels_patch_stepper", linked=True, picture=seen, on_place=moves(PLACE))
        st.caption(lesson["On the picture"])
    else:
        stepper(script, "channels_stepper", linked=True, on_numbers=lambda numbers: take_numbers(settings, numbers))

try_this(SUGGESTIONS, key="channels")

size, parameters, macs = st.columns(3)
with size:
    for derivation in settings.layer.shape_derivations(settings.input_shape):
        show_derivation(derivation)
with parameters:
    show_derivation(settings.layer.num_params_derivation())
with macs:
    show_derivation(settings.layer.macs_derivation(settings.input_shape))

lesson.more("How channels are added up")
lesson.more("Several filters")
with st.expander("Groups, from full to depthwise"):
    st.markdown(lesson["Groups, from full to depthwise"])
    show_separable(settings.layer, settings.input_shape)
