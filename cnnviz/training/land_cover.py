"""Patches that look like land from above, drawn here: four classes that only their texture tells apart.

They have the form of the SAT-4 and SAT-6 data sets (28 × 28 pixels; red, green, blue and near infrared; uint8 values),
and the four classes of SAT-4 (Basu et al., "DeepSat", 2015). They are not satellite pictures: no value in them was
measured.

Every patch holds the same brightness levels, each once: first a texture is drawn, then its pixels are ranked from 0 to
1 and coloured along a ramp from dark to bright. The ramps of the classes overlap: green or brown says little. What
tells the class is how neighbouring pixels go together: grain, crowns, rows or roofs.
"""

from collections.abc import Callable

import numpy as np

CLASSES = ("barren land", "trees", "grassland", "other")
SIDE = 28
CHANNELS = ("red", "green", "blue", "near infrared")
MAX_COUNT = 100_000  # patches: 1.3 GB

# Dark and bright end of a ramp: red, green, blue, near infrared. Plants reflect near infrared strongly.
SOIL = ((0.34, 0.26, 0.19, 0.32), (0.79, 0.69, 0.54, 0.62))
PLANTS = ((0.10, 0.17, 0.10, 0.34), (0.45, 0.58, 0.31, 0.88))
STONE = ((0.22, 0.23, 0.25, 0.22), (0.74, 0.74, 0.75, 0.66))
# How much of each ramp a class has on average: soil, plants, stone. Single patches stray far from it.
LEANINGS = ((1.5, 1.0, 1.1), (1.0, 1.5, 1.0), (1.1, 1.5, 0.9), (1.0, 1.0, 1.4))


def land_cover(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw `count` patches: float32 (count, 4, 28, 28) from 0 to 1, and their classes, int64 (count,).

    The values are whole 255ths, as uint8 pictures have. The classes follow each other in turn and are then mixed, so
    each is drawn equally often (once more or less where the count is no multiple of four). The same seed gives the same
    patches. Raises ValueError for a count below 1 or above 100,000.

    >>> patches, labels = land_cover(8, seed=1)
    >>> patches.shape, np.bincount(labels).tolist()
    ((8, 4, 28, 28), [2, 2, 2, 2])
    """
    if not 1 <= count <= MAX_COUNT:
        raise ValueError(f"land_cover draws 1 to {MAX_COUNT:,} patches, not {count:,}.")
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count) % len(CLASSES))
    brightness = np.empty((count, SIDE, SIDE))
    leanings = np.empty((count, len(LEANINGS[0])))
    for label, texture in enumerate(TEXTURES):
        places = np.flatnonzero(labels == label)
        brightness[places] = ranked(texture(len(places), random))
        leanings[places] = random.dirichlet(LEANINGS[label], len(places))
    return coloured(brightness, leanings, random), labels.astype(np.int64)


def grain(count: int, random: np.random.Generator) -> np.ndarray:
    """Bare ground: stones and sand, hardly related to their neighbours. (count, 28, 28)"""
    return smoothed(random.standard_normal((count, SIDE, SIDE)), 0.5)


def crowns(count: int, random: np.random.Generator) -> np.ndarray:
    """Tree tops: round, some pixels wide, alike in every direction. (count, 28, 28)"""
    noise = random.standard_normal((count, SIDE, SIDE))
    width = random.uniform(1.4, 2.1, (count, 1, 1))
    blobs = standardized(smoothed(noise, width) - smoothed(noise, 2 * width))
    return blobs + 0.35 * random.standard_normal(blobs.shape)


def rows(count: int, random: np.random.Generator) -> np.ndarray:
    """Mown or sown rows in one direction. (count, 28, 28)"""
    down, across = np.mgrid[:SIDE, :SIDE]
    angle = random.uniform(0, np.pi, (count, 1, 1))
    period = random.uniform(3.5, 6, (count, 1, 1))
    phase = random.uniform(0, 2 * np.pi, (count, 1, 1))
    bend = 0.8 * standardized(smoothed(random.standard_normal((count, SIDE, SIDE)), 5.0))
    waves: np.ndarray = np.sin(2 * np.pi * (down * np.sin(angle) + across * np.cos(angle) + bend) / period + phase)
    return waves + 0.5 * random.standard_normal(waves.shape)


def roofs(count: int, random: np.random.Generator) -> np.ndarray:
    """Roofs and yards: even surfaces with straight edges, one over another. (count, 28, 28)"""
    surfaces = 0.12 * random.standard_normal((count, SIDE, SIDE))
    down, across = np.mgrid[:SIDE, :SIDE]
    for _ in range(7):
        centre, half = random.uniform(0, SIDE, (2, count, 1, 1)), random.uniform(3, 8, (2, count, 1, 1))
        inside = (abs(down - centre[0]) < half[0]) & (abs(across - centre[1]) < half[1])
        level = random.standard_normal((count, 1, 1))
        surfaces = np.where(inside, level + 0.12 * random.standard_normal(surfaces.shape), surfaces)
    return surfaces


TEXTURES: tuple[Callable[[int, np.random.Generator], np.ndarray], ...] = (grain, crowns, rows, roofs)


def smoothed(pictures: np.ndarray, width: float | np.ndarray) -> np.ndarray:
    """Pictures (N, 28, 28) blurred by a Gaussian of standard deviation `width` pixels, wrapped round at the borders."""
    down, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)
    gaussian = np.exp(-2 * (np.pi * width) ** 2 * (down**2 + across**2))
    return np.fft.irfft2(np.fft.rfft2(pictures) * gaussian, s=(SIDE, SIDE))


def standardized(pictures: np.ndarray) -> np.ndarray:
    """Each picture (N, H, W) scaled to standard deviation 1."""
    scaled: np.ndarray = pictures / pictures.std(axis=(-2, -1), keepdims=True)
    return scaled


def ranked(pictures: np.ndarray) -> np.ndarray:
    """Each value of pictures (N, H, W) replaced by its rank within its picture, scaled to 0 to 1.

    So every picture has the same levels, each once.

    >>> ranked(np.array([[[5.0, 7.0], [9.0, 6.0]]])).round(2).tolist()
    [[[0.0, 0.67], [1.0, 0.33]]]
    """
    flat = pictures.reshape(len(pictures), -1)
    return (flat.argsort(axis=1).argsort(axis=1) / (flat.shape[1] - 1)).reshape(pictures.shape)


def coloured(brightness: np.ndarray, leanings: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Brightness (N, 28, 28) as patches (N, 4, 28, 28), on ramps mixed of soil, plants, stone by `leanings` (N, 3)."""
    dark, bright = (np.tensordot(leanings, np.array(ends), 1) for ends in zip(SOIL, PLANTS, STONE, strict=True))
    sun = random.uniform(0.85, 1.1, (len(brightness), 1, 1, 1))
    ramp = dark[..., None, None] + (bright - dark)[..., None, None] * brightness[:, None]
    levels: np.ndarray = np.rint(255 * np.clip(sun * ramp + 0.02 * random.standard_normal(ramp.shape), 0, 1))
    return (levels / 255).astype(np.float32)
