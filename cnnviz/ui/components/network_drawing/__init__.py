"""A network drawn: boxes to scale with bars of where everything sits, and the table. Pointing links the two.

Python sends every word and number once; the browser lights up what is pointed at without asking back.
"""

from collections.abc import Callable
from typing import Literal, TypedDict

from cnnviz.ui.component import Component, answer, browser_component
from cnnviz.ui.components.network_drawing.script import Script, by, network_script, settings_words

__all__ = ["Script", "by", "diagram", "network_script", "settings_words", "table"]


class Message(Script):
    """A network in one of its two drawings; those of a `group` are linked. `reveal` is a row to scroll to."""

    part: Literal["diagram", "table"]
    label: str
    legend: str
    hint: str
    reveal: int | None
    group: str
    chosen: int | None


class Answers(TypedDict):
    """The place of the layer that was clicked."""

    layer: int


_component: Component[Message] = browser_component(__file__)

LEGEND = "Height and depth: rows and columns, to scale. Width: channels, logarithmic. Orange edge: has weights."
HINT = "Point at a box; click to choose it."


def diagram(script: Script, key: str, *, chosen: int | None, on_choose: Callable[[int], None]) -> None:
    """Draw the boxes and the bars of :func:`network_script`; ``on_choose`` is called with the place of a layer."""
    layers = script["layers"]
    names = ", ".join(layer["name"] for layer in layers[:40])
    label = f"{len(layers)} layers from the input on: {names}. Arrow keys go from one to the next, Enter chooses."
    draw(
        {
            **script,
            "part": "diagram",
            "legend": LEGEND,
            "hint": HINT,
            "label": label,
            "reveal": None,
            "group": "network",
            "chosen": chosen,
        },
        key,
        on_choose,
    )


def table(
    script: Script, key: str, *, chosen: int | None, on_choose: Callable[[int], None], reveal: int | None = None
) -> None:
    """Draw the rows of :func:`network_script` with their sums; ``on_choose`` as for the diagram.

    ``reveal`` is the place of a row that is scrolled into sight, when it was not the last time.
    """
    draw(
        {
            **script,
            "part": "table",
            "legend": "",
            "hint": "",
            "label": "The layers with their numbers",
            "reveal": reveal,
            "group": "network",
            "chosen": chosen,
        },
        key,
        on_choose,
    )


def draw(data: Message, key: str, on_choose: Callable[[int], None]) -> None:
    """One instance of the component; all of one page belong together."""

    def tell_choice() -> None:
        layer = answer(key, "layer")
        if isinstance(layer, int | float) and 0 <= int(layer) < len(data["layers"]):
            on_choose(int(layer))

    _component(key=key, data=data, on_layer_change=tell_choice)
