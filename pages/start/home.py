"""The front page: what this is in one line, one living example, and the lessons as cards."""

from pathlib import Path

import streamlit as st

from app import CHAPTERS
from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.lecture.kernels import KERNELS
from cnnviz.arithmetic.matrix import read_matrix
from cnnviz.figures.stepper import layer_script
from cnnviz.ui.components.stepper import stepper
from cnnviz.ui.learn.convolution_settings import LECTURE_INPUT
from cnnviz.ui.page.lesson import read_lesson

ROOT = Path(__file__).parents[2]
CARDS = ROOT / "assets" / "cards"
IN_A_ROW = 4

lesson = read_lesson(__file__)
words, example = st.columns([4, 6], gap="large", vertical_alignment="center")
with words:
    st.title(lesson.title, anchor=False)
    st.markdown(lesson.promise)
    with st.container(horizontal=True):
        if st.button("Start with a convolution", type="primary", icon=":material/play_arrow:"):
            st.switch_page("pages/learn/convolution.py")
        if st.button("Look into a network", icon=":material/layers:"):
            st.switch_page("pages/explore/feature_maps.py")
with example:
    kernel = KERNELS["lecture"].weights
    script = layer_script(Conv2d(1, 1, kernel_size=3), (read_matrix(LECTURE_INPUT),), ((kernel,),), relu=True)
    stepper(script, "home_stepper", autoplay=True, plain=True)

lessons = [lesson for chapter in CHAPTERS.values() for lesson in chapter]
for start in range(0, len(lessons), IN_A_ROW):
    for column, (file, title, _) in zip(st.columns(IN_A_ROW), lessons[start : start + IN_A_ROW], strict=False):
        with column, st.container(border=True, height="stretch"):
            st.image(CARDS / f"{Path(file).stem}.svg", width="stretch", alt="")
            st.page_link(file, label=f"**{title}**")
            st.caption(read_lesson(str(ROOT / file)).promise)

st.caption(lesson["Private"])
