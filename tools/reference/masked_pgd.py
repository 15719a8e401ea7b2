"""Algorithm 1 of the paper: a targeted, masked, signed gradient attack with a cosine step size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional as F


@dataclass(frozen=True)
class Step:
    gradient: torch.Tensor
    """Of the cross-entropy, `[N, 3, H, W]`, in the precision of the network."""
    probability: torch.Tensor
    """Of the target, before the step, `[N]`."""
    pixels: torch.Tensor
    """After the step, `[N, 3, H, W]` float32 in 0..1."""


def gradient_of(model: Callable[[torch.Tensor], torch.Tensor], pixels: torch.Tensor, targets: torch.Tensor,
                dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the summed cross-entropy with respect to the pixels, and the logits."""
    inputs = pixels.to(dtype).requires_grad_()
    logits = model(inputs)
    [gradient] = torch.autograd.grad(F.cross_entropy(logits, targets, reduction='sum'), inputs)
    return gradient, logits.detach()


def masked_pgd(model: Callable[[torch.Tensor], torch.Tensor], pixels: torch.Tensor, targets: torch.Tensor,
               mask: torch.Tensor, steps: int, epsilon: float = 12 / 255, alpha: float = 3 / 255,
               alpha_min: float = 0.1 / 255, dtype: torch.dtype = torch.float64) -> Iterator[Step]:
    """`model` takes pixels in 0..1; pixels stay float32, the network runs in `dtype`."""
    x = pixels
    for t in range(steps):
        gradient, logits = gradient_of(model, x, targets, dtype)
        alpha_t = alpha_min + 0.5 * (alpha - alpha_min) * (1 + math.cos(math.pi * t / steps))
        moved = x - alpha_t * mask * gradient.sign().to(torch.float32)
        x = (pixels + (moved - pixels).clamp(-epsilon, epsilon)).clamp(0, 1)
        yield Step(gradient, logits.softmax(1).gather(1, targets[:, None])[:, 0], x)
