"""The terms that make a score, the ones that matter most first; a lead that is no one sum is shown as two."""

from decimal import Decimal

import streamlit as st

from cnnviz.networks.class_score import ClassScore, Lead, origin
from cnnviz.networks.refusal import Refusal
from cnnviz.ui.components.weighted_sum import show_terms, terms_data
from cnnviz.ui.explore.class_score.query import Answer, ScoreQuery
from cnnviz.ui.explore.neuron.opening import want_neuron
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.pickers.network import untrained_label


def show_sum(query: ScoreQuery, answer: Answer, lesson: Lesson) -> None:
    """Draw the sum and what it is, or why there is none."""
    if isinstance(answer, Refusal):
        st.info(str(answer), icon=":material/block:")
        return
    if isinstance(answer, Lead):
        st.markdown(lead_line(answer, query))
        show_one_sum(query, answer.first, "the score", query.titles[0], "class_terms")
        show_one_sum(query, answer.second, "the score", query.titles[1], "class_terms_other")
    else:
        show_one_sum(query, answer, "the lead" if query.is_lead else "the score", query.title, "class_terms")
    st.markdown(lesson[what_it_is(answer, query.is_lead)])
    if isinstance(answer, ClassScore) and answer.open_places is not None and not answer.open_places.any():
        count = int((query.inference.scores == 0).sum())
        st.markdown(lesson["Nothing is left"].format(count=f"{count:,}", classes=f"{len(query.inference.scores):,}"))


def show_one_sum(query: ScoreQuery, score: ClassScore, what: str, title: str, key: str) -> None:
    """The terms of one sum; a click on one opens the unit it is made of."""
    inference = query.inference

    def opened(place: int) -> None:
        unit = origin(inference.activations, score, place)
        if unit is not None:
            want_neuron(inference.picture, inference.model.name, *unit)

    show_terms(score, what, title, key=key, on_open=opened)
    untrained_label(inference.model)


def what_it_is(answer: ClassScore | Lead, is_lead: bool) -> str:
    """The heading of the text about a sum."""
    if isinstance(answer, Lead):
        return "The lead of two maps"
    if answer.open_places is not None:
        return "The score of a map"
    return "The lead" if is_lead else "The score"


def lead_line(lead: Lead, query: ScoreQuery) -> str:
    """The difference of the two scores, as they are printed under their terms."""
    scores = zip((lead.first, lead.second), query.titles, strict=True)
    first, second = (terms_data(score, "the score", title)["total"] for score, title in scores)
    less = Decimal(first.replace("−", "-")) - Decimal(second.replace("−", "-"))
    bracketed = f"({second})" if second.startswith("−") else second
    return f"{first} − {bracketed} = **{less}**, {as_plain_text(query.title)}".replace("-", "−")
