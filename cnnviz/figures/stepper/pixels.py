"""A step as pixels, drawn with Pillow."""

import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cnnviz.figures.stepper.frame import Box, Look, Scene, Shape, Words
from cnnviz.figures.stepper.parts import Script

FONT = Path(__file__).parents[3] / "assets" / "fonts" / "source_sans_3.woff2"
SPACING = {"hatch": (6, 1), "stripe": (10, 4), "dots": (5, 1)}


@lru_cache(maxsize=64)
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Source Sans 3 in a size in px."""
    made = ImageFont.truetype(str(FONT), size)
    made.set_variation_by_name("Semibold" if bold else "Regular")
    return made


def step_image(script: Script, index: int, *, dark: bool = False, scene: Scene | None = None) -> Image.Image:
    """The picture of one step, mode RGB."""
    scene = scene or Scene(script, dark=dark)
    image = Image.new("RGB", (scene.width, scene.height), scene.look.paper)
    draw(image, scene.shapes(index), scene)
    return image


def draw(image: Image.Image, shapes: Iterable[Shape], scene: Scene) -> list[tuple[int, int, int, int]]:
    """Draw shapes into an RGB image; the boxes (left, top, right, bottom) that they changed."""
    pen = ImageDraw.Draw(image)
    changed = []
    for shape in shapes:
        if isinstance(shape, Words):
            changed.append(draw_words(image, shape))
        else:
            changed.append(draw_box(image, pen, shape, scene))
    return [clipped for box in changed if (clipped := clip(box, image.size))]


@lru_cache(maxsize=2_000)
def written(text: str, size: int, bold: bool, centred: bool) -> tuple[Image.Image, float, float]:
    """A text as a mask (mode L), and where its left top corner stands from the place it is written at."""
    face = font(size, bold)
    left, top, right, bottom = face.getbbox(text)
    mask = Image.new("L", (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))))
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=face)
    return mask, -(right - left) / 2 if centred else left, top - sum(face.getmetrics()) / 2


def draw_words(image: Image.Image, words: Words) -> tuple[float, float, float, float]:
    """Draw a text; the box it stands in."""
    mask, left, top = written(words.text, words.size, words.bold, words.centred)
    x, y = round(words.x + left), round(words.y + top)
    image.paste(words.colour, (x, y), mask)
    return (x, y, x + mask.width, y + mask.height)


def draw_box(image: Image.Image, pen: ImageDraw.ImageDraw, box: Box, scene: Scene) -> tuple[float, float, float, float]:
    """Draw a rectangle; the box it stands in, its frame included."""
    out = box.thick / 2 if box.line and box.fill is None else 0
    place = (box.x - out, box.y - out, box.x + box.width - 1 + out, box.y + box.height - 1 + out)
    pen.rounded_rectangle(place, radius=min(5, box.height / 8), fill=box.fill, outline=box.line, width=box.thick or 1)
    if box.pattern:
        draw_pattern(image, box, scene)
    return (place[0] - 1, place[1] - 1, place[2] + 2, place[3] + 2)


def draw_pattern(image: Image.Image, box: Box, scene: Scene) -> None:
    """Hatch or stripe a cell, cut off at its edges."""
    gap, thick = SPACING[box.pattern]
    width, height = int(box.width), int(box.height)
    tile = image.crop((int(box.x), int(box.y), int(box.x) + width, int(box.y) + height))
    pen, ink = ImageDraw.Draw(tile), softened(scene.look)
    for start in range(-height, width + height, gap):
        ends = (start, height, start + height, 0) if box.pattern == "hatch" else (start, 0, start + height, height)
        pen.line(ends, fill=ink, width=thick)
    image.paste(tile, (int(box.x), int(box.y)))


def softened(look: Look) -> str:
    """The faint ink, half on paper."""
    pair = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (look.paper, look.faint)]
    return "#" + "".join(f"{round(0.65 * paper + 0.35 * ink):02x}" for paper, ink in zip(*pair, strict=True))


def clip(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """A box in whole px inside the image, None where nothing of it is."""
    left, top = max(0, int(box[0])), max(0, int(box[1]))
    right, bottom = min(size[0], int(box[2]) + 1), min(size[1], int(box[3]) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None
