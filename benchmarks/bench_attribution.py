"""Every method of attribution against captum's own at equal settings, and what integrated gradients take in memory.

Run with ``python -m benchmarks attribution``. One thread, the two in turn, ratios of medians. captum gets a copy of the
network that it can listen to (for ResNets our twin, since it cannot tell two uses of one ReLU apart), made before the
clock starts; so is our twin, which all questions about a network share.
"""

import copy
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from captum import attr
from torch import nn
from torch.nn import functional

from cnnviz.attribution import METHODS
from cnnviz.attribution.feature_ablation import grid_regions
from cnnviz.attribution.question import question_of
from cnnviz.attribution.twin import settled, twin
from cnnviz.networks.zoo import MODELS, load_model

ROUNDS = 7
NETWORKS = ("slim_vgg", "resnet18")
GOAL, GOAL_MEMORY = "≤ 1.1", "≤ 1"
ALLOWED_MEMORY = 1000.0  # MB over the loaded network
CLASS = 2


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def out_of_place(module: nn.Module) -> nn.Module:
    """A network that captum can listen to."""
    if any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules()):
        return twin(module)
    other = copy.deepcopy(module)
    for layer in other.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    return other


def by_captum(name: str) -> dict[str, Callable[[], object]]:
    """captum's way to the same numbers, with our settings: as many evaluations, as many pictures at once."""
    module, image = example(name)
    other = out_of_place(module)
    batch = question_of(module, image, CLASS).batch_size
    start = image.clone().requires_grad_()
    layer = other.get_submodule(settled(twin(module), question_of(module, image, CLASS).layer))
    square, step = (image.shape[1], *(2 * (image.shape[2] // 7,))), (image.shape[1], *(2 * (image.shape[2] // 7,)))
    regions = torch.from_numpy(grid_regions(image.shape[2], image.shape[3], first("feature_ablation")))[None, None]
    grey = torch.zeros_like(image)

    def cam() -> object:
        coarse = attr.LayerGradCam(other, layer).attribute(start, CLASS, relu_attributions=True)
        return functional.interpolate(coarse, image.shape[2:], mode="bilinear")

    def shap() -> object:
        starts = torch.cat([grey, torch.full_like(image, -2.0), torch.full_like(image, 2.0)])
        draws = first("gradient_shap")
        return [
            attr.GradientShap(other).attribute(start, starts, n_samples=min(batch, draws - done), target=CLASS)
            for done in range(0, draws, batch)
        ]

    return {
        "saliency": lambda: attr.Saliency(other).attribute(start, CLASS),
        "input_x_gradient": lambda: attr.InputXGradient(other).attribute(start, CLASS),
        "integrated_gradients": lambda: attr.IntegratedGradients(other).attribute(
            start, target=CLASS, n_steps=first("integrated_gradients"), internal_batch_size=batch
        ),
        "smoothgrad": lambda: attr.NoiseTunnel(attr.Saliency(other)).attribute(
            start, nt_samples=first("smoothgrad"), nt_samples_batch_size=batch, stdevs=0.15, target=CLASS, abs=False
        ),
        "guided_backprop": lambda: attr.GuidedBackprop(other).attribute(start, CLASS),
        "deconvolution": lambda: attr.Deconvolution(other).attribute(start, CLASS),
        "grad_cam": cam,
        "guided_grad_cam": lambda: attr.GuidedGradCam(other, layer).attribute(
            start, CLASS, interpolate_mode="bilinear"
        ),
        "occlusion": lambda: attr.Occlusion(other).attribute(
            image, square, step, baselines=0, target=CLASS, perturbations_per_eval=batch
        ),
        "feature_ablation": lambda: attr.FeatureAblation(other).attribute(
            image, baselines=0, target=CLASS, feature_mask=regions, perturbations_per_eval=batch
        ),
        "gradient_shap": shap,
        "deep_lift": lambda: attr.DeepLift(other).attribute(start, grey, target=CLASS),
        "lrp": lambda: attr.LRP(other).attribute(start, target=CLASS),
    }


def first(method: str) -> int:
    return METHODS[method].evaluations[0]


def example(name: str) -> tuple[nn.Module, torch.Tensor]:
    model = load_model(name, download=False)
    size = model.preprocessing.crop_size
    return model.module, torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))


def ratios(name: str) -> list[tuple[str, float, str]]:
    """The rows of one network: our time over captum's, method by method."""
    module, image = example(name)
    rows = []
    for method, theirs in by_captum(name).items():
        if METHODS[method].refusal(module):
            continue

        def ours(method: str = method) -> object:
            return METHODS[method](module, image, CLASS)

        times: dict[str, list[float]] = {"ours": [], "captum": []}
        ours(), theirs()
        for _ in range(ROUNDS):
            times["ours"].append(seconds(ours))
            times["captum"].append(seconds(theirs))
        ratio = statistics.median(times["ours"]) / statistics.median(times["captum"])
        rows.append((f"{MODELS[name].title}, {METHODS[method].title}: ours ÷ captum", ratio, GOAL))
    return rows


def peak_growth() -> str:
    """MB that 16 steps of integrated gradients on ResNet-50 add at most to a process that has loaded it and run it."""
    module, image = example("resnet50")
    with torch.no_grad():
        module(image)
    before = peak()
    METHODS["integrated_gradients"](module, image, CLASS)
    return f"{peak() - before}"


def peak() -> float:
    """The most this process has held of the machine's memory, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal)."""
    warnings.filterwarnings("ignore")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = [row for name in NETWORKS for row in ratios(name)]
    torch.set_num_threads(threads)
    code = "from benchmarks.bench_attribution import peak_growth; print(peak_growth())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True)
    grown = float(done.stdout.split()[-1])
    print(f"  integrated gradients on ResNet-50: {grown:.0f} MB more at most")
    return [*rows, ("integrated gradients on ResNet-50 ÷ 1 GB", grown / ALLOWED_MEMORY, GOAL_MEMORY)]
