"""From a network that was read to the Explore pages: with weights, class names and preprocessing, if one has them."""

import re
from collections.abc import Sequence

import streamlit as st
from streamlit.typing import UploadedFile

from cnnviz.arithmetic.settings import ShapeError
from cnnviz.networks.own.fitting import Fit, Misfit
from cnnviz.networks.own.network import MOST_BYTES, Own, make_own, preprocessing_of
from cnnviz.networks.preprocess import Preprocessing
from cnnviz.networks.refusal import Refusal
from cnnviz.ui.compute.builder.reading import Reading
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.page.plain_text import as_plain_text
from cnnviz.ui.page.visit import send_to
from cnnviz.ui.pickers.network import NETWORK_WANTED, title_of
from cnnviz.ui.pickers.own_network import keep_own, room_for_own
from cnnviz.ui.sharing.cached import inference_queue, waiting_words

EXPLORE = "pages/explore/feature_maps.py"
SHOWN_MISFITS = 50
NUMBERS = re.compile(r"[\s,;]+")


def look_inside(reading: Reading, lesson: Lesson) -> None:
    """Draw the way there: nothing is needed; what is given goes along. Draws nothing for what cannot be looked into."""
    if reading.network is None:
        return
    if not reading.fits:
        st.caption(
            ":material/visibility: Once every layer fits, you can look inside this network on every Explore page."
        )
        return
    with st.expander("Look inside: your network on every Explore page", icon=":material/visibility:"):
        try:
            settings = preprocessing_of(reading.input_shape)
        except Refusal as problem:
            st.info(as_plain_text(str(problem)), icon=":material/block:")
            return
        st.markdown(lesson["Look inside"])
        with st.form("own_network", border=False):  # so that what was typed last and the click come as one
            sent, names, typed = draw_fields(settings)
            asked = st.form_submit_button("Look inside", type="primary", key="own_look", icon=":material/visibility:")
        if asked:
            made = made_own(reading, None if sent is None else sent.getvalue(), names.splitlines(), typed)
            if made is not None:
                keep_own(made, sent)
                st.session_state[NETWORK_WANTED] = made.name
                send_to(EXPLORE, {"network": title_of(made.name)})


def draw_fields(settings: Preprocessing) -> tuple[UploadedFile | None, str, Sequence[str]]:
    """Draw what can be given: a file of weights, the names of the classes, and (mean, std) of the pictures."""
    left, right = st.columns(2, gap="large")
    with left:
        sent = st.file_uploader(
            "Its weights, as .safetensors, or as .pt or .pth made of `net.state_dict()`",
            ["safetensors", "pt", "pth"],
            key="own_weights",
            max_upload_size=min(MOST_BYTES // 10**6, int(st.get_option("server.maxUploadSize"))),
        )
    with right:
        names = st.text_area("Names of its classes, a line each", key="own_classes", max_chars=200_000, height=100)
        with st.container(horizontal=True):
            typed = tuple(
                st.text_input(name, ", ".join(map(str, numbers)), key=f"own_{name}_{len(numbers)}", max_chars=80)
                for name, numbers in (("mean", settings.mean), ("std", settings.std))
            )
    return sent, names, typed


def made_own(reading: Reading, weights: bytes | None, classes: list[str], typed: Sequence[str]) -> Own | None:
    """The network, computing; None where something does not fit, which is said then."""
    network = reading.network
    assert network is not None
    waiting = st.empty()
    try:
        mean, std = (numbers_of(name, text) for name, text in zip(("mean", "std"), typed, strict=True))
        room_for_own(network.num_params, weights)
        with inference_queue.turn(urgent=True, on_wait=lambda before: waiting.caption(waiting_words(before))):
            return make_own(
                network,
                reading.input_shape,
                title=network.choice or "Own network",
                weights=weights,
                classes=classes if any(map(str.strip, classes)) else (),
                mean=mean,
                std=std,
            )
    except (Refusal, ShapeError) as problem:
        st.error(as_plain_text(str(problem)), icon=":material/error:")
        if isinstance(problem, Misfit):
            show_misfits(problem.table)
    finally:
        waiting.empty()
    return None


def numbers_of(name: str, text: str) -> list[float]:
    """The numbers that were typed, one for each channel; Refusal for what is none. Nothing typed gives none.

    >>> numbers_of("mean", "0.485, 0.456 0.406")
    [0.485, 0.456, 0.406]
    """
    words = [word for word in NUMBERS.split(text.strip().strip("[]()")) if word]
    try:
        return [float(word) for word in words]
    except ValueError:
        raise Refusal(
            f"{name} is a number for each channel, such as 0.485, 0.456, 0.406; “{text[:40]}” is not."
        ) from None


def show_misfits(table: tuple[Fit, ...]) -> None:
    """What is in the text and what is in the file, side by side, where they differ."""
    wrong = [fit for fit in table if not fit.fits][:SHOWN_MISFITS]
    st.dataframe(
        {
            "tensor": [fit.name for fit in wrong],
            "the text": ["missing" if fit.wanted is None else str(fit.wanted) for fit in wrong],
            "the file": ["missing" if fit.given is None else str(fit.given) for fit in wrong],
        },
        hide_index=True,
    )
