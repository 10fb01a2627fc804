"""The arithmetic of the last layer for a chosen class: its terms, and, where they are means of maps, where they lie."""

import numpy as np
import streamlit as st

from cnnviz.gallery import gallery_picture
from cnnviz.ui.explore.address import forget_picture
from cnnviz.ui.explore.class_score.class_map import show_where, slots_about_map
from cnnviz.ui.explore.class_score.query import LEAD, SCORE, choose_query, show_probability
from cnnviz.ui.explore.class_score.terms import show_sum
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.neuron.opening import open_neuron
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.subject import choose_subject

AVERAGED, FLATTENED = "slim_resnet", "slim_vgg"  # what the last layer of each reads: means of maps, or all their cells

open_neuron()
lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
classes = st.container()
where, what = st.columns([11, 13], gap="large")
with where:
    inference = infer(model, picture)
with what:
    query = choose_query(inference, classes)
answer = query.answer()
with where:
    show_where(query, answer, lesson)
    show_probability(query, lesson)
with what:
    show_sum(query, answer, lesson)
about_map = slots_about_map(answer)
if about_map:
    another = Suggestion("A network whose score has none", {"network": FLATTENED})
else:
    another = Suggestion("A network whose score has a map", {"network": AVERAGED})
try_this(
    [
        Suggestion("Why the likeliest and not the next", {"class": None, "class_explain": LEAD}),
        Suggestion("The least likely class", {"class": int(np.argmin(inference.scores)), "class_explain": SCORE}),
        Suggestion("Show it a cup of coffee", {"picture": gallery_picture("coffee"), "class": None}),
        another,
    ],
    key="class_score",
    before=forget_picture,
)
if not model.trained:
    st.markdown(lesson["Untrained"])
for slot in about_map:
    lesson.more(slot)
lesson.more("How the numbers are rounded")
