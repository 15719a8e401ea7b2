"""The network of orchard-mdetr: MDETR's layout (`mdetr_network.py`) with a small residual backbone, for pictures of 64 x 64 pixels."""

from __future__ import annotations

import torch
from torch import nn

from .mdetr_network import Mdetr, MdetrConfig, TextConfig

WIDTHS = (16, 24, 48, 64, 96)
"""Of the first convolution and the four stages; the grid of the last two is 8 x 8."""
STRIDES = (1, 2, 2, 1)


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.downsample(x))


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        stem, *stages = WIDTHS
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, stem, 3, 2, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU()
        inputs = stem
        for number, (outputs, stride) in enumerate(zip(stages, STRIDES), 1):
            self.add_module(f'layer{number}', nn.Sequential(BasicBlock(inputs, outputs, stride)))
            inputs = outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def orchard_mdetr(vocabulary: int, answers: dict[str, int]) -> Mdetr:
    text = TextConfig(vocabulary, width=64, layers=1, heads=4, hidden=128, length=42)
    config = MdetrConfig(width=96, attention_heads=4, encoder_layers=2, decoder_layers=2, hidden=192, queries=8, tokens=31, answers=answers,
                         heads=tuple(answers), text=text)
    return Mdetr(config, Body(), WIDTHS[-1])
