"""The demonstration that trains: two networks on patches and on shuffled patches, while one watches."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.training.land_cover import CLASSES
from cnnviz.training.shuffled_pixels import EPOCHS, Run, four_runs
from cnnviz.ui.learn.learning_curves import Curve, show_learning
from cnnviz.ui.learn.shuffled_findings import (
    Histories,
    History,
    Runs,
    convolution_finding,
    dense_finding,
    run_words,
    status,
    time_left,
    unfinished,
    work_done,
)
from cnnviz.ui.learn.trainings import TrainingError, advance
from cnnviz.ui.sharing.background_work import draw_anew

TITLES = {"dense": "Dense network", "convolution": "Convolutional network"}
# Keys of the session: the histories of trainings; the runs that are being trained, or None; when and at how much work
# that began; the sentence about a training that broke off.
HISTORIES, IN_TRAINING, CLOCK, PROBLEM = "why_histories", "why_in_training", "why_clock", "why_problem"
BETWEEN = 0.1  # seconds between two steps of the bar; a click on Stop is noticed as often
MAX_HISTORIES = 80  # in a session


@st.fragment
def show_training(seed: int, count: int, same_start: bool) -> None:
    """The button, the progress, the charts and what they show; while it trains, it is drawn anew after every epoch.

    The histories stay in the session, also when it is stopped or another page is opened; it goes on from there.
    """
    runs = four_runs(seed, count, same_start)
    histories: dict[Run, History] = st.session_state.setdefault(HISTORIES, {})
    if st.session_state.get(IN_TRAINING) != runs:  # nothing is trained, or with settings that have changed since
        st.session_state[IN_TRAINING] = None
    is_training = st.session_state[IN_TRAINING] is not None
    buttons, line = st.columns([2, 5], vertical_alignment="center")
    with buttons.container(horizontal=True):
        draw_buttons(runs, histories, is_training)
    bar = line.empty()
    if PROBLEM in st.session_state:
        bar.error(st.session_state.pop(PROBLEM), icon=":material/error:")
    elif not is_training:
        bar.markdown(status(runs, histories))
    draw_charts(runs, histories)
    for column, finding in zip(
        st.columns(2), (dense_finding(runs, histories), convolution_finding(runs, histories)), strict=True
    ):
        column.markdown(finding)
    if is_training:
        go_on(runs, histories, bar)


def draw_buttons(runs: Runs, histories: Histories, is_training: bool) -> None:
    """Train and Stop, always both: the one that would do nothing now is disabled."""

    def begin() -> None:
        st.session_state[IN_TRAINING] = runs
        st.session_state[CLOCK] = (time.monotonic(), work_done(runs, histories))

    def stop() -> None:
        st.session_state[IN_TRAINING] = None

    nothing_left = not unfinished(runs, histories)
    st.button(
        "Train both now",
        key="why_train",
        type="primary",
        icon=":material/play_arrow:",
        on_click=begin,
        disabled=is_training or nothing_left,
    )
    st.button("Stop", key="why_stop", icon=":material/stop:", on_click=stop, disabled=not is_training)


def draw_charts(runs: Runs, histories: Histories) -> None:
    """Accuracy by epoch: one chart for each network, one curve for each of its trainings that has begun."""
    charts = [
        (
            title,
            [
                Curve(run.shuffled, tuple(progress.accuracy or 0.0 for progress in histories[run]))
                for run in runs
                if run.network == network and run in histories
            ],
        )
        for network, title in TITLES.items()
    ]
    show_learning(charts, EPOCHS, 1 / len(CLASSES), key="why_learning")


def go_on(runs: Runs, histories: dict[Run, History], bar: DeltaGenerator) -> None:
    """Train the first run that is not finished for one epoch, shown by the bar; then draw anew.

    A click ends it within a quarter of a second: Streamlit stops the script where the bar is drawn.
    """
    run = unfinished(runs, histories)[0]
    number = f"{runs.index(run) + 1} of {len(runs)}: {run_words(run)}"
    began, done_then = st.session_state[CLOCK]
    whole = work_done(runs, {}, parts=dict.fromkeys(runs, 1.0))

    shown = 0.0

    def show(part: float) -> None:
        nonlocal shown
        if time.monotonic() - shown < BETWEEN:  # drawing costs the browser time, often on the same two cores
            return
        shown = time.monotonic()
        done = work_done(runs, histories, parts={run: part})
        left = time_left(time.monotonic() - began, done - done_then, whole - done)
        bar.progress(min(1.0, done / whole), number + left)

    try:
        known = len(histories.get(run, ()))
        show(max(0, known - 1) / EPOCHS)
        histories[run] = advance(run, known, show, lambda: bar.progress(0.0, "Getting ready; one training at a time."))
    except TrainingError as problem:
        st.session_state[PROBLEM] = str(problem)
        st.session_state[IN_TRAINING] = None
    while len(histories) > MAX_HISTORIES:
        histories.pop(next(iter(histories)))
    if not unfinished(runs, histories):
        st.session_state[IN_TRAINING] = None
    draw_anew()
