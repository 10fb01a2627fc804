"""Components that draw in the browser: a folder with a page's worth of real HTML, CSS and JavaScript files."""

import base64
import io
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image
from streamlit.components.v2.types import ComponentRenderer


def browser_component(init_file: str, *parts: str) -> ComponentRenderer:
    """Register the component whose folder ``init_file`` (a module's ``__file__``) lies in, under the folder's name.

    It takes ``<name>.html`` and ``<name>.css`` where they are there. A component's script is a single module that
    cannot import its neighbours, so the ``parts`` that end in ``.js`` are joined in the order given, ``<name>.js``
    always last; those that end in ``.css`` follow ``<name>.css``.
    """
    folder = Path(init_file).parent
    name = folder.name

    def joined(files: list[str]) -> str | None:
        texts = [(folder / file).read_text(encoding="utf-8") for file in files if (folder / file).exists()]
        return "\n".join(texts) or None

    return st.components.v2.component(
        f"cnnviz.{name}",
        html=joined([f"{name}.html"]),
        css=joined([f"{name}.css", *(part for part in parts if part.endswith(".css"))]),
        js=joined([*(part for part in parts if part.endswith(".js")), f"{name}.js"]),
    )


def told(key: str, name: str) -> Any:
    """What the component ``key`` last told under ``name``; None also where its page was left meanwhile.

    A click that was on its way when another page opened still calls its callback, and then the state is gone.
    """
    state = st.session_state.get(key)
    return None if state is None else state.get(name)


def data_url(image: Image.Image, kind: str = "PNG", **settings: Any) -> str:
    """A picture as an address that a component's <img> can show; ``settings`` go to Pillow's writer of ``kind``.

    >>> data_url(Image.new("L", (1, 1)))[:25]
    'data:image/png;base64,iVB'
    """
    file = io.BytesIO()
    image.save(file, kind, **({"compress_level": 1} if kind == "PNG" else {}), **settings)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(file.getvalue()).decode("ascii")
