"""What is compared: methods, classes or networks; which of them; and how their maps are drawn."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.attribution import METHODS
from cnnviz.networks.zoo import MODELS, Model, architecture
from cnnviz.ui.explore.attribution.choice import choose_method
from cnnviz.ui.explore.attribution.comparing import Drawing, Side, show_side_by_side
from cnnviz.ui.explore.attribution.query import Query
from cnnviz.ui.explore.colour_range import choose_range
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.redrawing import draw_part_again
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.valid import keep_valid
from cnnviz.ui.pickers.class_index import choose_class, most_likely
from cnnviz.ui.sharing import cached

BY_METHOD, BY_CLASS, BY_NETWORK = "Methods", "Classes", "Networks"
WAYS = (BY_METHOD, BY_CLASS, BY_NETWORK)
IN_AREAS, IN_PIXELS = "areas", "pixels"
MOST = 4
OPENING = ("signed_grad_cam", "occlusion", "integrated_gradients", "guided_backprop")
RUNS = "compared_runs"  # in the session


@dataclass(frozen=True)
class Comparison:
    """One of `WAYS`, the method where one is asked of all, the other network where two are compared, the drawing."""

    way: str
    method: str
    other: str
    drawing: Drawing


def choose_comparison(name: str) -> Comparison:
    """Draw the controls; `name` is the first network."""
    keep_valid("compared", WAYS, BY_METHOD)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Side by side", WAYS, default=BY_METHOD, required=True, key="compared", bind="query-params"
        )
        way = chosen or BY_METHOD
        method = choose_method() if way != BY_METHOD else ""
        other = choose_other_network(name) if way == BY_NETWORK else name
        grain = st.segmented_control(
            "Drawn in",
            (IN_AREAS, IN_PIXELS),
            default=IN_AREAS,
            required=True,
            key="grain",
            bind="query-params",
            help="The sum of each area of a twelfth of the sides, so that fine and coarse maps can be compared; "
            "or pixels.",
        )
        one_range = choose_range() == "all"
    drawing = Drawing(normalized=way != BY_CLASS, pooled=grain != IN_PIXELS, one_range=one_range)
    return Comparison(way, method, other, drawing)


def choose_other_network(name: str) -> str:
    """Draw the picker of the network beside the first one."""
    others = [key for key in MODELS if key != name]
    keep_valid("other_network", others, others[0])
    chosen = st.selectbox(
        "The other network",
        others,
        format_func=lambda key: MODELS[key].title,
        key="other_network",
        bind="query-params",
        width=190,
    )
    return chosen or others[0]


def choose_sides(comparison: Comparison, inference: Inference, class_index: int, lesson: Lesson) -> list[Side]:
    """Draw which methods, or which other class, stand beside one another; the maps to draw."""
    model = inference.model
    if comparison.way == BY_METHOD:
        return [side_of(inference, model, key, class_index, METHODS[key].title) for key in choose_methods()]
    if comparison.way == BY_CLASS:
        first, second = most_likely(inference.scores, 2)
        opens_with = second if class_index == first else first
        other_class = choose_class(inference.scores, model.classes, "other_class", opens_with, "The other class")
        if other_class == class_index:
            st.info(lesson["The same class twice"], icon=":material/info:")
        return [
            side_of(inference, model, comparison.method, index, model.classes[index])
            for index in (class_index, other_class)
        ]
    other = cached.model(comparison.other)
    both_know = st.session_state.get("class") is not None and other.classes == model.classes
    likeliest = most_likely(cached.forward_pass(other.name, inference.picture).scores, 1)[0]
    return [
        side_of(inference, one, comparison.method, index, f"{architecture(one.name).title}: {one.classes[index]}")
        for one, index in ((model, class_index), (other, class_index if both_know else likeliest))
    ]


def choose_methods() -> list[str]:
    """Draw the methods; at most four of them, in the order in which they were chosen."""
    chosen = st.pills(
        "Methods, two to four",
        list(METHODS),
        selection_mode="multi",
        default=list(OPENING),
        format_func=lambda key: METHODS[key].title,
        key="compared_methods",
        bind="query-params",
    )
    methods = [key for key in chosen or [] if key in METHODS]
    if len(methods) < 2:
        st.info("Choose two methods at least.", icon=":material/info:")
    elif len(methods) > MOST:
        st.info(
            f"The first {MOST} that were chosen are shown: more do not fit beside each other.", icon=":material/info:"
        )
    return methods[:MOST]


def side_of(inference: Inference, model: Model, method: str, class_index: int, title: str) -> Side:
    """The map of a method's first look: what is compared is asked alike."""
    picture, evaluations = inference.picture, METHODS[method].evaluations
    query = Query(model.name, picture, class_index, method, evaluations[0] if evaluations else 0)
    scores = cached.forward_pass(model.name, picture).scores
    return Side(query, title, float(scores[class_index]), cached.preprocessing(model, picture).cropped)


@st.fragment
def show_sides(sides: list[Side], drawing: Drawing) -> None:
    """Draw them; what runs draws itself anew."""
    for name in networks_of(sides):
        cached.model(name)  # asked for at each look, or it would leave the memory in the middle of long work
    draw_part_again(RUNS, show_side_by_side(sides, drawing))


def networks_of(sides: list[Side]) -> list[str]:
    """The networks that are asked, each once."""
    return list(dict.fromkeys(side.query.network for side in sides))
