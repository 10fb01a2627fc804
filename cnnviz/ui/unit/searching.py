"""The patches of a set that excite a channel most: looked for in the background, shown as they are found."""

from collections.abc import Callable, Iterator

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
from cnnviz.ui import cached
from cnnviz.ui.neuron.opening import want_neuron
from cnnviz.ui.plain import plain
from cnnviz.ui.unit import Tile, show_tiles
from cnnviz.ui.unit.pictures import choose_set
from cnnviz.ui.work import Work, draw_anew, remaining

INDEXES = "seek_indexes"  # in the session
MAX_INDEXES = 3  # kept in a session, 1 to 3 MB each
AT_ONCE = 0.5  # seconds to wait before the page is drawn without: what lies on disk is there by then


def show_patches(model: Model, layer: str, channel: int, label: Callable[[], None]) -> bool:
    """The choice of the set, the nine patches, and how far the search is; `label` is drawn under the patches.

    Whether the search was still running when it was drawn.
    """
    pictures = choose_set()
    if not pictures:
        show_tiles([], COUNT, "No pictures yet", lambda _: None, key="seek_patches")
        st.caption("No pictures of yours yet: add some.")
        return False
    work = index_of(model, pictures)
    runs = work.runs  # asked once: it may end while this is drawn
    index = work.look()
    patches = index.patches(layer, channel) if index is not None else []

    def choose(place: int) -> None:
        patch = patches[place]
        want_neuron(pictures[patch.picture], model.name, layer, (channel, patch.row, patch.column))

    tiles = tiles_of(model, layer, pictures, patches)
    show_tiles(tiles, COUNT, f"Patches that excite channel {channel} of {layer} most", choose, key="seek_patches")
    label()
    draw_progress(work, runs, len(index.hashes) if index is not None else 0, len(pictures))
    return runs


def index_of(model: Model, pictures: tuple[Picture, ...]) -> Work[PatchIndex]:
    """The search of this session through these pictures, begun if it is new; one search runs at a time."""
    works: dict[object, Work[PatchIndex]] = st.session_state.setdefault(INDEXES, {})
    key = (model.name, cached.state_of(model), tuple(picture.sha256 for picture in pictures))
    if key not in works:
        for other in works.values():
            other.stop()
        works[key] = Work(searched(model, pictures))
        works[key].start()
        works[key].wait(AT_ONCE)
        while len(works) > MAX_INDEXES:
            works.pop(next(iter(works)))
    return works[key]


def searched(model: Model, pictures: tuple[Picture, ...]) -> Iterator[PatchIndex]:
    """The index, picture by picture, as far as there is memory for an inference."""
    with cached.room_to_compute(model, FORWARD):
        yield from indexing(model, pictures)


def draw_progress(work: Work[PatchIndex], runs: bool, done: int, count: int) -> None:
    """One line: how far the search is, with Stop; or what was searched."""
    if runs:
        left = f", {remaining(work.seconds / done * (count - done))} left" if done and work.seconds > 3 else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            # First the button: behind a text that grows it would move away under a finger.
            if st.button("Stop", key="seek_stop_search", icon=":material/stop:"):
                work.stop()
                draw_anew()
            st.progress(done / count, f"Picture {min(done + 1, count)} of {count}{left}")
    elif work.state == "failed":
        st.error(plain(work.problem), icon=":material/error:")
        if st.button("Look again", key="seek_look_again", icon=":material/refresh:"):
            st.session_state.pop(INDEXES)
            draw_anew()
    elif work.state == "stopped":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{done} of {count} pictures were looked at.")
            if st.button("Go on", key="seek_go_on_searching", icon=":material/play_arrow:"):
                work.start()
                draw_anew()
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
            f"{number(patch.value)} in {picture.name}, row {patch.row}, column {patch.column}; "
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
