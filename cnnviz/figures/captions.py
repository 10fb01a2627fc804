"""A picture to save: what it shows and what its colours mean, written under it."""

import io
import textwrap

from PIL import Image, ImageDraw, ImageFont

from cnnviz.figures.palettes import PaletteName, legend

_MARGIN = 16
_FONT_SIZE = 16
_BAR_WIDTH = 253
_NARROWEST = 480


def captioned(picture: bytes, title: str, palette: PaletteName, low: str, high: str) -> bytes:
    """Put a picture (PNG) on white paper with its legend and a title under it, as a new PNG.

    `low` and `high` are the words at the two ends of the legend: its range, or what takes its place where every map
    has a range of its own. A narrow picture is enlarged by a whole number, so that its cells stay sharp.

    >>> import numpy as np
    >>> from cnnviz.figures.tiles import mosaic
    >>> maps = mosaic(np.zeros((4, 8, 8)))
    >>> page = captioned(maps, "conv1 of ResNet-18, 4 channels of 8 × 8", "sequential", "0", "1")
    >>> Image.open(io.BytesIO(page)).width
    512
    """
    title, low, high = _drawable(title), _drawable(low), _drawable(high)
    content = Image.open(io.BytesIO(picture)).convert("RGBA")
    factor = max(1, _NARROWEST // content.width)
    content = content.resize((content.width * factor, content.height * factor), Image.Resampling.NEAREST)
    font = ImageFont.load_default(_FONT_SIZE)
    width = max(content.width, _NARROWEST) + 2 * _MARGIN
    lines = _lines_that_fit(title, font, width - 2 * _MARGIN)
    line_height = round(_FONT_SIZE * 1.5)
    legend_top = _MARGIN + content.height + _MARGIN
    page = Image.new("RGB", (width, legend_top + line_height * (1 + len(lines)) + _MARGIN), "white")
    page.paste(content, (_MARGIN, _MARGIN), content)
    draw = ImageDraw.Draw(page)
    draw.text((_MARGIN, legend_top), low, fill="#222222", font=font)
    bar_left = _MARGIN + round(font.getlength(low)) + 8
    page.paste(Image.fromarray(legend(palette, _BAR_WIDTH, 14)), (bar_left, legend_top + 3))
    draw.text((bar_left + _BAR_WIDTH + 8, legend_top), high, fill="#222222", font=font)
    for number, line in enumerate(lines, start=1):
        draw.text((_MARGIN, legend_top + number * line_height), line, fill="#222222", font=font)
    file = io.BytesIO()
    page.save(file, format="PNG", compress_level=1)
    return file.getvalue()


def _drawable(text: str) -> str:
    """Pillow's own font knows Latin letters; minus and times signs get their plain look, other letters a "?"."""
    plain = text.replace("\N{MINUS SIGN}", "-").replace("\N{MULTIPLICATION SIGN}", "x")
    return plain.encode("latin-1", errors="replace").decode("latin-1")


def _lines_that_fit(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    characters = max(10, int(width / font.getlength("n")))
    return textwrap.wrap(text, characters)
