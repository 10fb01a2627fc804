"""torchvision's classification networks as tables of layers: surveyed on torch's meta device, no weight is drawn.

The table can be read without importing torch; torch is imported when the first network is surveyed.
"""

import contextlib
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from cnnviz.arithmetic.network import Network
from cnnviz.arithmetic.settings import Shape

IMAGENET = (3, 224, 224)


@dataclass(frozen=True)
class TorchvisionNetwork:
    """A function of torchvision.models and the picture its network was made for."""

    title: str
    builder: str
    description: str
    family: str
    input_shape: Shape = IMAGENET
    options: tuple[tuple[str, bool], ...] = ()


# The training heads of GoogLeNet and Inception take no part in an answer.
WITHOUT_HEADS = (("aux_logits", False),)

# family -> what it is, and its networks: (title, name in torchvision)
FAMILIES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "AlexNet": ("The one-tower variant of 2014, with 64 first filters.", (("AlexNet", "alexnet"),)),
    "VGG": (
        "Convolutions of 3×3, all padded; an average pooling before its dense layers takes pictures of any size.",
        tuple(
            (f"VGG-{depth}{' with BatchNorm' if norm else ''}", f"vgg{depth}{norm}")
            for depth in (11, 13, 16, 19)
            for norm in ("", "_bn")
        ),
    ),
    "ResNet": (
        "Residual blocks: the input of a block is added to its output. In bottlenecks the stride is on the 3×3.",
        tuple((f"ResNet-{depth}", f"resnet{depth}") for depth in (18, 34, 50, 101, 152)),
    ),
    "ResNeXt": (
        "ResNets with their 3×3 convolutions in groups.",
        (
            ("ResNeXt-50", "resnext50_32x4d"),
            ("ResNeXt-101, 32 × 8d", "resnext101_32x8d"),
            ("ResNeXt-101, 64 × 4d", "resnext101_64x4d"),
        ),
    ),
    "Wide ResNet": (
        "ResNets with twice the channels inside each block.",
        (("Wide ResNet-50", "wide_resnet50_2"), ("Wide ResNet-101", "wide_resnet101_2")),
    ),
    "SqueezeNet": (
        "AlexNet’s accuracy with a fiftieth of its parameters.",
        (("SqueezeNet 1.0", "squeezenet1_0"), ("SqueezeNet 1.1", "squeezenet1_1")),
    ),
    "DenseNet": (
        "Every layer of a block sees the maps of all before it.",
        tuple((f"DenseNet-{depth}", f"densenet{depth}") for depth in (121, 161, 169, 201)),
    ),
    "Inception": (
        "Kernels of several sizes side by side; Inception-v3 takes large ones apart into 1×7 and 7×1.",
        (("GoogLeNet", "googlenet"), ("Inception-v3", "inception_v3")),
    ),
    "MobileNet": (
        "Depthwise convolutions: one kernel for each channel.",
        (
            ("MobileNet-v2", "mobilenet_v2"),
            ("MobileNet-v3, small", "mobilenet_v3_small"),
            ("MobileNet-v3, large", "mobilenet_v3_large"),
        ),
    ),
    "MNASNet": (
        "Blocks chosen by a search that weighs accuracy against the time on a phone.",
        tuple((f"MNASNet {width}", f"mnasnet{width.replace('.', '_')}") for width in ("0.5", "0.75", "1.0", "1.3")),
    ),
    "ShuffleNet": (
        "Half of the channels pass by each block, and all are shuffled behind it.",
        tuple(
            (f"ShuffleNet-v2 × {width}", f"shufflenet_v2_x{width.replace('.', '_')}")
            for width in ("0.5", "1.0", "1.5", "2.0")
        ),
    ),
    "EfficientNet": (
        "Depth, width and picture grown together, with a gate on the channels of each block.",
        (
            *((f"EfficientNet-B{number}", f"efficientnet_b{number}") for number in range(8)),
            *((f"EfficientNet-v2, {size}", f"efficientnet_v2_{size[0]}") for size in ("small", "medium", "large")),
        ),
    ),
    "RegNet": (
        "Widths that grow along a straight line, found by looking at whole families of networks.",
        tuple(
            (f"RegNet-{kind.upper()} {size.replace('_', '.').replace('mf', ' MF').replace('gf', ' GF')}",
             f"regnet_{kind}_{size}")
            for kind, sizes in (
                ("x", ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")),
                ("y", ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf", "128gf")),
            )
            for size in sizes
        ),
    ),
    "ConvNeXt": (
        "A ResNet made over in the manner of transformers: depthwise 7×7, LayerNorm, few activations.",
        tuple((f"ConvNeXt, {size}", f"convnext_{size}") for size in ("tiny", "small", "base", "large")),
    ),
    "Vision Transformer": (
        "The picture cut into patches; every patch looks at every other.",
        tuple(
            (f"ViT-{size.upper()}/{patch}", f"vit_{size}_{patch}")
            for size, patch in (("b", 16), ("b", 32), ("l", 16), ("l", 32), ("h", 14))
        ),
    ),
    "Swin Transformer": (
        "Patches look at each other within windows, which are shifted from layer to layer.",
        tuple(
            (f"Swin{' v2' if version else ''}, {size}", f"swin{version}_{size[0]}")
            for version in ("", "_v2")
            for size in ("tiny", "small", "base")
        ),
    ),
    "MaxViT": ("Windows, and grids laid over the whole picture, in turn.", (("MaxViT, tiny", "maxvit_t"),)),
}  # fmt: skip

TORCHVISION: dict[str, TorchvisionNetwork] = {
    builder: TorchvisionNetwork(
        title,
        builder,
        description,
        family,
        (3, 299, 299) if builder == "inception_v3" else IMAGENET,
        WITHOUT_HEADS if family == "Inception" else (),
    )
    for family, (description, networks) in FAMILIES.items()
    for title, builder in networks
}
NAMES = frozenset(TORCHVISION)

_surveying = Lock()


def torchvision_network(builder: str) -> Network:
    """The network that torchvision.models builds under this name, with its layers' names; KeyError for others.

    >>> torchvision_network("alexnet").num_params
    61100840
    """
    with _surveying:  # of two visitors who ask at once, one waits for the other's answer
        return _surveyed(builder)


@lru_cache(maxsize=24)
def _surveyed(builder: str) -> Network:
    from cnnviz.networks.survey import survey

    entry = TORCHVISION[builder]
    return survey(built_module(builder, **dict(entry.options)), entry.input_shape)


def built_module(builder: str, **options: Any) -> Any:
    """The module that torchvision builds under a name, without weights, on the meta device."""
    import torch

    from cnnviz.networks.light_torchvision import import_torchvision, unfilled

    models = import_torchvision()
    if builder in ("googlenet", "inception_v3"):
        options["init_weights"] = False  # they draw slow random weights unless told not to
    # RegNet works its widths out with tensors, which the meta device has no values for; memory that is never written
    # to is not taken either
    nowhere = contextlib.nullcontext() if builder.startswith("regnet") else torch.device("meta")
    with nowhere, unfilled():
        return models.get_model_builder(builder)(weights=None, **options).eval()
