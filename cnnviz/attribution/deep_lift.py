"""DeepLIFT: how each pixel's difference from grey becomes the score's difference, layer by layer.

Shrikumar, Greenside, Kundaje 2017: Learning Important Features Through Propagating Activation Differences,
arXiv:1704.02685, the rescale rule: at a ReLU, or any other activation, the slope is Δout / Δin between this picture
and a grey one, not the gradient; at a maximum the difference goes to the winner of the larger side. All other layers
are linear.

Its promise (summation to delta): all values add up to S_c(x) − S_c(grey). captum.attr.DeepLift keeps it only where no
pooling changes its winner (up to a tenth is lost in AlexNet and VGG), and cannot tell two uses of one ReLU apart, which
every ResNet has. This one keeps it for every network of the layers it knows, ResNets among them, refuses others, and
equals captum's for networks without poolings.

What it cannot tell: it follows each layer's difference by itself, so where two signals cancel it may still name both.
Pixels of the mean colour get nothing.
"""

from collections.abc import Iterator

import torch
from torch import fx, nn
from torch.nn import functional

from cnnviz.attribution.backwards import Recorder, handed_back, transposed, unknown_layers
from cnnviz.attribution.question import Method, Partial, Question, array_of

TINY = 1e-10  # a smaller difference has no slope; the gradient takes its place
BENT = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish,
    nn.Sigmoid, nn.LogSigmoid, nn.Tanh, nn.Tanhshrink, nn.Softplus, nn.Softsign, nn.Softshrink, nn.Hardshrink,
    nn.Hardswish, nn.Hardsigmoid, nn.Hardtanh, nn.Threshold,
)  # fmt: skip
LINEAR = (
    nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Dropout, nn.Dropout2d,
    nn.Identity, nn.Flatten, nn.Unflatten, nn.ZeroPad2d,
)  # fmt: skip


def steps(question: Question) -> Iterator[Partial]:
    """Both pictures forward, the slopes back once."""
    recorder = Recorder(question.network)
    answers = recorder.run(torch.cat([question.image, torch.zeros_like(question.image)]))  # (2, num_classes)
    scores = answers[:, question.class_index]

    def both(node: fx.Node) -> Both:
        here, grey = recorder.values[node].split(1)
        return here, grey

    def through_layer(layer: nn.Module, node: fx.Node, slope: torch.Tensor) -> torch.Tensor:
        (source,) = node.all_input_nodes
        given = both(source)
        if isinstance(layer, BENT):
            return rescaled(layer, given, both(node), slope)
        if isinstance(layer, nn.MaxPool2d):
            return through_maximum(layer, given, slope)
        return transposed(layer, given[0], slope)

    start = torch.zeros_like(answers[:1])
    start[0, question.class_index] = 1.0
    slopes = handed_back(question.network, start, through_layer, lambda _sum, _source, slope: slope, recorder.values)
    yield Partial(array_of(question.image * slopes), 1, 1, float(scores[0] - scores[1]))


Both = tuple[torch.Tensor, torch.Tensor]


def rescaled(layer: nn.Module, given: Both, made: Both, slope: torch.Tensor) -> torch.Tensor:
    """The slope through a layer that works value by value, Δout / Δin: (1, C, H, W) or (1, features), as `given`."""
    change, answer = given[0] - given[1], made[0] - made[1]
    slope = slope.reshape(change.shape)
    return torch.where(change.abs() >= TINY, slope * ratio(answer, change), transposed(layer, given[0], slope))


def ratio(answer: torch.Tensor, change: torch.Tensor) -> torch.Tensor:
    """Δout / Δin, value by value in one shape, and 1 where nothing changed."""
    steady = change.abs() >= TINY
    return torch.where(steady, answer / torch.where(steady, change, 1.0), 1.0)


def through_maximum(layer: nn.MaxPool2d, given: Both, slope: torch.Tensor) -> torch.Tensor:
    """The slope through a max-pooling, (1, C, H, W): each window's difference goes to its largest value.

    Where this picture's maximum is larger the winner is its own, else the grey one's: there the values differ by at
    least as much as the maxima do, so that the slope is never above 1.
    """
    pooled = [
        functional.max_pool2d(
            values, layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode, return_indices=True
        )
        for values in given
    ]
    (here, winners), (grey, grey_winners) = pooled
    flat = [values.flatten(2) for values in given]
    places = torch.where(here >= grey, winners, grey_winners).flatten(2)
    share = ratio((here - grey).flatten(2), (flat[0] - flat[1]).gather(2, places))
    back = torch.zeros_like(flat[0]).scatter_add_(2, places, slope.reshape(here.shape).flatten(2) * share)
    return back.reshape(given[0].shape)


def refusal(module: nn.Module) -> str:
    """A layer that is neither linear, nor works value by value, nor takes a maximum, has no rule here."""
    unknown = unknown_layers(module, (*BENT, *LINEAR, nn.MaxPool2d))
    return f"DeepLIFT knows no rule for {unknown}: integrated gradients add up for any network." if unknown else ""


DEEP_LIFT = Method(
    "DeepLIFT",
    steps,
    signed=True,
    promise="the score of this picture minus that of a grey one",
    refusal=refusal,
)
