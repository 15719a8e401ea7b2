"""Writes a small vision transformer with random weights, as PyTorch exports it and as ONNX Runtime's optimiser fuses it.

    python tools/reference/fused_transformer.py packages/onnx-autodiff/test/fixtures
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from onnxruntime.transformers.optimizer import optimize_model
from torch import nn

WIDTH, HEADS = 8, 2


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.projection = nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))

    def heads(self, tokens: torch.Tensor) -> torch.Tensor:
        return tokens.view(tokens.size(0), tokens.size(1), HEADS, WIDTH // HEADS).permute(0, 2, 1, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        plain = self.first(tokens)
        query, key, value = (self.heads(part(plain)) for part in (self.query, self.key, self.value))
        weights = torch.softmax(query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5, -1)
        mixed = (weights @ value).permute(0, 2, 1, 3).contiguous()
        tokens = tokens + self.projection(mixed.view(tokens.size(0), tokens.size(1), WIDTH))
        return tokens + self.mlp(self.second(tokens))


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, WIDTH, 4, 4)
        self.places = nn.Parameter(torch.randn(1, 4, WIDTH))
        self.blocks = nn.Sequential(Block(), Block(), Block())
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 3)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(pictures).flatten(2).transpose(1, 2) + self.places
        return self.head(self.norm(self.blocks(tokens)).mean(1))


def main() -> None:
    out = Path(sys.argv[1])
    torch.manual_seed(3)
    plain = out / 'transformer.onnx'
    names = {'input_names': ['pictures'], 'output_names': ['scores']}
    torch.onnx.export(Transformer().eval(), torch.zeros(2, 1, 8, 8), plain, opset_version=17, dynamo=False, **names)
    fused = optimize_model(str(plain), model_type='vit', num_heads=HEADS, hidden_size=WIDTH, opt_level=0)
    fused.save_model_to_file(str(out / 'transformer-fused.onnx'))


if __name__ == '__main__':
    main()
