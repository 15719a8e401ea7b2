"""Networks of several inputs and outputs: image and text, answers with boxes, and detection with a mask of padding."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Callable

import torch

from reference.clip_like import ClipLike
from reference.clip_network import FULL, Clip, ClipShape
from reference.clip_towers import TINY
from reference.detr_like import DetrLike
from reference.mdetr_network import INPUTS as MDETR_INPUTS
from reference.mdetr_network import Mdetr, tiny_config, tiny_efficientnet
from reference.random_weights import random_images

from ..network import USUAL, Inputs, Network

SMALL = {name: replace(shape, vocabulary=60) for name, shape in TINY.items()}
SCORES = ('logits_per_image', 'logits_per_text')


def image_and_text(seed: int) -> Inputs:
    generator = torch.Generator().manual_seed(seed)
    return {'image': random_images(2, 64, seed), 'tokens': torch.randint(0, 60, (2, 12), generator=generator)}


def pictures_and_texts(shape: ClipShape) -> Callable[[int], Inputs]:
    def inputs(seed: int) -> Inputs:
        generator = torch.Generator().manual_seed(seed)
        texts = torch.randint(0, shape.vocabulary, (2, shape.context), generator=generator)
        return {'image': random_images(2, shape.size, seed), 'text': texts}

    return inputs


def clip(name: str, shape: ClipShape, layer: str, slow: bool = False) -> Network:
    """The network of openai/CLIP; at full size by the exporters' usual settings alone, since each is 400 MB."""
    return Network(name, partial(Clip, shape), shape.size, layer, pictures_and_texts(shape), SCORES, slow=slow, fixed_batch=2,
                   settings=USUAL if slow else None)


def padded_images(seed: int) -> Inputs:
    """The first sample has padding to the right, the second below."""
    hidden = torch.zeros(2, 64, 64, dtype=torch.bool)
    hidden[0, :, 48:] = True
    hidden[1, 40:] = True
    return {'image': random_images(2, 64, seed) * ~hidden[:, None], 'hidden': hidden}


ANSWERS = {'obj': 3, 'attr': 12, 'rel': 14, 'global': 5, 'cat': 8}


def mdetr() -> Mdetr:
    return Mdetr(tiny_config(60, ANSWERS), *tiny_efficientnet())


def questions(seed: int) -> Inputs:
    """The first picture has padding to the right; the second text is two tokens shorter."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.ones(2, 64, 64, dtype=torch.long)
    mask[0, :, 48:] = 0
    ids = torch.randint(4, 60, (2, 10), generator=generator)
    seen = torch.ones(2, 10, dtype=torch.long)
    ids[1, 8:], seen[1, 8:] = 1, 0
    return dict(zip(MDETR_INPUTS, (random_images(2, 64, seed) * mask[:, None], mask, ids, seen)))


JOINT = (
    Network('clip', ClipLike, 64, 'visual.stages', image_and_text, SCORES, fixed_batch=2),
    Network('mdetr', mdetr, 64, 'backbone.0.body.blocks.6.2', questions, (
        *(f'pred_answer_{name}' for name in ('type', 'obj', 'rel', 'attr', 'cat', 'global')), 'pred_logits', 'pred_boxes')),
    Network('detr', DetrLike, 64, 'backbone', padded_images, ('classes', 'boxes', 'masks')),
    clip('clip-resnet', SMALL['resnet'], 'visual.layer4'),
    clip('clip-vit', SMALL['vit'], 'visual.conv1'),
    clip('clip-rn50-real', FULL['resnet'], 'visual.layer4', slow=True),
)
