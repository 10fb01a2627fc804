"""A picture of one's own, sent as a visitor sends it."""

from pathlib import Path

from playwright.sync_api import Page


def upload(page: Page, file: Path) -> None:
    """Choose a file under "Change picture"."""
    page.get_by_role("button", name="Change picture").click()
    page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(file)
