"""From the picture to the answer: what the network is given, its scores, and the softmax that makes them shares."""

import streamlit as st

from cnnviz.ui.components.softmax import show_softmax
from cnnviz.ui.explore.address import forget_picture
from cnnviz.ui.explore.inference import infer
from cnnviz.ui.explore.prediction import (
    show_input,
    show_normalisation,
    show_pictures,
    softmax_formulas,
    suggestions,
    what_it_learnt,
)
from cnnviz.ui.page.lesson import read_lesson, try_this
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.pickers.subject import choose_subject
from cnnviz.ui.sharing import cached

lesson = read_lesson(__file__)
lesson.line()
model, picture = choose_subject()
settings = model.preprocessing
left, right = st.columns([11, 9], gap="large")
with right:
    steps = cached.preprocessing(model, picture)
    show_pictures(steps)
with left:
    inference = infer(model, picture)
    untrained_label(model)
    show_softmax(inference.table, key="prediction_softmax")
with right:
    show_input(steps, settings)
try_this(suggestions(model.name), key="prediction", before=forget_picture)
st.markdown(lesson["From scores to probabilities"])
for formula in softmax_formulas(inference.table):
    st.latex(formula)
st.markdown(what_it_learnt(model, inference.table, lesson))
st.subheader("What the network is given", anchor=False)
given = lesson["What the network is given"]
st.markdown(given.format(crop=settings.crop_size, resize=settings.resize_size))
if len(settings.channels) == 4:
    st.markdown(lesson["No near infrared"])
show_normalisation(steps, settings)
lesson.more("Why the largest score is taken off")
lesson.more("What a probability here is not")
