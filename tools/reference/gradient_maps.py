"""Maps of the gradient with respect to the image, written from the papers; `packages/explain-gradients` is held against them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import Iterator
from unittest.mock import patch

import numpy as np
import torch
from torch.nn import functional as F

from .seeded_random import SeededRandom


def gradients(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int]) -> torch.Tensor:
    inputs = inputs.detach().clone().requires_grad_()
    score = model(inputs)[range(len(classes)), classes].sum()
    return torch.autograd.grad(score, inputs)[0]


def saliency(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int]) -> torch.Tensor:
    """Simonyan et al. 2014, section 3.1."""
    return gradients(model, inputs, classes).abs().amax(1)


def input_x_gradient(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int]) -> torch.Tensor:
    """Shrikumar et al. 2016, channels summed."""
    return (inputs * gradients(model, inputs, classes)).sum(1)


def smooth_grad(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int], *, samples: int, noise: float,
                seed: int) -> torch.Tensor:
    """Smilkov et al. 2017, section 2.2; every image gets the same draws, magnitudes are summed over channels."""
    random = SeededRandom(seed).fork('smoothgrad')
    ranges = inputs.amax((1, 2, 3)) - inputs.amin((1, 2, 3))
    total = torch.zeros_like(inputs)
    for _ in range(samples):
        draws = torch.tensor([random.normal() for _ in range(inputs[0].numel())], dtype=torch.float64)
        noisy = inputs.double() + noise * ranges.double().view(-1, 1, 1, 1) * draws.view(inputs.shape[1:])
        # The network is fed float32.
        total += gradients(model, noisy.float().to(inputs.dtype), classes)
    return (total / samples).abs().sum(1)


def integrated_gradients(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int], *, steps: int,
                         ) -> tuple[torch.Tensor, np.ndarray]:
    """Sundararajan et al. 2017, equation 1, from 0 by the midpoint rule; also the score of the image and of the baseline."""
    total = torch.zeros_like(inputs)
    for step in range(steps):
        total += gradients(model, ((step + 0.5) / steps * inputs).float().to(inputs.dtype), classes)
    with torch.no_grad():
        every = range(len(classes))
        scores = torch.stack([model(inputs)[every, classes], model(torch.zeros_like(inputs))[every, classes]], 1)
    return (inputs * total / steps).sum(1), scores.numpy()


class GuidedReLU(torch.autograd.Function):
    """Springenberg et al. 2015, section 3.4, for a rectifier that is cut off at `high`."""

    @staticmethod
    def forward(context: torch.autograd.function.FunctionCtx, inputs: torch.Tensor, high: float) -> torch.Tensor:
        context.save_for_backward(inputs)
        context.high = high
        return inputs.clamp(0, high)

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, coming: torch.Tensor) -> tuple[torch.Tensor, None]:
        inputs, = context.saved_tensors
        return coming.clamp(min=0) * ((inputs > 0) & (inputs < context.high)), None


@contextmanager
def guided() -> Iterator[None]:
    def relu(inputs: torch.Tensor, inplace: bool = False) -> torch.Tensor:
        return GuidedReLU.apply(inputs, float('inf'))

    def relu6(inputs: torch.Tensor, low: float = 0, high: float = 6, inplace: bool = False) -> torch.Tensor:
        assert (low, high) == (0, 6)
        return GuidedReLU.apply(inputs, 6.0)

    with ExitStack() as stack:
        for target, name, replacement in [(F, 'relu', relu), (torch, 'relu', relu), (F, 'hardtanh', relu6), (F, 'relu6', relu6)]:
            stack.enter_context(patch.object(target, name, replacement))
        yield


def guided_backpropagation(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int]) -> torch.Tensor:
    with guided():
        return saliency(model, inputs, classes)
