"""Reads checkpoints of CLIP as openai, open_clip and transformers publish them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch

from .clip_network import Clip
from .clip_tokenizer import read_merges, tokenizer_json, vocabulary
from .clip_towers import Towers, clip_towers

Weights = Mapping[str, torch.Tensor]


def read_tokenizer(path: Path | None) -> dict | None:
    """`tokenizer.json`, or the merges that openai publishes."""
    if path is None:
        return None
    if path.suffix == '.json':
        return json.loads(path.read_text(encoding='utf-8'))
    merges = read_merges(path)
    return tokenizer_json(merges, vocabulary(merges))


def read_checkpoint(path: Path, quick: bool, tokenizer: dict | None) -> Towers:
    """A file of openai (an archive of TorchScript) or open_clip (a state dict), or a folder of transformers. Throws a ValueError."""
    if path.is_dir():
        return read_folder(path, tokenizer)
    return clip_towers(Clip.of_weights(plain(read_weights(path)), quick), tokenizer)


def read_weights(path: Path) -> Weights:
    if path.suffix == '.safetensors':
        from safetensors.torch import load_file

        return load_file(path)
    try:
        return torch.jit.load(path, map_location='cpu').state_dict()
    except RuntimeError:
        return torch.load(path, map_location='cpu', weights_only=True)


def plain(weights: Weights) -> Weights:
    """Under the names of openai: training wraps a state dict, and some models of open_clip have their text tower apart."""
    weights = weights.get('state_dict', weights)
    names = {name: name.removeprefix('module.').removeprefix('text.') for name in weights}
    return {names[name]: value for name, value in weights.items()}


def read_folder(path: Path, tokenizer: dict | None) -> Towers:
    config = json.loads((path / 'config.json').read_text(encoding='utf-8'))
    if tokenizer is None and (path / 'tokenizer.json').exists():
        tokenizer = read_tokenizer(path / 'tokenizer.json')
    if config['model_type'] == 'siglip':
        from .siglip import SiglipModel, siglip_towers

        model = SiglipModel.from_pretrained(path, attn_implementation='eager', dtype=torch.float32)
        return siglip_towers(model, tokenizer, '</s>')
    if config['model_type'] != 'clip':
        raise ValueError(f'{path} holds a model of type {config["model_type"]}, not clip or siglip')
    vision, text = (config.get(key) or {} for key in ('vision_config', 'text_config'))
    width, heads = vision.get('hidden_size', 768), vision.get('num_attention_heads', 12)
    text_width, text_heads = text.get('hidden_size', 512), text.get('num_attention_heads', 8)
    if width // heads != text_width // text_heads:
        raise ValueError('the heads of both towers differ in size')
    files = [file for file in (path / 'model.safetensors', path / 'pytorch_model.bin') if file.exists()]
    if not files:
        raise ValueError(f'{path} has neither model.safetensors nor pytorch_model.bin')
    weights = of_transformers(read_weights(files[0]))
    return clip_towers(Clip.of_weights(weights, vision.get('hidden_act', 'quick_gelu') == 'quick_gelu', width // heads), tokenizer)


LAYER_NAMES = {'layer_norm1': 'ln_1', 'layer_norm2': 'ln_2', 'mlp.fc1': 'mlp.c_fc', 'mlp.fc2': 'mlp.c_proj',
               'self_attn.out_proj': 'attn.out_proj'}
NAMES = {
    'vision_model.embeddings.class_embedding': 'visual.class_embedding',
    'vision_model.embeddings.patch_embedding.weight': 'visual.conv1.weight',
    'vision_model.embeddings.position_embedding.weight': 'visual.positional_embedding',
    'text_model.embeddings.token_embedding.weight': 'token_embedding.weight',
    'text_model.embeddings.position_embedding.weight': 'positional_embedding',
    'logit_scale': 'logit_scale',
}
NORMS = {'vision_model.pre_layrnorm': 'visual.ln_pre', 'vision_model.post_layernorm': 'visual.ln_post',
         'text_model.final_layer_norm': 'ln_final'}


def of_transformers(weights: Weights) -> Weights:
    """Under the names of openai, where query, key and value are one matrix and projections are transposed."""
    named = {new: weights[old] for old, new in NAMES.items()}
    named |= {f'{new}.{part}': weights[f'{old}.{part}'] for old, new in NORMS.items() for part in ('weight', 'bias')}
    named['visual.proj'] = weights['visual_projection.weight'].t()
    named['text_projection'] = weights['text_projection.weight'].t()
    for tower, target in (('vision_model', 'visual.transformer'), ('text_model', 'transformer')):
        prefix = f'{tower}.encoder.layers.'
        count = len({name[len(prefix):].split('.')[0] for name in weights if name.startswith(prefix)})
        for layer in range(count):
            source, block = f'{prefix}{layer}', f'{target}.resblocks.{layer}'
            for part in ('weight', 'bias'):
                named |= {f'{block}.{new}.{part}': weights[f'{source}.{old}.{part}'] for old, new in LAYER_NAMES.items()}
                named[f'{block}.attn.in_proj_{part}'] = torch.cat(
                    [weights[f'{source}.self_attn.{of}_proj.{part}'] for of in 'qkv'])
    return named
