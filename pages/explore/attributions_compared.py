"""Two to four methods, two classes or two networks side by side: the same question asked in more than one way."""

import streamlit as st

from cnnviz.ui.explore.attribution.comparison import (
    BY_CLASS,
    BY_METHOD,
    BY_NETWORK,
    OPENING,
    RUNS,
    choose_comparison,
    choose_sides,
    networks_of,
    show_sides,
)
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.redrawing import draw_page_again
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.class_index import choose_class
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.subject import choose_subject
from cnnviz.ui.sharing import cached

RELATIVES = ["integrated_gradients", "input_x_gradient", "deep_lift"]

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
inference = infer(model, picture)
comparison = choose_comparison(model.name)
class_index = choose_class(inference.scores, model.classes)
sides = choose_sides(comparison, inference, class_index, lesson)
show_sides(sides, comparison.drawing)
for network in networks_of(sides):
    untrained_label(cached.model(network))
st.markdown(lesson[comparison.way])
either_class = {"class": None, "other_class": None}
try_this(
    [
        Suggestion("Four ways to ask", {"compared": BY_METHOD, "compared_methods": list(OPENING)}),
        Suggestion("Near relatives", {"compared": BY_METHOD, "compared_methods": RELATIVES}),
        Suggestion("Does the class matter?", {"compared": BY_CLASS, "method": "guided_backprop", **either_class}),
        Suggestion("Two architectures", {"compared": BY_NETWORK, "method": "grad_cam"}),
    ],
    key="compared_try",
)
lesson.more("How alike")
lesson.more("What agreement does not say")
draw_page_again(RUNS)
