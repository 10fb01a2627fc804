"""Gradient SHAP: integrated gradients from several other pictures at once, each place on the way drawn at random.

Lundberg, Lee 2017: A Unified Approach to Interpreting Model Predictions, arXiv:1705.07874, in the form of expected
gradients (Erion, Janizek, Sturmfels, Lundberg, Lee 2019, arXiv:1906.10670): the mean over baselines x₀ and places α of
(x − x₀) · ∂S_c / ∂x (x₀ + α (x − x₀)). As captum.attr.GradientShap without noise. The three
baselines are the mean colour, and the darkest and the brightest value of each colour of the picture, taken in turn; for
each, α lies at random in one of as many equal parts of the way as it has draws.

Its promise, for many draws: all values add up to S_c(x) minus the mean score of the baselines.

What it cannot tell: it is a Shapley value only for independent pixels and a network that is linear between baseline and
picture. The baselines are a choice of the question.
"""

from collections.abc import Iterator

import torch

from cnnviz.attribution.question import Method, Partial, Question, array_of, spread_out


def steps(question: Question) -> Iterator[Partial]:
    """Batches of draws, in an order that is spread over the way."""
    starts = baselines(question.image)
    expected = question.score - float(question.scores(starts).mean())
    random = torch.Generator().manual_seed(0)
    count = question.evaluations
    places = places_of(count, len(starts), random)
    total = torch.zeros_like(question.image)
    for start in range(0, count, question.batch_size):
        draws = range(start, min(start + question.batch_size, count))
        begun = starts[[draw % len(starts) for draw in draws]]
        way = question.image - begun
        gradients = question.gradients(begun + places[draws.start : draws.stop, None, None, None] * way)
        total += (way * gradients).sum(0, keepdim=True)
        yield Partial(array_of(total / draws.stop), draws.stop, count, expected)


def places_of(count: int, baselines: int, random: torch.Generator) -> torch.Tensor:
    """Where on its way each draw lies, (count,), 0 to 1: those of each baseline are spread over the whole way.

    >>> places = places_of(6, 3, torch.Generator().manual_seed(0))
    >>> bool((places[:3] < 0.5).all()), bool((places[3:] >= 0.5).all())
    (True, True)
    """
    places = torch.rand(count, generator=random)
    for first in range(baselines):
        own = places[first::baselines]
        own += torch.tensor(spread_out(len(own)), dtype=torch.float32)
        own /= max(1, len(own))
    return places


def baselines(image: torch.Tensor) -> torch.Tensor:
    """The pictures that are compared with: the mean colour, and the extremes of each colour, (3, C, H, W)."""
    darkest = image.amin((2, 3), keepdim=True).expand_as(image)
    brightest = image.amax((2, 3), keepdim=True).expand_as(image)
    return torch.cat([torch.zeros_like(image), darkest, brightest])


GRADIENT_SHAP = Method(
    "Gradient SHAP",
    steps,
    signed=True,
    evaluations=(18, 72, 288),
    promise="the score of this picture minus the mean score of three plain ones, nearly",
)
