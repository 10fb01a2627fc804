"""Opening a neuron behind the one inference, against asking captum for one activation and its layer's input.

Run with ``python -m benchmarks neuron``. One thread, in turn, medians; the milliseconds of ours are printed too.
"""

import statistics
import time
from collections.abc import Callable

import torch
from captum.attr import LayerActivation
from PIL import Image

from cnnviz.networks.activations import Activations
from cnnviz.networks.feature_maps import forward
from cnnviz.networks.survey import survey
from cnnviz.networks.zoo import MODELS, load_model
from cnnviz.ui.components.one_neuron import neuron_data

ROUNDS = 11
LAYERS = {"vgg16": "features.17", "resnet50": "layer3.2.conv2"}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ways(name: str, layer: str) -> dict[str, Callable[[], object]]:
    """Everything the page draws of one neuron; and what captum needs to know the layer's input and its output."""
    model = load_model(name, download=False)
    image = torch.randn(1, 3, 224, 224)
    network = survey(model.module, (3, 224, 224))
    answer = forward(model.module, image)
    picture = Image.new("RGB", (224, 224))
    activations = Activations(network, model.module, image[0].numpy(), answer)
    channels, height, width = activations.maps(layer).shape
    index = channels // 2, height // 2, width // 3

    def ours() -> object:
        return neuron_data(activations, activations.neuron(layer, index), picture, MODELS[name].title)

    by_captum = LayerActivation(model.module, model.module.get_submodule(layer))

    def captum() -> object:
        with torch.no_grad():
            return by_captum.attribute(image, attribute_to_layer_input=True), by_captum.attribute(image)

    return {"ours": ours, "captum": captum}


def run() -> list[tuple[str, float, str]]:
    """Rows of (what was compared, ratio, goal)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = []
    for name, layer in LAYERS.items():
        both = ways(name, layer)
        times: dict[str, list[float]] = {way: [] for way in both}
        for work in both.values():
            work()
        for _ in range(ROUNDS):
            for way, work in both.items():
                times[way].append(seconds(work))
        median = {way: statistics.median(measured) for way, measured in times.items()}
        print(f"  opening a neuron of {MODELS[name].title}: {1000 * median['ours']:.0f} ms (goal: at most 100)")
        rows.append((f"{MODELS[name].title}, one neuron: captum ÷ ours", median["captum"] / median["ours"], "> 5"))
    torch.set_num_threads(threads)
    return rows
