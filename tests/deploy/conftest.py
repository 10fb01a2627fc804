"""Two app processes behind the shipped nginx, and a browser that notes what a page was not allowed."""

import dataclasses
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.running_app import chromium_starts, end, free_port, launch, started, wait_until_healthy
from tests.deploy.running_nginx import Proxy, Request, nginx, nginx_program


@dataclasses.dataclass
class Deployed:
    """The proxy's address, and the processes behind it by their port."""

    proxy: Proxy
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = dataclasses.field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.proxy.address

    def start(self, *ports: str) -> None:
        """Processes on these ports, with no network weights on the machine; returns when they answer."""
        for port in ports:
            self.processes[port] = started(
                self.folder / f"{port}.log",
                int(port),
                CNNVIZ_WEIGHTS_DIR=str(self.folder / "weights"),
                TORCH_HOME=str(self.folder / "torch"),
                STREAMLIT_SERVER_COOKIE_SECRET="the same for all of them",
            )
        for port in ports:
            wait_until_healthy(f"http://127.0.0.1:{port}", self.processes[port], self.folder / f"{port}.log")

    def other(self, port: str) -> str:
        return next(other for other in self.processes if other != port)

    def process_of(self, context: BrowserContext) -> str:
        """The port of the process that answers a browser now."""
        before = len(self.requests_of(context, "/_stcore/health", 0))
        assert context.request.get(f"{self.address}/_stcore/health").ok
        return self.requests_of(context, "/_stcore/health", before + 1)[-1].processes[-1]

    def requests_of(self, context: BrowserContext, words: str, at_least: int = 1) -> list[Request]:
        """What a browser has asked for so far, as far as it has these words in it."""
        return self.proxy.requests(route_of(context, self.address), words, at_least)


def route_of(context: BrowserContext, address: str) -> str:
    """The cookie by which the proxy knows a browser; empty before its first visit."""
    cookies = (cookie["value"] for cookie in context.cookies(address) if cookie["name"] == "cnnviz_route")
    return next(cookies, "")


def direct() -> requests.Session:
    """Somebody new, without a browser, who goes past any proxy of this machine's own."""
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.fixture(scope="session")
def nginx_is_here() -> None:
    if nginx_program() is None:
        pytest.skip("NO NGINX: the tests behind nginx did not run. As root, `make deploy-test` tries to install it.")


@pytest.fixture(scope="session")
def deployment(nginx_is_here: None) -> Iterator[Deployed]:
    ports = [str(free_port()), str(free_port())]
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as name, nginx(Path(name) / "nginx", ports) as proxy:
        deployment = Deployed(proxy, Path(name))
        try:
            deployment.start(*ports)
            yield deployment
        finally:
            for process in deployment.processes.values():
                end(process)


@pytest.fixture
def deployed(deployment: Deployed) -> Deployed:
    """With all its processes, also where the test before ended one."""
    deployment.start(*(port for port, process in deployment.processes.items() if process.poll() is not None))
    return deployment


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not chromium_starts():
        pytest.skip("NO CHROMIUM: the browser tests behind nginx did not run. `make deploy-test` tries to install one.")
    with sync_playwright() as playwright:
        # a camera that is none, and nobody there to allow it
        browser = launch(playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
        yield browser
        browser.close()


NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`Content Security Policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`))
"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser at a laptop, who fails the test at any script error, and where the policy forbids something."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(60_000)
    context.add_init_script(NOTE_VIOLATIONS)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield context
    context.close()
    assert problems == []
