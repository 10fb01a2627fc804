"""A ResNet-18 with a quarter of its channels, built of torchvision's own residual blocks."""

import torch
from torch import nn

from cnnviz.networks.light_torchvision import import_torchvision

BasicBlock = import_torchvision().resnet.BasicBlock


class SlimResNet(nn.Module):
    """ResNet-18 with 16, 32, 64 and 128 channels: eight blocks of two 3×3 convolutions, y = F(x) + x.

    Takes (N, 3, H, W) of any size from 1 pixel, gives scores (N, num_classes). Layout: He et al., arXiv:1512.03385, in
    the order of `torchvision.models.resnet18`; a block that halves its maps has a 1×1 convolution on its shortcut.

    >>> sum(parameter.numel() for parameter in SlimResNet(37).parameters())
    706869
    """

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = two_blocks(16, 16, stride=1)
        self.layer2 = two_blocks(16, 32, stride=2)
        self.layer3 = two_blocks(32, 64, stride=2)
        self.layer4 = two_blocks(64, 128, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(128, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures (N, 3, H, W) to scores (N, num_classes)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        scores: torch.Tensor = self.fc(torch.flatten(self.avgpool(x), 1))
        return scores


def two_blocks(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Two residual blocks; the first halves the maps' sides where `stride` is 2."""
    shortcut = None
    if stride != 1 or in_channels != out_channels:
        shortcut = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(out_channels),
        )
    return nn.Sequential(
        BasicBlock(in_channels, out_channels, stride, shortcut),
        BasicBlock(out_channels, out_channels),
    )
