"""torchvision's networks as tables of layers: surveyed on torch's meta device, so no weight is drawn or downloaded.

The table can be read without importing torch; torch is imported when the first network is surveyed.
"""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.settings import Shape

IMAGENET = (3, 224, 224)


@dataclass(frozen=True)
class TorchvisionNetwork:
    """A function of torchvision.models and the picture its network was made for."""

    title: str
    builder: str
    description: str
    input_shape: Shape = IMAGENET
    options: tuple[tuple[str, bool], ...] = ()


# GoogLeNet and Inception draw slow random weights unless told not to; their training heads take no part in an answer.
WITHOUT_HEADS = (("aux_logits", False), ("init_weights", False))

TORCHVISION: dict[str, TorchvisionNetwork] = {
    network.builder: network
    for network in (
        TorchvisionNetwork("AlexNet", "alexnet", "The one-tower variant of 2014, with 64 first filters."),
        TorchvisionNetwork("VGG-11", "vgg11", "Eight convolutions of 3×3, all padded."),
        TorchvisionNetwork("VGG-16", "vgg16", "An average pooling before its dense layers takes pictures of any size."),
        TorchvisionNetwork("VGG-19", "vgg19", "Sixteen convolutions of 3×3, all padded."),
        TorchvisionNetwork("ResNet-18", "resnet18", "Eight residual blocks of two 3×3 convolutions."),
        TorchvisionNetwork("ResNet-34", "resnet34", "Sixteen residual blocks of two 3×3 convolutions."),
        TorchvisionNetwork("ResNet-50", "resnet50", "Sixteen bottleneck blocks; the stride is on their 3×3."),
        TorchvisionNetwork("ResNet-101", "resnet101", "Thirty-three bottleneck blocks."),
        TorchvisionNetwork("ResNet-152", "resnet152", "Fifty bottleneck blocks."),
        TorchvisionNetwork("ResNeXt-50", "resnext50_32x4d", "ResNet-50 with its 3×3 convolutions in 32 groups."),
        TorchvisionNetwork("SqueezeNet 1.0", "squeezenet1_0", "AlexNet’s accuracy with a fiftieth of its parameters."),
        TorchvisionNetwork("DenseNet-121", "densenet121", "Every layer of a block sees the maps of all before it."),
        TorchvisionNetwork(
            "GoogLeNet", "googlenet", "Inception blocks: kernels of several sizes side by side.", options=WITHOUT_HEADS
        ),
        TorchvisionNetwork(
            "Inception-v3",
            "inception_v3",
            "Large kernels taken apart into 1×7 and 7×1.",
            input_shape=(3, 299, 299),
            options=WITHOUT_HEADS,
        ),
        TorchvisionNetwork("MobileNet-v2", "mobilenet_v2", "Depthwise convolutions: one kernel for each channel."),
    )
}

_surveying = Lock()


def torchvision_network(builder: str) -> Network:
    """The network that torchvision.models builds under this name, with its layers' names; KeyError for others.

    >>> torchvision_network("alexnet").num_params
    61100840
    """
    with _surveying:  # of two visitors who ask at once, one waits for the other's answer
        return _surveyed(builder)


@lru_cache(maxsize=len(TORCHVISION))
def _surveyed(builder: str) -> Network:
    import torch

    from cnnviz.networks.light_torchvision import import_torchvision, unfilled
    from cnnviz.networks.survey import survey

    entry, models = TORCHVISION[builder], import_torchvision()
    with torch.device("meta"), unfilled():
        module = models.get_model_builder(builder)(weights=None, **dict(entry.options))
    return survey(module.eval(), entry.input_shape)
