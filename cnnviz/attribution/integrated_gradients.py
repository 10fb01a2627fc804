"""Integrated gradients: what each pixel brings on the straight way from a grey picture to this one.

Sundararajan, Taly, Yan 2017: Axiomatic Attribution for Deep Networks, arXiv:1703.01365.
(x − x₀) · ∫₀¹ ∂S_c / ∂x (x₀ + α (x − x₀)) dα, with x₀ = 0, the mean colour everywhere. The integral is a weighted sum
over the places α of Gauss and Legendre, as in captum.attr.IntegratedGradients.

Its promise (completeness): all values add up to S_c(x) − S_c(x₀). How far they miss it says how coarse the sum is.

What it cannot tell: what a pixel would bring on another way, or against another grey: the choice of x₀ is a choice of
the question. Pixels of the mean colour get nothing.
"""

from collections.abc import Iterator

import numpy as np
import torch

from cnnviz.attribution.question import Method, Partial, Question, array_of, spread_out


def steps(question: Question) -> Iterator[Partial]:
    """The places in an order that is spread over the way, so that the first ones already stand for all."""
    places, weights = places_on_the_way(question.evaluations)
    difference = question.score - question.grey_score
    total, weighed = torch.zeros_like(question.image), 0.0
    order = spread_out(question.evaluations)
    for start in range(0, len(order), question.batch_size):
        batch = order[start : start + question.batch_size]
        share = torch.tensor(weights[batch], dtype=torch.float32)[:, None, None, None]
        images = question.image * torch.tensor(places[batch], dtype=torch.float32)[:, None, None, None]
        total += (share * question.gradients(images)).sum(0, keepdim=True)
        weighed += float(weights[batch].sum())
        yield Partial(array_of(question.image * total / weighed), start + len(batch), len(order), difference)


def places_on_the_way(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where between 0 and 1 the gradient is taken, and how much each counts: (count,) both, the weights add up to 1.

    The places and weights of Gauss-Legendre quadrature (numpy.polynomial.legendre.leggauss).

    >>> places_on_the_way(1)
    (array([0.5]), array([1.]))
    """
    places, weights = np.polynomial.legendre.leggauss(count)
    return (1 + places) / 2, weights / 2


INTEGRATED_GRADIENTS = Method(
    "Integrated gradients",
    steps,
    signed=True,
    evaluations=(16, 64, 256),
    promise="the score of this picture minus that of a grey one",
)
