"""A server without memory says so in the page, offers the small networks, and goes on when there is room again."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

import app as table_of_contents
from cnnviz.gallery import gallery_picture
from cnnviz.networks import feature_maps
from cnnviz.ui.sharing import cached, memory, memory_limits, shared_work
from cnnviz.ui.sharing.memory import RESERVE
from tests.pages.test_explore import data_of, opened
from tests.pages.test_visualize_a_unit import button

torch.set_num_threads(1)

MB = 1_000_000
PAGES = [Path(file).stem for file, *_ in table_of_contents.CHAPTERS["Explore"]]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What other tests have loaded needs no room."""
    cached._networks.clear()
    cached._passes.clear()
    cached._sent.clear()
    shared_work._works.clear()


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """So many bytes are left beside the reserve; set by hand."""
    left = SimpleNamespace(bytes=1000 * MB)
    monkeypatch.setattr(memory, "room", lambda: RESERVE + left.bytes)
    return left


def refused(app: AppTest) -> str:
    """The sentence that takes the place of the answer."""
    assert not app.exception
    (told,) = [error.value for error in app.error if "no memory left" in error.value]
    return str(told)


def asks_for(page: str, title: str) -> dict[str, str]:
    return {"first_network" if page == "two_networks" else "network": title}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_refuses_a_network_that_would_not_fit_and_goes_on_with_a_small_one(
    page: str, left: SimpleNamespace
) -> None:
    left.bytes = 100 * MB
    app = opened(page, **asks_for(page, "ResNet-50"))
    assert "no memory left for ResNet-50 at the moment" in refused(app)
    assert cached._networks.names() in ([], ["squeezenet1_1"], ["slim_resnet"])
    left.bytes = 140 * MB  # for what the small ones take
    button(app, "no_room_slim_resnet").click().run()
    assert not app.exception
    assert not app.error
    assert "slim_resnet" in cached._networks.names()


def test_a_real_limit_refuses_what_goes_beyond_it(monkeypatch: pytest.MonkeyPatch) -> None:
    if memory_limits.room() is None:
        pytest.skip("this system does not tell how much memory a process takes")
    monkeypatch.setenv("CNNVIZ_MEMORY_LIMIT_MB", "1000000")
    memory.let_go(0.0)  # what tests before have left would make room in the middle of this one
    used = 1_000_000 * MB - (memory_limits._room_of_setting(Path("/")) or 0)
    monkeypatch.setenv("CNNVIZ_MEMORY_LIMIT_MB", str((used + RESERVE) // MB + 200))
    app = opened("prediction", network="AlexNet")
    assert "no memory left for AlexNet" in refused(app)
    monkeypatch.setenv("CNNVIZ_MEMORY_LIMIT_MB", str((used + RESERVE) // MB + 600))
    button(app, "no_room_again").click().run()
    assert not app.error
    assert data_of(app, "prediction_softmax")


def test_a_network_that_fits_with_a_picture_that_does_not_is_refused_too(left: SimpleNamespace) -> None:
    left.bytes = 150 * MB  # 103 for the weights, 195 for a picture's way through
    app = opened("feature_maps", network="ResNet-50")
    assert "no memory left for ResNet-50" in refused(app)
    assert cached._networks.names() == ["resnet50"]
    with cached.inference_queue.turn(on_wait=lambda before: pytest.fail("the turn was not given away")):
        pass
    left.bytes = 250 * MB
    button(app, "no_room_again").click().run()
    assert not app.error
    assert app.get("bidi_component")


def test_what_others_left_behind_makes_room(left: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    opened("prediction", network="AlexNet")
    opened("prediction")
    assert set(cached._networks.names()) == {"alexnet", "squeezenet1_1"}
    monkeypatch.setattr(memory, "IDLE", (0.0,))  # as if their visitors had gone
    monkeypatch.setattr(memory, "room", lambda: RESERVE + (100 if "alexnet" in cached._networks.names() else 344) * MB)
    app = opened("prediction", network="ResNet-50")
    assert not app.error
    assert cached._networks.names() == ["resnet50"]


def test_long_work_that_would_not_fit_says_so_and_can_be_tried_again(left: SimpleNamespace) -> None:
    left.bytes = 100 * MB
    app = opened("attribution", network="Slim VGG", method="Saliency")
    assert not app.exception
    assert "no memory left for Slim VGG at the moment" in " ".join(element.value for element in app.markdown)
    left.bytes = 1000 * MB
    button(app, "attribution_map_button").click().run()
    assert not app.exception
    assert "no memory left" not in " ".join(element.value for element in app.markdown)
    left.bytes = 100 * MB
    app.segmented_control(key="attribution_check").set_value("Sanity check").run()
    assert not app.exception
    assert [candidate.label for candidate in app.button if candidate.key == "sanity_button"] == ["Try again"]


def test_a_search_and_a_climb_that_would_not_fit_say_so_beside_what_does(
    left: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached.forward_pass("alexnet", gallery_picture("chelsea"))
    monkeypatch.setattr(memory, "SMALL", 0)
    left.bytes = 1
    monkeypatch.setattr(cached, "deconvolved", lambda *_: cached.activations(*_[:2]).image)
    app = opened("visualize_a_unit", network="AlexNet", seek_layer="features.0", seek_channel="3")
    assert sum("no memory left for AlexNet" in told.value for told in (*app.markdown, *app.error)) == 1
    button(app, "seek_start").click().run()
    assert sum("no memory left for AlexNet" in told.value for told in (*app.markdown, *app.error)) == 2
    left.bytes = 1000 * MB
    button(app, "seek_search_button").click().run()
    assert sum("no memory left for AlexNet" in told.value for told in (*app.markdown, *app.error)) == 1
    assert data_of(app, "seek_patches")["patches"]["tiles"]


def test_memory_that_runs_out_in_an_inference_is_said_and_the_next_try_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def greedy(*_: Any, **__: Any) -> None:
        torch.empty(2**60, dtype=torch.uint8)

    with monkeypatch.context() as failing:
        failing.setattr(feature_maps, "forward", greedy)
        app = opened("prediction", network="ResNet-18", picture="coffee")
        assert "no memory left for ResNet-18" in refused(app)
    button(app, "no_room_again").click().run()
    assert not app.error
    assert data_of(app, "prediction_softmax")
