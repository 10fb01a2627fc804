"""SmoothGrad: saliency of many slightly noisy copies of the picture, averaged.

Smilkov, Thorat, Kim, Viégas, Wattenberg 2017: SmoothGrad, arXiv:1706.03825. The mean of ∂S_c / ∂x (x + ε) over n draws
of ε, normal with a standard deviation of 15 % of the picture's range; drawn as saliency is, by the largest magnitude of
the three colours. captum.attr.NoiseTunnel around Saliency(abs=False). The noise is the same each time.

What it cannot tell: less speckled is not more right. It answers for the neighbourhood that the noise spans, and hides
by averaging whatever points one way in one copy and the other way in another.
"""

from collections.abc import Iterator

import torch

from cnnviz.attribution.question import Method, Partial, Question, array_of

SPREAD = 0.15


def steps(question: Question) -> Iterator[Partial]:
    """Batches of noisy copies."""
    random = torch.Generator().manual_seed(0)
    spread = SPREAD * float(question.image.max() - question.image.min())
    total = torch.zeros_like(question.image)
    for start in range(0, question.evaluations, question.batch_size):
        count = min(question.batch_size, question.evaluations - start)
        noise = spread * torch.randn((count, *question.image.shape[1:]), generator=random)
        total += question.gradients(question.image + noise).sum(0, keepdim=True)
        yield Partial(array_of(total / (start + count)), start + count, question.evaluations)


SMOOTHGRAD = Method("SmoothGrad", steps, signed=False, evaluations=(12, 48, 192))
