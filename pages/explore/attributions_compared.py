"""Two to four methods, two classes or two networks side by side: the same question asked in more than one way."""

import streamlit as st

from cnnviz.attribution import METHODS
from cnnviz.networks.zoo import MODELS, Model
from cnnviz.ui.explore.attribution.choice import choose_method
from cnnviz.ui.explore.attribution.comparing import Side, Way, show_side_by_side
from cnnviz.ui.explore.attribution.questions import Asked
from cnnviz.ui.page.lesson import Suggestion, read_lesson, try_this
from cnnviz.ui.page.valid import keep_valid
from cnnviz.ui.pickers.class_index import choose_class, most_likely
from cnnviz.ui.pickers.network import choose_network, untrained_label
from cnnviz.ui.pickers.picture import choose_picture
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import draw_again_soon

METHODS_WAY, CLASSES_WAY, NETWORKS_WAY = "Methods", "Classes", "Networks"
WAYS = (METHODS_WAY, CLASSES_WAY, NETWORKS_WAY)
AREAS, PIXELS = "areas", "pixels"
ONE_RANGE, OWN_RANGES = "One for all", "Each its own"
MOST = 4
OPENING = ("signed_grad_cam", "occlusion", "integrated_gradients", "guided_backprop")

lesson = read_lesson(__file__)
lesson.header()
left, right = st.columns([17, 8], vertical_alignment="center")
with left:
    name, model = choose_network()
with right:
    picture = choose_picture()
answer = cached.forward_pass(name, picture)
keep_valid("compared", WAYS, METHODS_WAY)


def question(network: str, method: str, class_index: int) -> Asked:
    """The first look of a method: what is compared is asked alike."""
    evaluations = METHODS[method].evaluations
    return Asked(network, picture, class_index, method, evaluations[0] if evaluations else 0)


def side_of(network: Model, method: str, class_index: int, title: str) -> Side:
    scores = cached.forward_pass(network.name, picture).scores
    seen = cached.preprocessing(network, picture).cropped
    return Side(question(network.name, method, class_index), title, float(scores[class_index]), seen)


def chosen_methods() -> list[str]:
    """Two to four of them, in the order in which they were chosen."""
    chosen = st.pills(
        "Methods, two to four",
        list(METHODS),
        selection_mode="multi",
        default=list(OPENING),
        format_func=lambda key: METHODS[key].title,
        key="compared_methods",
        bind="query-params",
    )
    return [key for key in chosen or [] if key in METHODS]


def choose_other() -> str:
    """The network beside the first one."""
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


with st.container(horizontal=True, vertical_alignment="bottom"):
    way = st.segmented_control(
        "Side by side", WAYS, default=METHODS_WAY, required=True, key="compared", bind="query-params"
    )
    method = choose_method() if way != METHODS_WAY else ""
    other_name = choose_other() if way == NETWORKS_WAY else name
    grain = st.segmented_control(
        "Drawn in",
        (AREAS, PIXELS),
        default=AREAS,
        required=True,
        key="grain",
        bind="query-params",
        help="The sum of each area of a twelfth of the sides, so that fine and coarse maps can be compared; or pixels.",
    )
    ranges = st.segmented_control(
        "Colour range", (ONE_RANGE, OWN_RANGES), default=ONE_RANGE, required=True, key="range", bind="query-params"
    )
class_index = choose_class(answer.scores, model.classes)
sides: list[Side] = []
if way == METHODS_WAY:
    methods = chosen_methods()
    if len(methods) < 2:
        st.info("Choose two methods at least.", icon=":material/info:")
    elif len(methods) > MOST:
        st.info(
            f"The first {MOST} that were chosen are shown: more do not fit beside each other.", icon=":material/info:"
        )
    sides = [side_of(model, key, class_index, METHODS[key].title) for key in methods[:MOST]]
elif way == CLASSES_WAY:
    first, second = most_likely(answer.scores, 2)
    opens_with = second if class_index == first else first
    other = choose_class(answer.scores, model.classes, "other_class", opens_with, "The other class")
    sides = [side_of(model, method, index, model.classes[index]) for index in (class_index, other)]
    if other == class_index:
        st.info(lesson["The same class twice"], icon=":material/info:")
else:
    other_model = cached.model(other_name)
    chosen = st.session_state.get("class")
    both_know = chosen is not None and other_model.classes == model.classes
    likeliest = most_likely(cached.forward_pass(other_name, picture).scores, 1)[0]
    sides = [
        side_of(one, method, index, f"{MODELS[one.name].title}: {one.classes[index]}")
        for one, index in ((model, class_index), (other_model, class_index if both_know else likeliest))
    ]


@st.fragment
def show_sides(sides: list[Side], way: Way) -> None:
    for side in sides:
        cached.model(side.asked.network)
    running = show_side_by_side(sides, way)
    st.session_state["compared_runs"] = running
    if running:
        draw_again_soon()


show_sides(sides, Way(in_shares=way != CLASSES_WAY, in_areas=grain != PIXELS, one_range=ranges != OWN_RANGES))
for network in dict.fromkeys(side.asked.network for side in sides):
    untrained_label(cached.model(network))
st.markdown(lesson[way or METHODS_WAY])
try_this(
    [
        Suggestion("Four ways to ask", {"compared": METHODS_WAY, "compared_methods": list(OPENING)}),
        Suggestion(
            "Near relatives",
            {"compared": METHODS_WAY, "compared_methods": ["integrated_gradients", "input_x_gradient", "deep_lift"]},
        ),
        Suggestion(
            "Does the class matter?",
            {"compared": CLASSES_WAY, "method": "guided_backprop", "class": None, "other_class": None},
        ),
        Suggestion("Two architectures", {"compared": NETWORKS_WAY, "method": "grad_cam"}),
    ],
    key="compared_try",
)
lesson.more("How alike")
lesson.more("What agreement does not say")
if st.session_state["compared_runs"]:
    draw_again_soon(at_end_of_page=True)
