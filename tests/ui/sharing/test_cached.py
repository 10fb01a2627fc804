"""What visitors share: one inference at a time, kept for the next who asks the same."""

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cnnviz.images import Picture
from cnnviz.networks import feature_maps, residual
from cnnviz.networks.feature_maps import ForwardPass
from cnnviz.networks.residual import ResidualBlock, residual_blocks
from cnnviz.ui.sharing import cached, memory
from cnnviz.ui.sharing.bounded_cache import BoundedCache
from cnnviz.ui.sharing.memory import NoRoom
from tests.ui.conftest import until


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(cached, "_passes", BoundedCache(60, cached.KEPT_BYTES, cached._bytes_of))
    monkeypatch.setattr(cached, "_sent", BoundedCache(60, cached.KEPT_SENT_BYTES, lambda array: array.nbytes))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def picture(colour: str) -> Picture:
    return Picture(Image.new("RGB", (64, 64), colour), sha256=colour, name=colour)


def test_importing_it_does_not_import_torch_and_warming_does_in_the_background() -> None:
    code = (
        "import sys, time; from cnnviz.ui.sharing import cached; print('torch' in sys.modules); "
        "before = time.monotonic(); cached.warm(); print(time.monotonic() - before < 1); "
        "cached._warmer().join(); print('torchvision.models' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert answer.stdout.split() == ["False", "True", "True"]


def test_the_same_picture_is_computed_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    compute = cached._compute

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return compute(*arguments)

    monkeypatch.setattr(cached, "_compute", counted)
    results = []
    sessions = [
        threading.Thread(target=lambda: results.append(cached.forward_pass("resnet18", picture("teal"))))
        for _ in range(3)
    ]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    assert len(calls) == 1
    assert results[0] is results[1] is results[2]
    assert cached.forward_pass("resnet18", picture("gold")) is not results[0]


def test_it_gives_what_the_network_answers() -> None:
    model = cached.model("resnet18")
    result = cached.forward_pass("resnet18", picture("teal"))
    with torch.inference_mode():
        scores = model.module(model.preprocess(picture("teal").image))[0].numpy()
    np.testing.assert_array_equal(result.scores, scores)
    assert result.feature_maps["conv1"].shape == (64, 112, 112)


def test_only_one_picture_is_computed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0
    forward = feature_maps.forward

    def counted(*arguments: object, **options: object) -> ForwardPass:
        nonlocal running, most
        running += 1
        most = max(most, running)
        result = forward(*arguments, **options)  # type: ignore[arg-type]
        running -= 1
        return result

    monkeypatch.setattr(feature_maps, "forward", counted)
    colours = ["red", "green", "blue", "white"]
    sessions = [threading.Thread(target=cached.forward_pass, args=("resnet18", picture(colour))) for colour in colours]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    assert most == 1


def test_an_inference_that_fails_lets_the_next_one_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> ForwardPass:
        raise InterruptedError

    with monkeypatch.context() as failing:
        failing.setattr(cached, "_compute", fail)
        with pytest.raises(InterruptedError):
            cached.forward_pass("resnet18", picture("teal"))
    assert cached.forward_pass("resnet18", picture("teal")).scores.shape == (1000,)


def test_whoever_waits_is_told_so() -> None:
    told = threading.Event()
    words: list[int] = []

    def tell(before: int) -> None:
        words.append(before)
        told.set()

    def wait() -> None:
        with cached.inference_queue.turn(on_wait=tell):
            pass

    with cached.inference_queue.turn():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert told.wait(5)
    waiting.join()
    assert words[0] == 1


def test_the_number_of_threads_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_TORCH_THREADS", "2")
    cached.forward_pass("resnet18", picture("teal"))
    assert torch.get_num_threads() == 2


def a_block(seen: Picture) -> ResidualBlock:
    return residual_blocks(cached.activations("slim_resnet", seen).network)[1]


def test_a_path_switched_off_is_computed_once_and_is_what_the_network_itself_makes_of_it() -> None:
    seen = picture("brown")
    block = a_block(seen)
    found = cached.switched_off("slim_resnet", seen, block, "F")
    expected = residual.switched_off(cached.activations("slim_resnet", seen), block, "F")
    np.testing.assert_array_equal(found.answer.scores, expected.answer.scores)
    np.testing.assert_array_equal(found[block.after], expected[block.after])
    assert cached.switched_off("slim_resnet", seen, block, "F")[block.after] is found[block.after]
    assert cached.switched_off("slim_resnet", seen, block, "")[block.after] is not found[block.after]


def test_a_path_switched_off_keeps_no_network_in_memory() -> None:
    cached._networks.clear()  # tests before may still hold on to one that they have loaded
    seen = picture("navy")
    found = cached.switched_off("slim_resnet", seen, a_block(seen), "shortcut")
    network = weakref.ref(found.module)
    cached._networks.clear()
    assert network() is not None
    del found
    gc.collect()
    assert network() is None


def test_a_path_is_switched_off_only_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = picture("red")
    block = a_block(seen)
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "room", lambda: memory.RESERVE)
    with pytest.raises(NoRoom):
        cached.switched_off("slim_resnet", seen, block, "F")


def test_the_answers_to_one_picture_are_forgotten_and_no_others() -> None:
    for colour in ("green", "white"):
        cached.forward_pass("slim_alexnet", picture(colour))
        cached.deconvolved("slim_alexnet", picture(colour), "features.0", (0, 3, 3))
    kept = cached.forward_pass("slim_alexnet", picture("white"))
    cached.forget_answers(picture("green"))
    assert cached._passes.values() == [kept]
    assert len(cached._sent.values()) == 1
    assert cached.forward_pass("slim_alexnet", picture("white")) is kept


def test_of_two_who_switch_the_same_path_off_at_once_one_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, computed, compute = picture("olive"), list[str](), residual.switched_off
    block = a_block(seen)

    def counted(*asked: Any) -> Any:
        computed.append("once")
        return compute(*asked)

    monkeypatch.setattr(residual, "switched_off", counted)
    threads = [threading.Thread(target=cached.switched_off, args=("slim_resnet", seen, block, "F")) for _ in range(4)]
    with cached.inference_queue.turn():
        for thread in threads:
            thread.start()
        until(lambda: cached.inference_queue.waiting == 4)
    for thread in threads:
        thread.join()
    assert computed == ["once"]
