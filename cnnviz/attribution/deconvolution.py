"""Deconvolution: the class's score sent back through the layers in reverse, with a ReLU on what is sent.

Zeiler, Fergus 2013: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901. At each ReLU, or ReLU6, what
is sent back passes where it is positive, whatever the forward value was. The same as captum.attr.Deconvolution, which
knows ReLU only. The page "What does a unit look for?" does the same from any unit (cnnviz.networks.deconvolution).

What it cannot tell: which class was meant; like guided backpropagation it draws mostly what the layers can draw (Nie,
Zhang, Patel 2018, arXiv:1805.07039).
"""

from collections.abc import Iterator

from cnnviz.attribution.question import Method, Partial, Question, array_of
from cnnviz.attribution.rectified import refusal, sent_back

TITLE = "Deconvolution"


def steps(question: Question) -> Iterator[Partial]:
    """One pass back."""
    yield Partial(array_of(sent_back(question, lambda _gradient, sent: sent.clamp(min=0))), 1, 1)


DECONVOLUTION = Method(TITLE, steps, signed=True, refusal=refusal(TITLE))
