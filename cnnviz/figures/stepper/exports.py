"""What can be saved of a walk: this step as a picture, the whole as an animation, the derivation, the code."""

import io
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from cnnviz.figures.stepper.animation import TooLargeError, walk_gif, walk_webp
from cnnviz.figures.stepper.markdown import step_markdown
from cnnviz.figures.stepper.parts import Script
from cnnviz.figures.stepper.pixels import step_image
from cnnviz.figures.stepper.runnable import pytorch_script
from cnnviz.figures.stepper.svg import step_svg

MAX_FRAMES = 400
_turn = threading.Lock()  # one animation at a time: each takes a few hundred megabytes while it is made


class ExportError(ValueError):
    """Something that cannot be saved; its text is one sentence for the person who asked."""


@dataclass(frozen=True)
class Export:
    """A file: its name, its MIME type, its bytes."""

    name: str
    mime: str
    data: bytes


def step_png(script: Script, index: int, dark: bool) -> bytes:
    """The picture of one step as PNG."""
    file = io.BytesIO()
    step_image(script, index, dark=dark).save(file, "PNG")
    return file.getvalue()


# kind -> (ending, MIME type, how it is made from script, step and whether it is dark)
KINDS: dict[str, tuple[str, str, Callable[[Script, int, bool], bytes]]] = {
    "svg": ("svg", "image/svg+xml", lambda script, index, dark: step_svg(script, index, dark=dark).encode()),
    "png": ("png", "image/png", step_png),
    "gif": ("gif", "image/gif", lambda script, _, dark: walk_gif(script, dark=dark)),
    "webp": ("webp", "image/webp", lambda script, _, dark: walk_webp(script, dark=dark)),
    "markdown": ("md", "text/markdown", lambda script, index, _: step_markdown(script, index).encode()),
    "pytorch": ("py", "text/x-python", lambda script, *_: pytorch_script(script).encode()),
}
OF_THE_WALK = ("gif", "webp", "pytorch")


def export(script: Script, kind: str, step: int, *, dark: bool = False) -> Export:
    """One file of a walk. ``kind`` is a key of ``KINDS``, ``step`` is counted from 0.

    Raises ``ExportError`` where a walk is too long, or its frames too large, for an animation.
    """
    ending, mime, make = KINDS[kind]
    if kind in ("gif", "webp") and len(script["steps"]) > MAX_FRAMES:
        raise ExportError(
            f"This walk has {len(script['steps'])} steps, and an animation at most {MAX_FRAMES}: "
            "use fewer filters, a smaller input or a larger stride, or save single steps."
        )
    which = "" if kind in OF_THE_WALK else f"-step-{step + 1}"
    try:
        with _turn if kind in ("gif", "webp") else nullcontext():
            data = make(script, step, dark)
    except TooLargeError as problem:
        raise ExportError(
            f"The {len(script['steps'])} pictures of this walk are too large for one {ending.upper()}: "
            "use fewer filters, a smaller input or a larger stride, or save single steps."
        ) from problem
    return Export(f"cnnviz-{script['kind']}{which}.{ending}", mime, data)
