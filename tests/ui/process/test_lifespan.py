"""What is done once, when the server starts."""

import logging
from pathlib import Path

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cnnviz.ui.process.lifespan import list_pages_in_app, log_as_streamlit_does
from tests.browser.running_app import end
from tests.ui.one_page import Process, text_of

TWO_PAGES = """
import streamlit as st
from cnnviz.ui.process.lifespan import lifespan

if __name__ == "__main__":
    st.navigation([st.Page("pages/learn/first.py"), st.Page("pages/learn/second.py")]).run()
else:
    app = st.App(__file__, lifespan=lifespan)
"""


def test_the_first_visitor_of_a_fresh_server_may_open_a_link_to_any_page(tmp_path: Path) -> None:
    (tmp_path / "pages" / "learn").mkdir(parents=True)
    for name in ("first", "second"):
        (tmp_path / "pages" / "learn" / f"{name}.py").write_text(f"import streamlit as st\nst.write('{name} done')\n")
    process = Process(tmp_path, TWO_PAGES)
    try:
        with process.visit() as socket:
            message = BackMsg()
            message.rerun_script.page_name = "second"
            socket.send(message.SerializeToString())
            messages = [ForwardMsg.FromString(socket.recv(timeout=20))]
            while messages[-1].WhichOneof("type") != "script_finished":
                messages.append(ForwardMsg.FromString(socket.recv(timeout=20)))
    finally:
        end(process.process)
    assert "page_not_found" not in [one.WhichOneof("type") for one in messages]
    assert "second done" in map(text_of, messages)
    assert "missing ScriptRunContext" not in process.log.read_text()


def test_what_is_logged_stays_as_it_was_set() -> None:
    logging.disable(logging.INFO)
    list_pages_in_app()
    assert logging.root.manager.disable == logging.INFO
    logging.disable(logging.NOTSET)


def test_what_the_app_logs_has_the_form_of_streamlit_s_lines_and_stands_there_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("cnnviz")
    monkeypatch.setattr(log, "handlers", [])
    monkeypatch.setattr(log, "propagate", True)
    monkeypatch.setattr(st, "get_option", {"logger.messageFormat": "at noon: %(message)s"}.__getitem__)
    for _ in range(2):
        log_as_streamlit_does()
    logging.getLogger("cnnviz.ui.page.failure").warning("a sentence")
    assert capsys.readouterr().err == "at noon: a sentence\n"
