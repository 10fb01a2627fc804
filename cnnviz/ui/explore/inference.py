"""What an Explore page stands on: a network, a picture, and all that the one answers to the other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from cnnviz.figures.softmax import SoftmaxTable, softmax_table
from cnnviz.images import Picture
from cnnviz.networks.activations import Activations
from cnnviz.networks.preprocess import PreprocessSteps
from cnnviz.networks.zoo import Model, architecture
from cnnviz.ui.sharing import cached


@dataclass(frozen=True)
class Inference:
    """A network, a picture, and every value of the one's answer to the other; see `networks.activations`."""

    model: Model
    picture: Picture
    activations: Activations

    @property
    def title(self) -> str:
        """The network's name for people."""
        return architecture(self.model.name).title

    @property
    def key(self) -> tuple[str, str, str]:
        """What the answer depends on: the network, its weights, the picture."""
        return cached.answer_key(self.model, self.picture)

    @property
    def steps(self) -> PreprocessSteps:
        """How the picture became the network's input."""
        return cached.preprocessing(self.model, self.picture)

    @property
    def seen(self) -> Image.Image:
        """What the network was given, as people see it."""
        return self.steps.cropped

    @property
    def scores(self) -> np.ndarray:
        """The scores, (num_classes,)."""
        return self.activations.answer.scores

    @cached_property
    def table(self) -> SoftmaxTable:
        """The likeliest classes and their probabilities."""
        return softmax_table(self.scores, self.model.classes)

    @property
    def notable_layers(self) -> list[str]:
        """The layers that show this network well, first to last."""
        explained = self.activations.explained()
        return [layer for layer in architecture(self.model.name).notable_layers if layer in explained] or explained


def infer(model: Model, picture: Picture) -> Inference:
    """What the network answers to the picture; while it waits or computes the page says so, and why it cannot."""
    return Inference(model, picture, cached.activations(model.name, picture))
