"""Numbers and texts at every limit and beyond it: a page answers in words, and never breaks."""

import random
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.strangers import LESSONS, NOT_NUMBERS, SMALL, TEXTS, broken, opened

STEPS = 10  # of a walk over the widgets of one page
NUMBERS = ("number_input", "slider")
SWITCHES = ("number_input", "slider", "text_area", "text_input", "segmented_control", "pills", "toggle", "button")
# What takes a minute by design, and what leads to another page, which is not there in these tests.
LONG = ("SqueezeNet 1.1", "VGG-16", "AlexNet", "ResNet-18", "ResNet-50", "Finest")
IN_A_FORM = "own_"  # these fields say nothing before their form is sent: see test_own_network
ELSEWHERE = ("whole_neuron", "class_attribution", "why_train", "neuron", "seek_start")


def beyond(widget: Any) -> list[float]:
    """The limits of a field or a slider, one step beyond each, and what no field can hold."""
    low, high, step = widget.proto.min, widget.proto.max, widget.proto.step or 1
    return [low, high, low - step, high + step, (low + high) / 2 + step / 3, 0, 1e300]


def put(widget: Any, value: Any) -> None:
    """Type a number as the widget takes it: whole ones into fields of whole numbers."""
    whole = isinstance(widget.value, int)
    widget.set_value(int(max(min(value, 2**53), -(2**53))) if whole and isinstance(value, float | int) else value)


@pytest.mark.parametrize("file", LESSONS)
def test_numbers_and_texts_at_every_limit_and_beyond_break_no_page(file: str) -> None:
    page = opened(file, SMALL)
    for kind, count in ((kind, len(getattr(page, kind))) for kind in (*NUMBERS, "text_area", "text_input")):
        for place in range(count):
            for value in beyond(getattr(page, kind)[place]) if kind in NUMBERS else TEXTS:
                widgets = getattr(page, kind)
                if place >= len(widgets) or widgets[place].disabled:
                    break  # what was typed before has taken it off the page
                key = widgets[place].key
                put(widgets[place], value)
                page.run()
                assert not broken(page), f"{key} = {str(value)[:60]!r}"
                said = value not in NOT_NUMBERS or page.error or key.startswith(IN_A_FORM)
                assert said, f"{key} says nothing to {value[:60]!r}"
            page = opened(file, SMALL)


def takes_part(widget: Any) -> bool:
    return not widget.disabled and widget.key not in ELSEWHERE


def take_step(page: AppTest, dice: random.Random) -> str:
    """Use one of the page's widgets, anyhow; what was done."""
    widget = dice.choice([widget for kind in SWITCHES for widget in getattr(page, kind) if takes_part(widget)])
    value: Any = None
    match widget.type:
        case "button":
            widget.click()
        case "number_input" | "slider":
            value = dice.choice([*beyond(widget), 1.0, 2.0, 3.0, 7.0])
            put(widget, value)
        case "text_area" | "text_input":
            value = dice.choice(TEXTS)
            widget.set_value(value)
        case "toggle":
            value = not widget.value
            widget.set_value(value)
        case _:
            value = dice.choice([option for option in widget.options if option not in LONG] or widget.options)
            widget.set_value(value)
    page.run()
    return f"{widget.type} {widget.key} = {str(value)[:40]!r}"


@pytest.mark.parametrize("file", LESSONS)
def test_no_walk_over_the_widgets_of_a_page_breaks_it(file: str) -> None:
    dice = random.Random(file)
    page = opened(file, SMALL)
    walked: list[str] = []
    for _ in range(STEPS):
        walked.append(take_step(page, dice))
        assert not broken(page), walked
