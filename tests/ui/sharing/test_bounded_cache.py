"""What is kept: within its bytes, the one used last stays, and nothing stays that nobody asks for."""

import gc
import threading
import time
import weakref

import numpy as np

from cnnviz.networks.feature_maps import ForwardPass
from cnnviz.ui.sharing import cached
from cnnviz.ui.sharing.bounded_cache import BoundedCache
from tests.ui.conftest import Clock


def passes_of(num_bytes: int) -> ForwardPass:
    return ForwardPass({"conv": np.zeros(num_bytes // 4, dtype=np.float32)}, np.zeros(1, dtype=np.float32))


def test_what_is_kept_stays_within_its_bytes_and_the_one_used_last_stays() -> None:
    passes = BoundedCache(60, 1000, cached._bytes_of)
    passes.put(("a",), passes_of(400))
    passes.put(("b",), passes_of(400))
    assert passes.get(("a",)) is not None
    passes.put(("c",), passes_of(400))
    assert passes.get(("b",)) is None
    assert passes.get(("a",)) is not None
    assert passes.num_bytes == 800


def test_one_larger_than_the_bound_is_still_given() -> None:
    passes = BoundedCache(60, 1000, cached._bytes_of)
    passes.put(("a",), passes_of(4000))
    assert passes.get(("a",)) is not None


def test_what_nobody_asks_for_leaves_and_what_is_asked_for_stays(clock: Clock) -> None:
    passes = BoundedCache(60, 10_000, cached._bytes_of, clock)
    passes.put("left", passes_of(400))
    passes.put("used", passes_of(400))
    left = weakref.ref(passes.values()[0].feature_maps["conv"])
    clock.time = 50.0
    passes.get("used")
    clock.time = 70.0
    passes.release()
    gc.collect()
    assert passes.get("left") is None
    assert left() is None
    assert passes.get("used") is not None


def test_it_leaves_by_itself_also_when_something_is_put_later() -> None:
    kept: BoundedCache[str] = BoundedCache(0.2)
    for value in ("first", "second"):
        kept.put(value, value)
        deadline = time.monotonic() + 10
        while kept.values() and time.monotonic() < deadline:
            threading.Event().wait(0.05)
        assert kept.values() == []


def test_what_took_long_may_stay_longer(clock: Clock) -> None:
    kept: BoundedCache[float] = BoundedCache(60, now=clock, idle_of=lambda seconds: 600 if seconds > 3 else 60)
    for seconds in (0.1, 30.0):
        kept.put(seconds, seconds)
    clock.time = 61
    kept.release()
    assert kept.values() == [30.0]
    clock.time = 601
    kept.release()
    assert kept.values() == []


def test_those_of_one_kind_are_let_go_of_by_their_keys() -> None:
    kept: BoundedCache[int] = BoundedCache(60)
    for number, key in enumerate([("slim_vgg", "a"), ("slim_vgg", "b"), "b"]):
        kept.put(key, number)
    kept.drop_where(lambda key: isinstance(key, tuple) and key[1] == "b")
    assert kept.values() == [0, 2]
