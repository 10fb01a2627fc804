"""How accurate a small network is on pictures that it never saw, and the line of its model card that says so."""

import re
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from cnnviz.networks.architecture import Sibling
from cnnviz.networks.photograph_classes import photograph_of_class
from cnnviz.networks.zoo import MODELS
from cnnviz.training.land_cover import land_cover
from cnnviz.training.photo_crops import draw_crops

COUNT, SEED = 2000, 2026  # of the pictures of an examination; no training draws from this seed
HEADING = "## Held-out accuracy"


@dataclass(frozen=True)
class Accuracy:
    """Parts, from 0 to 1, of `count` held-out pictures that were drawn with `seed`.

    right        those whose class got the highest score.
    photograph   those whose photograph was right, turned or not; None where the classes are no photographs.
    constant     those that would be right if the answer were always the most frequent class.
    """

    count: int
    seed: int
    right: float
    constant: float
    photograph: float | None = None

    def sentence(self) -> str:
        """What the model card says, and what `read_accuracy` reads.

        >>> print(Accuracy(2000, 2026, 0.5, 0.1, 0.75).sentence())
        Photograph and turn: **50.0 %** right, photograph alone: **75.0 %**, of 2,000 held-out crops (seed 2026). \
Always giving the most frequent class would be right in 10.0 %.
        """
        if self.photograph is None:
            findings = f"Class of the land: **{100 * self.right:.1f} %** right, of {self.count:,} held-out patches"
        else:
            findings = (
                f"Photograph and turn: **{100 * self.right:.1f} %** right, photograph alone: "
                f"**{100 * self.photograph:.1f} %**, of {self.count:,} held-out crops"
            )
        constant = f"Always giving the most frequent class would be right in {100 * self.constant:.1f} %."
        return f"{findings} (seed {self.seed}). {constant}"


def held_out(name: str, count: int = COUNT, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """Pictures that the network `name` was not trained on, float32 (count, C, H, W) from 0 to 1, and their classes."""
    if name == "sat6_convnet":
        return land_cover(count, seed)
    crops, labels = draw_crops("held out", count, np.random.default_rng(seed))
    return crops.astype(np.float32) / 255, labels


def examine(name: str, network: nn.Module, count: int = COUNT, seed: int = SEED) -> Accuracy:
    """The accuracy of the network `name` of `MODELS`, in evaluation mode, on held-out pictures."""
    settings = MODELS[name].preprocessing
    values, labels = held_out(name, count, seed)
    mean, std = (torch.tensor(numbers).view(1, -1, 1, 1) for numbers in (settings.mean, settings.std))
    with torch.inference_mode():
        inputs = (torch.from_numpy(values) - mean) / std
        answers = torch.cat([network(some).argmax(dim=1) for some in inputs.split(50)]).numpy()
    photograph = None
    if name != "sat6_convnet":
        of_class = photograph_of_class()
        photograph = float((of_class[answers] == of_class[labels]).mean())
    constant = float(np.bincount(labels).max() / count)
    return Accuracy(count, seed, float((answers == labels).mean()), constant, photograph)


def write_accuracy(entry: Sibling, accuracy: Accuracy) -> None:
    """Write the sentence into the model card, in place of the one that stands under the heading."""
    text = entry.card_path.read_text(encoding="utf-8")
    before, _, after = text.partition(f"{HEADING}\n\n")
    rest = after.partition("\n\n")[2]
    entry.card_path.write_text(f"{before}{HEADING}\n\n{accuracy.sentence()}\n\n{rest}", encoding="utf-8")


def read_accuracy(entry: Sibling) -> Accuracy:
    """The accuracy in the model card; ValueError where the card has none."""
    text = entry.card_path.read_text(encoding="utf-8").partition(HEADING)[2]
    parts = [round(float(number) / 100, 4) for number in re.findall(r"([\d.]+) %", text)]
    of = re.search(r"of ([\d,]+) held-out \w+ \(seed (\d+)\)", text)
    if of is None or len(parts) < 2:
        raise ValueError(f"{entry.card_path} does not say how accurate the network is.")
    count, seed = int(of[1].replace(",", "")), int(of[2])
    if "photograph alone" in text:
        return Accuracy(count, seed, parts[0], parts[2], parts[1])
    return Accuracy(count, seed, parts[0], parts[1])
