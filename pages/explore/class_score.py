"""The arithmetic of the last layer for a chosen class: its terms, and, where they are means of maps, where they lie."""

import numpy as np
import streamlit as st

from cnnviz.figures.softmax import class_share
from cnnviz.gallery import gallery_picture
from cnnviz.networks.activations import Activations
from cnnviz.networks.class_score import class_score
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.components.weighted_sum import show_terms
from cnnviz.ui.explore.class_map import cell_sum, show_class_map, show_terms_without_place
from cnnviz.ui.explore.neuron.opening import open_neuron, want_neuron
from cnnviz.ui.explore.probability import ratio_line, share_line
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.plain_text import as_plain_text as plain
from cnnviz.ui.page.valid import keep_valid
from cnnviz.ui.pickers.class_index import choose_class, class_labels, most_likely
from cnnviz.ui.pickers.network import NETWORK_WANTED, choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached

SCORE, LEAD = "This score", "Its lead over the best other"
AVERAGED = "slim_resnet"  # opens the page: its last layer reads the means of maps
ATTRIBUTION = "pages/explore/attribution.py"

open_neuron()
lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network(opens_with=AVERAGED)
question = st.container()
where, what = st.columns([11, 13], gap="large")
with where:
    picture = choose_picture()
    activations: Activations = cached.activations(name, picture)
scores, labels = activations.answer.scores, class_labels(model.classes)
with question:
    chosen = choose_class(scores, model.classes)
best_other = next(index for index in most_likely(scores, 2) if index != chosen)
with what:
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
is_lead = explained == LEAD
score = class_score(activations, chosen, best_other if is_lead else None)
title = f"“{labels[chosen]}” less “{labels[best_other]}”" if is_lead else f"the score of “{labels[chosen]}”"


def show_where() -> None:
    """The map whose cells add up to the score, or why there is none."""
    if score.maps is None:
        show_terms_without_place(score, key="class_terms_map")
        untrained_label(model)
        st.markdown(lesson["Dense layers"].format(title=MODELS[name].title))
        offer_attribution()
        return
    found = cell_sum(score)
    show_class_map(score, found, cached.preprocessing(model, picture).cropped, title, key="class_map")
    untrained_label(model)
    st.markdown(
        f"**{found.together}** from {found.cells.size} cells + **{in_brackets(found.bias)}** bias "
        f"= **{found.total}**, {plain(title)}"
    )
    st.markdown(lesson["Means of maps"])


def in_brackets(text: str) -> str:
    """A printed number behind a sign."""
    return f"({text})" if text.startswith("−") else text


def offer_attribution() -> None:
    """The way to Grad-CAM."""
    if st.button("Why did it say that?", icon=":material/center_focus_weak:", key="class_attribution"):
        st.session_state[NETWORK_WANTED] = name
        address = {"picture": picture.gallery_key} if picture.gallery_key is not None else {}
        st.switch_page(ATTRIBUTION, query_params=address)


def open_unit(place: int) -> None:
    """A term was clicked: the unit it is made of."""
    want_neuron(picture, name, score.units, score.unit(place))


def show_probability() -> None:
    """What the softmax makes of the score, or of the difference of two."""
    share, other = class_share(scores, chosen), class_share(scores, best_other)
    names = {"name": plain(labels[chosen]), "other": plain(labels[best_other])}
    line = ratio_line(share, other) if is_lead else share_line(share)
    st.markdown(lesson["Ratio" if is_lead else "Share"].format(line=line, **names))


with where:
    show_where()
    show_probability()
with what:
    show_terms(score, "the lead" if is_lead else "the score", title, key="class_terms", on_open=open_unit)
    untrained_label(model)
    st.markdown(lesson["The lead" if is_lead else "The score"])


def forget_address() -> None:
    """The address must not bring back the picture that a suggestion replaces."""
    st.query_params.pop("picture", None)


if score.maps is None:
    another = Suggestion("A network whose score has a map", {"network": AVERAGED})
else:
    another = Suggestion("A network whose score has none", {"network": "slim_vgg"})
try_this(
    [
        Suggestion("Why the likeliest and not the next", {"class": None, "class_explain": LEAD}),
        Suggestion("The least likely class", {"class": int(np.argmin(scores)), "class_explain": SCORE}),
        Suggestion("Show it a cup of coffee", {"picture": gallery_picture("coffee"), "class": None}),
        another,
    ],
    key="class_score",
    before=forget_address,
)
if not model.trained:
    st.markdown(lesson["Untrained"])
if score.maps is not None:
    lesson.more("Why the map is exact")
    lesson.more("What the map does not say")
lesson.more("How the numbers are rounded")
