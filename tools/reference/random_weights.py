"""Seeded random weights that leave a network neither dead nor saturated."""

from __future__ import annotations

import torch
from torch.nn.modules.batchnorm import _BatchNorm


def random_images(batch: int, size: int, seed: int) -> torch.Tensor:
    """Smooth noise with some grain, `[batch, 3, size, size]`, so that neighbouring places resemble each other."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randn(batch, 3, max(size // 8, 2), max(size // 8, 2), generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(size, size), mode='bicubic', align_corners=False)
    return smooth + 0.3 * torch.randn(batch, 3, size, size, generator=generator)


def randomise(model: torch.nn.Module, seed: int, size: int, inputs: tuple[torch.Tensor, ...] | None = None,
              ) -> torch.nn.Module:
    """Redraws every weight and gives each batch normalisation the statistics of what it sees, slightly off.

    The statistics are those of `inputs`, of eight images where absent.

    Statistics that fit keep the activations alive at any depth; being off makes a missing mean or variance show.
    """
    generator = torch.Generator().manual_seed(seed)
    normalisations = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    with torch.no_grad():
        for module in model.modules():
            for name, parameter in module.named_parameters(recurse=False):
                if isinstance(module, _BatchNorm) or (parameter.dim() == 1 and name in ('weight', 'gamma')):
                    low, high = (0.6, 1.4) if name in ('weight', 'gamma') else (-0.2, 0.4)
                    parameter.uniform_(low, high, generator=generator)
                elif parameter.dim() > 1:
                    parameter.normal_(0, (2 / parameter[0].numel()) ** 0.5, generator=generator)
                else:
                    parameter.uniform_(-0.1, 0.2, generator=generator)
        model.eval()
        for module in normalisations:
            module.reset_running_stats()
            module.train()
        momenta = [module.momentum for module in normalisations]
        for module in normalisations:
            module.momentum = None
        model(*(inputs or (random_images(8, size, seed + 1),)))
        model.eval()
        for module, momentum in zip(normalisations, momenta):
            module.momentum = momentum
            channels = module.running_mean.shape
            module.running_mean += 0.2 * module.running_var.sqrt() * torch.randn(channels, generator=generator)
            module.running_var *= 0.7 + 0.7 * torch.rand(channels, generator=generator)
    return model
