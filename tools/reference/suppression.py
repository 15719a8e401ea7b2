"""Suppression of overlapping boxes by the table of all their overlaps."""

from __future__ import annotations

import torch


def box_convert(boxes: torch.Tensor, source: str, target: str) -> torch.Tensor:
    first, second = boxes[..., :2], boxes[..., 2:]
    corners = {
        'cxcywh': lambda: (first - second / 2, first + second / 2),
        'xywh': lambda: (first, first + second),
        'xyxy': lambda: (first, second),
    }[source]()
    return torch.cat([corners[0], corners[1] - corners[0] if target == 'xywh' else corners[1]], -1)


def overlaps(boxes: torch.Tensor) -> torch.Tensor:
    """Intersection over union of each box with each, `[N, N]`; boxes are corners `[N, 4]`."""
    low = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    return shared / (area[:, None] + area[None, :] - shared)


def suppress(boxes: torch.Tensor, scores: torch.Tensor, labels: torch.Tensor, threshold: float) -> torch.Tensor:
    """Which boxes are left: from the best on, none that a better one of its label overlaps by more than `threshold` (greedily)."""
    hides = (overlaps(boxes) > threshold) & (labels[:, None] == labels[None, :])
    left = torch.ones(len(boxes), dtype=torch.bool)
    order = scores.argsort(descending=True, stable=True)
    for at, best in enumerate(order):
        if left[best]:
            rest = order[at + 1:]
            left[rest] &= ~hides[best, rest]
    return order[left[order]]
