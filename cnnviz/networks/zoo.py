"""The networks one can look into, and how each is loaded.

`MODELS` is a plain table that can be read without importing torch, so that a page can draw its picker at once. Torch is
imported when the first network is built, torchvision with the first that is made of its layers.

First come those whose weights come along: SqueezeNet, which others trained on ImageNet, and the small networks that are
trained here (`make train`). Then come those of torchvision.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from cnnviz.networks.architecture import Included, Ported, Published, Sibling
from cnnviz.networks.download import Progress, fetch
from cnnviz.networks.light_torchvision import import_torchvision, unfilled
from cnnviz.networks.mapped import can_be_mapped, make_mapped_copy, mapped_copy
from cnnviz.networks.memory import refuse_lack_of_memory
from cnnviz.networks.own.network import Own, own_network
from cnnviz.networks.photograph_classes import class_names
from cnnviz.networks.preprocess import Preprocessing, preprocess
from cnnviz.networks.torchvision_weights import published
from cnnviz.networks.weights import WeightsError, WeightsFile, find, missing_sentence

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Model:
    """A network ready to answer: evaluation mode, no gradients asked for.

    `module` may be shared by everyone in the process, so leave no trace on it. `trained` is False where no weights
    could be had; `untrained_because` then says why in one sentence, and every picture made with it should say so.
    """

    name: str
    module: "torch.nn.Module"
    trained: bool
    classes: list[str]
    preprocessing: Preprocessing
    weights_path: Path | None = None
    untrained_because: str = ""

    def preprocess(self, picture: Image.Image) -> "torch.Tensor":
        """The picture as this network wants it: float32, (1, 3, 224, 224), and for the small ones (1, 3, 96, 96) or
        (1, 4, 28, 28)."""
        return preprocess(picture, self.preprocessing)


# Mean and standard deviation of the training crops, and of the training patches: one pair for all four channels there.
CROPS = Preprocessing(resize_size=96, crop_size=96, mean=(0.44, 0.36, 0.34), std=(0.30, 0.25, 0.24))
PATCHES = Preprocessing(resize_size=28, crop_size=28, mean=(0.42,) * 4, std=(0.14,) * 4)

OLD_NAME = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12])(?=\.)")

PHOTOGRAPHS_SCOPE = "It knows ten photographs, also turned, and always names one."

MODELS: dict[str, Sibling | Ported | Published] = {
    "squeezenet1_1": Ported(
        title="SqueezeNet 1.1",
        year=2016,
        paper="Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer: SqueezeNet: AlexNet-level accuracy with 50x fewer "
        "parameters and <0.5MB model size, arXiv:1602.07360; version 1.1 is a later one of the authors', with fewer "
        "multiply-accumulates",
        description="Eight Fire modules: 1×1 narrows, then 1×1 and 3×3 side by side make the next maps.",
        builder="squeezenet1_1",
        file_name="squeezenet1_1.safetensors",
        weights_enum="SqueezeNet1_1_Weights.IMAGENET1K_V1",
        knows="1,000 kinds",
        scope="Trained on ImageNet: of 1,000 kinds of animals and things it always names one.",
        notable_layers=(
            "features.0",
            "features.4.expand3x3",
            "features.7.expand3x3",
            "features.10.expand3x3",
            "classifier.1",
        ),
    ),
    "slim_alexnet": Sibling(
        title="Slim AlexNet",
        year=2012,
        paper="Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, "
        "NeurIPS 2012; the layout is theirs, the width and the training are not",
        description="AlexNet with 32 first filters of 11×11, small enough to come along trained.",
        builder="cnnviz.networks.slim:SlimAlexNet",
        file_name="slim_alexnet.safetensors",
        classes=class_names(),
        knows="ten photographs",
        scope=f"Here for its 11×11 first filters. {PHOTOGRAPHS_SCOPE}",
        notable_layers=("features.0", "features.3", "features.6", "features.8", "features.10"),
        preprocessing=CROPS,
    ),
    "slim_vgg": Sibling(
        title="Slim VGG",
        year=2014,
        paper="Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, "
        "arXiv:1409.1556; the layout is their configuration A (VGG-11), the width and the training are not theirs",
        description="VGG-11 with 16 to 64 channels: 3×3 convolutions only, in five blocks.",
        builder="cnnviz.networks.slim:SlimVGG",
        file_name="slim_vgg.safetensors",
        classes=class_names(),
        knows="ten photographs",
        scope=f"Here for its plain blocks of 3×3. {PHOTOGRAPHS_SCOPE}",
        notable_layers=("features.0", "features.3", "features.6", "features.11", "features.18"),
        preprocessing=CROPS,
    ),
    "slim_resnet": Sibling(
        title="Slim ResNet",
        year=2015,
        paper="He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385; the layout is that "
        "of their ResNet-18, the width and the training are not theirs",
        description="ResNet-18 with 16 to 128 channels: eight blocks, each adding to what it was given.",
        builder="cnnviz.networks.slim_resnet:SlimResNet",
        file_name="slim_resnet.safetensors",
        classes=class_names(),
        knows="ten photographs",
        scope=f"Here for its residual blocks. {PHOTOGRAPHS_SCOPE}",
        notable_layers=("conv1", "layer1.0.conv1", "layer2.0.conv1", "layer3.0.conv1", "layer4.1.conv2"),
        preprocessing=CROPS,
        has_residual_blocks=True,
    ),
    "sat6_convnet": Sibling(
        title="Sat6ConvNet",
        year=2015,
        paper="Basu et al.: DeepSat, ACM SIGSPATIAL 2015, for the form of the data; the lecture's network, made to fit "
        "patches of 4×28×28",
        description="The lecture's ConvNet for patches of land: two convolutions of 5×5, three dense layers.",
        builder="cnnviz.networks.slim:Sat6ConvNet",
        file_name="sat6_convnet.safetensors",
        classes=("barren land", "trees", "grassland", "other"),
        knows="four kinds of land",
        scope="It tells four drawn kinds of land apart, nothing else. A photograph has no near infrared: the mean of "
        "its colours stands in.",
        notable_layers=("features.0", "features.3"),
        preprocessing=PATCHES,
    ),
    "alexnet": Published(
        title="AlexNet",
        year=2012,
        paper="Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, "
        "NeurIPS 2012. torchvision builds the one-tower variant of Krizhevsky 2014, arXiv:1404.5997",
        description="Five convolutions, the first with large 11×11 filters; the network that started it.",
        builder="alexnet",
        weights_enum="AlexNet_Weights.IMAGENET1K_V1",
        weights=WeightsFile(
            name="alexnet-owt-7be5be79.pth",
            url="https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
            approx_size=244_408_911,
        ),
        notable_layers=("features.0", "features.3", "features.6", "features.8", "features.10"),
    ),
    "vgg16": Published(
        title="VGG-16",
        year=2014,
        paper="Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, "
        "arXiv:1409.1556",
        description="Thirteen 3×3 convolutions in five blocks; simple, deep, and heavy.",
        builder="vgg16",
        weights_enum="VGG16_Weights.IMAGENET1K_V1",
        weights=WeightsFile(
            name="vgg16-397923af.pth",
            url="https://download.pytorch.org/models/vgg16-397923af.pth",
            approx_size=553_433_881,
        ),
        notable_layers=("features.0", "features.5", "features.10", "features.17", "features.28"),
    ),
    "resnet18": Published(
        title="ResNet-18",
        year=2015,
        paper="He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385",
        description="Eight residual blocks of two 3×3 convolutions, each adding to what it was given.",
        builder="resnet18",
        weights_enum="ResNet18_Weights.IMAGENET1K_V1",
        weights=WeightsFile(
            name="resnet18-f37072fd.pth",
            url="https://download.pytorch.org/models/resnet18-f37072fd.pth",
            approx_size=46_830_571,
        ),
        notable_layers=("conv1", "layer1.0.conv1", "layer2.0.conv1", "layer3.0.conv1", "layer4.1.conv2"),
        has_residual_blocks=True,
    ),
    "resnet50": Published(
        title="ResNet-50",
        year=2015,
        paper="He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385. "
        "torchvision strides on the 3×3 convolution of a block, the paper on its first 1×1",
        description="Sixteen bottleneck blocks: 1×1 to narrow, 3×3 to look, 1×1 to widen again.",
        builder="resnet50",
        weights_enum="ResNet50_Weights.IMAGENET1K_V1",
        weights=WeightsFile(
            name="resnet50-0676ba61.pth",
            url="https://download.pytorch.org/models/resnet50-0676ba61.pth",
            approx_size=102_530_333,
        ),
        notable_layers=("conv1", "layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2", "layer4.2.conv3"),
        has_residual_blocks=True,
    ),
}


def architecture(name: str) -> Sibling | Ported | Published | Own:
    """The entry of `MODELS`, one of torchvision's other networks, or a visitor's own; else a ValueError says which
    there are.

    >>> architecture("resnet-18")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: There is no network named "resnet-18". Did you mean resnet18? There are: squeezenet1_1, ...
    """
    if name in MODELS:
        return MODELS[name]
    other = own_network(name) or published(name)
    if other is not None:
        return other
    close = get_close_matches(name, MODELS, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise ValueError(f'There is no network named "{name}".{hint} There are: {", ".join(MODELS)}.')


def load_model(name: str, download: bool = True, progress: Callable[[Progress], None] | None = None) -> Model:
    """The network `name`, with its trained weights where they can be had.

    Some weights come along with the project. The others are looked for in torch hub's folder and in the app's own;
    where they are in neither and `download` is true they are fetched, and `progress` is called as they arrive. Where
    none can be had (no network, a damaged file) the model comes untrained: the same random weights each time,
    `.trained` False, `.untrained_because` a sentence. A download that failed is also told as a warning, since a script
    would not look at the flag.

    Raises ValueError for a name that is not in `MODELS`.

    >>> model = load_model("slim_resnet")
    >>> model.trained, model.module.training, len(model.classes)
    (True, False, 37)
    """
    entry = architecture(name)
    if isinstance(entry, Own):
        because = "" if entry.trained else "No weights were given with it."
        classes = list(entry.classes)
        return Model(name, entry.module, entry.trained, classes, entry.preprocessing, untrained_because=because)
    try:
        path = weights_path(entry, download, progress)
        if path is not None:
            module = _trained_module(entry, path)
            return Model(name, module, True, _classes(entry), entry.preprocessing, weights_path=path)
        if isinstance(entry, Included):
            remedy = "restore it, or run make train" if isinstance(entry, Sibling) else "restore it"
            raise WeightsError(f"{entry.path} comes with the project and is missing: {remedy}.")
        reason = missing_sentence(entry.weights)
    except WeightsError as error:
        reason = str(error)
        if download:
            warnings.warn(f"{entry.title} is untrained: {reason}", stacklevel=2)
    return Model(name, _untrained_module(entry), False, _classes(entry), entry.preprocessing, untrained_because=reason)


def weights_path(
    entry: Sibling | Ported | Published, download: bool = False, progress: Callable[[Progress], None] | None = None
) -> Path | None:
    """Where the network's weights are on this machine, fetched if that is asked for, or None. Raises WeightsError."""
    if isinstance(entry, Included):
        return entry.path if entry.path.is_file() else None
    path = find(entry.weights)
    return fetch(entry.weights, progress) if path is None and download else path


def _classes(entry: Sibling | Ported | Published) -> list[str]:
    if isinstance(entry, Sibling):
        return list(entry.classes)
    return list(import_torchvision().get_weight(entry.weights_enum).meta["categories"])


def build(entry: Sibling | Ported | Published) -> "torch.nn.Module":
    """The network as its class or function starts it, with random weights of torch's own choice."""
    if isinstance(entry, Sibling):
        module_name, class_name = entry.builder.split(":")
        network: torch.nn.Module = getattr(import_module(module_name), class_name)(len(entry.classes))
        return network
    published: torch.nn.Module = import_torchvision().get_model_builder(entry.builder)(weights=None)
    return published


def _unfilled_module(entry: Sibling | Ported | Published) -> "torch.nn.Module":
    """The network's layers on torch's meta device: shapes without numbers, built in milliseconds."""
    import torch

    with torch.device("meta"), unfilled():
        module = build(entry)
    return module.eval().requires_grad_(False)


def _trained_module(entry: Sibling | Ported | Published, path: Path) -> "torch.nn.Module":
    """The network with the numbers of the file put in place, mapped from disk where the file allows it.

    Of a mapped file only the pages that are used are read, and processes share them. A file in PyTorch's format from
    before 2020 (VGG-16's is one) cannot be mapped: it is read into memory whole the first time, to be converted, and
    from then on its copy is mapped. A copy that does not fit, whoever made it, is passed over and made anew.
    """
    if isinstance(entry, Included) or can_be_mapped(path):
        return _filled_module(entry, path)
    mapped = _module_of_copy(entry, path)
    if mapped is not None:
        return mapped
    module = _filled_module(entry, path)
    make_mapped_copy(path, module.state_dict())
    mapped = _module_of_copy(entry, path)
    return module if mapped is None else mapped


def _module_of_copy(entry: Published, path: Path) -> "torch.nn.Module | None":
    copy = mapped_copy(path)
    try:
        return None if copy is None else _filled_module(entry, copy)
    except WeightsError:
        return None


def _filled_module(entry: Sibling | Ported | Published, path: Path) -> "torch.nn.Module":
    """Built on the meta device and assigned, so no random weights are drawn only to be overwritten."""
    module = _unfilled_module(entry)
    expected = {key: tensor.dtype for key, tensor in module.state_dict().items()}
    state = _read_safetensors(path) if isinstance(entry, Included) else as_named_now(_read_state(path))
    try:
        module.load_state_dict(state, strict=True, assign=True)
    except Exception as error:  # torch's own words are many lines long and speak of keys
        refuse_lack_of_memory(error)
        raise WeightsError(
            f"{path} holds weights of another network: their names or shapes are not those of {entry.title}. "
            f"Replace it with {entry.file_name if isinstance(entry, Included) else entry.weights.name}."
        ) from error
    if any(tensor.dtype != expected[key] for key, tensor in module.state_dict().items()):
        raise WeightsError(f"{path} holds numbers of another type than {entry.title} computes with (float32).")
    # Assigned tensors bring their own flag with them.
    return module.eval().requires_grad_(False)


def as_named_now(state: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    """The weights under today's names: those of DenseNet were published when names could hold "norm.1" within a layer.

    >>> list(as_named_now({"features.denseblock1.denselayer1.norm.1.weight": None}))
    ['features.denseblock1.denselayer1.norm1.weight']
    """
    for name in [name for name in state if OLD_NAME.search(name)]:
        state[OLD_NAME.sub(r"\1\2", name)] = state.pop(name)
    return state


def _read_state(path: Path) -> "dict[str, torch.Tensor]":
    import torch

    try:
        state = torch.load(path, map_location="cpu", mmap=can_be_mapped(path), weights_only=True)
    except Exception as error:  # a damaged file raises nearly anything, and torch's advice would switch safety off
        refuse_lack_of_memory(error)
        raise WeightsError(f"{path} cannot be read as a PyTorch weights file; it may be damaged.") from error
    if not isinstance(state, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
        raise WeightsError(f"{path} is a PyTorch file, but not a table of weights.")
    return state


def _read_safetensors(path: Path) -> "dict[str, torch.Tensor]":
    """The tensors of the file; what is kept in half precision to take half the place is computed with in float32."""
    import torch
    from safetensors.torch import load_file

    try:
        state = load_file(path, device="cpu")
        return {key: tensor.float() if tensor.dtype == torch.float16 else tensor for key, tensor in state.items()}
    except Exception as error:  # a damaged file raises several things, none of them a sentence
        refuse_lack_of_memory(error)
        raise WeightsError(f"{path} cannot be read as a safetensors file; it may be damaged.") from error


def _untrained_module(entry: Sibling | Ported | Published, seed: int = 0) -> "torch.nn.Module":
    """Random weights, the same each time; the process's random numbers are left as they were.

    Convolutions: He et al. 2015 (arXiv:1502.01852), normal with variance 2 / fan_out; linear layers: normal, standard
    deviation 0.01; biases 0; normalisation is the identity. That is how torchvision starts VGG and ResNet; AlexNet's
    own start (uniform) is not reproduced.
    """
    import torch
    from torch import nn

    with unfilled():
        module = build(entry)
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu", generator=generator)
            else:
                nn.init.normal_(layer.weight, std=0.01, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.LayerNorm):
            layer.reset_parameters()
    return module.eval().requires_grad_(False)
