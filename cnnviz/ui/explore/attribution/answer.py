"""The answer of a method for a class: its map with what can be set of it, its numbers, and the check that is chosen."""

import streamlit as st

from cnnviz.attribution import METHODS
from cnnviz.ui.explore.attribution.checks import choose_check, show_check
from cnnviz.ui.explore.attribution.choice import choose_convolution, choose_fineness, choose_method
from cnnviz.ui.explore.attribution.map import draw_map, draw_numbers, offer_download, standing
from cnnviz.ui.explore.attribution.query import Query
from cnnviz.ui.explore.attribution.regions import choose_own_regions
from cnnviz.ui.explore.inference import Inference
from cnnviz.ui.explore.redrawing import draw_part_again
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.sharing import cached

HEIGHT = 300
RUNS = "attribution_runs"  # in the session


def choose_query(inference: Inference, class_index: int) -> Query:
    """Draw what can be set of the method, and put the question together."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = choose_method()
        layer = choose_convolution(METHODS[method], inference.convolutions)
        regions = choose_own_regions(inference) if method == "feature_ablation" else ()
        evaluations = 0 if regions else choose_fineness(METHODS[method])
    return Query(inference.model.name, inference.picture, class_index, method, evaluations, layer, regions)


# A fragment: what runs here, or is touched here, leaves the rest of the page as it is.
@st.fragment
def show_answer(inference: Inference, class_index: int, lesson: Lesson) -> None:
    """Draw it; what runs draws itself anew."""
    model, seen = inference.model, inference.seen
    cached.model(model.name)  # asked for at each look, or it would leave the memory in the middle of long work
    score, class_name = float(inference.scores[class_index]), model.classes[class_index]
    stage, side = st.columns([7, 5], gap="large")
    with side:
        query = choose_query(inference, class_index)
    method = METHODS[query.method]
    refusal = method.refusal(model.module)
    if refusal:
        stage.info(refusal, icon=":material/block:")
        draw_part_again(RUNS, False)
        return
    with stage:
        shown = draw_map(query, seen, score, f"{method.title}: {class_name}", HEIGHT)
        untrained_label(model)
        draw_numbers(shown, query, seen, score)
        offer_download(shown, query, model)
    with side:
        standing(shown, query, "attribution_map")
        st.markdown(f"**What am I looking at?**\n\n{lesson[query.method]}")
    check_runs = show_check(choose_check(), query, shown, seen, lesson, class_name, score)
    draw_part_again(RUNS, shown.running or check_runs)
