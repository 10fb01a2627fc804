"""Components that draw in the browser: a folder with real HTML, CSS and JavaScript files."""

import base64
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import streamlit as st
from PIL import Image

Message = TypeVar("Message")

JS_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
CSS_IMPORT = re.compile(r'^@import "(\.[^"]+)";\n', re.MULTILINE)
JS_NAME = re.compile(r"^(?:export )?(?:function|const|let|class) (\w+)", re.MULTILINE)


class Component(Generic[Message]):
    """A component of the browser that is drawn from messages of one type; see :func:`browser_component`."""

    def __init__(self, name: str, html: str, css: str, js: str) -> None:
        self._draw = st.components.v2.component(f"cnnviz.{name}", html=html, css=css, js=js)

    def __call__(self, key: str, data: Message, width: Any = "stretch", **callbacks: Any) -> None:
        """Draw it; ``on_<name>_change`` is called when the browser answers under that name, see :func:`answer`."""
        self._draw(key=key, data=data, width=width, **callbacks)


def browser_component(init_file: str) -> "Component[Any]":
    """Register the component whose folder ``init_file`` (a module's ``__file__``) lies in, under the folder's name.

    The folder holds ``<name>.js`` and ``<name>.css``, and ``<name>.html`` where its elements stand there from the
    start; else they are put into a ``<div class="<name>">``. An import of what is not there raises FileNotFoundError.
    The door names the type of the messages: ``_component: Component[Message] = browser_component(__file__)``.
    """
    folder = Path(init_file).parent
    name = folder.name
    html = folder / f"{name}.html"
    return Component(
        name,
        html.read_text(encoding="utf-8") if html.exists() else f'<div class="{name}"></div>',
        stylesheet(folder / f"{name}.css"),
        script(folder / f"{name}.js"),
    )


def script(entry: Path) -> str:
    """A module with every module that it imports, as the one module that Streamlit takes; imports stand before.

    The files are ordinary modules with names of their own: ``import { a, b } from "../shared/dom.js";``. What two of
    them call the same, and what a module does not have, raises ValueError: in the browser it would be a blank page.
    """
    return bundle(modules(entry))


def modules(entry: Path) -> dict[Path, str]:
    """The files of :func:`script` with their texts, in order; the lines are those of the files."""
    found: dict[Path, str] = {}
    met: set[Path] = set()

    def take(file: Path) -> None:
        if file in met:  # also where two modules import each other
            return
        met.add(file)
        text = file.read_text(encoding="utf-8")
        for names, path in JS_IMPORT.findall(text):
            other = (file.parent / path).resolve()
            take(other)
            missing = {name.strip() for name in names.split(",")} - {"", *JS_NAME.findall(other.read_text("utf-8"))}
            if missing:
                raise ValueError(f"{file} imports {', '.join(sorted(missing))} from {path}, which has no such name.")
        for line in re.findall(r"^import .*", JS_IMPORT.sub("", text), re.MULTILINE):
            raise ValueError(f'{file}: {line!r} is not read here. Write import {{ a, b }} from "./other.js";')
        found[file] = text

    take(entry.resolve())
    return found


def bundle(texts: Mapping[Path, str]) -> str:
    """Modules one behind the other, without their imports and, but for the last, their exports."""
    owners: dict[str, Path] = {}
    for file, text in texts.items():
        for name in JS_NAME.findall(text):
            if name in owners:
                raise ValueError(f"{file} and {owners[name]} both have a {name}; joined they would not run.")
            owners[name] = file
    plain = [re.sub(r"^export (?!default)", "", JS_IMPORT.sub("", text), flags=re.MULTILINE) for text in texts.values()]
    return "\n".join(plain)


def stylesheet(file: Path) -> str:
    """A style sheet with those that it imports in front of it."""
    text = file.read_text(encoding="utf-8")
    imported = [stylesheet((file.parent / path).resolve()) for path in CSS_IMPORT.findall(text)]
    return "\n".join([*imported, CSS_IMPORT.sub("", text)])


def answer(key: str, name: str) -> Any:
    """What the component ``key`` last answered under ``name``; None also where its page was left meanwhile.

    A click that was on its way when another page opened still calls its callback, and then the state is gone.
    """
    state = st.session_state.get(key)
    return None if state is None else state.get(name)


def packed(header: object, arrays: Iterable[bytes]) -> bytes:
    """A message of bytes: the length of a JSON header (four bytes, little-endian), the header, the arrays.

    The header and each array are filled up to a multiple of four; ``unpacked`` in shared/pixels.js reads it.

    >>> packed({"a": 1}, [b"12345"])
    b'\\x08\\x00\\x00\\x00{"a": 1}12345\\x00\\x00\\x00'
    """
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *(one + b"\0" * (-len(one) % 4) for one in arrays)])


def data_url(image: Image.Image, kind: str = "PNG", **settings: Any) -> str:
    """A picture as an address that a component's <img> can show; ``settings`` go to Pillow's writer of ``kind``.

    >>> data_url(Image.new("L", (1, 1)))[:25]
    'data:image/png;base64,iVB'
    """
    file = io.BytesIO()
    image.save(file, kind, **({"compress_level": 1} if kind == "PNG" else {}), **settings)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(file.getvalue()).decode("ascii")
