"""What the operator keeps secret is on no page and in no log, also where something fails."""

import urllib.request
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.running_app import serving
from tests.browser.screenshots import page_names, settle
from tests.networks import weights_server
from tests.networks.weights_server import sent_on, status

COOKIE_SECRET, PASSWORD = "the-secret-of-the-cookie", "the-password-of-the-mirror"
PATHS = ("", "_stcore/health", "_stcore/metrics", "_stcore/host-config", "_stcore/script-health-check", "favicon.png")


def all_of(visitor: Page) -> str:
    """Everything a page holds: its elements, those of its components, what it stored, its address."""
    return str(
        visitor.evaluate(
            """() => {
              const inside = (root) => [...root.querySelectorAll('*')].filter((element) => element.shadowRoot)
                .map((element) => element.shadowRoot.innerHTML + inside(element.shadowRoot)).join();
              return [document.documentElement.outerHTML, inside(document), JSON.stringify({ ...localStorage }),
                      JSON.stringify({ ...sessionStorage }), document.cookie, location.href].join();
            }"""
        )
    )


def answer_to(address: str) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=10) as answer:
            return str(answer.headers) + answer.read().decode(errors="replace")
    except OSError as refused:
        return str(refused)


def test_no_page_and_no_log_tells_the_operators_secrets(visitor: Page, tmp_path: Path) -> None:
    log, told = tmp_path / "log", ""
    with weights_server.serving(b"not what was asked for") as mirror:
        mirror.plan = [status(401), *[sent_on] * 31]  # then it answers with something that is not the file
        environment = {
            "STREAMLIT_SERVER_COOKIE_SECRET": COOKIE_SECRET,
            "CNNVIZ_WEIGHTS_URL": mirror.url.replace("http://", f"http://school:{PASSWORD}@"),
            "CNNVIZ_WEIGHTS_DIR": str(tmp_path / "weights"),
            "TORCH_HOME": str(tmp_path / "torch"),
            "NO_PROXY": "127.0.0.1",
        }
        with serving(log, **environment) as address:  # type: ignore[arg-type]
            visitor.goto(f"{address}/filters?network=ResNet-18")
            settle(visitor)
            card = visitor.locator(".st-key-weights_card")
            for button, words in (
                ("Download 47 MB", "asks for a password"),
                ("Retry", "is not an address"),
                ("Retry", "is not that file"),
            ):
                card.get_by_role("button", name=button).click()
                expect(card).to_contain_text(words, timeout=30_000)
                told += all_of(visitor)
            for name in page_names()[::4]:
                visitor.goto(f"{address}/{name}")
                settle(visitor)
                told += all_of(visitor)
            told += "".join(answer_to(f"{address}/{path}") for path in PATHS)
    assert len(mirror.requests) >= 33  # it was asked, and with the password
    assert "weights_card" in told
    for secret in (COOKIE_SECRET, PASSWORD):
        assert secret not in told
        assert secret not in log.read_text()
