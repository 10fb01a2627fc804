"""The demonstration that trains: two networks on patches and on shuffled patches, while one watches."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.training.land_cover import CLASSES
from cnnviz.training.shuffled_pixels import EPOCHS, four_runs
from cnnviz.ui.components.learning_curves import Curve, show_learning
from cnnviz.ui.learn.shuffled_findings import (
    Runs,
    Told,
    convolution_finding,
    dense_finding,
    run_words,
    standing,
    time_left,
    unfinished,
    work_done,
)
from cnnviz.ui.learn.trainings import TrainingError, advance
from cnnviz.ui.sharing.background_work import draw_anew

TITLES = {"dense": "Dense network", "convolution": "Convolutional network"}
TOLD, ASKED, CLOCK, PROBLEM = "why_told", "why_asked", "why_clock", "why_problem"  # in the session
BETWEEN = 0.1  # seconds between two steps of the bar; a Stop is heard as often
MAX_TOLD = 80  # runs kept in a session


@st.fragment
def show_training(seed: int, count: int, same_start: bool) -> None:
    """The button, the progress, the charts and what they show; while it trains, it draws itself anew at every epoch.

    What was told stays in the session, also when it is stopped or another page is opened; then it goes on from there.
    """
    runs = four_runs(seed, count, same_start)
    told: dict = st.session_state.setdefault(TOLD, {})
    if st.session_state.get(ASKED) != runs:  # nothing was asked for, or with settings that have changed since
        st.session_state[ASKED] = None
    asked = st.session_state[ASKED] is not None
    buttons, status = st.columns([2, 5], vertical_alignment="center")
    with buttons.container(horizontal=True):
        draw_buttons(runs, told, asked)
    bar = status.empty()
    if PROBLEM in st.session_state:
        bar.error(st.session_state.pop(PROBLEM), icon=":material/error:")
    elif not asked:
        bar.markdown(standing(runs, told))
    draw_charts(runs, told)
    for column, finding in zip(
        st.columns(2), (dense_finding(runs, told), convolution_finding(runs, told)), strict=True
    ):
        column.markdown(finding)
    if asked:
        go_on(runs, told, bar)


def draw_buttons(runs: Runs, told: Told, asked: bool) -> None:
    """Train and Stop, always both: the one that is not meant now is disabled."""

    def ask() -> None:
        st.session_state[ASKED] = runs
        st.session_state[CLOCK] = (time.monotonic(), work_done(runs, told))

    def stop() -> None:
        st.session_state[ASKED] = None

    nothing_left = not unfinished(runs, told)
    st.button(
        "Train both now",
        key="why_train",
        type="primary",
        icon=":material/play_arrow:",
        on_click=ask,
        disabled=asked or nothing_left,
    )
    st.button("Stop", key="why_stop", icon=":material/stop:", on_click=stop, disabled=not asked)


def draw_charts(runs: Runs, told: Told) -> None:
    """Accuracy by epoch: one chart for each network, one curve for each of its trainings that has begun."""
    charts = [
        (
            title,
            [
                Curve(run.shuffled, tuple(progress.accuracy or 0.0 for progress in told[run]))
                for run in runs
                if run.network == network and run in told
            ],
        )
        for network, title in TITLES.items()
    ]
    show_learning(charts, EPOCHS, 1 / len(CLASSES), key="why_learning")


def go_on(runs: Runs, told: dict, bar: DeltaGenerator) -> None:
    """Train the first run that is not finished for an epoch, with the bar saying so; then draw anew.

    A click ends it within a quarter of a second: Streamlit raises its own signal where the bar is drawn.
    """
    run = unfinished(runs, told)[0]
    number = f"{runs.index(run) + 1} of {len(runs)}: {run_words(run)}"
    began, done_then = st.session_state[CLOCK]
    whole = work_done(runs, {}, begun=dict.fromkeys(runs, 1.0))

    shown = 0.0

    def show(part: float) -> None:
        nonlocal shown
        if time.monotonic() - shown < BETWEEN:  # drawing costs the browser time, often on the same two cores
            return
        shown = time.monotonic()
        done = work_done(runs, told, begun={run: part})
        left = time_left(time.monotonic() - began, done - done_then, whole - done)
        bar.progress(min(1.0, done / whole), number + left)

    try:
        known = len(told.get(run, ()))
        show(max(0, known - 1) / EPOCHS)
        told[run] = advance(run, known, show, lambda: bar.progress(0.0, "Getting ready; one training at a time."))
    except TrainingError as problem:
        st.session_state[PROBLEM] = str(problem)
        st.session_state[ASKED] = None
    while len(told) > MAX_TOLD:
        told.pop(next(iter(told)))
    if not unfinished(runs, told):
        st.session_state[ASKED] = None
    draw_anew()
