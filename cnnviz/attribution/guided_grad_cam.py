"""Guided Grad-CAM: the fine lines of guided backpropagation, where Grad-CAM says that the class is.

Selvaraju et al. 2016: Grad-CAM, arXiv:1610.02391, section 3.2: the product of guided backpropagation and the enlarged
Grad-CAM map, pixel by pixel, as captum.attr.GuidedGradCam makes it with interpolate_mode="bilinear".

What it cannot tell: its detail is guided backpropagation's, which shows edges rather than reasons; only the place is
the class's.
"""

from collections.abc import Iterator

from torch import nn

from cnnviz.attribution import grad_cam, guided_backprop
from cnnviz.attribution.question import Method, Partial, Question
from cnnviz.attribution.rectified import refusal as without_rectifiers

TITLE = "Guided Grad-CAM"


def steps(question: Question) -> Iterator[Partial]:
    """One pass back to the layer, one to the picture."""
    (place,) = grad_cam.steps(question)
    (lines,) = guided_backprop.steps(question)
    yield Partial(place.values * lines.values, 1, 1)


def refusal(module: nn.Module) -> str:
    """Where one of the two does not hold, their product does not."""
    return grad_cam.refusal(module) or without_rectifiers(TITLE)(module)


GUIDED_GRAD_CAM = Method(TITLE, steps, signed=True, layered=True, refusal=refusal)
