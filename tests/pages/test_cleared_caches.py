"""Whatever is kept may be gone at any moment: a visitor clears Streamlit's caches, a network leaves the memory."""

import contextlib
import gc
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

import app as table_of_contents
from cnnviz.attribution import METHODS
from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.networks import top_patches
from cnnviz.networks.feature_visualization import Goal, ascend
from cnnviz.networks.top_patches import index_patches
from cnnviz.networks.zoo import load_model
from cnnviz.ui.explore.unit import ascent
from cnnviz.ui.sharing import cached, shared_work
from tests.pages.test_attribution import overlay
from tests.pages.test_explore import data_of, opened, words
from tests.pages.test_visualize_a_unit import button, captions

torch.set_num_threads(1)

PAGES = [Path(file).stem for file, *_ in table_of_contents.CHAPTERS["Explore"]]
SMALL = {"network": "Slim AlexNet"}
UNIT = {"network": "Slim VGG", "seek_layer": "features.3", "seek_channel": "3"}


def clear_streamlits_caches() -> None:
    """What anybody's browser can ask for."""
    st.cache_data.clear()
    st.cache_resource.clear()


def clear_everything() -> None:
    """That, and all of the process's own stores, as after ten minutes without a click."""
    clear_streamlits_caches()
    cached._networks.clear()
    cached._passes.clear()
    cached._sent.clear()
    shared_work._works.clear()


@contextlib.contextmanager
def clearing(clear: Any, pause: float = 0.3) -> Iterator[list[int]]:
    """Somebody clears again and again meanwhile; how often."""
    ended, times = threading.Event(), [0]

    def run() -> None:
        while not ended.wait(pause):
            clear()
            times[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield times
    finally:
        ended.set()
        thread.join()


def shown(app: AppTest) -> tuple[Any, ...]:
    """All words, and what the components were sent; not how long it took."""
    told = [caption.value for caption in app.caption if not caption.value.endswith(" s.")]
    return words(app), told, [(e.proto.id, e.proto.json, bytes(e.proto.bytes)) for e in app.get("bidi_component")]


def suggestion(app: AppTest) -> Any:
    return next(button for button in app.button if button.key and button.key.rsplit("_", 1)[-1].isdigit())


@pytest.mark.parametrize("page", PAGES)
def test_an_open_page_shows_the_same_after_everything_was_cleared(page: str) -> None:
    app, other = opened(page, **SMALL), opened(page, **SMALL)
    before = shown(app)
    clear_everything()
    app.run()
    assert not app.exception
    assert shown(app) == before
    suggestion(other).click().run()
    clear_everything()
    suggestion(app).click().run()
    assert not app.exception
    assert shown(app) == shown(other)


def test_a_climb_goes_on_to_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ascent, "STEPS", 24)
    app = opened("visualize_a_unit", **UNIT)
    with clearing(clear_everything, 0.1) as times:
        button(app, "seek_start").click().run()
    assert times[0] > 0
    assert not app.exception
    assert "Step 24 of 24" in captions(app)
    *_, last = ascend(load_model("slim_vgg").module, Goal("features.3", 3), load_model("slim_vgg").preprocessing, 24)
    assert f"**{last.value:.4g}**" in captions(app)


def test_a_climb_asks_the_network_that_is_loaded_anew_and_lets_the_old_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or each climb would hold on to a copy of its own, half a gigabyte of VGG-16."""
    monkeypatch.setattr(ascent, "STEPS", 3)
    app = opened("visualize_a_unit", **UNIT)
    button(app, "seek_start").click().run()
    (climb,) = app.session_state[ascent.CLIMBS].values()
    climb.work = ascent.work_of(cached.model("slim_vgg"), climb.ascent, climb.values, 6)  # further, not begun yet
    old = weakref.ref(cached.model("slim_vgg").module)
    clear_everything()
    app.run()
    assert not app.exception
    gc.collect()
    assert old() is None
    climb.work.start()
    climb.work.wait(20.0)
    assert (climb.work.state, climb.ascent.step) == ("finished", 6)
    assert climb.ascent._module() is cached.model("slim_vgg").module


def test_a_climb_of_a_network_that_was_left_lets_it_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ascent, "STEPS", 3)
    app = opened("visualize_a_unit", **UNIT)
    button(app, "seek_start").click().run()
    assert len(app.session_state[ascent.CLIMBS]) == 1
    app.selectbox(key="network").set_value("slim_alexnet").run()
    assert app.session_state[ascent.CLIMBS] == {}


def test_a_map_and_its_check_become_what_they_are_also_where_networks_leave_meanwhile() -> None:
    def clear() -> None:
        clear_streamlits_caches()
        cached._networks.clear()
        cached._passes.clear()

    with clearing(clear, 0.03) as times:
        app = opened("attribution", method="Integrated gradients", fineness="Finer", network="Slim VGG")
        app.segmented_control(key="attribution_check").set_value("Sanity check").run()
    assert times[0] > 0
    assert not app.exception
    assert "Maps: all 6" in captions(app)
    model = load_model("slim_vgg")
    image = model.preprocess(gallery_picture("chelsea").image)
    likeliest = int(cached.forward_pass("slim_vgg", gallery_picture("chelsea")).scores.argmax())
    expected = METHODS["integrated_gradients"](model.module, image, likeliest, evaluations=64)
    (header,), (values,) = overlay(app)
    np.testing.assert_allclose(values, expected, atol=0.6 * 10.0 ** -header["decimals"])


def test_shared_work_that_was_dropped_begins_anew() -> None:
    dropped = threading.Timer(0.3, clear_everything)
    dropped.start()
    app = opened("attribution", method="Occlusion", fineness="Finer", network="Slim VGG")
    dropped.join()
    assert not app.exception
    assert "Squares: all" in captions(app)
    assert overlay(app)[0][0]["absent"] == ""


def test_a_search_goes_on_to_the_same_patches(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = top_patches.forward

    def forward(*arguments: Any, **options: Any) -> Any:
        time.sleep(0.05)
        return slow(*arguments, **options)

    monkeypatch.setattr(top_patches, "forward", forward)
    with clearing(clear_everything) as times:
        app = opened("visualize_a_unit", **UNIT)
    assert times[0] > 0
    assert "Out of 10 pictures" in captions(app)
    patches = index_patches(load_model("slim_vgg"), [gallery_picture(key) for key in GALLERY]).patches("features.3", 3)
    tiles = data_of(app, "seek_patches")["patches"]["tiles"]
    assert [tile["value"] for tile in tiles] == [f"{patch.value:.4g}".replace("-", "−") for patch in patches]
