"""Guided backpropagation: the gradient, but nothing negative passes a ReLU on the way back.

Springenberg, Dosovitskiy, Brox, Riedmiller 2014: Striving for Simplicity, arXiv:1412.6806. At each ReLU what is sent
back passes only where the forward value was positive *and* what is sent is positive; at a ReLU6 where the forward value
lay between 0 and 6 and what is sent is positive. The same as captum.attr.GuidedBackprop, which knows ReLU only and
passes all else as the gradient does, without a warning. It works on a twin of the network whose activations are used
once and leave their input alone (in a ResNet a block's ReLU is used twice).

What it cannot tell: which class was meant. What it draws are mostly the edges of the picture, and it hardly changes
when the network's weights are replaced by random ones (Adebayo et al. 2018, arXiv:1810.03292; Nie, Zhang, Patel 2018,
arXiv:1805.07039). See the sanity check.
"""

from collections.abc import Iterator

from cnnviz.attribution.question import Method, Partial, Question, array_of
from cnnviz.attribution.rectified import refusal, sent_back

TITLE = "Guided backpropagation"


def steps(question: Question) -> Iterator[Partial]:
    """One pass back."""
    values = sent_back(question, lambda gradient, _sent: gradient.clamp(min=0))
    yield Partial(array_of(values), 1, 1)


GUIDED_BACKPROP = Method(TITLE, steps, signed=True, refusal=refusal(TITLE))
