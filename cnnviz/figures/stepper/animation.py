"""The whole walk as an animation: the grids are drawn once, and each frame changes only what its step changes."""

import io
from collections.abc import Iterator

from PIL import Image

from cnnviz.figures.stepper.frame import Scene
from cnnviz.figures.stepper.parts import Script
from cnnviz.figures.stepper.pixels import draw, step_image

FRAME_MS = 700
COLOURS = 128
MAX_PIXELS = 120_000_000  # of all frames: 120 MB of memory
CELLS = (44, 34, 26, 20)  # px; a walk of many steps is drawn with smaller ones

Area = tuple[int, int, int, int]


class TooLargeError(ValueError):
    """A walk whose frames would take too much memory, however small they are drawn."""


def fitting_scene(script: Script, max_pixels: int, *, dark: bool) -> Scene:
    """The scene with the largest cells whose frames have at most `max_pixels` altogether; else TooLargeError."""
    for largest in CELLS:
        scene = Scene(script, dark=dark, largest_cell=largest)
        if len(script["steps"]) * scene.width * scene.height <= max_pixels:
            return scene
    raise TooLargeError


def walk_frames(script: Script, scene: Scene) -> Iterator[tuple[Image.Image, list[Area]]]:
    """Every step as an RGB image, and the areas in which it differs from the one before; the same image each time."""
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
    """The walk as an endless GIF, one frame a step, all frames with one palette; TooLargeError for too much of it."""
    scene = fitting_scene(script, MAX_PIXELS, dark=dark)
    frames: list[Image.Image] = []
    palette: Image.Image | None = None
    shown: Image.Image | None = None
    for image, areas in walk_frames(script, scene):
        if palette is None or shown is None:
            palette = shared_palette(script, scene)
            shown = image.quantize(palette=palette, dither=Image.Dither.NONE)
        else:
            for area in areas:
                part = image.crop(area).quantize(palette=palette, dither=Image.Dither.NONE)
                shown.paste(part, area[:2])
        frames.append(shown.copy())
    assert palette is not None
    # given to the writer as well, so that no frame brings a palette of its own
    return saved(frames, "GIF", palette=bytes(palette.getpalette() or []), disposal=1, optimize=False)


def shared_palette(script: Script, scene: Scene) -> Image.Image:
    """A palette of the empty grids' colours and the last step's."""
    empty = Image.new("RGB", (scene.width, scene.height), scene.look.paper)
    draw(empty, scene.background(), scene)
    full = step_image(script, len(script["steps"]) - 1, scene=scene)
    third = (full.width // 3, full.height // 3)  # the same colours, sooner
    few = Image.new("RGB", (third[0], 2 * third[1]))
    for number, image in enumerate((empty, full)):
        few.paste(image.resize(third, Image.Resampling.NEAREST), (0, number * third[1]))
    return few.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def walk_webp(script: Script, *, dark: bool = False) -> bytes:
    """The walk as an endless, lossless WebP, one frame a step; TooLargeError for too much of it."""
    scene = fitting_scene(script, MAX_PIXELS * 2 // 3, dark=dark)  # its frames are kept in colour, which takes more
    frames = [image.copy() for image, _ in walk_frames(script, scene)]
    return saved(frames, "WEBP", lossless=True, quality=0, method=0)


def saved(frames: list[Image.Image], kind: str, **settings: int | bool | bytes) -> bytes:
    """The frames as one file."""
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0, **settings)
    return file.getvalue()
