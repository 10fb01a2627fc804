"""Which pixels made a network give a class its score: fourteen methods over one's own photo, and checks of each."""

import streamlit as st

from cnnviz.attribution import METHODS
from cnnviz.networks.activations import Activations
from cnnviz.ui.components.picture_regions import Rectangle, choose_regions, regions_from, written_regions
from cnnviz.ui.explore.attribution.checks import CURVES, SANITY, WALK, choose_check, show_check
from cnnviz.ui.explore.attribution.choice import choose_convolution, choose_fineness, choose_method
from cnnviz.ui.explore.attribution.map import draw_map, draw_numbers, standing
from cnnviz.ui.explore.attribution.questions import Asked
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.pickers.class_index import choose_class
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import draw_again_soon

HEIGHT = 300

lesson = read_lesson(__file__)
lesson.header()
left, right = st.columns([17, 8], vertical_alignment="center")
with left:
    name, model = choose_network()
with right:
    picture = choose_picture()
progress = st.container()
with progress:
    activations: Activations = cached.activations(name, picture)
class_index = choose_class(activations.answer.scores, model.classes)
convolutions = [path for path, layer in model.module.named_modules() if type(layer).__name__ == "Conv2d"]
seen = cached.preprocessing(model, picture).cropped


def own_regions() -> tuple[Rectangle, ...]:
    """Rectangles of one's own in place of the grid; they are in the address, and go with the picture."""
    state = st.session_state
    if state.setdefault("regions_of", picture.sha256) != picture.sha256:
        st.query_params.pop("regions", None)
        state["regions_of"] = picture.sha256

    def keep(rectangles: tuple[Rectangle, ...]) -> None:
        if rectangles:
            st.query_params["regions"] = written_regions(rectangles)
        else:
            st.query_params.pop("regions", None)

    kept = regions_from(st.query_params.get("regions", ""))
    with st.popover("Regions of your own", icon=":material/crop:"):
        choose_regions(seen, kept, keep, key="attribution_regions_drawn")
    return kept


def ask() -> Asked:
    """Draw what can be set of the method, and put the question together."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = choose_method()
        layer = choose_convolution(METHODS[method], convolutions)
        regions = own_regions() if method == "feature_ablation" else ()
        evaluations = 0 if regions else choose_fineness(METHODS[method])
    return Asked(name, picture, class_index, method, evaluations, layer, regions)


# A fragment: what runs here, or is touched here, leaves the rest of the page as it is.
@st.fragment
def show_answer(class_index: int) -> None:
    cached.model(name)  # asked for at each look, or it would leave the memory in the middle of long work
    score, class_name = float(activations.answer.scores[class_index]), model.classes[class_index]
    stage, side = st.columns([7, 5], gap="large")
    with side:
        asked = ask()
    method = METHODS[asked.method]
    refused = method.refusal(model.module)
    st.session_state["attribution_runs"] = False
    if refused:
        stage.info(refused, icon=":material/block:")
        return
    with stage:
        shown = draw_map(asked, seen, score, f"{method.title}: {class_name}", HEIGHT)
        untrained_label(model)
        draw_numbers(shown, asked, seen, score)
    with side:
        standing(shown, asked, "attribution_map")
        st.markdown(f"**What am I looking at?**\n\n{lesson[asked.method]}")
    check = choose_check()
    running = show_check(check, asked, shown, seen, lesson, class_name, score)
    st.session_state["attribution_runs"] = shown.running or running
    if shown.running or running:
        draw_again_soon()


show_answer(class_index)
try_this(
    [
        Suggestion("Edges, whatever is asked", {"method": "guided_backprop", "attribution_check": SANITY}),
        Suggestion("Numbers that add up", {"method": "deep_lift", "attribution_check": CURVES}),
        Suggestion("A grey square walks", {"method": "occlusion", "attribution_check": WALK}),
        Suggestion(
            "A layer half-way", {"method": "signed_grad_cam", "cam_layer": convolutions[len(convolutions) // 2]}
        ),
    ],
    key="attribution",
)
if not model.trained:
    st.markdown(lesson["Untrained"])
lesson.more("Which method when")
lesson.more("What counts as no evidence")
lesson.more("The colours")
if st.session_state["attribution_runs"]:
    draw_again_soon(at_end_of_page=True)
