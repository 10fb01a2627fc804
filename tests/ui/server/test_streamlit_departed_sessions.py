"""Visitors who left: their pictures and files leave the memory, also while nobody comes after them."""

import time
from pathlib import Path

from tests.browser.running_app import end
from tests.ui.one_page import Process, run_the_page


def wait_until_it_has_left(process: Process) -> None:
    deadline = time.monotonic() + 15
    while "The picture has left." not in process.log.read_text() or "UploadedFileManager" in process.metrics():
        assert time.monotonic() < deadline, process.log.read_text() + process.metrics()
        time.sleep(0.1)


def test_the_last_visitor_s_picture_and_file_leave_though_nobody_comes_after(tmp_path: Path) -> None:
    process = Process(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1")
    try:
        with process.visit() as socket:
            run_the_page(socket, 0, "&with=picture")
            assert 'cache_type="UploadedFileManager"' in process.metrics()
        wait_until_it_has_left(process)
        with process.visit() as socket:
            run_the_page(socket, 0)
    finally:
        end(process.process)
    assert "Traceback" not in process.log.read_text()


def test_they_leave_also_while_somebody_else_sits_before_an_open_page_and_that_one_goes_on(tmp_path: Path) -> None:
    process = Process(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1")
    try:
        with process.visit() as other:
            run_the_page(other, 0)
            with process.visit() as socket:
                run_the_page(socket, 0, "&with=picture")
            wait_until_it_has_left(process)
            run_the_page(other, 0)
    finally:
        end(process.process)


def test_who_comes_back_in_time_finds_everything(tmp_path: Path) -> None:
    process = Process(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="60")
    try:
        with process.visit() as socket:
            session = run_the_page(socket, 0, "&with=picture").new_session.initialize.session_id
        time.sleep(2)  # it has been tidied up several times meanwhile
        with process.visit(session) as socket:
            again = run_the_page(socket, 0)
            assert again.new_session.initialize.session_id == session
            assert "UploadedFileManager" in process.metrics()
    finally:
        end(process.process)
    assert "The picture has left." not in process.log.read_text()
