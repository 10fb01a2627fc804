"""What the shipped nginx lets a stranger have: limits with small numbers, and who is believed about an address."""

import contextlib
import http.client
import ipaddress
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.deploy.running_nginx import KUBERNETES, Proxy, nginx
from tests.deploy.test_files import COMPOSE, POD, SITE

UPLOAD = "/_stcore/upload_file/session/file"
SOCKET = "/_stcore/stream"
HERE = {"10.0.0.0/8": "127.0.0.1/32"}  # where the proxy before nginx is: this machine stands for a cluster

# What is asked, and the small numbers that are put in. A minute is longer than a test.
RATES = {
    "requests": ("GET", "/", {"rate=1000r/s": "rate=1r/m", "burst=4000": "burst=4"}),
    "web sockets": (
        "GET",
        SOCKET,
        {"zone=cnnviz_sessions:4m rate=30r/s": "zone=cnnviz_sessions:4m rate=1r/m", "burst=600": "burst=4"},
    ),
    "files": (
        "PUT",
        UPLOAD,
        {"zone=cnnviz_files:4m rate=30r/s": "zone=cnnviz_files:4m rate=1r/m", "burst=1200": "burst=4"},
    ),
}
AT_ONCE = {
    "web sockets": ("GET", SOCKET, {"limit_conn cnnviz_sockets 900;": "limit_conn cnnviz_sockets 4;"}),
    "files": ("PUT", UPLOAD, {"limit_conn cnnviz_sending 100;": "limit_conn cnnviz_sending 4;"}),
    "files of everybody": (
        "PUT",
        UPLOAD,
        {"limit_conn cnnviz_all_sending 120;": "limit_conn cnnviz_all_sending 4;"},
    ),
}


class App(ThreadingHTTPServer):
    """In the place of a process: answers with the headers that it got and a cookie, as soon as it may."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def port(self) -> str:
        return str(self.server_address[1])


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: App

    def do_GET(self) -> None:
        if "X-Hurry" not in self.headers:
            self.server.may_answer.wait(10)
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "of_the_app=1; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def app(nginx_is_here: None) -> Iterator[App]:
    with App() as app:
        thread = threading.Thread(target=app.serve_forever)
        thread.start()
        yield app
        app.may_answer.set()
        app.shutdown()
        thread.join()


def begin(proxy: Proxy, method: str, path: str, **headers: str) -> http.client.HTTPConnection:
    """Ask, as somebody new each time, and do not wait for the answer; of a file only the beginning is sent."""
    connection = http.client.HTTPConnection(urlsplit(proxy.address).netloc, timeout=10)
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    if method == "PUT":
        connection.putheader("Content-Length", "4")
    connection.endheaders()
    if method == "PUT":
        connection.send(b"fi")
    return connection


def finish(connection: http.client.HTTPConnection, method: str) -> int:
    """Send the rest; the status of the answer."""
    if method == "PUT":
        with contextlib.suppress(OSError):  # refused already
            connection.send(b"le")
    with contextlib.closing(connection):
        return connection.getresponse().status


def statuses(proxy: Proxy, times: int, method: str, path: str, **headers: str) -> list[int]:
    """What one gets who asks so often, one after the other."""
    return [finish(begin(proxy, method, path, **headers), method) for _ in range(times)]


@pytest.mark.parametrize("name", RATES)
def test_who_asks_too_often_waits(app: App, tmp_path: Path, name: str) -> None:
    method, path, numbers = RATES[name]
    with nginx(tmp_path / "nginx", [app.port], numbers) as proxy:
        answers = statuses(proxy, 8, method, path)
    assert [status < 300 for status in answers] == 5 * [True] + 3 * [False]
    assert set(answers[5:]) == {429}


def becomes_refused(proxy: Proxy, method: str, path: str, refused: bool = True) -> bool:
    """Whether one more soon gets nothing, or something; nginx needs a moment to notice who comes and goes."""
    for _ in range(20):
        time.sleep(0.1)
        (answer,) = statuses(proxy, 1, method, path, X_Forwarded_For="203.0.113.1", X_Hurry="1")
        assert answer == 429 or answer < 300
        if (answer == 429) == refused:
            return True
    return False


@pytest.mark.parametrize("name", AT_ONCE)
def test_who_asks_for_too_much_at_once_waits(app: App, tmp_path: Path, name: str) -> None:
    method, path, numbers = AT_ONCE[name]
    trusted = HERE if name == "files of everybody" else None
    with nginx(tmp_path / "nginx", [app.port], numbers, trusted) as proxy:
        app.may_answer.clear()
        begun = [begin(proxy, method, path, X_Forwarded_For=f"198.51.100.{number}") for number in range(4)]
        assert becomes_refused(proxy, method, path)
        app.may_answer.set()
        assert all(finish(connection, method) < 300 for connection in begun)
        assert becomes_refused(proxy, method, path, False)


def test_files_on_their_way_fit_into_the_memory_of_nginx() -> None:
    (at_once,) = re.findall(r"limit_conn cnnviz_all_sending (\d+);", SITE)
    (megabytes,) = re.findall(r"client_body_buffer_size (\d+)m;", SITE)
    needed = int(at_once) * int(megabytes) + 150  # and nginx itself, with its zones and 900 web sockets
    assert needed <= int(COMPOSE["services"]["nginx"]["mem_limit"].removesuffix("m"))
    assert needed <= int(POD["initContainers"][0]["resources"]["limits"]["memory"].removesuffix("Mi"))


def test_a_link_may_carry_a_whole_network(app: App, tmp_path: Path) -> None:
    """Beside what else a browser sends: it cuts the address it comes from at 4,096 characters."""
    link = "/network_builder?network=" + 60_000 * "a"
    others = {"Referer": "http://127.0.0.1/?" + 4_000 * "a", "Cookie": 8_000 * "a", "User_Agent": 300 * "a"}
    with nginx(tmp_path / "nginx", [app.port]) as proxy:
        assert statuses(proxy, 1, "GET", link, **others) == [200]


# --- who stands before nginx ---


def ask(proxy: Proxy, path: str, **headers: str) -> tuple[list[str], dict[str, str]]:
    """The cookies of an answer, as they are set, and the headers that the app got."""
    with contextlib.closing(begin(proxy, "GET", path, **headers)) as connection:
        answer = connection.getresponse()
        cookies = answer.headers.get_all("Set-Cookie") or []
        return sorted(cookies), json.loads(answer.read())


@pytest.mark.parametrize(("said", "scheme"), [("https", "https"), ("wss", "https"), ("http", "http"), ("odd", "http")])
def test_behind_an_ingress_the_scheme_is_what_it_says(app: App, tmp_path: Path, said: str, scheme: str) -> None:
    with nginx(tmp_path / "nginx", [app.port], trusted=HERE) as proxy:
        for path in ("/", SOCKET):
            cookies, headers = ask(proxy, path, X_Forwarded_For="198.51.100.1", X_Forwarded_Proto=said)
            assert headers["X-Forwarded-Proto"] == scheme
            assert [cookie.partition("=")[0] for cookie in cookies] == ["cnnviz_route", "of_the_app"]
            assert ["; secure" in cookie.lower() for cookie in cookies] == 2 * [scheme == "https"]


@pytest.mark.parametrize("trusted", [None, {}])
def test_a_stranger_is_not_believed_the_scheme(app: App, tmp_path: Path, trusted: dict[str, str] | None) -> None:
    """Neither where no proxy is named nor, as in a pod, from an address that is not of the cluster."""
    with nginx(tmp_path / "nginx", [app.port], trusted=trusted) as proxy:
        for path in ("/", SOCKET):
            cookies, headers = ask(proxy, path, X_Forwarded_For="198.51.100.1", X_Forwarded_Proto="https")
            assert headers["X-Forwarded-Proto"] == "http"
            assert not any("secure" in cookie.lower() for cookie in cookies)


def test_behind_an_ingress_everybody_has_limits_of_their_own(app: App, tmp_path: Path) -> None:
    numbers = RATES["requests"][2]
    with nginx(tmp_path / "nginx", [app.port], numbers, HERE) as proxy:
        assert statuses(proxy, 6, "GET", "/", X_Forwarded_For="198.51.100.1") == [*(5 * [200]), 429]
        assert statuses(proxy, 1, "GET", "/", X_Forwarded_For="198.51.100.2") == [200]
        # What somebody writes themselves stands before what the Ingress adds.
        assert statuses(proxy, 1, "GET", "/", X_Forwarded_For="203.0.113.7, 198.51.100.1") == [429]


@pytest.mark.parametrize("trusted", [None, {}])
def test_a_stranger_is_not_believed_the_address(app: App, tmp_path: Path, trusted: dict[str, str] | None) -> None:
    numbers = RATES["requests"][2]
    with nginx(tmp_path / "nginx", [app.port], numbers, trusted) as proxy:
        answers = [statuses(proxy, 1, "GET", "/", X_Forwarded_For=f"198.51.100.{number}")[0] for number in range(6)]
    assert answers == [*(5 * [200]), 429]


def test_in_a_pod_only_addresses_that_no_stranger_has_are_believed() -> None:
    text = (KUBERNETES / "cnnviz_trusted.conf").read_text(encoding="utf-8")
    believed = [
        ipaddress.ip_network(network) for network in re.findall(r"^set_real_ip_from (\S+);", text, re.MULTILINE)
    ]
    assert believed
    assert not any(network.is_global for network in believed)
    for address in ("10.1.2.3", "172.20.0.5", "192.168.3.4"):
        assert any(ipaddress.ip_address(address) in network for network in believed), address
    assert not any(ipaddress.ip_address("127.0.0.1") in network for network in believed)


# --- the log ---


def test_the_logs_keep_no_session_no_picture_no_query_and_the_first_no_address(app: App, tmp_path: Path) -> None:
    """With a session's name somebody else could take it up, with a picture's they could look at it."""
    with nginx(tmp_path / "nginx", [app.port], {**RATES["files"][2], "burst=1200": "burst=1"}) as proxy:
        assert statuses(proxy, 3, "PUT", UPLOAD) == [204, 204, 429]
        assert statuses(proxy, 1, "GET", "/media/0123abcd.png?name=me") == [200]
        assert statuses(proxy, 1, "GET", "/convolution?stride=2") == [200]
    lines = (tmp_path / "nginx" / "shipped.log").read_text(encoding="utf-8").splitlines()
    assert [re.findall(r" (\d+ [A-Z]+ /\S*)", line) for line in lines if "/_stcore/metrics" not in line] == [
        ["204 PUT /_stcore/upload_file/..."],
        ["204 PUT /_stcore/upload_file/..."],
        ["429 PUT /_stcore/upload_file/..."],
        ["200 GET /media/..."],
        ["200 GET /convolution"],
    ]
    assert not any(secret in "".join(lines) for secret in ("session", "stride"))
    assert not any(line.count("127.0.0.1") > 1 for line in lines), "only the process that answered"
    assert "session" not in (tmp_path / "nginx" / "nginx.log").read_text(encoding="utf-8")


def test_nor_does_the_log_of_errors_where_too_many_files_are_sent_at_once(app: App, tmp_path: Path) -> None:
    with nginx(tmp_path / "nginx", [app.port], AT_ONCE["files"][2]) as proxy:
        begun = [begin(proxy, "PUT", UPLOAD) for _ in range(4)]
        assert becomes_refused(proxy, "PUT", UPLOAD)
        assert all(finish(connection, "PUT") < 300 for connection in begun)
    assert "session" not in (tmp_path / "nginx" / "nginx.log").read_text(encoding="utf-8")
