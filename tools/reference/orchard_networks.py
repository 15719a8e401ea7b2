"""Small networks for orchard's pictures: a detector whose output is laid out as YOLOv8's, and a segmenter in the manner of a U-Net."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

STRIDES = (8, 16)


def block(into: int, out: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = block(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return functional.relu(maps + self.second(self.first(maps)))


def anchors(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Middles of all cells in pixels `[A, 2]`, x before y, and their strides `[A]`."""
    middles, strides = [], []
    for stride in STRIDES:
        side = (torch.arange(size // stride, dtype=torch.float32) + 0.5) * stride
        y, x = torch.meshgrid(side, side, indexing='ij')
        middles.append(torch.stack([x, y], -1).reshape(-1, 2))
        strides.append(torch.full((len(side) ** 2,), float(stride)))
    return torch.cat(middles), torch.cat(strides)


class Detector(nn.Module):
    """`[N, 3, S, S]` in 0..1 to `[N, 4 + C, A]`: centre and size in pixels, then a probability for each class.

    Two levels, of 8 and 16 pixels a cell, the finer one with what the coarser one sees. Boxes are distances from the middle of a cell to the
    four sides.
    """

    def __init__(self, classes: int, size: int, widths: tuple[int, ...] = (12, 24, 40, 56)) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.stem = nn.Sequential(block(3, first, 2), block(first, second, 2))
        self.fine = nn.Sequential(block(second, third, 2), Residual(third))
        self.coarse = nn.Sequential(block(third, fourth, 2), Residual(fourth))
        self.merge = block(third + fourth, third, kernel=1)
        self.neck = Residual(third)
        self.heads = nn.ModuleList([nn.Conv2d(width, 4 + classes, 1) for width in (third, fourth)])
        for head in self.heads:
            nn.init.constant_(head.bias[:4], 1.0)
            nn.init.constant_(head.bias[4:], -4.0)
        middles, strides = anchors(size)
        self.register_buffer('middles', middles, persistent=False)
        self.register_buffer('strides', strides, persistent=False)

    def raw(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Corners in pixels `[N, A, 4]` and logits `[N, A, C]`."""
        fine = self.fine(self.stem(pixels))
        coarse = self.coarse(fine)
        merged = self.neck(self.merge(torch.cat([fine, functional.interpolate(coarse, scale_factor=2.0)], 1)))
        flat = torch.cat([head(maps).flatten(2) for head, maps in zip(self.heads, (merged, coarse))], 2).transpose(1, 2)
        sides = functional.softplus(flat[..., :4]) * self.strides[:, None]
        return torch.cat([self.middles - sides[..., :2], self.middles + sides[..., 2:]], -1), flat[..., 4:]

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        corners, logits = self.raw(pixels)
        low, high = corners[..., :2], corners[..., 2:]
        return torch.cat([(low + high) / 2, high - low, logits.sigmoid()], -1).transpose(1, 2)


class Segmenter(nn.Module):
    """`[N, 3, S, S]` in 0..1 to logits `[N, C, S, S]`; class 0 is the background."""

    def __init__(self, classes: int, widths: tuple[int, ...] = (12, 24, 32, 48)) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.down = nn.ModuleList([
            nn.Sequential(block(3, first, 2), block(first, first)),
            nn.Sequential(block(first, second, 2), block(second, second)),
            nn.Sequential(block(second, third, 2), block(third, third)),
            nn.Sequential(block(third, fourth, 2), block(fourth, fourth)),
        ])
        self.up = nn.ModuleList([block(fourth + third, third), block(third + second, second), block(second + first, first)])
        self.head = nn.Conv2d(first, classes, 1)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        skipped: list[torch.Tensor] = []
        maps = pixels
        for stage in self.down:
            maps = stage(maps)
            skipped.append(maps)
        maps = skipped.pop()
        for stage in self.up:
            maps = functional.interpolate(maps, scale_factor=2.0)
            maps = stage(torch.cat([maps, skipped.pop()], 1))
        return functional.interpolate(self.head(maps), scale_factor=2.0, mode='bilinear', align_corners=False)
