"""Rectifiers whose kinks lie elsewhere on the way back, to find what a gradient owes to activations that rounding puts on either side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class _Rectify(torch.autograd.Function):
    @staticmethod
    def forward(context, x: torch.Tensor, ceiling: float, margin: float) -> torch.Tensor:
        context.save_for_backward(x)
        context.ceiling, context.margin = ceiling, margin
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(context, gradient: torch.Tensor):
        [x] = context.saved_tensors
        passes = (x > -context.margin) & (x < context.ceiling + context.margin)
        return gradient * passes, None, None


class Rectifier(nn.Module):
    """`max(x, 0)` up to `ceiling`; gradients pass up to `margin` beyond the kinks, or end that far before them where it is negative."""

    def __init__(self, ceiling: float) -> None:
        super().__init__()
        self.ceiling, self.margin = ceiling, 0.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _Rectify.apply(x, self.ceiling, self.margin)


def with_movable_kinks(model: nn.Module) -> nn.Module:
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, (nn.ReLU, nn.ReLU6)):
                setattr(module, name, Rectifier(6.0 if isinstance(child, nn.ReLU6) else float('inf')))
    return model


@contextmanager
def kinks_moved(model: nn.Module, margin: float) -> Iterator[None]:
    rectifiers = [module for module in model.modules() if isinstance(module, Rectifier)]
    assert rectifiers, 'the network has no rectifier'
    for rectifier in rectifiers:
        rectifier.margin = margin
    try:
        yield
    finally:
        for rectifier in rectifiers:
            rectifier.margin = 0.0
