"""The network of orchard-mdetr: MDETR's layout (`mdetr_network.py`) with a small residual backbone, for pictures of 64 x 64 pixels."""

from __future__ import annotations

import torch
from torch import nn

from .mdetr_network import Mdetr, MdetrConfig, TextConfig

WIDTHS = (16, 24, 40, 64, 64)
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


def with_places(x: torch.Tensor) -> torch.Tensor:
    """Two more channels that say where a place is, from -1 to 1 in both directions, as in CoordConv (Liu et al. 2018)."""
    across = torch.ones_like(x[:1, :1]).cumsum(3) / x.shape[3] * 2 - (1 + 1 / x.shape[3])
    down = torch.ones_like(x[:1, :1]).cumsum(2) / x.shape[2] * 2 - (1 + 1 / x.shape[2])
    return torch.cat([x, torch.cat([across, down], 1).expand(x.shape[0], -1, -1, -1)], 1)


class Body(nn.Module):
    """The last stage is told where each place is, since MDETR adds positions to queries and keys only and would learn sides slowly."""

    def __init__(self) -> None:
        super().__init__()
        stem, *stages = WIDTHS
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, stem, 3, 2, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU()
        inputs = stem
        for number, (outputs, stride) in enumerate(zip(stages, STRIDES), 1):
            self.add_module(f'layer{number}', nn.Sequential(BasicBlock(inputs + 2 * (number == 4), outputs, stride)))
            inputs = outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        return self.layer4(with_places(self.layer3(self.layer2(self.layer1(x)))))


def orchard_mdetr(vocabulary: int, answers: dict[str, int]) -> Mdetr:
    text = TextConfig(vocabulary, width=48, layers=1, heads=4, hidden=96, length=42)
    config = MdetrConfig(width=64, attention_heads=4, encoder_layers=2, decoder_layers=2, hidden=128, queries=8, tokens=31, answers=answers,
                         heads=tuple(answers), text=text)
    return Mdetr(config, Body(), WIDTHS[-1])
