"""The lecture's table of methods as a chart, and as a table."""

import streamlit as st

from cnnviz.arithmetic.lecture.state_of_the_art import RESULTS, Measure, Result, finding
from cnnviz.figures.accuracy_chart import MEASURES, accuracy_chart, data_words
from cnnviz.ui.page.lesson import Lesson


def show_methods(lesson: Lesson) -> None:
    """Draw the chart for the chosen measure, what it shows in a sentence, and every row of the table."""
    st.markdown(lesson["The state of the art"])
    chosen = st.segmented_control(
        "Accuracy",
        list(MEASURES),
        default="top1",
        format_func=lambda measure: MEASURES[measure],
        required=True,
        key="accuracy",
        bind="query-params",
        label_visibility="collapsed",
    )
    measure: Measure = chosen or "top1"  # a link with an empty accuracy= chooses none
    words = finding(measure)
    figure = accuracy_chart(RESULTS, measure, dark=st.context.theme.type == "dark")
    st.plotly_chart(figure, width="stretch", key=f"methods_{measure}", config={"displayModeBar": False}, alt=words)
    st.caption(words)
    with st.expander("The same as a table"):
        st.markdown(methods_words())
    lesson.more("Reading the chart")


def methods_words() -> str:
    """Every row of the lecture's table in Markdown; – where it gives no figure.

    >>> methods_words().splitlines()[2]
    '| ResNet-50 | 26M | ImageNet only | 76.00 | 93.0 | 82.94 |'
    """
    heads = " | ".join(f"{label}, %" for label in MEASURES.values())
    lines = [f"| method | parameters | data | {heads} |", "| --- | ---: | --- | ---: | ---: | ---: |"]
    lines += [
        f"| {method.name} | {method.millions}M | {data_words(method)} | {' | '.join(accuracies(method))} |"
        for method in RESULTS
    ]
    return "\n".join(lines)


def accuracies(method: Result) -> list[str]:
    """The three accuracies, each column with its own number of decimals."""
    return [
        "–" if value is None else f"{value:.{decimals}f}"
        for value, decimals in ((method.top1, 2), (method.top5, 1), (method.real, 2))
    ]
