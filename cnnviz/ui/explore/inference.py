"""What an Explore page stands on: a network, a picture, and all that the one answers to the other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.arithmetic.layers import Flatten, View
from cnnviz.figures.softmax import SoftmaxTable, softmax_table
from cnnviz.images import Picture
from cnnviz.networks.activations import Activations
from cnnviz.networks.preprocess import PreprocessSteps
from cnnviz.networks.ranking import HANDS_ON
from cnnviz.networks.zoo import Model, architecture
from cnnviz.ui.page.plain_text import as_plain_text
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

    def class_of(self, layer: str, channel: int) -> str:
        """The class whose score a channel of a layer makes; "" for a layer that makes no scores."""
        nodes = self.activations.network.nodes
        behind = nodes[[node.name for node in nodes].index(layer) + 1 :]
        makes_scores = len(self.activations.maps(layer)) == len(self.model.classes)
        if makes_scores and all(isinstance(node.layer, (*HANDS_ON, Flatten, View)) for node in behind):
            return self.model.classes[channel]
        return ""

    @property
    def convolutions(self) -> list[str]:
        """The convolutions that look at the picture, in order."""
        found = self.activations
        return [name for name in found.explained() if type(found.module_of(name)).__name__ == "Conv2d"]

    @property
    def notable_layers(self) -> list[str]:
        """The layers that show this network well, first to last."""
        explained = self.activations.explained()
        return [layer for layer in architecture(self.model.name).notable_layers if layer in explained] or explained


def tell_class(inference: Inference, layer: str, channel: int) -> None:
    """Draw a line that names the class, for a unit that makes the score of one."""
    name = inference.class_of(layer, channel)
    if name:
        st.markdown(f"It makes the score of **{as_plain_text(name)}**.")


def infer(model: Model, picture: Picture) -> Inference:
    """What the network answers to the picture; while it waits or computes the page says so, and why it cannot."""
    return Inference(model, picture, cached.activations(model.name, picture))
