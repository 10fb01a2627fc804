"""Example states of a unit: its patches, the picture that excites it, and what it answers to in a photo."""

import numpy as np
from PIL import Image

from cnnviz.gallery import gallery_picture
from cnnviz.ui.components.unit_tiles import Sent, Tile, show_ascent, show_sent, show_tiles

PATCH = Image.new("RGB", (11, 11), "#0072b2")
TILES = tuple(Tile(PATCH, 3.5 - number, "Cat", f"Patch {number + 1} of the cat") for number in range(4))
PICTURE = gallery_picture("chelsea").image.resize((64, 64))
SENT = Sent(
    PICTURE, (0.25, 0.5, 0.25, 0.25), PATCH, PATCH, ("its pixels", "what comes back"), (2, 4), (8, 8), "The cat."
)
VALUES = [(0, -1.0), (4, 3.0), (8, 2.0)]

EXAMPLES = {
    "patches": lambda key: show_tiles(TILES, 9, "What excites it", lambda _: None, key),
    "before the ascent": lambda key: show_ascent(None, "", "Nothing yet.", [], 16, key),
    "an ascent": lambda key: show_ascent(np.full((32, 32, 3), 90, dtype=np.uint8), "Grey.", "", VALUES, 16, key),
    "sent back": lambda key: show_sent(SENT, lambda *_: None, key),
}
