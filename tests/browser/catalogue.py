"""The catalogue of components: each with its example states, by itself. Run by ``make component NAME=stepper``.

Without a NAME it shows a list of all. A file that is saved is read again; the page follows.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[2]
COMPONENTS = {
    path.parent.name: ".".join(path.parent.relative_to(ROOT).parts)
    for path in sorted((ROOT / "cnnviz" / "ui").glob("*/*/*.js"))
    if path.stem == path.parent.name
}
WAY = '<a href="?component={name}&embed_options={theme}_theme" target="_self">{theme}</a>'


def examples_of(name: str) -> dict[str, Callable[[str], None]]:
    """The example states of a component, with its files as they are now."""
    door = importlib.import_module(COMPONENTS[name])
    importlib.reload(door)
    examples = importlib.reload(importlib.import_module(f"{COMPONENTS[name]}.examples"))
    return examples.EXAMPLES


def show(name: str) -> None:
    """A component with all its example states, or with the one that the address names."""
    st.title(name, anchor=False)
    wanted = st.query_params.get("example")
    for number, (title, draw) in enumerate(examples_of(name).items()):
        if wanted in (None, title):
            st.caption(title)
            draw(f"{name}_{number}")


def show_list() -> None:
    """Every component, as a way to its examples."""
    st.title("Components", anchor=False)
    for name in COMPONENTS:
        st.html(" ".join([f"<b>{name}</b>", *(WAY.format(name=name, theme=theme) for theme in ("light", "dark"))]))


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    asked = st.query_params.get("component") or "".join(sys.argv[1:2])
    if asked in COMPONENTS:
        show(asked)
    else:
        if asked:
            st.error(f"There is no component {asked}; these are there:")
        show_list()
