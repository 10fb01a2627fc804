"""The lecture's figures beside the computed ones, network by network, and where a figure that differs comes from."""

from collections.abc import Callable, Iterable, Sequence
from math import prod

from cnnviz.arithmetic.layers import Conv2d
from cnnviz.arithmetic.lecture.tables import (
    RESNET_DEPTHS,
    TOP5_ERRORS,
    VGG16_TABLE,
    Compared,
    depth,
    exact,
    num_weights,
    printed_value,
    rounded,
    rounds_to,
    trace_of,
)
from cnnviz.arithmetic.network import Row
from cnnviz.arithmetic.network.architectures import ARCHITECTURES, fitting_sides
from cnnviz.arithmetic.network.exports import shape_words
from cnnviz.arithmetic.network.fixes import Problem, problems
from cnnviz.arithmetic.network.memory import memory_shares, num_values
from cnnviz.arithmetic.num_bytes import FLOAT32_BYTES, readable_bytes
from cnnviz.arithmetic.settings import Shape


def convolution_macs(rows: Iterable[Row]) -> int:
    """The multiply-accumulates of the convolutions alone."""
    return sum(row.macs for row in rows if isinstance(row.layer, Conv2d))


def memory(values: int) -> str:
    """What so many values take as float32.

    >>> memory(28_793_320)
    '115 MB'
    """
    return readable_bytes(values * FLOAT32_BYTES)


def alexnet_footnotes() -> tuple[Compared, ...]:
    """What the lecture says of AlexNet's first layer."""
    conv1 = Conv2d(3, 96, 11, stride=4)
    picture, small = (3, 227, 227), (3, 224, 224)
    outputs, outputs_small = conv1.output_shape(picture), conv1.output_shape(small)
    dense, mixed = prod(picture) * prod(outputs), prod(small) * prod(outputs)
    return (
        exact("CONV1, parameters", 34_944, conv1.num_params),
        Compared(
            "CONV1 as one dense layer, weights",
            "43.7·10⁹",
            f"{dense / 1e9:.1f}·10⁹",
            False,
            f"The lecture’s figure is {shape_words(small)} inputs times {shape_words(outputs)} outputs = "
            f"{mixed / 1e9:.1f}·10⁹: an input of 224 pixels with the output of 227. With 227 throughout it is "
            f"{dense:,}. The point stays: a convolution does with {conv1.num_params:,} numbers.",
        ),
        Compared(
            "CONV1, output for 224 pixels",
            "55×55",
            shape_words(outputs_small[1:]),
            False,
            f"The paper gives its pictures 224 pixels a side. Without padding (224 − 11)/4 + 1 = {213 / 4 + 1}, and "
            f"the floor makes it {outputs_small[1]}. So the lecture’s table says 227: (227 − 11)/4 + 1 = {outputs[1]}.",
        ),
    )


def alexnet_2012_footnotes() -> tuple[Compared, ...]:
    """The paper's two towers beside the lecture's one."""
    one, two = ARCHITECTURES["alexnet"].network, ARCHITECTURES["alexnet-2012"].network
    return (
        exact(
            "all parameters, one tower beside two",
            one.num_params,
            two.num_params,
            "The paper’s network ran on two GPUs. CONV2, CONV4 and CONV5 see only the channels on their own, half of "
            f"them, so these layers learn {one.num_params - two.num_params:,} numbers fewer. Shapes stay the same.",
        ),
    )


def vgg16_footnotes() -> tuple[Compared, ...]:
    """The sums under the lecture's table of VGG-16."""
    rows, picture = trace_of("vgg16"), ARCHITECTURES["vgg16"].input_shape
    values, all_values = (num_values(memory_shares(rows, picture, every=every)) for every in (False, True))
    printed_rows = sum(printed_value(printed) for _, printed, _, _ in VGG16_TABLE)
    weights, num_params = sum(num_weights(row) for row in rows), sum(row.num_params for row in rows)
    macs = sum(row.macs for row in rows)
    return (
        rounded(
            "activations, all rows",
            "24M",
            values,
            why=f"24M is not the sum of the table: its own rounded rows add up to {printed_rows / 1e6:.1f}M, the exact "
            f"ones to {values:,}. Counting every ReLU’s output separately gives {all_values:,}.",
        ),
        Compared(
            "memory of the activations, 4 bytes each",
            "93 MB",
            memory(values),
            round(values * FLOAT32_BYTES / 10**6) == 93,
            f"{values:,} values of 4 bytes are {memory(values)}; with every ReLU’s output kept separately "
            f"{memory(all_values)}. Even 24M values would be {memory(24_000_000)}.",
        ),
        rounded("parameters", "138M", num_params, digits=3),
        exact("weights, without biases", sum(printed for _, _, printed, _ in VGG16_TABLE), weights),
        Compared(
            "“FLOPs”",
            "15.3B",
            f"{macs:,} MACs",
            rounds_to(macs, "15.3B", 3),
            f"The lecture counts multiply-accumulates, and only those of the convolutions: {convolution_macs(rows):,}. "
            f"With the dense layers there are {macs:,}. A multiply-accumulate is two operations.",
        ),
    )


def unpadded_footnotes() -> tuple[Compared, ...]:
    """The Keras listing, which leaves border_mode='same' out."""
    padded, unpadded = ARCHITECTURES["vgg16"], ARCHITECTURES["vgg16-unpadded"]
    shapes = [
        next(row.output_shape for row in each.network.trace(each.input_shape) if row.name == "pool5")
        for each in (padded, unpadded)
    ]
    fitting = fitting_sides(unpadded.network, unpadded.input_shape)
    return (
        Compared(
            "output of the last pooling",
            shape_words(shapes[0]),
            shape_words(shapes[1]),
            False,
            "The listing writes Convolution2D(64, 3, 3) without border_mode='same', and Keras then pads nothing: every "
            "convolution takes two rows and two columns away. The network that was meant is padded.",
        ),
        rounded(
            "parameters",
            "138M",
            unpadded.network.num_params,
            digits=3,
            why=f"The first dense layer gets {prod(shapes[1]):,} features instead of {prod(shapes[0]):,}.",
        ),
        Compared(
            "smallest picture",
            "224×224",
            f"{fitting[0]}×{fitting[0]}",
            False,
            f"Below {fitting[0]} pixels nothing is left for the last pooling.",
        ),
    )


def resnet_footnotes() -> tuple[Compared, ...]:
    """ResNets by depth, and ResNet-50 beside VGG-16."""
    vgg, paper, ours = trace_of("vgg16"), trace_of("resnet50-paper"), trace_of("resnet50")
    num_params = sum(row.num_params for row in ours)
    macs = sum(row.macs for row in paper)
    return (
        *(
            exact(f"ResNet-{depth_}, layers", depth_, depth(ARCHITECTURES[f"resnet{depth_}"].network))
            for depth_ in RESNET_DEPTHS
        ),
        rounded(
            "ResNet-50, parameters",
            "25M",
            num_params,
            why=f"25M is cut off, not rounded; the lecture’s table of methods has {num_params / 1e6:.0f}M.",
        ),
        rounded("VGG-16, parameters", "138M", sum(row.num_params for row in vgg), digits=3),
        Compared(
            "ResNet-50, “FLOPs”",
            "3.8B",
            f"{macs:,} MACs",
            rounds_to(macs, "3.8B"),
            "These are multiply-accumulates, cut off after one decimal, of the paper’s network, whose blocks stride on "
            f"the first 1×1 convolution. torchvision’s stride on the 3×3, at {sum(row.macs for row in ours):,}.",
        ),
        Compared(
            "VGG-16, “FLOPs”",
            "15.3B",
            f"{convolution_macs(vgg):,} MACs",
            rounds_to(convolution_macs(vgg), "15.3B", 3),
            f"Only the convolutions; with the dense layers {sum(row.macs for row in vgg):,}.",
        ),
    )


def sat6_mlp_footnotes() -> tuple[Compared, ...]:
    """A dense layer on an image, and the network of three."""
    rows = {row.name: row for row in trace_of("sat6-mlp")}
    return (
        exact("flattened picture, features", 3_136, rows["flatten"].activation_values),
        exact("first dense layer, parameters", 401_536, rows["fc1"].num_params),
        exact("second dense layer, parameters", 16_512, rows["fc2"].num_params),
        exact("third dense layer, parameters", 516, rows["fc3"].num_params),
        exact("all parameters", 418_564, sum(row.num_params for row in rows.values())),
    )


def sat6_problems(input_shape: Shape = (4, 28, 28)) -> tuple[Problem, ...]:
    """Everything that keeps the lecture's Sat6ConvNet from running on a SAT-6 patch, in order.

    >>> [problem.error.name for problem in sat6_problems()]
    ['conv1', 'fc3']
    """
    return problems(ARCHITECTURES["sat6-convnet"].network, input_shape)


FOOTNOTES: dict[str, Callable[[], tuple[Compared, ...]]] = {
    "alexnet": alexnet_footnotes,
    "alexnet-2012": alexnet_2012_footnotes,
    "vgg16": vgg16_footnotes,
    "vgg16-unpadded": unpadded_footnotes,
    "resnet18": resnet_footnotes,
    "resnet34": resnet_footnotes,
    "resnet50": resnet_footnotes,
    "resnet50-paper": resnet_footnotes,
    "resnet101": resnet_footnotes,
    "resnet152": resnet_footnotes,
    "sat6-mlp": sat6_mlp_footnotes,
}

# torchvision's networks beside the lecture's: which one, and why they differ.
TWINS = {
    "alexnet": (
        "alexnet",
        "torchvision builds a later variant (Krizhevsky 2014, arXiv:1404.5997): 64 first filters instead of 96, then "
        "192 and 256, pictures of 224 pixels with padding 2.",
    ),
    "vgg16": ("vgg16", ""),
    "resnet18": ("resnet18", ""),
    "resnet34": ("resnet34", ""),
    "resnet50": (
        "resnet50-paper",
        "The paper puts the stride of a block on its first 1×1 convolution, torchvision on the 3×3, which then sees "
        "a larger map. The parameters are the same.",
    ),
    "resnet101": ("resnet101", ""),
    "resnet152": ("resnet152", ""),
}


def twin_footnotes(builder: str, rows: Sequence[Row]) -> tuple[Compared, ...]:
    """A network of torchvision beside the lecture's of the same name, both computed; empty where there is none.

    >>> [note.agrees for note in twin_footnotes("resnet50", trace_of("resnet50"))]
    [True, False]
    """
    if builder not in TWINS:
        return ()
    name, why = TWINS[builder]
    twin = trace_of(name)
    num_params, macs = (
        exact(what, sum(getattr(row, field) for row in twin), sum(getattr(row, field) for row in rows))
        for what, field in (("parameters", "num_params"), ("MACs", "macs"))
    )
    if not num_params.agrees:
        return num_params._replace(why=why), macs
    return num_params, macs if macs.agrees else macs._replace(why=why)


def error_words() -> str:
    """The errors that the lecture sets beside the parameters; measured by their authors, not computed."""
    words = " against ".join(f"{error} % for {name}" for name, error in TOP5_ERRORS.items())
    return f"Top-5 error on ImageNet, measured by the authors and not computed here: {words}."
