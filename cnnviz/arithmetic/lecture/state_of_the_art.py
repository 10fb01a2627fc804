"""The lecture's table of methods on ImageNet, as it prints it: parameters, extra data, accuracies.

These are measurements of their authors, copied and not computed. Accuracies are percentages: `top1` and `top5` on
ImageNet's validation pictures, `real` the precision@1 against the reassessed labels of Beyer et al. 2020
(arXiv:2006.07159), which allow several right answers for a picture. None stands where the lecture prints none.
"""

from typing import Literal, NamedTuple

Measure = Literal["top1", "top5", "real"]


class Result(NamedTuple):
    """One row of the table; `millions` of parameters, `extra_data` where more than ImageNet was trained on."""

    name: str
    millions: int
    extra_data: bool
    top1: float
    top5: float | None = None
    real: float | None = None

    def accuracy(self, measure: Measure) -> float | None:
        """The accuracy in percent, None where the lecture has none.

        >>> RESULTS[0].accuracy("real")
        82.94
        """
        value: float | None = getattr(self, measure)
        return value


RESULTS: tuple[Result, ...] = (
    Result("ResNet-50", 26, False, 76.0, 93.0, 82.94),
    Result("ResNet-152", 60, False, 77.8, 93.8, 84.79),
    Result("DenseNet-264", 34, False, 77.9, 93.9),
    Result("Inception-v3", 24, False, 78.8, 94.4, 83.58),
    Result("Xception", 23, False, 79.0, 94.5),
    Result("Inception-v4", 48, False, 80.0, 95.0),
    Result("Inception-resnet-v2", 56, False, 80.1, 95.1),
    Result("ResNeXt-101", 84, False, 80.9, 95.6, 85.18),
    Result("PolyNet", 92, False, 81.3, 95.8),
    Result("SENet", 146, False, 82.7, 96.2),
    Result("NASNet-A", 89, False, 82.7, 96.2, 82.56),
    Result("AmoebaNet-A", 87, False, 82.8, 96.1),
    Result("PNASNet", 86, False, 82.9, 96.2),
    Result("AmoebaNet-C + AutoAugment", 155, False, 83.5, 96.5),
    Result("GPipe", 557, False, 84.3, 97.0),
    Result("EfficientNet-B7", 66, False, 85.0, 97.2),
    Result("EfficientNet-B7 + FixRes", 66, False, 85.3, 97.4),
    Result("EfficientNet-L2", 480, False, 85.5, 97.5),
    Result("ResNet-50 SSL", 26, True, 81.2, 96.0),
    Result("ResNeXt-101 SSL", 193, True, 84.8),
    Result("ResNeXt-101 WSL", 829, True, 85.4, 97.6, 88.19),
    Result("FixRes ResNeXt-101 WSL", 829, True, 86.4, 98.0, 89.73),
    Result("BiT-L", 928, True, 87.5, 98.5, 90.54),
    Result("Noisy Student (L2)", 480, True, 88.4, 98.7, 90.55),
    Result("Noisy Student + FixRes", 480, True, 88.5, 98.7),
    Result("ViT-H", 632, True, 88.55, None, 90.72),
    Result("Noisy Student + SAM", 480, True, 88.6, 98.6),
    Result("Meta Pseudo Labels (B6-Wide)", 390, True, 90.0, 98.7, 91.12),
    Result("Meta Pseudo Labels (L2)", 480, True, 90.2, 98.8, 91.02),
)


def finding(measure: Measure) -> str:
    """What the table says about a measure in two sentences: for who cannot see the chart.

    >>> finding("top1")[:86]
    'With ImageNet alone the best of 18 is EfficientNet-L2 (480M parameters) at 85.5 %. Wit'
    """
    sentences = []
    for extra, words in ((False, "With ImageNet alone"), (True, "With extra data")):
        ranked = [
            (accuracy, method)
            for method in RESULTS
            if method.extra_data == extra and (accuracy := method.accuracy(measure)) is not None
        ]
        accuracy, best = max(ranked, key=lambda pair: pair[0])
        sentences.append(
            f"{words} the best of {len(ranked)} is {best.name} ({best.millions}M parameters) at {accuracy:g} %."
        )
    return " ".join(sentences)
