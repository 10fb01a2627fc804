"""Layer-wise relevance propagation: the score handed back from layer to layer, each giving to those who made it.

Bach, Binder, Montavon, Klauschen, Müller, Samek 2015: On Pixel-Wise Explanations for Non-Linear Classifier Decisions by
Layer-Wise Relevance Propagation, PLoS ONE 10(7), doi:10.1371/journal.pone.0130140. Three rules, by the kind of layer,
as Montavon, Binder, Lapuschkin, Samek, Müller 2019 advise (doi:10.1007/978-3-030-28954-6_10). Of the relevance R_j of a
unit with value z_j before its ReLU, its input a_i gets

    dense layers          a_i w_ij / (z_j + ε sign z_j) · R_j                     (the ε rule; captum's EpsilonRule)
    convolutions          a_i w⁺_ij / Σ_i (a_i w⁺_ij + b⁺_j) · R_j                (α1β0; captum's Alpha1_Beta0_Rule)
    those of the picture  (x_i w_ij − l w⁺_ij − h w⁻_ij) / Σ_i (same) · R_j       (zᴮ: colours lie between l and h)

a rectifier (ReLU, ReLU6) hands on what it gets, and a maximum gives all to its winner. With the ε rule alone the map of
a ReLU network is that of input × gradient (Ancona, Ceolini, Öztireli, Gross 2018, arXiv:1711.06104).

Its promise (conservation): the values add up to the score, but for what the biases keep.

It does not hold for ResNets: their sums and normalisations divide by values near zero, and what is handed on grows
without bound. What it cannot tell: what speaks against the class in a convolution (α1β0 looks at what excites only), so
that its maps for different classes resemble each other. captum's own LRP writes all weights back when it is done, which
would copy a mapped file of 553 MB into memory.
"""

from collections.abc import Iterator

import torch
from torch import fx, nn

from cnnviz.attribution.backwards import Recorder, Step, handed_back, transposed, unknown_layers
from cnnviz.attribution.question import Method, Partial, Question, array_of
from cnnviz.attribution.twin import called_layers
from cnnviz.networks.refusal import Refusal

EPSILON = 1e-9
PASSES = (nn.ReLU, nn.ReLU6, nn.Dropout, nn.Identity)
KNOWN = (*PASSES, nn.Conv2d, nn.Linear, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Flatten)
NOT_FOR_RESNETS = (
    "Layer-wise relevance propagation does not hold for this network: its sums and normalisations divide by values "
    "near zero, and the relevance grows without bound instead of adding up to the score. Integrated gradients and "
    "DeepLIFT do add up here."
)


def steps(question: Question) -> Iterator[Partial]:
    """Forward once keeping what every layer was given, and back once."""
    recorder = Recorder(question.network)
    scores = recorder.run(question.image)
    values = recorder.values

    def through_layer(layer: nn.Module, node: fx.Node, relevance: torch.Tensor) -> torch.Tensor:
        if isinstance(layer, PASSES):
            return relevance
        (source,) = node.all_input_nodes
        given, relevance = values[source], relevance.reshape(values[node].shape)
        if not isinstance(layer, nn.Conv2d):
            return by_share(layer, given, relevance)
        if bool((given < 0).any()):  # colours, not the values behind a ReLU
            return between_limits(layer, given, relevance)
        return by_share(weighing(layer, excites=True, bias=True), given, relevance)

    score = float(scores[0, question.class_index])
    start = torch.zeros_like(scores)
    start[0, question.class_index] = score
    answer = handed_back(question.network, start, through_layer, refuse_sum, values)
    yield Partial(array_of(answer), 1, 1, score)


def by_share(step: Step, given: torch.Tensor, relevance: torch.Tensor) -> torch.Tensor:
    """Each input's share of the relevance R, a · (∂z/∂a)ᵀ (R / z): the shape of `given`."""
    return given * transposed(step, given, lambda made: relevance / steadied(made))


def between_limits(layer: nn.Conv2d, given: torch.Tensor, relevance: torch.Tensor) -> torch.Tensor:
    """The zᴮ-rule for the first convolution, whose inputs lie between their colour's least and largest value.

    `given` and the result (1, 3, H, W), `relevance` as the layer's output (1, C, H, W). Montavon et al. 2017,
    arXiv:1512.02479.
    """
    low = given.amin((2, 3), keepdim=True).expand_as(given)
    high = given.amax((2, 3), keepdim=True).expand_as(given)
    parts: list[tuple[torch.Tensor, Step]] = [
        (given, weighing(layer)),
        (-low, weighing(layer, excites=True)),
        (-high, weighing(layer, excites=False)),
    ]
    with torch.no_grad():
        share = relevance / steadied(sum((step(values) for values, step in parts), torch.zeros_like(relevance)))
    back = [values * transposed(step, values, share) for values, step in parts]
    return back[0] + back[1] + back[2]


def weighing(layer: nn.Conv2d, excites: bool | None = None, bias: bool = False) -> Step:
    """The convolution with all its weights, or only those that excite (w⁺) or hold back (w⁻); its bias likewise."""

    def selected(weights: torch.Tensor) -> torch.Tensor:
        return weights if excites is None else weights.clamp(min=0) if excites else weights.clamp(max=0)

    weight = selected(layer.weight)
    added = selected(layer.bias) if bias and layer.bias is not None else None
    return lambda given: layer._conv_forward(given, weight, added)  # with the layer's own padding and stride


def steadied(made: torch.Tensor) -> torch.Tensor:
    """Values of any shape, moved away from zero by ε."""
    return made + EPSILON * torch.where(made < 0, -1.0, 1.0)


def refuse_sum(_node: fx.Node, _source: fx.Node, _relevance: torch.Tensor) -> torch.Tensor:
    """Raise Refusal, whatever the shapes: a network that adds maps is a ResNet of some kind."""
    raise Refusal(NOT_FOR_RESNETS)


def refusal(module: nn.Module) -> str:
    """Networks with normalisations are refused, which here are the ResNets, and layers without a rule.

    Among those are the other activations: the rule for convolutions shares out what excites a unit, and takes all that
    a unit is given for positive, as it is behind a rectifier.
    """
    if any(isinstance(layer, nn.BatchNorm2d) for layer in called_layers(module)):
        return NOT_FOR_RESNETS
    unknown = unknown_layers(module, KNOWN)
    told = f"Layer-wise relevance propagation knows no rule here for {unknown}: "
    return f"{told}integrated gradients add up for any network." if unknown else ""


LRP = Method(
    "Layer-wise relevance",
    steps,
    signed=True,
    promise="the score, but for what the biases keep",
    refusal=refusal,
)
