"""Every page, light and dark, by the rules of WCAG 2.0 to 2.2, A and AA, as axe-core checks them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.running_app import ROOT
from tests.browser.screenshots import page_names, settle

AXE = Path(ROOT / "node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(found => found.violations)"


def violations(page: Page) -> list[str]:
    """What breaks a rule: the rule, the element, and what axe says of it."""
    return [
        f"{rule['id']}: {node['html'][:200]}\n    {node['failureSummary']}"
        for rule in page.evaluate(RUN, RULES)
        for node in rule["nodes"]
    ]


# What is being computed is drawn pale; here it is done before anybody looks.
QUICK = dict.fromkeys(("attribution", "attributions_compared"), "?network=Slim+AlexNet")


@pytest.mark.parametrize("name", page_names())
def test_a_page_can_be_read_and_used_by_everybody(visitor: Page, address: str, name: str) -> None:
    visitor.goto(f"{address}/{name}{QUICK.get(name, '')}")
    settle(visitor)
    visitor.add_script_tag(path=AXE)
    found = violations(visitor)
    visitor.emulate_media(color_scheme="dark")
    visitor.reload()
    settle(visitor)
    visitor.add_script_tag(path=AXE)
    found += [f"dark: {line}" for line in violations(visitor)]
    assert not found, "\n".join(found)
