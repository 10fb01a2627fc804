"""The canary for a new Streamlit: every name of its inside that is used is there, and what leans on it is called.

Whoever raises the version reads here what has gone. `cnnviz/ui/server/` is the one place that knows the inside.
"""

import ast
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from cnnviz.ui.server.streamlit_names import USED, are_here
from cnnviz.ui.server.streamlit_script_run import is_any_page_computed, is_fragment_run, is_page_run
from tests.browser.running_app import ROOT, end
from tests.ui.one_page import APP, Process, run_the_page, text_of

FOLDER = ROOT / "cnnviz" / "ui" / "server"
INSIDE = sorted(FOLDER.glob("streamlit_*.py"))
OUTSIDE = sorted([ROOT / "app.py", *{*(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").rglob("*.py")} - {*INSIDE}])
# What Streamlit documents, beside `streamlit` itself.
PUBLIC = {
    "streamlit.components.v2.types",
    "streamlit.delta_generator",
    "streamlit.errors",
    "streamlit.typing",
}


def imports_of(path: Path) -> Iterator[str]:
    """Everything of Streamlit that a file imports, also for types only, as "module:name"; "module:" for a whole one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "streamlit":
            yield from (f"streamlit.{name.name}:" for name in node.names)  # as the module `streamlit.runtime`
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("streamlit."):
            yield from (f"{node.module}:{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (f"{name.name}:" for name in node.names if name.name.split(".")[0] == "streamlit")


# --- the names ---


def test_the_rest_of_the_app_knows_only_what_streamlit_documents() -> None:
    for path in OUTSIDE:
        used = {name.partition(":")[0] for name in imports_of(path)}
        assert used <= PUBLIC | {"streamlit"}, f"{path}: this belongs into {FOLDER}"


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.stem)
def test_each_file_says_for_which_version_it_was_made_and_what_is_lost_without_it(path: Path) -> None:
    said = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
    assert "Streamlit 1.67" in said
    assert "without" in said.lower()


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.stem)
def test_every_name_that_is_imported_and_every_private_one_is_looked_for_at_the_start(path: Path) -> None:
    import_module(f"cnnviz.ui.server.{path.stem}")
    text = path.read_text(encoding="utf-8")
    for name in set(imports_of(path)) - {"streamlit:", "streamlit.typing:UploadedFile"}:
        in_types = f"if TYPE_CHECKING:\n    from {name.partition(':')[0]}" in text
        assert in_types or any(used.startswith(name) for used in USED), f"{path.stem} does not look for {name}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            assert any(used.endswith(f".{node.attr}") for used in USED), f"{path.stem} does not look for {node.attr}"


def test_every_name_is_there() -> None:
    for path in INSIDE:
        import_module(f"cnnviz.ui.server.{path.stem}")
    assert len(USED) > 20
    for name, lost in USED.items():
        assert are_here(lost, name)


def test_a_name_that_is_missing_is_told_in_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    missing = ("streamlit.runtime:Runtime.gone", "streamlit.gone:Anything", 'streamlit.runtime:"gone"')
    assert not are_here("a thing", "streamlit.runtime:get_instance", *missing)
    for name in missing:
        del USED[name]
    (record,) = caplog.records
    what = " and ".join(missing)
    assert record.getMessage() == f"Streamlit {st.__version__} has no {what}, so cnnviz goes without this: a thing."


WITHOUT_ANY_NAME = f"""
from cnnviz.ui.server import streamlit_names
streamlit_names._is_here = lambda name: False
import cnnviz.ui.page.visit, cnnviz.ui.server.streamlit_visitor
{APP}
"""


def test_a_streamlit_without_any_of_them_still_serves_pages_and_the_log_says_what_is_lost(tmp_path: Path) -> None:
    process = Process(tmp_path, WITHOUT_ANY_NAME)
    try:
        with process.visit() as socket:
            run_the_page(socket, 0)
            session = run_the_page(socket, 0).new_session.initialize.session_id
        with process.visit(session) as socket:
            run_the_page(socket, 0)
        time.sleep(1.0)  # it tidies up meanwhile
    finally:
        end(process.process)
    log = process.log.read_text()
    assert log.count("so cnnviz goes without this: ") == len(INSIDE) - 1, log  # each of the others, once
    assert "Traceback" not in log


# --- what leans on them is really called ---


LEANING = """
import time
import streamlit as st
from cnnviz.ui.page.failure import draw_failure
from cnnviz.ui.process.lifespan import lifespan
from cnnviz.ui.process.middleware import MIDDLEWARE
from cnnviz.ui.server.streamlit_script_run import is_any_page_computed, is_fragment_run, is_page_run

@st.fragment
def part():
    st.text(f"runs: {is_page_run()} {is_fragment_run()} {is_any_page_computed()}")

@st.fragment
def broken_part():
    st.write("a part begun")
    time.sleep(1)
    raise KeyError("ours")

def first():
    part()
    if "break" in st.query_params:
        broken_part()
    st.write("first begun")
    time.sleep(float(st.query_params.get("seconds", 0)))
    st.write("first done")

def second():
    st.write("second begun")
    st.write("second done")

if __name__ == "__main__":
    st.navigation([st.Page(first, default=True), st.Page(second)]).run()
else:
    app = st.App(__file__, lifespan=lifespan, middleware=MIDDLEWARE, on_script_error=draw_failure)
"""


@pytest.fixture
def leaning(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path, LEANING)
    yield process
    end(process.process)


def request(socket: ClientConnection, query: str = "", page: str = "", fragment: str = "") -> None:
    """As a browser asks for a page, by the number of its script, or for a part of it."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_script_hash = page
    message.rerun_script.fragment_id = fragment
    socket.send(message.SerializeToString())


def received(socket: ClientConnection, last: str = "") -> list[ForwardMsg]:
    """All messages up to the end of a run, of the one that draws this text."""
    messages = [ForwardMsg.FromString(socket.recv(timeout=20))]
    while last not in ["", *map(text_of, messages)] or messages[-1].WhichOneof("type") != "script_finished":
        messages.append(ForwardMsg.FromString(socket.recv(timeout=20)))
    return messages


def pages_of(messages: list[ForwardMsg]) -> dict[str, str]:
    """The numbers of the pages' scripts, by the pages' names."""
    (pages,) = [one.navigation.app_pages for one in messages if one.WhichOneof("type") == "navigation"][:1]
    return {page.url_pathname or page.page_name: page.page_script_hash for page in pages}


def texts(messages: list[ForwardMsg]) -> list[str]:
    return [message.delta.new_element.text.body for message in messages if message.delta.new_element.text.body]


def test_a_test_is_no_run_of_a_page() -> None:
    assert not is_page_run()
    assert not is_fragment_run()
    assert not is_any_page_computed()


def test_a_part_that_is_drawn_by_itself_knows_it_and_a_click_on_a_left_page_is_passed_over(leaning: Process) -> None:
    with leaning.visit() as socket:
        request(socket)
        messages = received(socket, "first done")
        assert texts(messages) == ["runs: True False True"]
        pages = pages_of(messages)
        old, new = (next(number for name, number in pages.items() if word in name.lower()) for word in ("first", "sec"))
        part = next(one.delta.fragment_id for one in messages if one.delta.fragment_id)
        request(socket, page=old, fragment=part)
        assert texts(received(socket)) == ["runs: True True True"]
        # While the old page is being computed a link is followed, and a part of the old page is clicked on once more.
        request(socket, "seconds=1", old)
        while text_of(ForwardMsg.FromString(socket.recv(timeout=20))) != "first begun":
            pass
        request(socket, page=new)
        request(socket, page=old, fragment=part)
        messages = received(socket, "second done")
        request(socket, page=new)
        messages += received(socket, "second done")
        assert [text_of(one) for one in messages if text_of(one)] == 2 * ["second begun", "second done"]


def test_a_click_that_comes_while_a_part_breaks_is_heard_and_the_failure_stands_in_the_log_once(
    leaning: Process,
) -> None:
    with leaning.visit() as socket:
        request(socket, "break=1")
        while text_of(ForwardMsg.FromString(socket.recv(timeout=20))) != "a part begun":
            pass
        request(socket)
        received(socket, "first done")
    log = leaning.log.read_text()
    assert log.count("A page broke off [") == 1
    assert log.count("Traceback") == 1
    assert "control-flow exception" not in log


def test_a_file_that_waits_is_counted_and_one_that_was_read_is_let_go_of(tmp_path: Path) -> None:
    process = Process(tmp_path)
    try:
        with process.visit() as socket:
            run_the_page(socket, 0, "&with=files")
            messages = received(socket)
    finally:
        end(process.process)
    assert texts(messages) == ["True 2000000", "True 1000000"]
