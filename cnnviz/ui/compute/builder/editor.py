"""Both ways to change the network, by writing and by hand, and what is said where it does not fit."""

import streamlit as st

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.network import INPUT, Network, chain
from cnnviz.arithmetic.network.exports import to_pytorch
from cnnviz.arithmetic.network.fixes import MAX_PROBLEMS, Fix, Problem
from cnnviz.arithmetic.reader import ReadError
from cnnviz.arithmetic.settings import Shape
from cnnviz.ui.components.code_box import Mark, code_box
from cnnviz.ui.components.network_drawing import by
from cnnviz.ui.compute.builder.by_hand import add_behind, edit_settings, layer_label, matched, place_buttons
from cnnviz.ui.compute.builder.chosen_layer import choose_layer, clicked
from cnnviz.ui.compute.builder.examples import EXAMPLES, Example
from cnnviz.ui.compute.builder.reading import (
    Reading,
    all_repaired,
    answered,
    fitting_input,
    in_short_form,
    read,
    written,
)
from cnnviz.ui.compute.builder.text import (
    FITTED,
    REFUSED,
    can_undo,
    current_shape,
    fits_a_link,
    put_text,
    touched,
    undo,
)
from cnnviz.ui.compute.builder.text import text as current_text
from cnnviz.ui.page.plain_text import as_plain_text

WRITE, BY_HAND = "Text", "By hand"


def edit(reading: Reading, place: int | None) -> None:
    """Draw the way that is chosen: the text itself, or the chosen layer's settings."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        way = st.segmented_control(
            "How to change it",
            (WRITE, BY_HAND),
            default=WRITE,
            required=True,
            key="network_way",
            persist_state="session",
            label_visibility="collapsed",
        )
        st.button("Undo", icon=":material/undo:", key="network_undo", on_click=undo, disabled=not can_undo())
    if way == BY_HAND:
        edit_by_hand(reading, place)
    else:
        write(reading, place)
    if st.session_state.get(REFUSED):
        st.warning(
            "The network in this link cannot be read; here is the opening one instead.", icon=":material/link_off:"
        )
    if not fits_a_link():
        st.caption("This text is too long for a link; “Link to this” leaves it out.")


def write(reading: Reading, place: int | None) -> None:
    """The text with its numbered lines: what is wrong is marked, and the chosen layer."""
    marks: dict[int, Mark] = {}
    if reading.network is not None and place is not None:
        line = reading.network.nodes[place].line
        if line is not None:
            marks[line] = "chosen"
    errors = [*(problem.error for problem in reading.problems), reading.refusal]
    wrong = [error.line for error in errors if error is not None and error.line]
    marks |= dict.fromkeys(wrong, "wrong")
    chosen = [line for line, kind in marks.items() if kind == "chosen" and clicked(place)]
    code_box(
        reading.text,
        "network_code",
        label="The network as PyTorch or Keras text",
        marks=marks,
        on_text=typed,
        reveal=next(iter([*chosen, *wrong]), None),
        height=300,
    )
    if reading.refusal is not None:
        st.error(as_plain_text(capital(str(reading.refusal))), icon=":material/error:")


def typed(text: str) -> None:
    """Take what was typed or pasted; where it names an input shape anew, that goes into the boxes."""
    named = named_shape(text)
    put_text(text, None if named == named_shape(current_text()) else named)
    if named is None and not touched():
        reading = read(text, tuple(map(float, current_shape())))
        shape = fitting_input(reading.network, reading.input_shape) if reading.network and reading.problems else None
        if shape is not None and len(shape) in (1, 3):
            put_text(text, shape)
            st.session_state[FITTED] = f"The input is now {by(shape)}, which fits this text; the boxes say another one."


def named_shape(text: str) -> Shape | None:
    """The input shape that a text names itself, as Keras listings do."""
    try:
        return answered(text, None, (), "")[0].input_shape
    except ReadError:
        return None


def edit_by_hand(reading: Reading, place: int | None) -> None:
    """The layers in a picker, the chosen one's settings, and what is put in behind it."""
    network, shape = reading.network, reading.input_shape
    if network is None or not shape:
        st.info("Once the text can be read, its layers can be changed here.", icon=":material/build:")
        st.button("Start with one layer", key="hand_start", on_click=start, args=(shape or (3, 32, 32),))
        return

    def change(changed: Network, to: int | None = None) -> None:
        put_text(to_pytorch(in_short_form(matched(changed, shape))))
        if to is not None:
            choose_layer(to)

    with st.container(border=True):
        if network.nodes and place is not None:
            places = range(len(network.nodes))
            # a box of its own for every choice, as the choice is also made by a click on the drawing
            key = f"hand_layer_{place}_{len(network.nodes)}"
            st.selectbox(
                "Layer",
                places,
                place,
                format_func=lambda number: layer_label(network, number),
                key=key,
                on_change=lambda: take_choice(st.session_state[key]),
            )
            edit_settings(network, network.nodes[place], change)
            place_buttons(network, place, change)
        shapes = {INPUT: shape} | {row.name: row.output_shape for row in reading.rows}
        add_behind(network, place or 0, shapes, change)
        if "hand_refusal" in st.session_state:
            st.error(as_plain_text(st.session_state.pop("hand_refusal")), icon=":material/straighten:")
    st.caption("Every change is written into the text. The layers behind are matched to it.")


def take_choice(place: object) -> None:
    """Choose the layer that was picked by name; a name that an edit has just changed comes as text: passed over."""
    if isinstance(place, int):
        choose_layer(place)


def start(input_shape: Shape) -> None:
    """Begin anew with a single convolution."""
    put_text(to_pytorch(chain(Conv2d.usual(input_shape))))
    choose_layer(0)


def show_problems(reading: Reading) -> None:
    """Say what does not fit, each with its ways out."""
    if reading.misfit:
        st.error(reading.misfit, icon=":material/straighten:")
    for number, problem in enumerate(reading.problems):
        show_problem(reading, problem, number)
    known = all(problem.fixed is not None for problem in reading.problems)
    shape = fitting_input(reading.network, reading.input_shape) if reading.problems and reading.network else None
    if shape is not None and len(shape) in (1, 3):
        st.button(
            f"Feed an input of {by(shape)}, which fits",
            icon=":material/crop:",
            type="primary",
            key="fit_input",
            on_click=put_text,
            args=(reading.text, shape),
        )
    if known and 1 < len(reading.problems) < MAX_PROBLEMS:
        st.button(
            "Make both changes" if len(reading.problems) == 2 else f"Make all {len(reading.problems)} changes",
            icon=":material/build:",
            type="secondary" if shape is not None else "primary",
            key="fix_all",
            on_click=repair_all,
            args=(reading,),
        )


def show_problem(reading: Reading, problem: Problem, number: int) -> None:
    """One layer that does not fit. Only the first can be mended by itself: the others follow from it."""
    with st.container(gap="small"):
        st.error(as_plain_text(("Then " if number else "") + str(problem.error)), icon=":material/straighten:")
        if number:
            return
        with st.container(horizontal=True, gap="small"):
            for which, fix in enumerate(problem.fixes):
                st.button(capital(fix.sentence), key=f"fix_{which}", on_click=repair, args=(reading, fix))


def repair(reading: Reading, fix: Fix) -> None:
    """Make the change of a fix: in the text, or in the boxes of the input."""
    put_text(written(reading.text, fix, reading.input_shape), fix.input_shape)


def repair_all(reading: Reading) -> None:
    """Make the first change wherever something does not fit."""
    repaired = all_repaired(reading.text, reading.input_shape)
    if repaired is not None:
        put_text(repaired)


def suggestions() -> None:
    """The examples as buttons; each puts its text and its shape in place of what is there."""
    with st.container(horizontal=True, key="network_suggestions", gap="small", vertical_alignment="center"):
        st.markdown("**Try this**", width="content")
        for number, example in enumerate(EXAMPLES):
            st.button(example.label, key=f"network_{number}", on_click=take, args=(example,))


def take(example: Example) -> None:
    """Put an example in place of what is there."""
    put_text(example.text, example.input_shape)
    choose_layer(None)


def capital(sentence: str) -> str:
    """A sentence with its first letter large."""
    return sentence[:1].upper() + sentence[1:]
