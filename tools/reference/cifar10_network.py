"""The paper's CIFAR-10 network: a ResNet of three stages of two basic blocks, with widths to choose."""

from __future__ import annotations

import torch
from torch import nn

IMAGE_SIZE = 32
CLASSES = 10
PAPER_WIDTHS = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with batch normalisation; the convolutions keep their bias, as the paper's do."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(outputs)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
        self.relu2 = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.relu1(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(y)) + self.shortcut(x))


class Cifar10ResNet(nn.Module):
    """`widths` are the channels of the stem and of the three stages; the input is (x - 0.5) / 0.5 of pixels in 0..1."""

    def __init__(self, widths: tuple[int, int, int, int] = PAPER_WIDTHS) -> None:
        super().__init__()
        stem, first, second, third = widths
        self.conv = nn.Conv2d(3, stem, 7, padding=3)
        self.bn = nn.BatchNorm2d(stem)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.stage1 = nn.Sequential(BasicBlock(stem, first, 1), BasicBlock(first, first, 1))
        self.stage2 = nn.Sequential(BasicBlock(first, second, 2), BasicBlock(second, second, 1))
        self.stage3 = nn.Sequential(BasicBlock(second, third, 2), BasicBlock(third, third, 1))
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(third, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.relu(self.bn(self.conv(x))))
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.fc(self.flatten(self.gap(x)))
