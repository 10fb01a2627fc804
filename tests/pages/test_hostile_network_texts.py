"""The network builder with text that means harm: the page answers in words, soon, and takes the next text."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.components.code_box import LONGEST
from cnnviz.ui.compute.builder.editor import BY_HAND, WRITE
from cnnviz.ui.compute.builder.examples import OPENING
from cnnviz.ui.compute.builder.text import TEXT
from tests.arithmetic.reader.test_hostile_text import HOSTILE
from tests.pages.strangers import broken, opened

FILE = "pages/compute/network_builder.py"
SECONDS = 3.0  # of computing, for a whole page
# As long as the box lets through: it cuts what a browser sends.
LONG = {
    "a megabyte of lines": "x = 1\n" * 170_000,
    "a megabyte in one line": "a" * 1_000_000,
    "a megabyte of emoji": "😀" * 250_000,
    "a megabyte of brackets": "(" * 1_000_000,
    "a megabyte of line ends": "\r\n" * 500_000,
    "every control character": "".join(map(chr, range(32))) * 300 + "nn.ReLU()",
    "halves of letters": "nn.ReLU()  # \ud800\udc00\udfff",
    "a name of half a letter": "class \ud800(nn.Module): pass",
}


def put(page: AppTest, text: str) -> AppTest:
    page.session_state[TEXT] = text[:LONGEST]
    return page.run()


def test_every_hostile_text_is_answered_in_words_and_the_page_goes_on() -> None:
    page = opened(FILE)
    for name, text in {**HOSTILE, **LONG}.items():
        began = time.process_time()
        put(page, text)
        assert not broken(page), name
        assert page.error, f"nothing is said to {name}"
        assert time.process_time() - began < SECONDS, name
    put(page, OPENING.text)
    assert not page.error


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_can_be_left_for_the_other_way_and_come_back_to(name: str) -> None:
    page = put(opened(FILE), LONG[name])
    for way in (BY_HAND, WRITE):
        page.segmented_control(key="network_way").set_value(way).run()
        assert not broken(page)
