"""The picker of networks, and the card for missing weights."""

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torchvision.models import get_model_builder

from cnnviz.networks import transfer
from cnnviz.networks.architecture import Included, Published
from cnnviz.networks.download import current, start
from cnnviz.networks.weights import WeightsFile
from cnnviz.networks.zoo import MODELS
from cnnviz.ui.sharing import cached
from tests.networks.weights_server import WeightsServer, cut_after, serving, status, trickle, weights_file


def page() -> None:
    import streamlit as st

    from cnnviz.ui.pickers.network import choose_network, show_notices, untrained_label

    model = choose_network()
    show_notices(model)
    st.write(f"{model.name}, trained: {model.trained}")
    untrained_label(model)


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transfer, "PAUSES", (0.01,))
    torch.set_num_threads(1)
    return tmp_path / "own"


@pytest.fixture(scope="module")
def resnet18_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("resnet18") / "weights.pth"
    torch.save(get_model_builder("resnet18")(weights=None).state_dict(), path)
    return path.read_bytes()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeightsServer]:
    """A mirror that holds a tiny file in the place of ResNet-18's weights."""
    with serving(bytes(100_000)) as served:
        monkeypatch.setenv("CNNVIZ_WEIGHTS_URL", served.url)
        use(served.content, monkeypatch)
        yield served


def use(content: bytes, monkeypatch: pytest.MonkeyPatch) -> WeightsFile:
    # A number of its own per test: what is known of downloads and networks outlives a test.
    stem = f"resnet18-{time.monotonic_ns()}"
    file = weights_file(content, stem)
    entry = MODELS["resnet18"]
    assert isinstance(entry, Published)
    monkeypatch.setitem(MODELS, "resnet18", dataclasses.replace(entry, weights=file))
    return file


def opened() -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["network"] = "ResNet-18"
    return app.run()


def shown(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def run_until(app: AppTest, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, shown(app)
        time.sleep(0.05)
        app.run()


def button(app: AppTest, label: str) -> object:
    return next(candidate for candidate in app.button if candidate.label == label)


def labels(app: AppTest) -> list[str]:
    return [candidate.label for candidate in app.button]


def test_the_first_network_of_the_table_is_chosen_first(server: WeightsServer) -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert "squeezenet1_1, trained: True" in shown(app)


@pytest.mark.parametrize("name", [name for name, entry in MODELS.items() if isinstance(entry, Included)])
def test_a_network_that_comes_along_says_what_it_cannot_do_and_has_its_card(name: str, server: WeightsServer) -> None:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["network"] = MODELS[name].title
    app.run()
    assert not app.exception
    assert f"{name}, trained: True" in shown(app)
    assert "untrained" not in shown(app)
    assert MODELS[name].scope in shown(app)
    assert "**What it cannot do**" in shown(app)
    assert labels(app) == []


def test_a_network_whose_file_was_lost_says_so_and_is_called_untrained(
    server: WeightsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = MODELS["slim_vgg"]
    assert isinstance(entry, Included)
    lost = dataclasses.replace(entry, file_name="lost.safetensors")
    monkeypatch.setitem(MODELS, "slim_vgg", lost)
    cached._networks.clear()  # what is known of networks outlives a test
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["network"] = "Slim VGG"
    app.run()
    assert not app.exception
    assert "slim_vgg, trained: False" in shown(app)
    assert "lost.safetensors comes with the project and is missing" in shown(app)
    assert "untrained (random weights)" in shown(app)


def test_the_network_of_the_link_is_chosen(server: WeightsServer) -> None:
    app = opened()
    assert not app.exception
    assert "resnet18, trained: False" in shown(app)


def test_a_network_that_is_not_there_falls_back_to_the_first(server: WeightsServer) -> None:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["network"] = "LeNet"
    app.run()
    assert not app.exception
    assert "squeezenet1_1, trained: True" in shown(app)


def test_missing_weights_are_named_and_nothing_is_fetched_without_a_click(server: WeightsServer, own: Path) -> None:
    app = opened()
    file = MODELS["resnet18"].weights
    assert f"The weights file {file.name} (0.1 MB) is not on this machine." in shown(app)
    assert str(own) in shown(app), "where to put it by hand"
    assert "untrained (random weights)" in shown(app)
    assert labels(app) == ["Download 0.1 MB", "Look again"]
    app.run()
    assert server.requests == []


def test_a_click_fetches_the_weights_and_the_page_goes_on_trained(
    server: WeightsServer, resnet18_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = resnet18_bytes
    use(resnet18_bytes, monkeypatch)
    app = opened()
    button(app, "Download 47 MB").click().run()
    run_until(app, lambda: "trained: True" in shown(app))
    assert not app.exception
    assert labels(app) == []
    assert "untrained" not in shown(app)
    assert len(server.requests) == 1


def test_progress_is_shown_while_it_is_fetched_and_stop_ends_it(server: WeightsServer) -> None:
    server.plan = [trickle(0.2)]
    app = opened()
    button(app, "Download 0.1 MB").click().run()
    assert labels(app) == ["Stop"]
    run_until(app, lambda: "0.1 MB, " in app.get("progress")[0].proto.text)
    button(app, "Stop").click().run()
    run_until(app, lambda: "Stop" not in labels(app))
    assert labels(app) == ["Download 0.1 MB", "Look again"]
    assert current(MODELS["resnet18"].weights).progress().state == "stopped"


def test_a_failed_download_tells_why_and_can_be_tried_again(
    server: WeightsServer, resnet18_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = resnet18_bytes
    use(resnet18_bytes, monkeypatch)
    server.plan = [status(404)]
    app = opened()
    button(app, "Download 47 MB").click().run()
    run_until(app, lambda: "does not have it (HTTP 404)" in shown(app))
    assert "trained: False" in shown(app)
    button(app, "Retry").click().run()
    run_until(app, lambda: "trained: True" in shown(app))


def test_a_server_that_dies_half_way_leaves_the_page_untrained_until_a_retry_brings_the_rest(
    server: WeightsServer, resnet18_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = resnet18_bytes
    use(resnet18_bytes, monkeypatch)
    server.plan = [cut_after(3_000_000), status(503), status(503)]
    app = opened()
    button(app, "Download 47 MB").click().run()
    run_until(app, lambda: "Retry" in labels(app))
    assert not app.exception
    assert "out of order at the moment (HTTP 503)" in shown(app)
    assert "resnet18, trained: False" in shown(app)
    assert "untrained (random weights)" in shown(app)
    button(app, "Retry").click().run()
    run_until(app, lambda: "resnet18, trained: True" in shown(app))
    assert server.requests[-1]["Range"] == "bytes=3000000-"


def test_a_folder_that_is_a_file_leaves_the_page_untrained_until_it_is_out_of_the_way(
    server: WeightsServer, resnet18_bytes: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = resnet18_bytes
    use(resnet18_bytes, monkeypatch)
    own.write_text("somebody's notes")
    app = opened()
    button(app, "Download 47 MB").click().run()
    run_until(app, lambda: "Retry" in labels(app))
    assert not app.exception
    assert f"the folder {own} cannot be written to. Set CNNVIZ_WEIGHTS_DIR to a folder that can" in shown(app)
    assert "resnet18, trained: False" in shown(app)
    own.rename(own.with_name("notes"))
    button(app, "Retry").click().run()
    run_until(app, lambda: "resnet18, trained: True" in shown(app))


def test_weights_that_are_taken_away_while_a_page_is_open_leave_it_untrained_with_a_sentence(
    server: WeightsServer, resnet18_bytes: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = use(resnet18_bytes, monkeypatch)
    own.mkdir()
    (own / file.name).write_bytes(resnet18_bytes)
    app = opened()
    assert "resnet18, trained: True" in shown(app)
    (own / file.name).write_bytes(b"written over")
    app.run()
    assert not app.exception
    assert f"{own / file.name} is damaged: its content is not what its name says" in shown(app)
    assert "resnet18, trained: False" in shown(app)
    (own / file.name).unlink()
    assert "is not on this machine" in shown(app.run())


def test_a_session_that_looks_on_sees_the_progress_and_cannot_end_it_for_the_other(server: WeightsServer) -> None:
    server.plan = [trickle(0.2)]
    first, second = opened(), opened()
    button(first, "Download 0.1 MB").click().run()
    second.run()
    assert labels(second) == ["Stop"]
    button(second, "Stop").click().run()
    assert current(MODELS["resnet18"].weights).progress().running
    assert labels(second) == ["Stop"]
    button(first, "Stop").click().run()
    assert not current(MODELS["resnet18"].weights).progress().running


def test_weights_put_there_by_hand_are_found(
    server: WeightsServer, resnet18_bytes: bytes, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = use(resnet18_bytes, monkeypatch)
    app = opened()
    own.mkdir()
    (own / file.name).write_bytes(resnet18_bytes)
    button(app, "Look again").click().run()
    assert "trained: True" in shown(app)


def test_a_file_that_is_no_weights_file_is_told_and_the_network_stays_untrained(
    server: WeightsServer, own: Path
) -> None:
    file = MODELS["resnet18"].weights
    own.mkdir()
    (own / file.name).write_bytes(server.content)
    assert hashlib.sha256(server.content).hexdigest().startswith(file.sha256_prefix)
    app = opened()
    assert not app.exception
    assert "cannot be read as a PyTorch weights file" in shown(app)
    assert "trained: False" in shown(app)


def test_a_download_that_ended_while_nobody_looked_is_picked_up(
    server: WeightsServer, resnet18_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.content = resnet18_bytes
    file = use(resnet18_bytes, monkeypatch)
    app = opened()
    assert start(file).wait(20)
    assert "trained: True" in shown(app.run())
