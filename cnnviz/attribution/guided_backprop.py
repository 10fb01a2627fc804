"""Guided backpropagation: the gradient, but nothing negative passes a ReLU on the way back.

Springenberg, Dosovitskiy, Brox, Riedmiller 2014: Striving for Simplicity, arXiv:1412.6806. At each ReLU what is sent
back passes only where the forward value was positive *and* what is sent is positive. captum.attr.GuidedBackprop, on a
twin of the network whose ReLUs are used once and leave their input alone (in a ResNet a block's ReLU is used twice).

What it cannot tell: which class was meant. What it draws are mostly the edges of the picture, and it hardly changes
when the network's weights are replaced by random ones (Adebayo et al. 2018, arXiv:1810.03292; Nie, Zhang, Patel 2018,
arXiv:1805.07039). See the sanity check.
"""

import warnings
from collections.abc import Iterator

from captum.attr import GuidedBackprop

from cnnviz.attribution.question import Method, Partial, Question, array_of

# It hangs its hooks on a twin, alone with it: nobody needs to be warned.
warnings.filterwarnings("ignore", "Setting backward hooks on ReLU", module="captum")


def steps(asked: Question) -> Iterator[Partial]:
    """One pass back."""
    image = asked.image.clone().requires_grad_()
    with asked.alone:
        values = GuidedBackprop(asked.network).attribute(image, target=asked.class_index)
    yield Partial(array_of(values), 1, 1)


GUIDED_BACKPROP = Method("Guided backpropagation", steps, signed=True)
