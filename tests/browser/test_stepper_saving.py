"""What the stepper saves, as a visitor gets it: the files arrive, and open again."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.screenshots import settle


def saved(page: Page, words: str, folder: Path) -> Path:
    """The file that one entry of the Save menu brings."""
    with page.expect_download() as download:
        page.locator(".save summary").click()
        page.get_by_role("button", name=words).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_step_and_the_walk_are_saved_and_open_again(visitor: Page, address: str, tmp_path: Path) -> None:
    visitor.goto(f"{address}/convolution?step=5")
    settle(visitor)
    with Image.open(saved(visitor, "This step as PNG", tmp_path)) as image:
        assert image.format == "PNG"
    with Image.open(saved(visitor, "The walk as GIF", tmp_path)) as image:
        assert (image.format, image.n_frames) == ("GIF", 9)
    with Image.open(saved(visitor, "The walk as WebP", tmp_path)) as image:
        assert (image.format, image.n_frames) == ("WEBP", 9)
    svg = saved(visitor, "This step as SVG", tmp_path)
    assert svg.name == "cnnviz-convolution-step-5.svg"
    assert "step 5 of 9" in "".join(ET.parse(svg).getroot().itertext())
    text = saved(visitor, "The derivation as Markdown", tmp_path).read_text(encoding="utf-8")
    assert "relu(17 + 0) = relu(17) = 17" in text
    expect(visitor.locator(".saved")).to_have_text("Saved as cnnviz-convolution-step-5.md.")
    expect(visitor.locator(".count")).to_have_text("step 5 of 9")


def test_the_saved_code_prints_what_is_shown(visitor: Page, address: str, tmp_path: Path) -> None:
    visitor.goto(f"{address}/channels_and_filters?channels_filters=3&channels_groups=3&channels_bias=1+2+-3")
    settle(visitor)
    path = saved(visitor, "PyTorch code", tmp_path)
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=120, check=True)
    shown = [text.replace("−", "-") for text in visitor.locator(".panel.output .cell").all_inner_texts()]
    assert done.stdout.split() == shown


def test_a_walk_too_long_for_an_animation_is_answered_in_words(visitor: Page, address: str) -> None:
    show = "channels_show=On+your+picture&channels_patch_side=16&channels_filters=4"
    visitor.goto(f"{address}/channels_and_filters?{show}")
    settle(visitor)
    visitor.locator(".save summary").click()
    visitor.get_by_role("button", name="The walk as GIF").click()
    expect(visitor.locator(".saved")).to_contain_text("784 steps, and an animation at most 400")
