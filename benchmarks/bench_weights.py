"""Loading VGG-16's weights from disk: this program against the way torchvision's own builder does it.

Run with ``python -m benchmarks.bench_weights``. Two files of the real size with random numbers: one in the format
torch.save writes today, which can be mapped, and one in the format from before 2020, which cannot: it is converted at
its first load (not counted, like a download) and mapped from then on. By its size the published VGG-16 file is of the
second kind, those of the other networks of the first.

Every load runs in a fresh process, the ways take turns, and figures are ratios of medians. Both are counted from after
torch and torchvision are imported: the time, and the memory as the rise of the process's peak of resident memory above
what the imports had already taken. The file is in the disk cache. torchvision does not check the file's SHA-256 when
it loads it, so ours is shown without that check and with it. The last rows include one inference, which touches every
weight: pages of a mapped file count as memory then, although processes share them.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from torchvision.models import vgg16

ROUNDS = 3
GOAL = "at most 0.33"
STEPS = {
    "torchvision": """
import warnings; warnings.simplefilter("ignore")
def load(path):
    module = torchvision.models.vgg16()
    module.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return module.eval()
""",
    "ours": """
import cnnviz.networks.mapped
from cnnviz.networks.zoo import MODELS, _trained_module
cnnviz.networks.mapped.verify = lambda path, file: True
def load(path):
    return _trained_module(MODELS["vgg16"], path)
""",
    "ours, checked": """
from cnnviz.networks.weights import WeightsFile, verify
from cnnviz.networks.zoo import MODELS, _trained_module
def load(path):
    assert verify(path, WeightsFile(path.name, "", 0))
    return _trained_module(MODELS["vgg16"], path)
""",
}
MEASURE = """
import resource, sys, time
from pathlib import Path
import torch, torchvision
torch.set_num_threads(1)
{step}
def peak():
    # Linux: not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
with torch.inference_mode():
    torch.nn.Conv2d(3, 4, 3)(torch.zeros(1, 3, 8, 8))  # what the first computation of any network loads
before, start = peak(), time.perf_counter()
module = load(Path(sys.argv[1]))
loaded, loaded_peak = time.perf_counter() - start, peak() - before
with torch.inference_mode():
    module(torch.zeros(1, 3, 224, 224))
print(loaded, loaded_peak, time.perf_counter() - start, peak() - before)
"""


def save_random_vgg16(folder: Path, zipped: bool) -> Path:
    """A file of the real size, named after its content as torchvision names its own."""
    path = folder / f"zipped-{zipped}"
    torch.save(vgg16().state_dict(), path, _use_new_zipfile_serialization=zipped)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return path.rename(folder / f"vgg16_{zipped}-{digest[:8]}.pth")


def measure(way: str, path: Path) -> list[float]:
    """Seconds and bytes until it is loaded, and until it has answered once."""
    command = [sys.executable, "-c", MEASURE.format(step=STEPS[way]), str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return [float(number) for number in answer.stdout.split()]


def medians(path: Path) -> dict[str, list[float]]:
    taken: dict[str, list[list[float]]] = {way: [] for way in STEPS}
    for _ in range(ROUNDS):
        for way in STEPS:
            taken[way].append(measure(way, path))
    return {way: [statistics.median(column) for column in zip(*rows, strict=True)] for way, rows in taken.items()}


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal); rows without a goal are there to be honest."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNVIZ_WEIGHTS_DIR"] = folder
        for zipped, kind in ((True, "today's format"), (False, "old format")):
            path = save_random_vgg16(Path(folder), zipped)
            measure("ours", path)  # converts the old one
            median = medians(path)
            path.unlink()
            usual, ours, checked = (median[way] for way in STEPS)
            rows += [
                (f"VGG-16 weights, {kind}, seconds to load / torchvision's", ours[0] / usual[0], GOAL),
                (f"VGG-16 weights, {kind}, peak memory to load / torchvision's", ours[1] / usual[1], GOAL),
                (f"VGG-16 weights, {kind}, seconds with SHA-256 check", checked[0] / usual[0], "no goal"),
                (f"VGG-16 weights, {kind}, seconds with first answer", ours[2] / usual[2], "no goal"),
                (f"VGG-16 weights, {kind}, peak memory with first answer", ours[3] / usual[3], "no goal"),
            ]
    return rows


if __name__ == "__main__":
    for what, ratio, goal in run():
        print(f"{what}: {ratio:.3f} ({goal})")
