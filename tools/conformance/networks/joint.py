"""Networks of several inputs and outputs: image and text, and detection with a mask of padding."""

from __future__ import annotations

import torch

from reference.clip_like import ClipLike
from reference.detr_like import DetrLike
from reference.random_weights import random_images

from ..network import Inputs, Network


def image_and_text(seed: int) -> Inputs:
    generator = torch.Generator().manual_seed(seed)
    return {'image': random_images(2, 64, seed), 'tokens': torch.randint(0, 60, (2, 12), generator=generator)}


def padded_images(seed: int) -> Inputs:
    """The first sample has padding to the right, the second below."""
    hidden = torch.zeros(2, 64, 64, dtype=torch.bool)
    hidden[0, :, 48:] = True
    hidden[1, 40:] = True
    return {'image': random_images(2, 64, seed) * ~hidden[:, None], 'hidden': hidden}


JOINT = (
    Network('clip', ClipLike, 64, 'visual.stages', image_and_text, ('logits_per_image', 'logits_per_text'), fixed_batch=2),
    Network('detr', DetrLike, 64, 'backbone', padded_images, ('classes', 'boxes', 'masks')),
)
