"""Which pixels made a network give a class its score: fourteen methods over one's own photo, and checks of each."""

from dataclasses import replace

import streamlit as st
from PIL import Image

from cnnviz.attribution import METHODS
from cnnviz.networks.activations import Activations
from cnnviz.ui import cached
from cnnviz.ui.attribution.asking import Asked
from cnnviz.ui.attribution.checks import CURVES, SANITY, WALK, choose_check, show_check
from cnnviz.ui.attribution.choice import choose_convolution, choose_fineness, choose_method
from cnnviz.ui.attribution.map import show_map
from cnnviz.ui.class_choice import choose_class
from cnnviz.ui.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.network import choose_network, untrained_label
from cnnviz.ui.picture import choose_picture
from cnnviz.ui.regions import Rectangle, choose_regions
from cnnviz.ui.work import draw_again_soon

HEIGHT = 320

lesson = read_lesson(__file__)
lesson.header()
name, model = choose_network()
left, right = st.columns([13, 7], vertical_alignment="bottom")
with right:
    picture = choose_picture()
progress = st.container()
with progress:
    activations: Activations = cached.activations(name, picture)
with left:
    class_index = choose_class(activations.answer.scores, model.classes)
with st.container(horizontal=True, vertical_alignment="bottom"):
    method = choose_method()
    evaluations = choose_fineness(METHODS[method])
    convolutions = [path for path, layer in model.module.named_modules() if type(layer).__name__ == "Conv2d"]
    layer = choose_convolution(METHODS[method], convolutions)
asked = Asked(name, picture, class_index, method, evaluations, layer)


def own_regions(seen: Image.Image) -> tuple[Rectangle, ...]:
    """Rectangles of one's own in place of the grid, in the session as long as the picture is shown."""
    kept: dict[str, tuple[Rectangle, ...]] = st.session_state.setdefault("attribution_regions", {})

    def keep(rectangles: tuple[Rectangle, ...]) -> None:
        kept.clear()
        kept[picture.sha256] = rectangles

    with st.popover("Regions of your own", icon=":material/crop:"):
        choose_regions(seen, kept.get(picture.sha256, ()), keep, key="attribution_regions_drawn")
    return kept.get(picture.sha256, ())


# A fragment: what runs here, or is touched here, leaves the rest of the page as it is.
@st.fragment
def show_answer(asked: Asked) -> None:
    cached.model(asked.network)  # asked for at each look, or it would leave the memory in the middle of long work
    score, class_name = float(activations.answer.scores[asked.class_index]), model.classes[asked.class_index]
    refused = METHODS[asked.method].refusal(model.module)
    if refused:
        st.info(refused, icon=":material/block:")
        st.session_state["attribution_runs"] = False
        return
    seen = cached.preprocessing(model, picture).cropped
    title = f"{METHODS[asked.method].title}: {class_name}"
    if asked.method == "feature_ablation":
        asked = replace(asked, regions=own_regions(seen))
    shown = show_map(asked, seen, score, title, lesson[asked.method], lambda: untrained_label(model), HEIGHT)
    check = choose_check()
    running = show_check(check, asked, shown, seen, lesson, class_name)
    st.session_state["attribution_runs"] = shown.running or running
    if shown.running or running:
        draw_again_soon()


show_answer(asked)
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
