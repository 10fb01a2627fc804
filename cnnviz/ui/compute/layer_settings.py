"""The settings of one layer as a card. Any number can be typed; the layer says whether it fits.

The keys, which a link carries, are the formula's letters: C, H and W of the input, k, S, P and D of the window, k_W and
so on where the width has a number of its own.
"""

from collections.abc import Iterable, Mapping

import streamlit as st

from cnnviz.arithmetic.layers import ShapeError
from cnnviz.arithmetic.layers.convolution import PADDING_MODES
from cnnviz.arithmetic.layers.layer import PER_AXIS
from cnnviz.arithmetic.settings_that_fit.form import ARGUMENTS, FLAGS, FORMS, INPUT, LayerForm
from cnnviz.arithmetic.settings_that_fit.repairs import ON_WIDTH, Setting
from cnnviz.ui.page.number_box import ANY_NUMBER, number_box

KEYS = {
    "in_channels": "C",
    "height": "H",
    "width": "W",
    "out_channels": "filters",
    "kernel_size": "k",
    "stride": "S",
    "padding": "P",
    "dilation": "D",
    "output_padding": "A",
    "groups": "groups",
    "output_size": "O",
    "divisor_override": "divisor",
}
KEYS |= {name: name for names in ARGUMENTS.values() for name in names if name not in KEYS and name != "padding_mode"}
KEYS |= {name + ON_WIDTH: KEYS[name] + "_W" for name in PER_AXIS}
DEFAULTS = {"C": 3, "H": 227, "W": 227, "filters": 96, "k": 11, "S": 4, "P": 0, "D": 1, "groups": 1, "A": 0, "O": 6}
for kind in FORMS.values():  # what only one kind has begins as that kind usually has it
    usual = kind.usual((64, 56, 56))
    DEFAULTS |= {KEYS[name]: getattr(usual, name) for name in kind.form if name in KEYS and KEYS[name] not in DEFAULTS}
DEFAULTS |= {"divisor": 0, **{KEYS[name] + "_W": DEFAULTS[KEYS[name]] for name in PER_AXIS}}
FLAG_KEYS = {"bias": "with_bias", "ceil_mode": "ceil", "count_include_pad": "count_pad"}
FLAG_KEYS |= {name: name for names in FLAGS.values() for name in names if name not in FLAG_KEYS}
FLAG_DEFAULTS = {
    name: bool(getattr(FORMS[kind].usual((64, 56, 56)), name)) for kind, names in FLAGS.items() for name in names
}
AS_NUMBER = "number"
PADDINGS = (AS_NUMBER, "same", "valid")
LAST_ROW = ("groups", "divisor_override", "output_padding")  # the settings that one touches last
RESET: dict[str, object] = {  # the state of the page without a link
    "kind": "Conv2d",
    "axes": False,
    "pad": AS_NUMBER,
    "padding_mode": "zeros",
    "want_H": None,
    "want_W": None,
    **DEFAULTS,
    **{FLAG_KEYS[name]: default for name, default in FLAG_DEFAULTS.items()},
}


def choose_kind() -> str:
    """The kinds of layer side by side."""
    kinds = list(FORMS)
    chosen = st.segmented_control(
        "Layer",
        kinds,
        default=kinds[0],
        required=True,
        key="kind",
        bind="query-params",
        label_visibility="collapsed",
        wrap=True,  # on a phone all of them are seen
    )
    return chosen or kinds[0]  # a link with an empty kind= chooses none


def choose_settings(kind: str) -> LayerForm:
    """Draw the settings that this kind of layer has and return what they say."""
    st.markdown(":blue[**Input**]")
    settings: dict[str, Setting] = dict(choose_numbers(INPUT))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":orange[**{kind}**]", width="content")
        by_axis = has_axes(kind) and choose_axes()
        flags = {name: choose_flag(name) for name in FLAGS[kind]}
    word = kind == "Conv2d" and st.session_state.get("pad") in PADDINGS[1:]
    for row in rows_of(kind, by_axis):
        settings |= choose_numbers(row, kind, padding_word=word)
    if kind == "Conv2d":
        with st.expander(more_label()):
            words = choose_words()
            offer_depthwise()
        settings["padding_mode"] = words["padding_mode"]
        if words["pad"] != AS_NUMBER:
            settings["padding"] = words["pad"]
            settings.pop("padding" + ON_WIDTH, None)
    elif kind == "ConvTranspose2d":
        offer_depthwise()
    return LayerForm(kind, settings, flags)


def keep_other_settings(form: LayerForm) -> None:
    """Draw, folded away, the settings that this layer does not use.

    They stay on the page, because a box that left it would come back with the number of the link that the visitor came
    by, not with the one typed since.
    """
    shown = {*INPUT, *ARGUMENTS[form.kind], *form.settings}
    if st.session_state.get("axes"):
        shown |= {name + ON_WIDTH for name in ARGUMENTS[form.kind]}
    with st.expander("Settings not in use"):
        st.caption(f"{form.kind}, as it is set, does not have these; they keep their values for the layers that do.")
        for row in pairs(name for name in KEYS if name not in shown):
            choose_numbers(row)
        with st.container(horizontal=True):
            if not has_axes(form.kind):
                choose_axes()
            for name in FLAG_KEYS:
                if name not in form.flags:
                    choose_flag(name)
        if form.kind != "Conv2d":
            choose_words(disabled=True)


def has_axes(kind: str) -> bool:
    """Whether any setting of this kind may differ between height and width."""
    return not set(PER_AXIS).isdisjoint(ARGUMENTS[kind])


def offer_depthwise() -> None:
    """A click for the groups that make each channel a layer of its own."""
    st.button("Depthwise: a filter for each channel", on_click=take_depthwise, help="groups and filters become C")


def rows_of(kind: str, by_axis: bool) -> list[tuple[str, ...]]:
    """Which boxes stand side by side: two settings, or the two axes of one."""
    own = [name for name in ARGUMENTS[kind] if name in KEYS and name not in INPUT]
    if not by_axis:
        return pairs(sorted(own, key=LAST_ROW.__contains__))
    split = [name for name in own if name in PER_AXIS]
    return [*pairs(name for name in own if name not in split), *((name, name + ON_WIDTH) for name in split)]


def pairs(names: Iterable[str]) -> list[tuple[str, ...]]:
    """The names two by two."""
    listed = list(names)
    return [tuple(listed[start : start + 2]) for start in range(0, len(listed), 2)]


def choose_axes() -> bool:
    """Whether height and width have settings of their own; if so the width begins with those of the height."""

    def copy_to_the_width() -> None:
        if st.session_state["axes"]:
            for name in PER_AXIS:
                st.session_state[KEYS[name + ON_WIDTH]] = st.session_state[KEYS[name]]

    return st.toggle("per axis", False, key="axes", bind="query-params", on_change=copy_to_the_width, width="content")


def choose_flag(name: str) -> bool:
    """A setting of the layer that is on or off."""
    return st.toggle(name, FLAG_DEFAULTS[name], key=FLAG_KEYS[name], bind="query-params", width="content")


def choose_words(disabled: bool = False) -> dict[str, str]:
    """The settings of Conv2d that are words: how the padding is given, and what it is filled with."""
    pad = st.segmented_control(
        "padding given as",
        PADDINGS,
        default=AS_NUMBER,
        required=True,
        key="pad",
        bind="query-params",
        disabled=disabled,
    )
    mode = st.selectbox(
        "padding_mode, what it is filled with",
        PADDING_MODES,
        key="padding_mode",
        bind="query-params",
        disabled=disabled,
    )
    return {"pad": pad or AS_NUMBER, "padding_mode": mode or PADDING_MODES[0]}


def more_label() -> str:
    """What of Conv2d is folded away, and what of it is set."""
    chosen = [
        f"{label} {st.session_state[key]!r}"
        for label, key, usual in (("padding", "pad", AS_NUMBER), ("padding_mode", "padding_mode", PADDING_MODES[0]))
        if st.session_state.get(key, usual) not in (usual, None)
    ]
    return f"More: {', '.join(chosen)}" if chosen else "More: padding 'same', padding_mode, depthwise"


def choose_numbers(names: Iterable[str], kind: str = "", padding_word: bool = False) -> dict[str, float]:
    """A row of number boxes, which take any number: what does not fit is answered in words."""
    labels = {"in_channels": "C", "height": "H", "width": "W", "divisor_override": "divisor_override (0: none)"}
    labels["out_channels"] = "out_features" if kind == "Linear" else "filters"
    names = tuple(names)
    labels |= {name + ON_WIDTH: f"{name}, width" for name in PER_AXIS}
    labels |= {name: f"{name}, height" for name in PER_AXIS if name + ON_WIDTH in names}
    is_shape = names in (tuple(INPUT), (names[0], names[0] + ON_WIDTH))
    shape = [KEYS[name] for name in names] if is_shape else []
    numbers: dict[str, float] = {}
    row, words = st.container(horizontal=True, wrap=False), st.container()
    with row:
        for name in names:
            number = number_box(
                KEYS[name],
                labels.get(name, name),
                DEFAULTS[KEYS[name]],
                ANY_NUMBER,
                shape=shape or [KEYS[name]] * 2 * (name in PER_AXIS),
                words=words,
                disabled=padding_word and name.startswith("padding"),
            )
            numbers[name] = int(number) if number.denominator == 1 else float(number)
    return numbers


def show_misfit(form: LayerForm, problem: ShapeError) -> None:
    """Say why it does not fit, and offer the nearest settings that do, one click each."""
    st.error(str(problem), icon=":material/straighten:")
    offers = form.repairs()
    st.markdown("It fits with one of these:" if len(offers) > 1 else "It fits with:" if offers else "Start again with:")
    with st.container(horizontal=True, gap="small"):
        for number, offer in enumerate(offers):
            words = ", ".join(f"{spoken(name)} {said(value)}" for name, value in offer.items())
            st.button(words, key=f"fit_{number}", on_click=take, args=(offer,))
        if not offers:
            start_again = {name: DEFAULTS[KEYS[name]] for name in form.settings if name in KEYS}
            st.button("The first layer of AlexNet", key="fit_0", on_click=take, args=(start_again,))


def spoken(name: str) -> str:
    """A setting's name on a button."""
    return f"{name.removesuffix(ON_WIDTH)} (width)" if name.endswith(ON_WIDTH) else name


def said(value: float | str) -> str:
    """A setting's value on a button."""
    return value if isinstance(value, str) else f"{value:,}"


def take(settings: Mapping[str, int | str]) -> None:
    """Write settings into the boxes; a padding that is a number takes the place of a word."""
    if "padding" in settings and st.session_state["pad"] != AS_NUMBER:
        st.session_state["pad"] = AS_NUMBER
        settings = {"padding" + ON_WIDTH: settings["padding"], **settings}  # a word served both axes
    for name, value in settings.items():
        st.session_state[KEYS.get(name, name)] = value


def take_depthwise() -> None:
    """Every channel by itself: as many groups and filters as there are channels."""
    for key in ("groups", "filters"):
        st.session_state[key] = st.session_state["C"]
