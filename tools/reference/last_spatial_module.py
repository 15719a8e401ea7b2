"""Which module Grad-CAM reads where nobody says."""

from __future__ import annotations

from typing import Callable

import torch


def last_spatial_module(model: torch.nn.Module, *inputs: torch.Tensor) -> str:
    """The module path of the last module to finish whose output is `[N, K, h, w]` with more than one place."""
    finished: list[str] = []

    def note(name: str) -> Callable:
        def hook(_module: torch.nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, torch.Tensor) and output.dim() == 4 and output.shape[2] * output.shape[3] > 1:
                finished.append(name)

        return hook

    handles = [module.register_forward_hook(note(name)) for name, module in model.named_modules() if name]
    with torch.no_grad():
        model(*inputs)
    for handle in handles:
        handle.remove()
    if not finished:
        raise ValueError('no module of this network has an output with places')
    return finished[-1]
