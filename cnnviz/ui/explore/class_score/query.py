"""Which class's score is taken apart, alone or as far as it is ahead of the best other one, or of a chosen one."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.figures.softmax import class_share
from cnnviz.networks.class_score import ClassScore, Lead, class_score
from cnnviz.networks.refusal import Refusal
from cnnviz.ui.explore.class_score.probability import ratio_line, share_line
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.valid import keep_valid
from cnnviz.ui.pickers.class_index import choose_class, class_labels, most_likely

Answer = ClassScore | Lead | Refusal
RIVAL = "class_rival"
SCORE, LEAD = "This score", "Its lead over the best other"


@dataclass(frozen=True)
class ScoreQuery:
    """The score of class `chosen`, or with `is_lead` its difference from that of `best_other`, or of a chosen rival."""

    inference: Inference
    chosen: int
    best_other: int
    is_lead: bool

    @property
    def labels(self) -> tuple[str, str]:
        """The names of the two classes."""
        labels = class_labels(self.inference.model.classes)
        return labels[self.chosen], labels[self.best_other]

    @property
    def titles(self) -> tuple[str, str]:
        """The scores of the two classes, as a line says them in front of their number."""
        chosen, other = self.labels
        return f"the score of “{chosen}”", f"the score of “{other}”"

    @property
    def title(self) -> str:
        """What is taken apart, as a line says it in front of its number."""
        chosen, other = self.labels
        return f"“{chosen}” less “{other}”" if self.is_lead else self.titles[0]

    @property
    def what(self) -> str:
        """The same inside a sentence."""
        return "the lead" if self.is_lead else "the score"

    def answer(self) -> Answer:
        """The score taken apart, or why it cannot be."""
        try:
            return class_score(self.inference.activations, self.chosen, self.best_other if self.is_lead else None)
        except Refusal as refusal:
            return refusal


def choose_query(inference: Inference, classes: st.delta_generator.DeltaGenerator) -> ScoreQuery:
    """Draw the class in a place of its own, and here whether its lead is meant."""
    with classes:
        chosen = choose_class(inference.scores, inference.model.classes)
    best_other = next(index for index in most_likely(inference.scores, 2) if index != chosen)
    keep_valid("class_explain", (SCORE, LEAD), SCORE)
    explained = st.segmented_control(
        "Explain",
        (SCORE, LEAD),
        default=SCORE,
        required=True,
        key="class_explain",
        bind="query-params",
        label_visibility="collapsed",
    )
    if explained == LEAD:
        best_other = choose_rival(inference, chosen, best_other)
    return ScoreQuery(inference, chosen, best_other, explained == LEAD)


def choose_rival(inference: Inference, chosen: int, best_other: int) -> int:
    """Draw which class is asked about in its place; until somebody chooses, the best other one."""
    labels = class_labels(inference.model.classes)
    others = [index for index in most_likely(inference.scores, len(labels)) if index != chosen]
    keep_valid(RIVAL, [None, *others], None)
    rival = st.selectbox(
        "Why not …",
        others,
        index=None,
        format_func=lambda index: labels[index],
        placeholder=f"the best other, {labels[best_other]}",
        key=RIVAL,
        bind="query-params",
        width=330,
        label_visibility="collapsed",
    )
    return best_other if rival is None else rival


def show_probability(query: ScoreQuery, lesson: Lesson) -> None:
    """What the softmax makes of the score, or of the difference of two."""
    scores, (name, other_name) = query.inference.scores, query.labels
    share, other = class_share(scores, query.chosen), class_share(scores, query.best_other)
    line = ratio_line(share, other) if query.is_lead else share_line(share)
    slot = lesson["Ratio" if query.is_lead else "Share"]
    st.markdown(slot.format(line=line, name=as_plain_text(name), other=as_plain_text(other_name)))
