"""Scenes of the orchard with the boxes and pixels of their fruit, as `tools/train/orchard_objects.mjs` writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch


@dataclass(frozen=True)
class Objects:
    kinds: list[str]
    size: int
    seed: str
    pictures: torch.Tensor
    """`[N, S, S, 3]` uint8."""
    classes: torch.Tensor
    """`[N, S, S]` uint8; 0 is the background, else one more than the kind."""
    boxes: list[torch.Tensor]
    """Corners in pixels, `[fruit, 4]`, of each scene."""
    labels: list[torch.Tensor]
    """Kinds `[fruit]` of each scene."""


def load_objects(folder: Path) -> Objects:
    about = json.loads((folder / 'objects.json').read_text(encoding='utf-8'))
    count, size = about['count'], about['size']

    def read(name: str, *dims: int) -> torch.Tensor:
        return torch.from_numpy(np.fromfile(folder / name, np.uint8).reshape(dims))

    boxes = [torch.tensor(scene['boxes'], dtype=torch.float32).reshape(-1, 4) for scene in about['scenes']]
    return Objects(
        about['kinds'], size, about['seed'],
        read('pictures.u8', count, size, size, 3), read('classes.u8', count, size, size),
        [torch.cat([own[:, :2], own[:, :2] + own[:, 2:]], 1) for own in boxes],
        [torch.tensor(scene['kinds'], dtype=torch.long) for scene in about['scenes']])


def jittered(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """uint8 `[N, S, S, 3]` to `[N, 3, S, S]` in 0..1, each a little brighter or darker, of more or less contrast, and noisy."""
    count = len(pictures)
    pixels = pictures.permute(0, 3, 1, 2).float() / 255

    def draw(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)

    grey = pixels.mean((1, 2, 3), keepdim=True)
    pixels = (pixels - grey) * draw(0.8, 1.2) + grey * draw(0.85, 1.15)
    noise = torch.randn(pixels.shape, generator=generator) * draw(0, 0.04)
    return (pixels + noise).clamp(0, 1)
