"""Trains the small networks that come with the app: `make train`, or `python -m cnnviz.training.siblings slim_vgg`.

Everything random comes from `SEED`, and each network is trained on one thread, in a process of its own; two at a time
by default. The same versions on the same kind of processor give the same weights; another processor adds in another
order, so the last digits may differ, and with them a few answers.

The first layer starts from small weights and has a strong weight decay, so that what its filters show was learned and
is no rest of the random start.
"""

import argparse
import json
import math
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.torch import save as as_safetensors
from torch import nn

from cnnviz.networks.architecture import Sibling
from cnnviz.networks.preprocess import Preprocessing
from cnnviz.networks.zoo import MODELS, build
from cnnviz.training.examination import examine, write_accuracy
from cnnviz.training.land_cover import land_cover
from cnnviz.training.photo_crops import draw_crops, jittered
from cnnviz.training.progress import Progress

SEED = 0
REPORTS = 20  # in a training
WEIGHT_DECAY = 0.05  # of all layers but the first

Batch = tuple[np.ndarray, np.ndarray]  # values (N, C, H, W) from about 0 to 1, classes (N,)


@dataclass(frozen=True)
class Recipe:
    """How one network is trained: how many pictures it sees, and what is drawn for a batch.

    first_scale   the factor of the first convolution's starting weights.
    first_decay   the weight decay of that convolution.
    """

    draw: Callable[[int, np.random.Generator], Batch]
    pictures: int
    learning_rate: float
    first_scale: float
    first_decay: float = 0.3
    batch_size: int = 32


def draw_photographs(count: int, random: np.random.Generator) -> Batch:
    """Crops of the photographs' training parts, in changing light."""
    crops, labels = draw_crops("training", count, random)
    return jittered(crops.astype(np.float32) / 255, random), labels


def draw_patches(count: int, random: np.random.Generator) -> Batch:
    """New patches of land; their seeds are larger than those of any examination."""
    return land_cover(count, seed=int(random.integers(2**32, 2**62)))


# The longest first, so that at the end no process works on alone.
RECIPES: dict[str, Recipe] = {
    "slim_vgg": Recipe(draw_photographs, pictures=240_000, learning_rate=1e-3, first_scale=0.1, first_decay=1.0),
    "slim_resnet": Recipe(draw_photographs, pictures=320_000, learning_rate=2e-3, first_scale=0.1),
    "slim_alexnet": Recipe(draw_photographs, pictures=400_000, learning_rate=1e-3, first_scale=0.1),
    "sat6_convnet": Recipe(draw_patches, pictures=120_000, learning_rate=1.5e-3, first_scale=0.1),
}


def initialize(network: nn.Module, first_scale: float) -> nn.Conv2d:
    """Write starting weights from torch's global generator, and return the first convolution.

    Convolutions: He et al. 2015 (arXiv:1502.01852), normal with variance 2 / fan_in, biases 0; the first one's weights
    are then made smaller. Linear layers start as torch starts them.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    for layer in convolutions:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    with torch.no_grad():
        convolutions[0].weight.mul_(first_scale)
    return convolutions[0]


def normalised(values: np.ndarray, settings: Preprocessing) -> torch.Tensor:
    """(N, C, H, W) shifted and scaled as the network's preprocessing does, channels last in memory: faster here."""
    mean, std = (torch.tensor(numbers).view(1, -1, 1, 1) for numbers in (settings.mean, settings.std))
    return ((torch.from_numpy(values) - mean) / std).contiguous(memory_format=torch.channels_last)


def train(network: nn.Module, recipe: Recipe, settings: Preprocessing, seed: int = SEED) -> Iterator[Progress]:
    """Train `network` in place from a start of its own, with AdamW (Loshchilov, Hutter 2019) and a learning rate that
    rises and falls once (torch's OneCycleLR). It reports twenty times; the accuracy is that on the batches since the
    report before, each before its step.

    torch's global generator is seeded for the training and restored afterwards.
    """
    random = np.random.default_rng(seed)
    steps = math.ceil(recipe.pictures / recipe.batch_size)
    ends = {math.ceil(steps * number / REPORTS) for number in range(1, REPORTS + 1)}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        first = initialize(network, recipe.first_scale)
        network.train().requires_grad_(True).to(memory_format=torch.channels_last)
        groups: list[dict[str, Any]] = [
            {"params": [first.weight], "weight_decay": recipe.first_decay},
            {"params": [weight for weight in network.parameters() if weight is not first.weight]},
        ]
        optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, weight_decay=WEIGHT_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, recipe.learning_rate, total_steps=steps, pct_start=0.1
        )
        losses: list[float] = []
        right: list[float] = []
        for step in range(1, steps + 1):
            values, classes = recipe.draw(recipe.batch_size, random)
            labels = torch.from_numpy(classes)
            scores = network(normalised(values, settings))
            loss = nn.functional.cross_entropy(scores, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
            right.append(float((scores.argmax(dim=1) == labels).float().mean()))
            if step in ends:
                yield Progress(0, step / steps, float(np.mean(losses)), float(np.mean(right)))
                losses, right = [], []
    network.eval().requires_grad_(False).to(memory_format=torch.contiguous_format)


def save(network: nn.Module, entry: Sibling) -> None:
    """Write the weights as safetensors, with the names of the classes and the seed beside them."""
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    entry.path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"classes": json.dumps(entry.classes), "seed": str(SEED)}
    entry.path.write_bytes(as_safetensors(state, metadata=metadata))


def train_and_save(name: str) -> None:
    """Train one network of `RECIPES` and print how far it is; write its weights, and its accuracy into its card."""
    entry = MODELS[name]
    assert isinstance(entry, Sibling)
    began = time.monotonic()
    network = build(entry)
    torch.set_num_threads(1)
    print(f"{entry.title}: {RECIPES[name].pictures:,} pictures", flush=True)
    for progress in train(network, RECIPES[name], entry.preprocessing):
        seconds = time.monotonic() - began
        left = seconds * (1 - progress.part) / progress.part
        right = 100 * (progress.accuracy or 0)
        print(
            f"{entry.title}: {100 * progress.part:3.0f} %  loss {progress.loss:.3f}  right {right:.1f} %  "
            f"{seconds:.0f} s, {left:.0f} s left",
            flush=True,
        )
    save(network, entry)
    accuracy = examine(name, network)
    write_accuracy(entry, accuracy)
    print(f"{entry.path.name}, {entry.path.stat().st_size / 1e6:.1f} MB. {accuracy.sentence()}", flush=True)


def main() -> None:
    """The command line: which networks, and how many at a time."""
    parser = argparse.ArgumentParser(description="Train the small networks that come with the project.")
    parser.add_argument("names", nargs="*", metavar="network", help=f"of {', '.join(RECIPES)}; all without a name")
    parser.add_argument("--processes", type=int, default=2, help="how many are trained at a time (2)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in RECIPES]
    if unknown:
        parser.error(f"there is no recipe for {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    if arguments.processes < 1:
        parser.error("at least one process is needed")
    began = time.monotonic()
    with ProcessPoolExecutor(arguments.processes, multiprocessing.get_context("spawn")) as processes:
        for trained in [processes.submit(train_and_save, name) for name in arguments.names or RECIPES]:
            trained.result()
    print(f"Done in {(time.monotonic() - began) / 60:.1f} minutes.")


if __name__ == "__main__":
    main()
