"""The canonical cases as a list to click. A case that lives on another page leads there, its state in the address."""

from collections.abc import Iterator

import streamlit as st

from cnnviz.arithmetic.catalogue import CASES, GUIDE, LECTURE, ROUNDING, Case
from cnnviz.arithmetic.layers import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from cnnviz.arithmetic.matrix import write_matrix
from cnnviz.arithmetic.pooling import stride_of
from cnnviz.arithmetic.settings import pair
from cnnviz.ui.choice import forget_wishes

State = dict[str, str | int | float | bool]

CONVOLUTION, STRIDES, POOLING = "convolution", "stride_and_padding", "pooling"
GROUPS = ("Convolution", "Transposed convolution", "With numbers", "The lecture", "Rounding up: ceil_mode")


def group_of(case: Case) -> str:
    """Under which heading a case stands.

    >>> group_of(CASES["dilation"]), group_of(CASES["numerical_max_pooling"])
    ('Convolution', 'With numbers')
    """
    if case.source == GUIDE:
        return GROUPS[2] if case.expected else GROUPS[1 if isinstance(case.layer, ConvTranspose2d) else 0]
    return {LECTURE: GROUPS[3], ROUNDING: GROUPS[4]}[case.source]


def sizes_of(case: Case) -> str:
    """The sizes and settings in a few words.

    >>> sizes_of(CASES["no_padding_strides"])
    '5 × 5, 3 × 3, stride 2 → 2 × 2'
    """
    layer, words = case.layer, []
    usual = {"padding": 0, "dilation": 1, "output_padding": 0, "ceil_mode": False}
    stride = stride_of(layer)[0] if isinstance(layer, MaxPool2d | AvgPool2d) else layer.stride
    if stride != 1:
        words.append(f"stride {stride}")
    for name, default in usual.items():
        value = getattr(layer, name, default)
        if value != default:
            words.append(name if value is True else f"{name} {value}")
    if case.flip:
        words.append("flipped")
    kernel, size, output = pair(layer.kernel_size)[0], case.input_size, case.output_size
    return ", ".join([f"{size} × {size}", f"{kernel} × {kernel}", *words]) + f" → {output} × {output}"


def states_of(case: Case) -> dict[str, State]:
    """The pages that can show a case, the one where it lives first, and the state that shows it there."""
    layer = case.layer
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return {POOLING: pooling_state(case, layer)}
    if isinstance(layer, ConvTranspose2d):
        return {STRIDES: stride_state(case, layer)}
    if case.flip:
        return {CONVOLUTION: convolution_state(case, layer)}
    return {STRIDES: stride_state(case, layer), CONVOLUTION: convolution_state(case, layer)}


def stride_state(case: Case, layer: Conv2d | ConvTranspose2d) -> State:
    """The state of the page Stride and padding. Numbers that are not published are that page's own examples."""
    transposed = isinstance(layer, ConvTranspose2d)
    state: State = {
        "sp_layer": "Transposed convolution" if transposed else "Convolution",
        "sp_axes": False,
        "sp_size": case.input_size,
        "sp_kernel": pair(layer.kernel_size)[0],
        "sp_stride": pair(layer.stride)[0],
        "sp_dilation": pair(layer.dilation)[0],
        "sp_input": "",
        "sp_weights": "",
    }
    assert isinstance(layer.padding, int)  # as all of the catalogue
    state["sp_padding"] = layer.padding
    if isinstance(layer, ConvTranspose2d):
        return state | {"sp_output_padding": pair(layer.output_padding)[0]}
    return state | {"sp_pad": "number", "sp_mode": "zeros"}


def convolution_state(case: Case, layer: Conv2d) -> State:
    """The state of the page Convolution."""
    assert isinstance(layer.padding, int) and case.weights is not None
    return {
        "show": "Numbers",
        "axes": "2-D",
        "input": write_matrix(case.numbers),
        "weights": write_matrix(case.weights),
        "stride": pair(layer.stride)[0],
        "padding": layer.padding,
        "padding_mode": "zeros",
        "dilation": pair(layer.dilation)[0],
        "bias": 0.0,
        "relu": False,
        "flip": case.flip,
    }


def pooling_state(case: Case, layer: MaxPool2d | AvgPool2d) -> State:
    """The state of the page Pooling."""
    return {}


# ---------------------------------------------------------------- drawing


def show_catalogue(here: str, key: str) -> Case | None:
    """Draw the list on the page ``here`` (the name of its file) and return the case that its state shows, if any.

    Draw it after the page's own controls, whose keys say which case is shown.
    """
    shown = [case for case in CASES.values() if is_shown(case, here)]
    for group in GROUPS:
        st.markdown(f"**{group}**")
        for case in CASES.values():
            if group_of(case) == group:
                show_case(case, here, key, is_current=case in shown)
    return shown[0] if shown else None


def show_case(case: Case, here: str, key: str, *, is_current: bool) -> None:
    """One case: its name with its sizes under it."""
    states = states_of(case)
    away = here not in states
    clicked = st.button(
        case.title,
        key=f"{key}_{case.key}",
        type="primary" if is_current else "secondary",
        icon=":material/arrow_outward:" if away else None,
        icon_position="right",
        width="stretch",
        on_click=None if away else take,
        args=(states.get(here, {}),),
    )
    st.caption(sizes_of(case))
    if clicked and away:
        (page, state), *_ = states.items()
        st.switch_page(f"pages/learn/{page}.py", query_params={name: as_text(state[name]) for name in state})


def is_shown(case: Case, here: str) -> bool:
    """Whether the widgets of the page stand on the case; one that is not drawn now does not speak against it."""
    state = states_of(case).get(here)
    return bool(state) and all(st.session_state.get(name, value) == value for name, value in state.items())


def take(state: State) -> None:
    """Set the state of the page."""
    forget_wishes("sp_")
    for name, value in state.items():
        st.session_state[name] = value


def as_text(value: str | int | float | bool) -> str:
    """A value as an address carries it.

    >>> as_text(True), as_text(0.0), as_text("2-D")
    ('true', '0', '2-D')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def cases_on(page: str) -> Iterator[Case]:
    """Every case that a page can show.

    >>> [case.key for case in cases_on("convolution")][0]
    'no_padding_no_strides'
    """
    return (case for case in CASES.values() if page in states_of(case))
