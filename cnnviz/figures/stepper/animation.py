"""The whole walk as an animation: the grids are drawn once, and each frame changes only what its step changes."""

import io
from collections.abc import Iterator

from PIL import Image

from cnnviz.figures.stepper.frame import Scene
from cnnviz.figures.stepper.pixels import draw, step_image
from cnnviz.figures.stepper.script import Script

FRAME_MS = 700
COLOURS = 128

Area = tuple[int, int, int, int]


def walk_frames(script: Script, *, dark: bool = False) -> Iterator[tuple[Image.Image, list[Area]]]:
    """Every step as an RGB image, and the areas in which it differs from the one before; the same image each time."""
    scene = Scene(script, dark=dark)
    still = Image.new("RGB", (scene.width, scene.height), scene.look.paper)
    draw(still, scene.background(), scene)
    shown = still.copy()
    passing: list[Area] = []
    for index in range(len(script["steps"])):
        left_behind = draw(still, scene.settled(index), scene)
        for area in (*left_behind, *passing):
            shown.paste(still.crop(area), area[:2])
        arrived = draw(shown, scene.passing(index), scene)
        yield shown, [*left_behind, *passing, *arrived]
        passing = arrived


def walk_gif(script: Script, *, dark: bool = False) -> bytes:
    """The walk as an endless GIF, one frame a step, all frames with one palette."""
    frames: list[Image.Image] = []
    palette: Image.Image | None = None
    shown: Image.Image | None = None
    for image, areas in walk_frames(script, dark=dark):
        if palette is None or shown is None:
            palette = shared_palette(script, dark=dark)
            shown = image.quantize(palette=palette, dither=Image.Dither.NONE)
        else:
            for area in areas:
                part = image.crop(area).quantize(palette=palette, dither=Image.Dither.NONE)
                shown.paste(part, area[:2])
        frames.append(shown.copy())
    assert palette is not None
    # given to the writer as well, so that no frame brings a palette of its own
    return saved(frames, "GIF", palette=bytes(palette.getpalette() or []), disposal=1, optimize=False)


def shared_palette(script: Script, *, dark: bool) -> Image.Image:
    """A palette of the empty grids' colours and the last step's."""
    scene = Scene(script, dark=dark)
    empty = Image.new("RGB", (scene.width, scene.height), scene.look.paper)
    draw(empty, scene.background(), scene)
    full = step_image(script, len(script["steps"]) - 1, dark=dark)
    third = (full.width // 3, full.height // 3)  # the same colours, sooner
    few = Image.new("RGB", (third[0], 2 * third[1]))
    for number, image in enumerate((empty, full)):
        few.paste(image.resize(third, Image.Resampling.NEAREST), (0, number * third[1]))
    return few.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def walk_webp(script: Script, *, dark: bool = False) -> bytes:
    """The walk as an endless, lossless WebP, one frame a step."""
    return saved(
        [image.copy() for image, _ in walk_frames(script, dark=dark)], "WEBP", lossless=True, quality=0, method=0
    )


def saved(frames: list[Image.Image], kind: str, **settings: int | bool | bytes) -> bytes:
    """The frames as one file."""
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0, **settings)
    return file.getvalue()
