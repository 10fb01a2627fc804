"""What a text leaves open: a box for each value, a list of its networks, and what is said beside the table."""

from typing import Any

import streamlit as st

from cnnviz.arithmetic.network import Network
from cnnviz.ui.compute.builder.by_hand import read_setting, setting_text
from cnnviz.ui.compute.builder.reading import Answers, Reading
from cnnviz.ui.page.plain_text import as_plain_text

ANSWERS = "network_answers"  # name -> value, as far as the visitor has said them
CHOICE = "network_choice"


def answers() -> Answers:
    """The values that the visitor has said for names that texts leave open."""
    said: dict[str, Any] = st.session_state.setdefault(ANSWERS, {})
    return tuple(sorted(said.items()))


def choice() -> str:
    """The network of the text that the visitor has chosen; "" for its last."""
    return str(st.session_state.get(CHOICE) or "")


def read_answer(text: str) -> Any:
    """What was typed for a name: a number, several, yes or no, or a word.

    >>> read_answer("10"), read_answer("true"), read_answer("relu")
    (10, True, 'relu')
    """
    words = text.strip()
    if words.lower() in ("true", "false"):
        return words.lower() == "true"
    value = read_setting(words)
    return words[:100] if isinstance(value, str) else value


def ask(reading: Reading) -> None:
    """Draw a small box for each value that the text leaves open, with the one it was read with in it."""
    if not reading.asked:
        return
    st.caption("The text does not say these values; it is read with:")
    with st.container(horizontal=True, gap="small"):
        for name, value in reading.asked:
            key = f"network_answer_{name}"

            def take(name: str = name, key: str = key) -> None:
                st.session_state[ANSWERS][name] = read_answer(str(st.session_state[key]))

            st.text_input(as_plain_text(name), setting_text(value), key=key, on_change=take, width=140)


def choose_network(network: Network | None) -> None:
    """Draw the list of networks where a text has several."""
    if network is None or len(network.choices) < 2:
        return
    st.selectbox("Which of the networks", network.choices, network.choices.index(network.choice), key=CHOICE)


def show_notes(network: Network) -> None:
    """What runs, and still is hardly meant so."""
    for note in network.notes:
        st.markdown(f":material/lightbulb: {as_plain_text(note)}")
    if network.frozen_params:
        left = network.num_params - network.frozen_params
        st.markdown(f"Training changes **{left:,}** of {network.num_params:,} parameters; the others stay as they are.")
