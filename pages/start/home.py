"""The front page: what this is in one line, one living example, and the lessons as cards."""

from pathlib import Path

import streamlit as st

from cnnviz.arithmetic.kernels import KERNELS
from cnnviz.arithmetic.matrix import read_matrix
from cnnviz.ui.convolution_settings import LECTURE_INPUT
from cnnviz.ui.lesson import read_lesson
from cnnviz.ui.stepper import convolution_script, stepper

ASSETS = Path(__file__).parents[2] / "assets" / "cards"
CARDS = [
    ("pages/learn/convolution.py", "Convolution", "Slide a kernel and see every product."),
    ("pages/compute/layer_calculator.py", "Layer calculator", "Output shape and parameters, line by line."),
    ("pages/explore/filters.py", "Filters", "What a network multiplies with."),
    ("pages/explore/feature_maps.py", "Feature maps", "What each layer answers to your picture."),
    ("pages/explore/prediction.py", "Prediction", "From scores to the top five, by softmax."),
]

lesson = read_lesson(__file__)
words, example = st.columns([4, 6], gap="large", vertical_alignment="center")
with words:
    st.title(lesson.title, anchor=False)
    st.markdown(lesson.promise)
    with st.container(horizontal=True):
        st.page_link("pages/learn/convolution.py", label="Start with a convolution", icon=":material/play_arrow:")
        st.page_link("pages/explore/feature_maps.py", label="Bring a picture", icon=":material/image:")
with example:
    script = convolution_script(read_matrix(LECTURE_INPUT), KERNELS["lecture"].weights)
    stepper(script, "home_stepper", autoplay=True, plain=True)

for column, (page, title, sentence) in zip(st.columns(len(CARDS)), CARDS, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.image(ASSETS / f"{Path(page).stem}.svg", width="stretch", alt="")
        st.page_link(page, label=f"**{title}**")
        st.caption(sentence)

st.caption(lesson["Private"])
