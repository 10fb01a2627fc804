"""Grad-CAM: where the maps of a convolution speak for the class, each weighed by how much the score follows it.

Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra 2016: Grad-CAM, arXiv:1610.02391. α_k = mean over places of
∂S_c / ∂A^k; the map is ReLU(Σ_k α_k A^k), enlarged to the picture (bilinear). A are the layer's maps behind its
BatchNorm, its block's sum and its activation (ReLU or another). captum.attr.LayerGradCam. The signed one leaves out the
ReLU of the sum, and so shows also what speaks against the class.

What it cannot tell: anything finer than the layer's cells (3 to 14 a side for the last layer of the networks here; the
smooth shape between them is the enlargement's), and where a channel that matters is weighed by a mean that cancels.
Where nothing speaks for the class the map is empty: no evidence, not a weak one.
"""

from collections.abc import Iterator

import torch
from captum.attr import LayerGradCam
from torch import nn
from torch.nn import functional

from cnnviz.attribution.question import Method, Partial, Question
from cnnviz.attribution.twin import convolutions, settled


def coarse_map(question: Question, relu: bool) -> torch.Tensor:
    """The map at the layer's own size: (1, 1, h, w)."""
    layer = question.network.get_submodule(settled(question.network, question.layer))
    image = question.image.clone().requires_grad_()
    with question.alone:
        made: torch.Tensor = LayerGradCam(question.network, layer).attribute(
            image, target=question.class_index, relu_attributions=relu
        )
    return made.detach()


def enlarged(made: torch.Tensor, question: Question) -> torch.Tensor:
    """The map at the picture's size: (H, W)."""
    return functional.interpolate(made, question.image.shape[2:], mode="bilinear", align_corners=False)[0, 0]


def steps(question: Question) -> Iterator[Partial]:
    """One pass back, to the layer."""
    yield Partial(enlarged(coarse_map(question, relu=True), question).numpy(), 1, 1)


def signed_steps(question: Question) -> Iterator[Partial]:
    """The same without the ReLU."""
    yield Partial(enlarged(coarse_map(question, relu=False), question).numpy(), 1, 1)


def refusal(module: nn.Module) -> str:
    """A network without a convolution has no maps."""
    return "" if convolutions(module) else "Grad-CAM reads the maps of a convolution, and this network has none."


GRAD_CAM = Method("Grad-CAM", steps, signed=False, layered=True, refusal=refusal)
SIGNED_GRAD_CAM = Method("Grad-CAM, signed", signed_steps, signed=True, layered=True, refusal=refusal)
