"""Makes the goldens of explainers that read attention weights on small vision transformers of timm.

    python tools/golden/attention.py

Each folder `fixtures/golden/attention/<network>/` holds `model.onnx` with attention written out and a golden: images, classes and for each
method the map `[N, 4, 4]`. The formulas are computed here from the weights of each layer, `[N, heads, T, T]`, that PyTorch hands out, as products of
whole matrices in float64:

- `class`, `mean`, `pool`: what is explained is read from the class token, from the mean of all tokens (with two register tokens in front), and by attention with a query of its own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reference import torchvision_networks  # noqa: F401  (makes torchvision importable)

import numpy as np
import timm
import torch
from timm.layers import set_fused_attn
from timm.models.vision_transformer import VisionTransformer

from reference.golden_file import GoldenFile
from reference.shared_data import REPOSITORY

NETWORKS = {
    'class': {'global_pool': 'token'},
    'mean': {'global_pool': 'avg', 'class_token': False, 'reg_tokens': 2},
    'pool': {'global_pool': 'map', 'class_token': False},
}
CLASSES = [3, 7]


def build(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    model = VisionTransformer(img_size=32, patch_size=8, embed_dim=12, depth=3, num_heads=2, mlp_ratio=2, num_classes=10,
                              **NETWORKS[name]).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.4)
    return model


def attention(model: torch.nn.Module, inputs: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The weights of each layer and the gradients of the classes' scores with respect to them, first layer first."""
    weights: list[torch.Tensor] = []
    hooks = [module.register_forward_hook(lambda _, __, output: weights.append(output))
             for name, module in model.named_modules() if name.endswith('attn_drop')]
    if model.attn_pool:
        pool = model.attn_pool

        def pooled(tokens: torch.Tensor, **_: object) -> torch.Tensor:
            queries = pool.q(pool.latent.expand(len(tokens), -1, -1))
            keys, values = pool.kv(tokens).chunk(2, -1)
            heads = [part.unflatten(-1, (pool.num_heads, -1)).transpose(1, 2) for part in (queries, keys, values)]
            own = (heads[0] * pool.scale @ heads[1].transpose(-2, -1)).softmax(-1)
            weights.append(own)
            mixed = pool.proj((own @ heads[2]).transpose(1, 2).flatten(2))
            return (mixed + pool.mlp(pool.norm(mixed)))[:, 0]

        expected = pool(tokens := torch.randn(2, 16, 12).to(inputs))
        assert torch.allclose(pooled(tokens), expected)
        weights.clear()
        pool.forward = pooled
    scores = model(inputs)[range(len(inputs)), CLASSES].sum()
    for hook in hooks:
        hook.remove()
    return weights, list(torch.autograd.grad(scores, weights))


def row_of(name: str, matrices: list[torch.Tensor], pooling: torch.Tensor | None) -> torch.Tensor:
    """`[N, T]` of the product of `[N, T, T]`."""
    rolled = torch.eye(matrices[0].shape[-1]).to(matrices[0]).expand_as(matrices[0])
    for matrix in matrices:
        rolled = matrix @ rolled
    if pooling is not None:
        return (pooling @ rolled)[:, 0]
    return rolled[:, 0] if name == 'class' else rolled[:, 2:].mean(1)


def maps_of(name: str, weights: list[torch.Tensor], gradients: list[torch.Tensor]) -> dict[str, np.ndarray]:
    eye = torch.eye(weights[0].shape[-1]).to(weights[0])
    square = len(weights) - (name == 'pool')

    def rollout(fuse, fraction: float = 0) -> torch.Tensor:
        layers = []
        for own in weights[:square]:
            fused = fuse(own).clone()
            flat = fused.flatten(1)
            flat.scatter_(1, flat.argsort(1)[:, :int(fraction * flat.shape[1])], 0)
            fused = fused + eye
            layers.append(fused / fused.sum(-1, keepdim=True))
        return row_of(name, layers, fuse(weights[-1]) if square < len(weights) else None)

    raised = [(own * gradient).clamp(min=0).mean(1) for own, gradient in zip(weights, gradients)]
    rows = {
        'attention-rollout': rollout(lambda own: own.mean(1)),
        'attention-rollout:max': rollout(lambda own: own.amax(1), 0.4),
        'attention-rollout:min': rollout(lambda own: own.amin(1)),
        'generic-attention': row_of(name, [eye + own for own in raised[:square]], raised[-1] if square < len(raised) else None),
    }
    return {method: row[:, -16:].unflatten(1, (4, 4)).detach().numpy() for method, row in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'fixtures' / 'golden' / 'attention')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    set_fused_attn(False)
    for name in NETWORKS:
        model = build(name)
        inputs = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        folder = arguments.out / name
        folder.mkdir(parents=True, exist_ok=True)
        if model.attn_pool:
            model.attn_pool.fused_attn = False
        torch.onnx.export(model, inputs, folder / 'model.onnx', opset_version=17, dynamo=False, input_names=['input'],
                          output_names=['logits'], dynamic_axes={'input': {0: 'batch'}, 'logits': {0: 'batch'}})
        maps = maps_of(name, *attention(model.double(), inputs.double()))
        file = GoldenFile()
        file.add('input', inputs.numpy())
        layers = [{'module': '', 'tensor': '', 'maps': {id: file.add(id, map.astype(np.float32)) for id, map in maps.items()}}]
        size = file.write(folder, {
            'network': f'timm VisionTransformer, {name}',
            'versions': {'torch': torch.__version__, 'timm': timm.__version__},
            'classes': CLASSES,
            'layers': layers,
        })
        print(f'{name}: {size} bytes, and {(folder / "model.onnx").stat().st_size} of the network')


if __name__ == '__main__':
    main()
