"""Components that draw in the browser: a folder with a page's worth of real HTML, CSS and JavaScript files."""

import base64
import io
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image
from streamlit.components.v2.types import ComponentRenderer


def browser_component(init_file: str, *scripts: str) -> ComponentRenderer:
    """Register the component whose folder ``init_file`` (a module's ``__file__``) lies in, under the folder's name.

    It takes ``<name>.html`` and ``<name>.css`` where they are there. A component's script is a single module that
    cannot import its neighbours, so ``scripts`` are joined in the order given, ``<name>.js`` always last.
    """
    folder = Path(init_file).parent
    name = folder.name

    def text(file: str) -> str | None:
        path = folder / file
        return path.read_text(encoding="utf-8") if path.exists() else None

    script = "\n".join((folder / file).read_text(encoding="utf-8") for file in (*scripts, f"{name}.js"))
    return st.components.v2.component(f"cnnviz.{name}", html=text(f"{name}.html"), css=text(f"{name}.css"), js=script)


def data_url(image: Image.Image, kind: str = "PNG", **settings: Any) -> str:
    """A picture as an address that a component's <img> can show; ``settings`` go to Pillow's writer of ``kind``.

    >>> data_url(Image.new("L", (1, 1)))[:25]
    'data:image/png;base64,iVB'
    """
    file = io.BytesIO()
    image.save(file, kind, **({"compress_level": 1} if kind == "PNG" else {}), **settings)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(file.getvalue()).decode("ascii")
