"""The lesson that every visitor of the load test plays, over and over: links, steps, settings, a photo, maps, Grad-CAM.

An interaction is called an inference where a network has to compute for it, else it is light.
"""

import io
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.load.visitor import Visitor

Step = Callable[[Visitor], Awaitable[None]]
SMALL = "network=Slim+AlexNet"


@dataclass(frozen=True)
class Interaction:
    """Something a visitor does and waits for."""

    name: str
    does: Step
    inference: bool = False


def photo(seed: int) -> bytes:
    """A photograph that nobody else has, so that no answer serves twice: coloured clouds, JPEG, 1024 × 768."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((1024, 768), Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return file.getvalue()


def opens(page: str, query: str = "") -> Step:
    """Follow a link the first time, choose the page in the menu later."""

    async def step(visitor: Visitor) -> None:
        if visitor.socket is None:
            await visitor.open(page, query)
        else:
            await visitor.go(page, query)

    return step


def sets(key: str, *values: object) -> Step:
    """Set a widget to one of these values, in turn as chance has it."""

    async def step(visitor: Visitor) -> None:
        await visitor.set(key, random.choice(values))

    return step


def uploads(seed: int) -> Step:
    """Send one's own photo; the way there is one click, and the file."""

    async def step(visitor: Visitor) -> None:
        await visitor.set("picture_choices", True)
        await visitor.upload("picture_sent", f"photo {seed}.jpg", photo(seed))

    return step


def asks_for(method: str) -> Step:
    """Ask for a map and wait until it is whole."""

    async def step(visitor: Visitor) -> None:
        await visitor.set("method", method)
        await visitor.wait_for(lambda one: map_is_there(one, method))

    return step


async def waits_for_a_map(visitor: Visitor) -> None:
    """Open the page about attribution and wait for its first map."""
    await visitor.go("attribution", SMALL)
    await visitor.wait_for(lambda one: map_is_there(one, ""))


def map_is_there(visitor: Visitor, method: str) -> bool:
    """Whether the page shows the map of this method."""
    message: bytes = visitor.find("attribution_map").proto.bytes
    length = int.from_bytes(message[:4], "little")
    (layer,) = json.loads(message[4 : 4 + length])["layers"]
    return str(layer["title"]).startswith(method) and layer["absent"] != "Not yet."


def lesson(visitor: int, turn: int) -> list[Interaction]:
    """One round of the lesson, counted from 0: in each a photo is sent that nobody has looked at before."""
    return [
        Interaction("open a link", opens("convolution", "stride=2")),
        Interaction("change padding", sets("padding", "0", "1")),
        Interaction("change stride", sets("stride", "1", "2")),
        Interaction("open Pooling", opens("pooling")),
        Interaction("change the window", sets("pool_kernel", "2", "3")),
        Interaction("open the calculator", opens("layer_calculator")),
        Interaction("type a number", sets("k", 3, 5, 7)),
        Interaction(
            "Feature maps again" if turn else "open Feature maps", opens("feature_maps", SMALL), inference=turn == 0
        ),
        Interaction("upload a photo", uploads(1000 * visitor + turn), inference=True),
        Interaction("another layer", sets("layer", "features.3 Conv2d", "features.6 Conv2d", "features.10 Conv2d")),
        Interaction("Grad-CAM", waits_for_a_map, inference=True),
        Interaction("Occlusion", asks_for("Occlusion"), inference=True),
        Interaction("Grad-CAM again", asks_for("Grad-CAM")),
    ]
