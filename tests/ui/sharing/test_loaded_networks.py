"""Networks in memory: loaded once, shared, and gone when nobody has asked for them for a while."""

import gc
import threading
import weakref

import pytest

from cnnviz.networks.zoo import Model, load_model
from cnnviz.ui.sharing.loaded_networks import LoadedNetworks
from tests.ui.conftest import Clock


def test_a_network_is_loaded_once_and_shared(clock: Clock) -> None:
    networks = LoadedNetworks(60, clock)
    loads: list[str] = []
    found: list[Model] = []

    def load() -> Model:
        loads.append("slim_vgg")
        return load_model("slim_vgg")

    threads = [threading.Thread(target=lambda: found.append(networks.get(("slim_vgg",), load))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["slim_vgg"]
    assert all(model is found[0] for model in found)


def test_what_nobody_asks_for_leaves_the_memory_and_what_is_used_stays(clock: Clock) -> None:
    networks = LoadedNetworks(60, clock)
    module = weakref.ref(networks.get(("a",), lambda: load_model("slim_alexnet")).module)
    networks.get(("b",), lambda: load_model("slim_vgg"))
    clock.time = 50.0
    networks.get(("b",), lambda: load_model("slim_vgg"))
    clock.time = 70.0
    networks.release()
    gc.collect()
    assert networks.names() == ["slim_vgg"]
    assert module() is None
    clock.time = 200.0
    networks.release()
    assert networks.names() == []


def test_a_release_comes_by_itself() -> None:
    networks = LoadedNetworks(0.2)
    networks.get(("a",), lambda: load_model("sat6_convnet"))
    done = threading.Event()
    for _ in range(200):
        if not networks.names():
            break
        done.wait(0.05)
    assert networks.names() == []


def test_a_load_that_fails_can_be_tried_again(clock: Clock) -> None:
    networks = LoadedNetworks(60, clock)

    def fails() -> Model:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        networks.get(("a",), fails)
    assert networks.get(("a",), lambda: load_model("sat6_convnet")).trained
