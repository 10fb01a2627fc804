"""The photographs one can choose without having one's own: real ones, which come with scikit-image."""

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from cnnviz.images import ImageError, Picture, read_picture


@dataclass(frozen=True)
class Photograph:
    """One photograph of the gallery. Where `licence` is not told by scikit-image, it says so."""

    title: str
    file: str  # in the folder skimage/data
    shows: str  # for people who do not see it
    credit: str
    licence: str
    resembles: tuple[str, ...] = ()  # classes of ImageNet-1k (torchvision's names) a trained network might well answer


NOT_STATED = "as distributed with scikit-image"

# The first one is where every page starts.
GALLERY = {
    "chelsea": Photograph(
        "Cat",
        "chelsea.png",
        "The face of a striped ginger cat with green eyes.",
        "Stefan van der Walt",
        "CC0",
        ("tabby", "Egyptian cat", "tiger cat"),
    ),
    "coffee": Photograph(
        "Coffee",
        "coffee.png",
        "An espresso in a red cup on a red saucer, with a spoon, on a wooden table.",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        "CC0",
        ("espresso", "cup"),
    ),
    "motorcycle": Photograph(
        "Motorcycle",
        "motorcycle_left.png",
        "A red motorcycle in a garage, seen from its right side.",
        "Middlebury 2014 stereo benchmark: D. Scharstein, H. Hirschmueller, Y. Kitajima, G. Krathwohl, N. Nesic, "
        "X. Wang and P. Westling",
        NOT_STATED,
        ("moped", "motor scooter"),
    ),
    "rocket": Photograph(
        "Rocket",
        "rocket.jpg",
        "A white rocket on its launch pad at dusk, between four lattice towers.",
        "SpaceX",
        "public domain",
        ("missile", "projectile"),
    ),
    "astronaut": Photograph(
        "Astronaut",
        "astronaut.png",
        "Eileen Collins in an orange space suit, with a flag and a model of the space shuttle behind her.",
        "NASA",
        "public domain",
        ("space shuttle",),
    ),
    "camera": Photograph(
        "Photographer",
        "camera.png",
        "A man in a dark coat behind a camera on a tripod, in black and white.",
        "Lav Varshney",
        "CC0",
        ("tripod",),
    ),
    "brick": Photograph(
        "Brick wall",
        "brick.png",
        "A brick wall, turned so that its rows of bricks run upwards, in black and white.",
        "CC0Textures, Bricks25",
        "CC0",
        ("stone wall",),
    ),
    "coins": Photograph(
        "Coins",
        "coins.png",
        "Twenty-four ancient coins in four rows on a dark ground, in black and white.",
        "Brooklyn Museum Collection",
        "no known copyright restrictions",
    ),
    "galaxies": Photograph(
        "Galaxies",
        "hubble_deep_field.jpg",
        "Thousands of far galaxies on black, from tiny dots to small spirals.",
        "NASA, HubbleSite",
        "public domain",
    ),
    "retina": Photograph(
        "Retina",
        "retina.jpg",
        "The back of a human eye: a red disc with branching blood vessels and one bright spot.",
        "Mikael Häggström",
        "CC0",
    ),
}

DEFAULT_KEY = next(iter(GALLERY))


@cache
def gallery_picture(key: str) -> Picture:
    """The picture behind a key of `GALLERY`, read once for the whole process. It is shared: draw on a copy.

    Raises ImageError where there is no such key, or where scikit-image is not installed or has lost the file.

    >>> picture = gallery_picture("chelsea")
    >>> picture.name, picture.image.size
    ('Cat', (451, 300))
    >>> gallery_picture("dog")
    Traceback (most recent call last):
    cnnviz.images.ImageError: There is no picture "dog" in the gallery: choose one of chelsea, coffee, motorcycle, \
rocket, astronaut, camera, brick, coins, galaxies, retina.
    """
    if key not in GALLERY:
        raise ImageError(f'There is no picture "{key}" in the gallery: choose one of {", ".join(GALLERY)}.')
    photograph = GALLERY[key]
    try:
        data = (photograph_folder() / photograph.file).read_bytes()
    except OSError as error:
        raise ImageError(
            f'The photograph "{photograph.title}" is missing: install scikit-image again (pip install scikit-image), '
            "or choose a picture of your own."
        ) from error
    return replace(read_picture(data, photograph.title), gallery_key=key)


def photograph_folder() -> Path:
    """Where scikit-image keeps its photographs, found without importing it."""
    package = find_spec("skimage")
    if package is None or package.origin is None:
        raise FileNotFoundError("scikit-image is not installed")
    return Path(package.origin).parent / "data"
