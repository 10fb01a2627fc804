"""A network drawn: boxes to scale with bars of where everything sits, and the table. Pointing links the two.

Python sends every word and number once; the browser lights up what is pointed at without asking back.
"""

from collections.abc import Callable
from typing import Any, Literal

from cnnviz.ui.component import browser_component, told
from cnnviz.ui.components.network_drawing.script import by, network_script, settings_words

__all__ = ["by", "diagram", "network_script", "settings_words", "table"]


_component = browser_component(__file__, "linked.js", "diagram.js", "strips.js", "table.js")

LEGEND = "Height and depth: rows and columns, to scale. Width: channels, logarithmic. Orange edge: has weights."
HINT = "Point at a box; click to choose it."


def diagram(script: dict[str, Any], key: str, *, chosen: int | None, on_choose: Callable[[int], None]) -> None:
    """Draw the boxes and the bars of :func:`network_script`; ``on_choose`` is called with the place of a layer."""
    layers = script["layers"]
    names = ", ".join(layer["name"] for layer in layers[:40])
    label = f"{len(layers)} layers from the input on: {names}. Arrow keys go from one to the next, Enter chooses."
    draw("diagram", {**script, "legend": LEGEND, "hint": HINT, "label": label}, key, chosen, on_choose)


def table(
    script: dict[str, Any], key: str, *, chosen: int | None, on_choose: Callable[[int], None], reveal: int | None = None
) -> None:
    """Draw the rows of :func:`network_script` with their sums; ``on_choose`` as for the diagram.

    ``reveal`` is the place of a row that is scrolled into sight, when it was not the last time.
    """
    draw("table", {**script, "label": "The layers with their numbers", "reveal": reveal}, key, chosen, on_choose)


def draw(
    part: Literal["diagram", "table"],
    data: dict[str, Any],
    key: str,
    chosen: int | None,
    on_choose: Callable[[int], None],
) -> None:
    """One instance of the component; all of one page belong together."""

    def tell_choice() -> None:
        layer = told(key, "layer")
        if isinstance(layer, int | float) and 0 <= int(layer) < len(data["layers"]):
            on_choose(int(layer))

    _component(key=key, data={**data, "part": part, "group": "network", "chosen": chosen}, on_layer_change=tell_choice)
