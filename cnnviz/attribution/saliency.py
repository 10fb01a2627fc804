"""Saliency: how much each pixel, moved a little, would move the class's score.

Simonyan, Vedaldi, Zisserman 2013: Deep Inside Convolutional Networks, arXiv:1312.6034. M = max over the colours of
|∂S_c / ∂x|, the gradient of the score (before the softmax) at the picture. captum.attr.Saliency is the same before the
maximum.

What it cannot tell: which pixels made the score. It speaks of a small change from here, not of what is there; where a
ReLU or a saturated score is flat, what matters most has no gradient. It has no sign, and its speckles are mostly the
many small kinks of the network.
"""

from collections.abc import Iterator

from cnnviz.attribution.question import Method, Partial, Question, array_of


def steps(question: Question) -> Iterator[Partial]:
    """One gradient."""
    yield Partial(array_of(question.gradients(question.image)), 1, 1)


SALIENCY = Method("Saliency", steps, signed=False)
