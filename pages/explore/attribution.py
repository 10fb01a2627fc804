"""Which pixels made a network give a class its score: fourteen methods over one's own photo, and checks of each."""

import streamlit as st

from cnnviz.ui.explore.attribution.answer import RUNS, show_answer
from cnnviz.ui.explore.attribution.checks import CURVES, SANITY, WALK
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.redrawing import draw_page_again
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.class_index import choose_class
from cnnviz.ui.pickers.subject import choose_subject

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
with st.container():  # the place of the progress bar
    inference = infer(model, picture)
class_index = choose_class(inference.scores, model.classes)
show_answer(inference, class_index, lesson)
convolutions = inference.convolutions
half_way = convolutions[len(convolutions) // 2]
try_this(
    [
        Suggestion("Edges, whatever is asked", {"method": "guided_backprop", "attribution_check": SANITY}),
        Suggestion("Numbers that add up", {"method": "deep_lift", "attribution_check": CURVES}),
        Suggestion("A grey square walks", {"method": "occlusion", "attribution_check": WALK}),
        Suggestion("A layer half-way", {"method": "signed_grad_cam", "cam_layer": half_way}),
    ],
    key="attribution",
)
if not model.trained:
    st.markdown(lesson["Untrained"])
lesson.more("Which method when")
lesson.more("What counts as no evidence")
lesson.more("The colours")
draw_page_again(RUNS)
