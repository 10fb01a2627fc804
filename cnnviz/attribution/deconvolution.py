"""Deconvolution: the class's score sent back through the layers in reverse, with a ReLU on what is sent.

Zeiler, Fergus 2013: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901. At each ReLU what is sent
back passes where it is positive, whatever the forward value was. captum.attr.Deconvolution on a twin of the network.
The page "What does a unit look for?" does the same from any unit (cnnviz.networks.deconvolution).

What it cannot tell: which class was meant; like guided backpropagation it draws mostly what the layers can draw (Nie,
Zhang, Patel 2018, arXiv:1805.07039).
"""

from collections.abc import Iterator

from captum.attr import Deconvolution

from cnnviz.attribution.question import Method, Partial, Question, array_of


def steps(asked: Question) -> Iterator[Partial]:
    """One pass back."""
    image = asked.image.clone().requires_grad_()
    with asked.alone:
        values = Deconvolution(asked.network).attribute(image, target=asked.class_index)
    yield Partial(array_of(values), 1, 1)


DECONVOLUTION = Method("Deconvolution", steps, signed=True)
