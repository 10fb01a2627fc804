"""Several processes behind the shipped nginx, as a class meets them: in a browser, also when one of them dies."""

import contextlib
import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

import app
from cnnviz.gallery import GALLERY, photograph_folder
from cnnviz.ui.process.graceful_end import ENDS_WITHIN
from tests.browser.screenshots import settle
from tests.browser.uploading import upload
from tests.deploy.conftest import Deployed, direct, route_of

PHOTO = photograph_folder() / GALLERY["rocket"].file
ANOTHER = photograph_folder() / GALLERY["coffee"].file
PAGES = ["", *(Path(file).stem for lessons in app.CHAPTERS.values() for file, *_ in lessons)]
STUDENTS = 300


def upload_and_see(page: Page, file: Path) -> None:
    upload(page, file)
    sees(page, file.name)


def sees(page: Page, name: str) -> None:
    settle(page)
    thumbnail = page.get_by_alt_text(f"The picture you chose, {name}.")
    assert thumbnail.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_every_page_opens_and_the_policy_forbids_none_of_it(deployed: Deployed, context: BrowserContext) -> None:
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{deployed.address}/{name}")
        settle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    page.goto(f"{deployed.address}/architectures")
    page.get_by_role("tab", name="State of the art").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()  # the one part that others wrote


def test_a_browser_sends_a_picture_and_stays_with_one_process(deployed: Deployed, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{deployed.address}/feature_maps")
    settle(page)
    upload_and_see(page, PHOTO)
    canvas = page.locator(".mosaic canvas").first
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    upload_and_see(page, ANOTHER)
    drawn = "before => document.querySelector('.mosaic canvas')?.toDataURL() !== before"
    page.wait_for_function(drawn, arg=before)
    page.close()  # an open web socket is not in the log yet
    process = deployed.process_of(context)
    for words in ("GET /_stcore/stream", "PUT /_stcore/upload_file/", "GET /media/"):
        assert deployed.requests_of(context, words)
    answered = {request.processes for request in deployed.requests_of(context, "") if request.processes}
    assert answered == {(process,)}


def test_a_photo_is_taken_with_the_camera(deployed: Deployed, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{deployed.address}/feature_maps")
    settle(page)
    page.get_by_role("button", name="Change picture").click()
    page.get_by_text("Take a photo with the camera").click()
    # before the camera shows something a click takes nothing
    page.wait_for_function("() => document.querySelector('video')?.videoWidth > 0")
    page.get_by_role("button", name="Take Photo").click()
    sees(page, "Camera photo")


def test_fresh_browsers_get_routes_of_their_own_and_use_both_processes(deployed: Deployed, browser: Browser) -> None:
    routes, processes = set(), set()
    for _ in range(24):
        fresh = browser.new_context()
        processes.add(deployed.process_of(fresh))
        routes.add(route_of(fresh, deployed.address))
        fresh.close()
    assert len(routes) == 24
    assert processes == set(deployed.processes)


def test_a_class_behind_one_address_is_let_in(deployed: Deployed) -> None:
    address, session = deployed.address, direct()
    with contextlib.ExitStack() as open_sockets:
        for _ in range(STUDENTS):
            url = address.replace("http", "ws") + "/_stcore/stream"
            socket = connect(url, origin=Origin(address), subprotocols=[Subprotocol("streamlit")], proxy=None)
            open_sockets.enter_context(socket)
        file = session.get(f"{address}/").text.split('src="./static/')[1].split('"')[0]
        for _ in range(STUDENTS):
            assert session.head(f"{address}/static/{file}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "_stcore/metrics",
        "_stcore/agent/mcp",
        "_stcore/agent/openapi.json",
        "_stcore/agent/interact",
        "_stcore/script-health-check",
        "_stcore/bidi-components/any/file.js",
        "component/any/index.html",
        "auth/login",
        "oauth2callback",
        "//_stcore/metrics",
        "convolution/../_stcore/metrics",
        "%5fstcore/metrics",
        "_stcore%2fmetrics",
    ],
)
def test_what_nobody_needs_from_outside_is_closed(deployed: Deployed, path: str) -> None:
    host = urlsplit(deployed.address).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", f"/{path}")  # as it stands, without a client's tidying up
    answer = connection.getresponse()
    assert answer.status == 404
    route = answer.headers["Set-Cookie"].partition("=")[2][:32]
    (request,) = deployed.proxy.requests(route, "GET")
    assert request.processes == ()


def test_pages_are_only_read(deployed: Deployed) -> None:
    assert direct().post(deployed.address, data=b"any").status_code == 403
    assert direct().delete(f"{deployed.address}/media/any.png").status_code == 403


def test_every_answer_says_what_a_page_may_do(deployed: Deployed) -> None:
    for path in ("", "_stcore/health", "_stcore/metrics", "static/none.js"):
        headers = direct().get(f"{deployed.address}/{path}").headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert headers["Server"] == "nginx"


def test_an_address_that_is_none_gets_into_no_header(deployed: Deployed) -> None:
    headers = direct().get(deployed.address, headers={"Host": "localhost;script-src-elem=*"}).headers
    assert "script-src-elem" not in headers.get("Content-Security-Policy", "")


def test_the_route_cookie_is_ours_and_not_for_scripts(deployed: Deployed) -> None:
    answer = direct().get(deployed.address, headers={"Cookie": "cnnviz_route=somebody's own"})
    cookie = answer.headers["Set-Cookie"].partition("cnnviz_route=")[2]
    assert cookie[:32].isalnum()
    assert cookie[32:].startswith("; Path=/; HttpOnly; SameSite=Lax")


def test_texts_are_sent_compressed_and_files_of_streamlit_kept(deployed: Deployed) -> None:
    session = direct()
    page = session.get(deployed.address)
    assert page.headers["Content-Encoding"] == "gzip"
    file = page.text.split('src="./static/')[1].split('"')[0]
    answers = [session.get(f"{deployed.address}/static/{file}") for _ in range(2)]
    assert [answer.headers["Content-Encoding"] for answer in answers] == ["gzip", "gzip"]
    assert "immutable" in answers[0].headers["Cache-Control"]
    route = session.cookies["cnnviz_route"]
    assert deployed.proxy.requests(route, file, at_least=2)[-1].processes == ()  # nginx had it


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(deployed: Deployed) -> None:
    host = urlsplit(deployed.address).netloc
    for path, megabytes in (("/_stcore/upload_file/any/any", 12), ("/", 1)):
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.putrequest("PUT", path)
        connection.putheader("Content-Length", str(megabytes * 1024**2))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_a_file_is_offered_to_every_process_until_one_knows_its_session(deployed: Deployed) -> None:
    session = direct()
    answer = session.put(f"{deployed.address}/_stcore/upload_file/nobody/file", data=bytes(10 * 1024**2))
    assert answer.status_code == 404
    (request,) = deployed.proxy.requests(session.cookies["cnnviz_route"], "PUT")
    assert sorted(request.processes) == sorted(deployed.processes)


def test_when_a_process_dies_the_others_go_on(deployed: Deployed, browser: Browser, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{deployed.address}/feature_maps?channel=5")
    settle(page)
    process = deployed.process_of(context)
    other = deployed.other(process)
    deployed.processes[process].kill()
    for _ in range(8):
        fresh = browser.new_context()
        assert deployed.process_of(fresh) == other
        fresh.close()
    page.reload()
    settle(page)
    expect(page.get_by_label("Channel", exact=True)).to_have_value("5")
    upload_and_see(page, PHOTO)
    # The process comes back: the cookie leads there again, while the web socket stays with the one that stood in.
    deployed.start(process)
    deadline = time.monotonic() + 15
    while deployed.process_of(context) != process and time.monotonic() < deadline:
        time.sleep(0.2)
    upload_and_see(page, ANOTHER)
    sent = deployed.requests_of(context, "PUT", at_least=2)[-1]
    assert (sent.status, sent.processes) == (204, (process, other))


def test_a_process_that_is_asked_to_end_hands_its_browsers_over(deployed: Deployed, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{deployed.address}/convolution?stride=2")
    settle(page)
    process = deployed.process_of(context)
    deployed.processes[process].terminate()
    assert deployed.processes[process].wait(timeout=ENDS_WITHIN + 2) == 0
    assert deployed.process_of(context) == deployed.other(process)
    # By itself, without a reload, the page takes up its web socket with the other process. Only a button's first click
    # is lost there, as Streamlit does not know the button in the new session yet.
    page.get_by_role("radiogroup", name="padding").get_by_role("radio", name="1").click()
    page.wait_for_url("**padding=1*")
    settle(page)
    assert "stride=2" in page.url
