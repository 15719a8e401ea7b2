"""An image tower, a text tower and what their scores are made of, whatever model they come from."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from .clip_network import FULL, Clip, ClipShape, unit
from .clip_tokenizer import END, small_tokenizer
from .random_weights import random_images, randomise

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
WORDS = ['the', 'a', 'of', 'is', 'on', 'photo', 'color', 'left', 'right', 'above', 'below', 'apple', 'pear', 'red', 'green']
"""Of the tokenizer of small networks."""
TINY = {
    'resnet': ClipShape(16, 96, (1, 1, 1, 1), 2, None, 16, 0, 16, 1, head=16),
    'vit': ClipShape(16, 32, (2,), 16, 8, 16, 0, 16, 1, head=8),
}


@dataclass(frozen=True)
class Towers:
    kind: str
    """`clip` or `siglip`."""
    model: nn.Module
    """Has `encode_image`, `encode_text`, and as a whole gives scores and their transpose."""
    size: int
    context: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    tokenizer: dict | None
    """`tokenizer.json`."""
    padding: str | None
    """The token that rows are filled up with, 0 where absent."""
    config: dict
    """Of Hugging Face: `text_config`, `vision_config` and the like."""

    def tower(self, of: str, normalised: bool) -> nn.Module:
        """The model as one that is only fed images, or texts; modules keep their paths."""
        tower = copy.copy(self.model)
        tower.__class__ = type(f'{type(tower).__name__}Tower', (type(tower),), {'forward': FORWARDS[of, normalised]})
        return tower


FORWARDS = {
    ('image', False): lambda self, image: self.encode_image(image),
    ('image', True): lambda self, image: unit(self.encode_image(image)),
    ('text', False): lambda self, text, attended=None: self.encode_text(text, attended),
    ('text', True): lambda self, text, attended=None: unit(self.encode_text(text, attended)),
}


def clip_towers(model: Clip, tokenizer: dict | None) -> Towers:
    shape = model.shape
    activation = 'quick_gelu' if shape.quick else 'gelu'
    config = {
        'architectures': ['CLIPModel'],
        'model_type': 'clip',
        'projection_dim': shape.embedding,
        'text_config': {
            'model_type': 'clip_text_model', 'hidden_act': activation, 'hidden_size': shape.text_width, 'vocab_size': shape.vocabulary,
            'max_position_embeddings': shape.context, 'num_hidden_layers': shape.text_layers,
            'num_attention_heads': shape.text_width // shape.head,
        },
        'vision_config': {
            'model_type': 'clip_vision_model', 'hidden_act': activation, 'hidden_size': shape.width, 'image_size': shape.size,
            'num_hidden_layers': shape.layers if shape.patch is None else shape.layers[0],
            **({} if shape.patch is None else {'patch_size': shape.patch, 'num_attention_heads': shape.width // shape.head}),
        },
    }
    return Towers('clip', model.eval(), shape.size, shape.context, CLIP_MEAN, CLIP_STD, tokenizer, END, config)


def random_clip(architecture: str, tiny: bool, seed: int, tokenizer: dict | None = None) -> Towers:
    """A network with seeded weights; a small one brings its own tokenizer."""
    shape = (TINY if tiny else FULL)[architecture]
    if tiny:
        tokenizer = small_tokenizer(WORDS)
        shape = ClipShape(**{**shape.__dict__, 'vocabulary': len(tokenizer['model']['vocab'])})
    model = Clip(shape)
    generator = torch.Generator().manual_seed(seed)
    texts = torch.randint(0, shape.vocabulary, (8, shape.context), generator=generator)
    randomise(model, seed, shape.size, (random_images(8, shape.size, seed + 1), texts))
    with torch.no_grad():
        model.logit_scale.fill_(3.0)
    return clip_towers(model, tokenizer)
