"""The networks of the lecture, declared: what their shapes, parameters and costs are can be asked without torch.

`ARCHITECTURES` is a plain table; a network is built when it is first asked for. ReLUs are layers of their own. Dropout,
which is off when a network answers, is left out: it changes no number here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from cnnviz.arithmetic.layers import (
    AdaptiveAvgPool2d,
    Add,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Softmax,
)
from cnnviz.arithmetic.network import INPUT, Network, Node
from cnnviz.arithmetic.settings import Shape, ShapeError

LARGEST_SIDE = 512  # no larger picture is offered; every network here was made for less than half of it

VGG16_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # filters, convolutions
RESNET_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
BOTTLENECK = 4  # a bottleneck block widens to so many times the channels that its 3x3 convolution works on

Named = tuple[str, Layer]


@dataclass(frozen=True)
class Architecture:
    """A network and the picture it was made for; `description` says in one sentence what is special about it.

    >>> ARCHITECTURES["alexnet"].network.num_params
    62378344
    """

    title: str
    description: str
    input_shape: Shape
    build: Callable[[], Network]

    @property
    def network(self) -> Network:
        """The layers; built once."""
        return built(self.build)


@lru_cache(maxsize=64)
def built(build: Callable[[], Network]) -> Network:
    """What the function builds, remembered."""
    return build()


def line(*layers: Named) -> Network:
    """Named layers one behind the other."""
    before = (INPUT, *(name for name, _ in layers))
    return Network(
        tuple(Node(name, layer, (previous,)) for (name, layer), previous in zip(layers, before, strict=False))
    )


def dense_head(*sizes: int, first: int = 1) -> list[Named]:
    """Dense layers with a ReLU between them, numbered from `first`.

    >>> [name for name, _ in dense_head(9216, 4096, 4096, 1000, first=6)]
    ['fc6', 'relu6', 'fc7', 'relu7', 'fc8']
    """
    layers: list[Named] = []
    for number, (inputs, outputs) in enumerate(pairwise(sizes), first):
        layers += [(f"fc{number}", Linear(inputs, outputs)), (f"relu{number}", ReLU())]
    return layers[:-1]


def alexnet(groups: int = 1) -> Network:
    """AlexNet as the lecture's table has it: one tower, 227 pixels. With `groups=2` the two towers of the paper.

    Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, NeurIPS 2012. There
    the second, fourth and fifth convolution each see only the channels on their own GPU.

    >>> alexnet().num_params, alexnet(groups=2).num_params
    (62378344, 60965224)
    """
    return line(
        ("conv1", Conv2d(3, 96, 11, stride=4)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(3, stride=2)),
        ("conv2", Conv2d(96, 256, 5, padding=2, groups=groups)),
        ("relu2", ReLU()),
        ("pool2", MaxPool2d(3, stride=2)),
        ("conv3", Conv2d(256, 384, 3, padding=1)),
        ("relu3", ReLU()),
        ("conv4", Conv2d(384, 384, 3, padding=1, groups=groups)),
        ("relu4", ReLU()),
        ("conv5", Conv2d(384, 256, 3, padding=1, groups=groups)),
        ("relu5", ReLU()),
        ("pool3", MaxPool2d(3, stride=2)),
        ("flatten", Flatten()),
        *dense_head(256 * 6 * 6, 4096, 4096, 1000, first=6),
    )


def classic_convnet() -> Network:
    """The lecture's pattern: blocks of convolution, ReLU and a 2x2 max-pooling, then dense layers and a softmax.

    The lecture gives no numbers; these are ours, for a picture of 3 x 32 x 32 and ten classes.

    >>> classic_convnet().trace((3, 32, 32))[-1].output_shape
    (10,)
    """
    layers: list[Named] = []
    channels = 3
    for block, filters in enumerate((32, 64), 1):
        for number in (1, 2):
            layers.append((f"conv{block}_{number}", Conv2d(channels, filters, 3, padding=1)))
            layers.append((f"relu{block}_{number}", ReLU()))
            channels = filters
        layers.append((f"pool{block}", MaxPool2d(2)))
    return line(*layers, ("flatten", Flatten()), *dense_head(64 * 8 * 8, 128, 10), ("softmax", Softmax(dim=1)))


def sat6_mlp(in_size: int = 28 * 28 * 4, hidden_units: int = 128, out_size: int = 4) -> Network:
    """The lecture's Sat6MLP: a flattened picture and three dense layers.

    >>> sat6_mlp().num_params
    418564
    """
    return line(("flatten", Flatten()), *dense_head(in_size, hidden_units, hidden_units, out_size))


def sat6_convnet(filters: tuple[int, int] = (32, 16), hidden: tuple[int, int] = (128, 64)) -> Network:
    """The lecture's Sat6ConvNet: two convolutions of 5x5 with a pooling each, then three dense layers.

    With filters (6, 16) and hidden (120, 84) it is the network whose printed form the lecture shows.

    >>> sat6_convnet().num_params, sat6_convnet((6, 16), (120, 84)).num_params
    (73492, 61196)
    """
    return line(
        ("conv1", Conv2d(1, filters[0], 5)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(filters[0], filters[1], 5)),
        ("relu2", ReLU()),
        ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        *dense_head(16 * 5 * 5, *hidden, 4, first=3),
    )


def vgg16(padding: int = 1) -> Network:
    """VGG-16: thirteen 3x3 convolutions in five blocks, each closed by a 2x2 max-pooling, and three dense layers.

    Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv:1409.1556. Without
    padding, as the lecture's Keras listing has it, a picture of 224 pixels shrinks to 512 x 1 x 1.

    >>> vgg16().num_params, vgg16(padding=0).num_params
    (138357544, 37694248)
    """
    layers: list[Named] = []
    channels = 3
    for block, (filters, convolutions) in enumerate(VGG16_BLOCKS, 1):
        for number in range(1, convolutions + 1):
            layers.append((f"conv{block}_{number}", Conv2d(channels, filters, 3, padding=padding)))
            layers.append((f"relu{block}_{number}", ReLU()))
            channels = filters
        layers.append((f"pool{block}", MaxPool2d(2)))
    features = line(*layers).trace((3, 224, 224))[-1].activation_values
    return line(*layers, ("flatten", Flatten()), *dense_head(features, 4096, 4096, 1000, first=6))


def vgg16_listing(same: bool = False) -> str:
    """VGG-16 as the Keras text that the lecture shows; with `same` every convolution says border_mode='same'.

    >>> vgg16_listing().splitlines()[1]
    "model.add(Convolution2D(64, 3, 3, activation='relu', input_shape=(3, 224, 224)))"
    """
    padding = ", border_mode='same'" if same else ""
    lines = ["model = Sequential()"]
    for filters, convolutions in VGG16_BLOCKS:
        for _ in range(convolutions):
            shape = ", input_shape=(3, 224, 224)" if len(lines) == 1 else ""
            lines.append(f"model.add(Convolution2D({filters}, 3, 3, activation='relu'{padding}{shape}))")
        lines.append("model.add(MaxPooling2D((2, 2), strides=(2, 2)))")
    dense = ["model.add(Dense(4096, activation='relu'))"] * 2 + ["model.add(Dense(1000, activation='softmax'))"]
    return "\n".join([*lines, "model.add(Flatten())", *dense])


def resnet(depth: int, stride_first: bool = False) -> Network:
    """ResNet-18, 34, 50, 101 or 152; layers carry torchvision's names.

    He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385. From 50 layers on the blocks
    are bottlenecks. Where a stage halves the picture, its stride stands on the 3x3 convolution as in torchvision; with
    `stride_first` on the first 1x1, as in the paper, which saves multiplications and changes no parameter.

    >>> resnet(50).num_params
    25557032
    """
    if depth not in RESNET_BLOCKS:
        raise ShapeError(f"There is no ResNet-{depth} in the paper; there are {', '.join(map(str, RESNET_BLOCKS))}.")
    nodes = list(
        line(
            ("conv1", Conv2d(3, 64, 7, stride=2, padding=3, bias=False)),
            ("bn1", BatchNorm2d(64)),
            ("relu", ReLU()),
            ("maxpool", MaxPool2d(3, stride=2, padding=1)),
        ).nodes
    )
    channels = 64
    for stage, blocks in enumerate(RESNET_BLOCKS[depth]):
        for block in range(blocks):
            width, stride = 64 * 2**stage, 2 if stage > 0 and block == 0 else 1
            branch = (
                bottleneck(channels, width, stride, stride_first) if depth >= 50 else basic(channels, width, stride)
            )
            outputs = width * BOTTLENECK if depth >= 50 else width
            nodes += residual_block(f"layer{stage + 1}.{block}", nodes[-1].name, branch, channels, outputs, stride)
            channels = outputs
    head = (("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(channels, 1000)))
    for name, layer in head:
        nodes.append(Node(name, layer, (nodes[-1].name,)))
    return Network(tuple(nodes))


def basic(channels: int, width: int, stride: int) -> list[Conv2d]:
    """The convolutions of a residual block of ResNet-18 and 34."""
    return [
        Conv2d(channels, width, 3, stride=stride, padding=1, bias=False),
        Conv2d(width, width, 3, padding=1, bias=False),
    ]


def bottleneck(channels: int, width: int, stride: int, stride_first: bool) -> list[Conv2d]:
    """The convolutions of a residual block of the deeper ResNets: narrow, look, widen."""
    first, second = (stride, 1) if stride_first else (1, stride)
    return [
        Conv2d(channels, width, 1, stride=first, bias=False),
        Conv2d(width, width, 3, stride=second, padding=1, bias=False),
        Conv2d(width, width * BOTTLENECK, 1, bias=False),
    ]


def residual_block(
    name: str, source: str, branch: list[Conv2d], channels: int, outputs: int, stride: int
) -> list[Node]:
    """y = relu(F(x) + x): F is the branch, each convolution normalised; where shapes differ, x passes a 1x1 as well."""
    nodes: list[Node] = []
    before = source
    for number, convolution in enumerate(branch, 1):
        nodes.append(Node(f"{name}.conv{number}", convolution, (before,)))
        nodes.append(Node(f"{name}.bn{number}", BatchNorm2d(convolution.out_channels), (f"{name}.conv{number}",)))
        before = f"{name}.bn{number}"
        if number < len(branch):
            nodes.append(Node(f"{name}.relu{number}", ReLU(), (before,)))
            before = f"{name}.relu{number}"
    skip = source
    if stride > 1 or channels != outputs:
        shortcut = f"{name}.downsample.0"
        nodes.append(Node(shortcut, Conv2d(channels, outputs, 1, stride=stride, bias=False), (source,)))
        skip = f"{name}.downsample.1"
        nodes.append(Node(skip, BatchNorm2d(outputs), (shortcut,)))
    nodes.append(Node(f"{name}.add", Add(), (before, skip)))
    nodes.append(Node(f"{name}.relu", ReLU(), (f"{name}.add",)))
    return nodes


IMAGENET = (3, 224, 224)

ARCHITECTURES: dict[str, Architecture] = {
    "alexnet": Architecture(
        "AlexNet (lecture)", "One tower, on 227 pixels: the lecture’s table.", (3, 227, 227), alexnet
    ),
    "alexnet-2012": Architecture(
        "AlexNet (2012, two GPUs)",
        "The paper’s own: three of its convolutions are split into two groups, one on each GPU.",
        (3, 227, 227),
        lambda: alexnet(groups=2),
    ),
    "vgg16": Architecture(
        "VGG-16", "Thirteen 3×3 convolutions, each padded so that it keeps the size.", IMAGENET, vgg16
    ),
    "vgg16-unpadded": Architecture(
        "VGG-16 (unpadded listing)",
        "The lecture’s Keras listing read word for word: every convolution takes two pixels off each axis.",
        IMAGENET,
        lambda: vgg16(padding=0),
    ),
    "resnet18": Architecture(
        "ResNet-18", "Eight residual blocks of two 3×3 convolutions.", IMAGENET, lambda: resnet(18)
    ),
    "resnet34": Architecture(
        "ResNet-34", "Sixteen residual blocks of two 3×3 convolutions.", IMAGENET, lambda: resnet(34)
    ),
    "resnet50": Architecture(
        "ResNet-50", "Sixteen bottleneck blocks; the stride is on their 3×3 convolution.", IMAGENET, lambda: resnet(50)
    ),
    "resnet50-paper": Architecture(
        "ResNet-50 (paper)",
        "The paper’s own: the stride is on the first 1×1 convolution of a block.",
        IMAGENET,
        lambda: resnet(50, stride_first=True),
    ),
    "resnet101": Architecture("ResNet-101", "Thirty-three bottleneck blocks.", IMAGENET, lambda: resnet(101)),
    "resnet152": Architecture("ResNet-152", "Fifty bottleneck blocks.", IMAGENET, lambda: resnet(152)),
    "convnet": Architecture(
        "Classic ConvNet",
        "The lecture’s pattern with numbers of ours: two blocks of convolutions, then dense layers.",
        (3, 32, 32),
        classic_convnet,
    ),
    "sat6-mlp": Architecture(
        "Sat6MLP", "Three dense layers on a flattened SAT-6 patch of four channels.", (4, 28, 28), sat6_mlp
    ),
    "sat6-convnet": Architecture(
        "Sat6ConvNet", "Two convolutions and three dense layers, on one channel.", (1, 32, 32), sat6_convnet
    ),
    "sat6-printed": Architecture(
        "Sat6ConvNet (as printed)",
        "The network whose printed form the lecture shows: fewer filters, wider dense layers.",
        (1, 32, 32),
        lambda: sat6_convnet((6, 16), (120, 84)),
    ),
}


@lru_cache(maxsize=64)
def fitting_sides(network: Network, input_shape: Shape) -> range:
    """The square pictures, side by side up to 512 pixels, that the network takes around the one it was made for.

    A dense layer takes one number of features, so in front of it only a short run of sizes ends on the right map. The
    ends are found by halving: between a size that fits and one that does not, all sizes up to the end fit.

    >>> fitting_sides(alexnet(), (3, 227, 227)), fitting_sides(vgg16(padding=0), (3, 224, 224))
    (range(227, 259), range(212, 244))
    """
    channels, side, _ = input_shape

    def fits(size: int) -> bool:
        return network.fits((channels, size, size))

    if not fits(side):
        raise ShapeError(f"The network does not take its own picture of {channels} × {side} × {side}.")
    first, too_small = side, 0
    while first - too_small > 1:
        middle = (first + too_small) // 2
        first, too_small = (middle, too_small) if fits(middle) else (first, middle)
    last, too_large = side, LARGEST_SIDE + 1
    while too_large - last > 1:
        middle = (last + too_large) // 2
        last, too_large = (middle, too_large) if fits(middle) else (last, middle)
    return range(first, last + 1)
