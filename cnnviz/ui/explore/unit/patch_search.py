"""The patches of a set that excite a channel most: looked for in the background, shown as they are found."""

from collections.abc import Hashable, Iterator

import streamlit as st
from PIL import Image

from cnnviz.figures.patches import cut
from cnnviz.gallery import gallery_picture
from cnnviz.images import Picture
from cnnviz.networks.activations import number
from cnnviz.networks.memory import FORWARD
from cnnviz.networks.preprocess import Preprocessing, preprocess_steps
from cnnviz.networks.top_patches import COUNT, Patch, PatchIndex, indexing, patch_window
from cnnviz.networks.zoo import Model
from cnnviz.ui.components.unit_tiles import Tile, show_tiles
from cnnviz.ui.explore.neuron.opening import want_neuron
from cnnviz.ui.explore.unit.picture_set import choose_set
from cnnviz.ui.page.lesson import Lesson
from cnnviz.ui.pickers.network import untrained_label
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.background_work import Work
from cnnviz.ui.sharing.shared_work import draw_standing, followed, shared_work

AT_ONCE = 0.5  # seconds to wait before the page is drawn without: what lies on disk is there by then


def show_patches(model: Model, layer: str, channel: int, lesson: Lesson) -> bool:
    """The choice of the set, the nine patches, and how far the search is; whether it was running when it was drawn."""
    pictures = choose_set()
    if not pictures:
        show_tiles([], COUNT, "No pictures yet", lambda _: None, key="seek_patches")
        st.caption("No pictures of yours yet: add some. They are kept in memory only, and leave with your visit.")
        return False
    key, work = index_work(model, pictures)
    index, running = followed(key, work, "patches", AT_ONCE)
    found = index.patches(layer, channel) if index is not None else []
    patches = [patch for patch in found if patch.value > 0]  # what is 0 or below excites nothing

    def choose(place: int) -> None:
        patch = patches[place]
        want_neuron(pictures[patch.picture], model.name, layer, (channel, patch.row, patch.column))

    tiles = tiles_of(model, layer, pictures, patches)
    show_tiles(tiles, COUNT, f"Patches that excite channel {channel} of {layer} most", choose, key="seek_patches")
    untrained_label(model)
    draw_progress(key, work, running, len(index.hashes) if index is not None else 0, len(pictures))
    if len(patches) < len(found):
        st.caption(lesson["Left out" if patches else "Nothing excites it"])
    return running


def index_work(model: Model, pictures: tuple[Picture, ...]) -> tuple[Hashable, Work[PatchIndex]]:
    """The search through these pictures, shared by all who look for the same."""
    name = model.name
    key = ("patches", name, cached.state_of(model), tuple(picture.sha256 for picture in pictures))
    return key, shared_work(key, lambda: searched(name, pictures))


def searched(name: str, pictures: tuple[Picture, ...]) -> Iterator[PatchIndex]:
    """The index, picture by picture, as far as there is memory for an inference."""
    model = cached.model(name)
    with cached.room_to_compute(model, FORWARD):
        yield from indexing(model, pictures)


def draw_progress(key: Hashable, work: Work[PatchIndex], running: bool, done: int, count: int) -> None:
    """One line: how far the search is, with Stop; or what was searched."""
    if running or work.state != "finished":
        draw_standing(key, work, done, count, "Pictures looked at", "seek_search")
    else:
        st.caption(f"Out of {count} pictures, at most two patches of each. Click one to take that neuron apart.")


def tiles_of(model: Model, layer: str, pictures: tuple[Picture, ...], patches: list[Patch]) -> list[Tile]:
    """The patches cut from what the network saw, by their receptive fields."""
    network, shape = cached.surveyed(model)
    tiles = []
    for patch in patches:
        picture = pictures[patch.picture]
        rows, columns = patch_window(network, shape, layer, patch.row, patch.column)
        words = (
            f"{number(patch.value)} {picture.name}, row {patch.row}, column {patch.column}; "
            f"{len(rows)} × {len(columns)} pixels. Opens this neuron."
        )
        tiles.append(Tile(cut(seen(model, picture), rows, columns), patch.value, picture.name, words))
    return tiles


def seen(model: Model, picture: Picture) -> Image.Image:
    """What the network sees of a picture; of a gallery picture worked out once, own ones are not kept for others."""
    if picture.gallery_key is not None:
        return _gallery_seen(picture.gallery_key, model.preprocessing)
    return preprocess_steps(picture.image, model.preprocessing).cropped


@st.cache_resource(show_spinner=False, max_entries=100)
def _gallery_seen(key: str, settings: Preprocessing) -> Image.Image:
    return preprocess_steps(gallery_picture(key).image, settings).cropped
