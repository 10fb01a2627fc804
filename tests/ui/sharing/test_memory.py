"""Before memory runs out: what is known of its limit, what is let go of, and when it is refused, in a sentence."""

import ctypes
import gc
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from cnnviz.attribution.question import in_words, question_of
from cnnviz.attribution.sanity import DRAWS
from cnnviz.gallery import gallery_picture
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.feature_visualization import Ascent, Goal
from cnnviz.networks.memory import activation_bytes, loading_bytes, ran_out
from cnnviz.networks.preprocess import Preprocessing
from cnnviz.networks.zoo import MODELS, load_model, weights_path
from cnnviz.ui.explore.attribution.query import Query, sanity_work
from cnnviz.ui.sharing import cached, memory, memory_limits
from cnnviz.ui.sharing.background_work import NO_MEMORY, Work
from cnnviz.ui.sharing.bounded_cache import BoundedCache
from cnnviz.ui.sharing.memory import RESERVE, SMALL, NoRoom, let_go, make_room, room_for
from cnnviz.ui.sharing.memory_limits import room
from tests.networks.test_zoo import resnet18, save
from tests.ui.conftest import Clock

MB = 1_000_000


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNVIZ_MEMORY_LIMIT_MB", raising=False)


def put(root: Path, **files: str) -> Path:
    """A file system of these files, "/" written as "__"."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


STAT = "anon 700000000\nfile 300000000\ninactive_file 100000000\nactive_file 50000000\n"


def test_where_nothing_is_known_there_is_no_limit(tmp_path: Path) -> None:
    assert room(tmp_path) is None


def test_a_machine_has_what_the_kernel_calls_available(tmp_path: Path) -> None:
    put(tmp_path, proc__meminfo="MemTotal:  8000 kB\nMemFree:  100 kB\nMemAvailable:  5000 kB\n")
    assert room(tmp_path) == 5_120_000


def test_a_container_has_its_limit_less_what_is_used_but_files_of_the_disk_make_room(tmp_path: Path) -> None:
    put(tmp_path, proc__meminfo="MemAvailable: 60000000 kB\n", proc__self__cgroup="0::/\n")
    put(
        tmp_path / "sys" / "fs" / "cgroup",
        **{"memory.max": "3000000000\n", "memory.current": "1000000000\n", "memory.stat": STAT, "memory.high": "max\n"},
    )
    assert room(tmp_path) == 2_150 * MB


def test_of_nested_groups_and_of_the_softer_limit_the_tightest_counts(tmp_path: Path) -> None:
    put(tmp_path, proc__self__cgroup="0::/cnnviz.slice/cnnviz@8501.service\n")
    top = tmp_path / "sys" / "fs" / "cgroup" / "cnnviz.slice"
    put(top, **{"memory.max": "4000000000", "memory.current": "1500000000", "memory.high": "max"})
    unit = top / "cnnviz@8501.service"
    put(unit, **{"memory.max": "3000000000", "memory.current": "900000000", "memory.high": "2500000000"})
    assert room(tmp_path) == 1_600 * MB
    put(top, **{"memory.current": "3900000000"})
    assert room(tmp_path) == 100 * MB


@pytest.mark.parametrize("group", ["/", "/docker/0123abc", "/../other"])
def test_the_older_control_groups_are_read_too(group: str, tmp_path: Path) -> None:
    """Inside a container the path is the one outside: what is mounted at the top is its own."""
    put(tmp_path, proc__self__cgroup=f"9:name=systemd:/\n4:memory:{group}\n0::/\n")
    limits = {"memory.limit_in_bytes": "2000000000", "memory.usage_in_bytes": "1200000000"}
    stat = "inactive_file 1\nactive_file 1\ntotal_inactive_file 100000000\ntotal_active_file 20000000\n"
    put(tmp_path / "sys" / "fs" / "cgroup" / "memory", **limits, **{"memory.stat": stat})
    assert room(tmp_path) == 920 * MB
    put(tmp_path / "sys" / "fs" / "cgroup" / "memory", **{"memory.limit_in_bytes": "9223372036854771712"})
    assert room(tmp_path) is None


def test_a_setting_is_for_the_processes_own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = "VmRSS: 900000 kB\nRssAnon: 400000 kB\nRssFile: 490000 kB\nRssShmem: 10000 kB\nVmSwap: 0 kB\n"
    put(tmp_path, proc__self__status=status, proc__meminfo="MemAvailable: 60000000 kB\n")
    monkeypatch.setenv("CNNVIZ_MEMORY_LIMIT_MB", "1500")
    assert room(tmp_path) == 1_500 * MB - 410_000 * 1024
    for junk in ("", "a lot", "-5", "1.5", "²"):
        monkeypatch.setenv("CNNVIZ_MEMORY_LIMIT_MB", junk)
        assert room(tmp_path) == 60_000_000 * 1024


def test_on_this_machine_the_reading_is_plausible() -> None:
    left = room()
    assert left is None or left > 0


# --- before it runs out ---


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """So many bytes are left; set by hand."""
    left = SimpleNamespace(bytes=0)
    monkeypatch.setattr(memory, "room", lambda: left.bytes)
    return left


def test_what_fits_is_given_and_what_does_not_is_refused_in_a_sentence(left: SimpleNamespace) -> None:
    left.bytes = 600 * MB
    assert make_room(500 * MB)
    assert not make_room(501 * MB)
    with pytest.raises(NoRoom) as refusal, room_for(501 * MB, "vgg16"):
        pass
    assert str(refusal.value) == (
        "This server has no memory left for VGG-16 at the moment: others look into networks too. "
        "Try again in a few minutes, or take a smaller network."
    )


def test_what_takes_little_is_never_refused_and_where_nothing_is_known_nothing_is(
    left: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make_room(SMALL - 1)
    monkeypatch.setattr(memory, "room", lambda: None)
    assert make_room(1e15)


def test_a_small_network_is_not_told_to_be_taken_instead_of_itself() -> None:
    assert str(NoRoom("slim_vgg")).endswith("Try again in a few minutes.")


def test_first_what_nobody_uses_is_let_go_of_the_longest_unused_first(
    left: SimpleNamespace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: BoundedCache[str] = BoundedCache(600, now=clock)
    for key, asked in (("old", 0.0), ("recent", 70.0), ("in use", 99.0)):
        clock.time = asked
        kept.put(key, key)
    clock.time = 100.0
    sizes = {"old": 300 * MB, "recent": 200 * MB, "in use": 400 * MB}
    monkeypatch.setattr(memory, "room", lambda: 1000 * MB - sum(sizes[key] for key in kept.values()))
    assert make_room(150 * MB)
    assert kept.values() == ["recent", "in use"], "no more than was needed"
    assert make_room(450 * MB)
    assert kept.values() == ["in use"]
    assert not make_room(550 * MB)
    assert kept.values() == ["in use"], "what somebody uses stays"


def test_two_who_ask_at_once_are_not_given_the_same_bytes(left: SimpleNamespace) -> None:
    left.bytes = 1000 * MB
    with room_for(600 * MB, "vgg16", claimed=600 * MB) as claim:
        with pytest.raises(NoRoom), room_for(400 * MB, "alexnet"):
            pass
        claim.left = 100 * MB
        with room_for(400 * MB, "alexnet"):
            pass
    with room_for(900 * MB, "vgg16"):
        pass


def too_much() -> torch.Tensor:
    return torch.empty(2**60, dtype=torch.uint8)


def far_too_many() -> bytearray:
    return bytearray(2**62)


@pytest.mark.parametrize("take", [too_much, far_too_many])
def test_memory_that_runs_out_all_the_same_becomes_the_sentence(take: Callable[[], object]) -> None:
    with pytest.raises(NoRoom, match="no memory left for ResNet-50"), room_for(0, "resnet50"):
        take()
    with pytest.raises(RuntimeError, match="another"), room_for(0, "resnet50"):
        raise RuntimeError("another problem")


def test_where_memory_ran_out_what_nobody_uses_leaves_for_the_next_try(clock: Clock) -> None:
    kept: BoundedCache[str] = BoundedCache(600, now=clock)
    kept.put("old", "old")
    clock.time = 100.0
    kept.put("in use", "in use")
    with pytest.raises(RuntimeError), room_for(0, "resnet50"):
        raise RuntimeError("another problem")
    assert kept.values() == ["old", "in use"]
    with pytest.raises(NoRoom), room_for(0, "resnet50"):
        too_much()
    assert kept.values() == ["in use"]


class Twin:
    """Holds another that holds it, as a network and what was made from it do."""

    def __init__(self) -> None:
        self.other = self


def test_what_holds_itself_is_let_go_of_too() -> None:
    twin = Twin()
    left = weakref.ref(twin)
    gc.disable()  # or it could be collected at any moment
    try:
        del twin
        assert left() is not None
        let_go(1e9)
        assert left() is None
    finally:
        gc.enable()


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what was freed"
)
def test_what_was_freed_goes_back_to_the_system() -> None:
    blocks = [b"x" * (50_000 + number) for number in range(4000)]  # 200 MB, in pieces that glibc keeps when freed
    last = b"x" * 60_000  # above them, or the heap would shrink by itself
    del blocks
    held = resident()
    let_go(1e9)
    assert held - resident() > 100 * MB
    assert last


class Greedy(nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return too_much()[: image.numel()]


def test_a_layer_that_finds_no_memory_does_not_blame_the_picture() -> None:
    network = nn.Sequential(Greedy(), nn.Conv2d(3, 2, 1))
    with pytest.raises(MemoryError, match="allocate"):
        forward(network, torch.zeros(1, 3, 8, 8))
    with pytest.raises(MemoryError, match="allocate"):
        Ascent(network, Goal("1", 0), Preprocessing(resize_size=32, crop_size=32)).report()
    question = question_of(nn.Sequential(nn.Conv2d(3, 2, 8), nn.Flatten()), torch.zeros(1, 3, 8, 8), 0)
    object.__setattr__(question, "answers", lambda _images: too_much())
    with pytest.raises(MemoryError, match="allocate"), in_words(question):
        question.answers(question.image)


def test_a_sanity_check_claims_the_weights_that_it_will_have_of_its_own(left: SimpleNamespace) -> None:
    left.bytes = 1000 * MB
    weights = sum(weight.nbytes for weight in load_model("slim_vgg").module.parameters())
    _, work = sanity_work(Query("slim_vgg", gallery_picture("rocket"), 3, "saliency"))
    claimed = []
    for _ in work._reports:
        (claim,) = memory._claims
        claimed.append(claim.left)
    assert claimed[0] == DRAWS * weights
    assert claimed == sorted(claimed, reverse=True)
    assert claimed[-1] == 0
    assert not memory._claims


def test_work_that_finds_no_memory_says_so() -> None:
    def reports() -> Iterator[int]:
        yield 1
        too_much()

    failed = Work(reports())
    failed.start()
    failed.wait(5.0)
    assert (failed.state, failed.problem) == ("failed", NO_MEMORY)


def test_a_file_is_not_called_damaged_where_there_is_no_memory_to_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(tmp_path / "own"))
    save(resnet18().state_dict(), tmp_path / "own", "resnet18", monkeypatch)
    monkeypatch.setattr(torch, "load", lambda *_, **__: too_much())
    with pytest.raises(MemoryError):
        load_model("resnet18", download=False)


# --- how much is needed ---


def test_random_weights_are_the_processes_own_and_mapped_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    assert loading_bytes(MODELS["vgg16"], None) == 553_433_881
    for zipped, taken in ((True, 0), (False, 46_830_571)):
        (folder := tmp_path / f"own {zipped}").mkdir()
        monkeypatch.setenv("CNNVIZ_WEIGHTS_DIR", str(folder))
        save(resnet18().state_dict(), folder, "resnet18", monkeypatch, zipped)
        entry = MODELS["resnet18"]
        assert loading_bytes(entry, weights_path(entry)) == pytest.approx(taken, rel=0.01)
        load_model("resnet18", download=False)
        assert loading_bytes(entry, weights_path(entry)) == 0, "from its converted copy"
    assert loading_bytes(MODELS["slim_vgg"], weights_path(MODELS["slim_vgg"])) < SMALL


def test_the_values_of_all_layers_are_those_that_an_inference_keeps() -> None:
    model = load_model("slim_vgg")
    counted = activation_bytes(*cached.surveyed(model))
    answer = forward(model.module, torch.zeros(1, 3, 96, 96))
    kept = [*answer.feature_maps.values(), *answer.vectors.values()]
    assert counted == pytest.approx(sum(array.nbytes for array in kept), rel=0.1)


def test_two_networks_that_are_loaded_at_once_are_counted_together(
    left: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    left.bytes = RESERVE + 300 * MB  # 244 for AlexNet, 102 for ResNet-50
    loading, may_end = threading.Event(), threading.Event()

    def slow(name: str, download: bool) -> str:
        loading.set()
        may_end.wait(20)
        return name

    monkeypatch.setattr(cached, "load_model", slow)
    first = threading.Thread(target=cached._load, args=("alexnet", None))
    first.start()
    assert loading.wait(5)
    with pytest.raises(NoRoom, match="ResNet-50"):
        cached._load("resnet50", None)
    may_end.set()
    first.join()
    loaded: object = cached._load("resnet50", None)
    assert loaded == "resnet50"


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    assert ran_out(MemoryError())
    assert ran_out(OSError(12, "Cannot allocate memory"))
    assert not ran_out(OSError(28, "No space left on device"))
    assert not ran_out(ValueError("can't allocate memory"))
    assert memory_limits.room(Path("/nowhere")) is None
