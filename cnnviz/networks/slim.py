"""Narrow networks that are trained in this project: torchvision's layouts with far fewer channels, and the lecture's.

Layers are declared, ordered and named as in torchvision.models, ReLUs in place included, so that what is seen here is
found again there.
"""

import torch
from torch import nn


class SlimAlexNet(nn.Module):
    """AlexNet with 32 to 96 channels: 11×11 filters with stride 4 first, then five pools and convolutions as there.

    Takes (N, 3, H, W) with sides from 63 pixels, gives scores (N, num_classes). Layout: Krizhevsky, Sutskever, Hinton
    2012, in the order of `torchvision.models.alexnet`.

    >>> sum(parameter.numel() for parameter in SlimAlexNet(37).parameters())
    289413
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 32, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(32, 64, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 96, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(96, 64, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 64, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(64 * 2 * 2, 192),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(192, 128),
            nn.ReLU(inplace=True),
            nn.Linear(128, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures (N, 3, H, W) to scores (N, num_classes)."""
        x = self.features(x)
        x = self.avgpool(x)
        scores: torch.Tensor = self.classifier(torch.flatten(x, 1))
        return scores


class SlimVGG(nn.Module):
    """VGG-11 with 16 to 64 channels: 3×3 convolutions only, a 2×2 max-pool behind each of five blocks.

    Takes (N, 3, H, W) with sides from 32 pixels, gives scores (N, num_classes). Layout: configuration A of Simonyan
    and Zisserman, arXiv:1409.1556, in the order of `torchvision.models.vgg11`.

    >>> sum(parameter.numel() for parameter in SlimVGG(37).parameters())
    273381
    """

    BLOCKS = ((16,), (32,), (48, 48), (64, 64), (64, 64))

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        in_channels = 3
        for block in self.BLOCKS:
            for out_channels in block:
                layers += [nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
                in_channels = out_channels
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((3, 3))
        self.classifier = nn.Sequential(
            nn.Linear(in_channels * 3 * 3, 128),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(128, 128),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(128, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures (N, 3, H, W) to scores (N, num_classes)."""
        x = self.features(x)
        x = self.avgpool(x)
        scores: torch.Tensor = self.classifier(torch.flatten(x, 1))
        return scores


class Sat6ConvNet(nn.Module):
    """The lecture's Sat6ConvNet, made to fit its patches: 4 input channels, and 16·4·4 features after the second pool.

    Takes (N, 4, 28, 28) and no other size, since no average pooling stands before its dense layers; gives scores
    (N, num_classes).

    >>> sum(parameter.numel() for parameter in Sat6ConvNet().parameters())
    57460
    """

    def __init__(self, num_classes: int = 4) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(4, 32, kernel_size=5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 16, kernel_size=5),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Linear(16 * 4 * 4, 128),
            nn.ReLU(),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Linear(64, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Patches (N, 4, 28, 28) to scores (N, num_classes)."""
        scores: torch.Tensor = self.classifier(torch.flatten(self.features(x), 1))
        return scores
