"""Row 21 of the lecture, typed out once more from its slide, so that a slip in the table cannot hide."""

from cnnviz.arithmetic.lecture.state_of_the_art import RESULTS

# method | parameters in millions | top-1 | top-5 | ReaL precision@1, - where none is printed
ON_IMAGENET = """
ResNet-50 26 76.0 93.0 82.94 | ResNet-152 60 77.8 93.8 84.79 | DenseNet-264 34 77.9 93.9 - |
Inception-v3 24 78.8 94.4 83.58 | Xception 23 79.0 94.5 - | Inception-v4 48 80.0 95.0 - |
Inception-resnet-v2 56 80.1 95.1 - | ResNeXt-101 84 80.9 95.6 85.18 | PolyNet 92 81.3 95.8 - |
SENet 146 82.7 96.2 - | NASNet-A 89 82.7 96.2 82.56 | AmoebaNet-A 87 82.8 96.1 - | PNASNet 86 82.9 96.2 - |
AmoebaNet-C+AutoAugment 155 83.5 96.5 - | GPipe 557 84.3 97.0 - | EfficientNet-B7 66 85.0 97.2 - |
B7+FixRes 66 85.3 97.4 - | EfficientNet-L2 480 85.5 97.5 -
"""
WITH_EXTRA_DATA = """
ResNet-50-SSL 26 81.2 96.0 - | ResNeXt-101-SSL 193 84.8 - - | ResNeXt-101-WSL 829 85.4 97.6 88.19 |
FixRes-ResNeXt-101-WSL 829 86.4 98.0 89.73 | BiT-L 928 87.5 98.5 90.54 | Noisy-Student-L2 480 88.4 98.7 90.55 |
Noisy-Student-FixRes 480 88.5 98.7 - | ViT-H 632 88.55 - 90.72 | NoisyStudent+SAM 480 88.6 98.6 - |
MPL-B6-Wide 390 90.0 98.7 91.12 | MPL-L2 480 90.2 98.8 91.02
"""


def rows(table: str, extra_data: bool) -> list[tuple[object, ...]]:
    parts = [row.split() for row in table.split("|")]
    return [(extra_data, *(None if word == "-" else float(word) for word in words)) for _, *words in parts]


def test_row_21_every_figure_is_the_lectures() -> None:
    told = [(method.extra_data, float(method.millions), method.top1, method.top5, method.real) for method in RESULTS]
    assert told == rows(ON_IMAGENET, False) + rows(WITH_EXTRA_DATA, True)
