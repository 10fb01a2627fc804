"""Example states of one neuron, in the small ResNet that comes along."""

from functools import lru_cache

from cnnviz.gallery import gallery_picture
from cnnviz.networks.activations import Activations
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import load_model
from cnnviz.ui.components.one_neuron import Moves, show_neuron

PICTURE = gallery_picture("chelsea").image


@lru_cache(maxsize=1)
def activations() -> Activations:
    """What slim_resnet answers to the cat."""
    model = load_model("slim_resnet")
    image = model.preprocess(PICTURE)
    network = survey(model.module, (image.shape[1], image.shape[2], image.shape[3]))
    return Activations(network, model.module, image[0].numpy(), forward(model.module, image))


def draw(key: str, layer: str, index: tuple[int, int, int]) -> None:
    """One unit of a layer."""
    found = activations()
    picture = PICTURE.resize(found.image.shape[:0:-1])
    moves = Moves(*[lambda *_: None] * 4)
    show_neuron(found, found.neuron(layer, index), picture, moves, "slim_resnet", key)


def drawn(place: int, key: str) -> None:
    """The unit of channel 1 at row 2, column 3 of the layer at this place in the network."""
    layer = activations().explained()[place]
    _, height, width = activations().maps(layer).shape
    draw(key, layer, (1, min(2, height - 1), min(3, width - 1)))


EXAMPLES = {
    "a convolution on colours": lambda key: drawn(0, key),
    "a convolution inside": lambda key: drawn(3, key),
    "a dense layer": lambda key: drawn(-1, key),
}
