"""SigLIP of transformers (Zhai et al. 2023) as a pair of towers: scores are a scale times the cosine, plus a bias."""

from __future__ import annotations

import torch
from torch import nn
from . import torchvision_networks  # noqa: F401  (makes torchvision importable)

from transformers import SiglipConfig, SiglipModel

from .clip_network import unit
from .clip_towers import Towers
from .random_weights import random_images, randomise

TINY = {
    'text_config': dict(vocab_size=90, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
                        max_position_embeddings=32, projection_size=16),
    'vision_config': dict(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8),
}


class Siglip(nn.Module):
    """Module paths are those of transformers."""

    def __init__(self, model: SiglipModel) -> None:
        super().__init__()
        self.vision_model, self.text_model = model.vision_model, model.text_model
        self.logit_scale, self.logit_bias = model.logit_scale, model.logit_bias

    def encode_image(self, image: torch.Tensor) -> torch.Tensor:
        return self.vision_model(image).pooler_output

    def encode_text(self, text: torch.Tensor, attended: torch.Tensor | None = None) -> torch.Tensor:
        """Padding is read like any other token, as in training."""
        return self.text_model(text.long()).pooler_output

    def forward(self, image: torch.Tensor, text: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images, texts = unit(self.encode_image(image)), unit(self.encode_text(text))
        per_image = images @ texts.t() * self.logit_scale.exp() + self.logit_bias
        return per_image, per_image.t()


def siglip_towers(model: SiglipModel, tokenizer: dict | None, padding: str | None) -> Towers:
    config = model.config
    vision, text = config.vision_config, config.text_config
    half = (0.5, 0.5, 0.5)
    return Towers('siglip', Siglip(model).eval(), vision.image_size, text.max_position_embeddings, half, half, tokenizer, padding, {
        'architectures': ['SiglipModel'], 'model_type': 'siglip',
        'text_config': {'model_type': 'siglip_text_model', 'max_position_embeddings': text.max_position_embeddings,
                        'hidden_size': text.hidden_size, 'vocab_size': text.vocab_size},
        'vision_config': {'model_type': 'siglip_vision_model', 'image_size': vision.image_size, 'patch_size': vision.patch_size,
                          'hidden_size': vision.hidden_size},
    })


def random_siglip(tiny: bool, seed: int, tokenizer: dict | None) -> Towers:
    """The base model, or a small one; the tokenizer's vocabulary is that of the text tower where there is one."""
    settings = {key: dict(value) for key, value in TINY.items()} if tiny else {'text_config': {}, 'vision_config': {}}
    if tokenizer is not None:
        settings['text_config']['vocab_size'] = len(tokenizer['model']['vocab'])
    settings['text_config'] |= {'bos_token_id': None, 'eos_token_id': None}
    model = SiglipModel(SiglipConfig(**settings, attn_implementation='eager'))
    towers = siglip_towers(model, tokenizer, '</s>')
    texts = torch.randint(0, model.config.text_config.vocab_size, (8, towers.context), generator=torch.Generator().manual_seed(seed))
    randomise(towers.model, seed, towers.size, (random_images(8, towers.size, seed + 1), texts))
    with torch.no_grad():
        towers.model.logit_scale.fill_(2.5)
        towers.model.logit_bias.fill_(-3.0)
    return towers
