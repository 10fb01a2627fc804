"""Which clicks are passed over: those on a part of a page that another page was asked for after, and no others."""

from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState

from cnnviz.ui.server.streamlit_left_page import _guarded


class Session:
    """What the guard asks a session: the page of its latest run."""

    def __init__(self) -> None:
        self.page_script_hash = ""


def heard(*steps: str) -> list[str]:
    """Of these steps the clicks that come through.

    "one" asks for the page of that name, "part of one" for a part of it, "draws one" begins a run, as after a request
    or because the page that ran has switched to it; "reload" asks for what was there before.
    """
    session: Any = Session()
    passed: list[str] = []

    def request_rerun(_session: Any, _request: ClientState | None) -> None:
        passed.append(step)

    guarded = _guarded(request_rerun)
    for step in steps:
        page = step.split()[-1]
        if step.startswith("draws"):
            session.page_script_hash = page
        elif step == "reload":
            guarded(session, None)
        else:
            part = "a part" if step.startswith("part") else ""
            guarded(session, ClientState(page_script_hash=page.replace("unnamed", ""), fragment_id=part))
    return passed


@pytest.mark.parametrize(
    ("steps", "passed_over"),
    [
        (["one", "draws one", "part of one", "part of one"], 0),
        (["one", "draws one", "two", "part of one"], 1),  # while the server is slow
        (["one", "draws one", "two", "draws two", "part of one"], 1),
        (["one", "draws one", "two", "draws two", "part of two"], 0),
        (["one", "draws one", "two", "draws two", "part of two", "draws one", "part of one"], 0),  # a part switches
        (["one", "draws one", "two", "draws two", "two", "draws one", "part of one"], 0),  # a page switches
        (["one", "draws one", "two", "one", "part of one"], 0),  # back at once
        (["unnamed", "part of one", "draws one", "part of one"], 0),  # opened by a link
        (["unnamed", "draws one", "two", "part of one"], 1),
        (["one", "draws one", "reload", "part of one"], 0),
    ],
)
def test_only_clicks_on_a_page_that_is_left_are_passed_over(steps: list[str], passed_over: int) -> None:
    asked = [step for step in steps if not step.startswith("draws")]
    assert heard(*steps) == asked[: len(asked) - passed_over]
