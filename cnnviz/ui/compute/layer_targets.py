"""“I want this output”: type the size, and take one of the settings that give it."""

from fractions import Fraction
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.arithmetic.settings import Shape, ShapeError, pair, whole_number
from cnnviz.arithmetic.settings_that_fit.form import ARGUMENTS, FORMS, LayerForm
from cnnviz.arithmetic.settings_that_fit.repairs import ON_WIDTH
from cnnviz.arithmetic.settings_that_fit.targets import MAX_SIDE, Way, transposed_ways, ways
from cnnviz.ui.compute.layer_settings import take
from cnnviz.ui.page.number_box import ANY_NUMBER, number_box

FEW = 12
SETTING_LETTERS = {"kernel_size": "k", "stride": "S", "padding": "P", "output_padding": "A"}
# What a layer without a window is asked instead, by the argument that says its size.
WITHOUT_WINDOW = {
    "output_size": "This layer gives whatever size is asked of it: type it as its output_size.",
    "out_channels": "A dense layer gives as many features as are asked of it: type them as its out_features.",
}
NO_SIZE = "This layer has no window to set: its output size follows from its input and the settings above."


def choose_way(form: LayerForm, output_shape: Shape | None) -> None:
    """Draw the two boxes for the wanted size, and every way to it as a button that takes it.

    Left empty, they mean the size that the layer gives now (None where it does not fit). Where no way leads to that
    size, as where the two axes have settings of their own, nothing is said: nobody typed it.
    """
    arguments = ARGUMENTS[form.kind]
    has_window = "kernel_size" in arguments
    now = output_shape[1:] if has_window and output_shape is not None else (None, None)
    row, words = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with row:
        typed = [choose_wanted(axis, size, not has_window, words) for axis, size in zip("HW", now, strict=True)]
        if has_window:
            st.markdown(
                f"Every {listed(arguments)} that gives it, the most usual first.",
                width=420,
            )
    wanted = [size if number is None else number for number, size in zip(typed, now, strict=True)]
    if not has_window:
        asked_by = (WITHOUT_WINDOW[name] for name in arguments if name in WITHOUT_WINDOW)
        st.info(next(asked_by, NO_SIZE), icon=":material/tune:")
    elif None not in wanted:
        try:
            found = ways_to(form, wanted)
        except ShapeError as problem:
            st.warning(str(problem), icon=":material/straighten:")
        else:
            if found:
                show_ways(form, found)
            elif typed != [None, None]:
                say_that_none_leads_there()


def listed(arguments: tuple[str, ...]) -> str:
    """The settings that are looked for, with their letters: kernel_size **k**, stride **S** and padding **P**."""
    *names, last = (f"{name} **{letter}**" for name, letter in SETTING_LETTERS.items() if name in arguments)
    return f"{', '.join(names)} and {last}"


def choose_wanted(axis: str, now: int | None, disabled: bool, words: DeltaGenerator) -> Fraction | None:
    """The box for one axis of the wanted size; None while it is empty."""
    return number_box(
        f"want_{axis}",
        f"{axis} wanted",
        None,
        ANY_NUMBER,
        shape=("want_H", "want_W"),
        placeholder="" if now is None else str(now),
        disabled=disabled,
        words=words,
        width=150,
    )


def ways_to(form: LayerForm, wanted: list[Any]) -> tuple[Way, ...]:
    """All ways from the input to the wanted size, with the dilation that is set; ShapeError for a misfit number."""
    sizes = whole_pair("The input", form.picture[1:])
    target = whole_pair("The output wanted", wanted)
    dilation = dilation_of(form)
    if form.kind == "ConvTranspose2d":
        return transposed_ways(sizes, target, dilation)
    pooling = FORMS[form.kind].role == "pool"
    found = ways(sizes, target, dilation, pooling=pooling, ceil_mode=form.flags.get("ceil_mode", False))
    return found if "padding" in ARGUMENTS[form.kind] else tuple(way for way in found if not way.padding)


def whole_pair(name: str, values: Any) -> tuple[int, int]:
    """Height and width as whole numbers; ShapeError where they are none."""
    height, width = (
        whole_number(f"{name} along the {axis}", int(value) if Fraction(value).denominator == 1 else float(value))
        for axis, value in zip(("height", "width"), values, strict=True)
    )
    return height, width


def dilation_of(form: LayerForm) -> tuple[int, int]:
    """The dilation (height, width) as it is set; a kind without one has 1."""
    down, across = pair(form.argument("dilation") if "dilation" in form.settings else 1)
    return whole_number("dilation", down), whole_number("dilation", across)


def show_ways(form: LayerForm, found: tuple[Way, ...]) -> None:
    """The ways as pills: the one that is set now is marked, a tap on another takes it."""
    now = way_of(form)
    shown = found if st.session_state.get("all_ways") else found[:FEW]
    if now in found and now not in shown:
        shown = (*shown, now)
    options = [words(way) for way in shown]
    st.session_state["way"] = words(now) if now in shown else None

    def take_chosen() -> None:
        chosen = st.session_state["way"]
        if chosen in options:
            take_way(shown[options.index(chosen)], form.kind)

    st.pills("Ways", options, key="way", on_change=take_chosen, label_visibility="collapsed")
    if len(found) > FEW:
        st.toggle(f"show all {len(found)}", key="all_ways", bind="query-params")


def say_that_none_leads_there() -> None:
    """The answer where a size was typed that no setting gives."""
    st.info(
        f"No kernel_size and stride up to {MAX_SIDE} give that size, the same on both axes. A convolution or a "
        "pooling shrinks or keeps; ConvTranspose2d grows; AdaptiveAvgPool2d gives any size.",
        icon=":material/search_off:",
    )


def way_of(form: LayerForm) -> Way | None:
    """The settings as they are now; None where the axes differ or the padding is a word."""
    numbers = {name: form.argument(name) for name in SETTING_LETTERS if name in ARGUMENTS[form.kind]}
    return Way(**{"padding": 0} | numbers) if all(isinstance(number, int) for number in numbers.values()) else None


def words(way: Way) -> str:
    """A way on a pill: k 3 · S 2 · P 1."""
    numbers = [f"k {way.kernel_size}", f"S {way.stride}", f"P {way.padding}"]
    return " · ".join([*numbers, f"A {way.output_padding}"] if way.output_padding else numbers)


def take_way(way: Way, kind: str) -> None:
    """Write a way into the boxes, on both axes."""
    names = [name for name in SETTING_LETTERS if name in ARGUMENTS[kind]]
    take({name + end: getattr(way, name) for name in names for end in ("", ON_WIDTH)})
