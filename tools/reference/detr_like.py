"""A network of DETR's kind, of any width: convolutions, then a transformer from places to queries (Carion et al. 2020)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Backbone(nn.Sequential):
    """Places at a quarter of the image's resolution or less."""

    def __init__(self, width: int, stages: int) -> None:
        layers: list[nn.Module] = []
        channels = 3
        for stage in range(stages):
            outputs = width * 2**stage
            layers += [nn.Conv2d(channels, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
            channels = outputs
        super().__init__(*layers)
        self.channels = channels


def sine_positions(hidden: torch.Tensor, channels: int) -> torch.Tensor:
    """Positions `[N, channels, h, w]` counted over the places that are no padding (`hidden` is true on padding)."""
    seen = (~hidden).float()
    rows, columns = seen.cumsum(1), seen.cumsum(2)
    rows = rows / (rows[:, -1:, :] + 1e-6) * 2 * torch.pi
    columns = columns / (columns[:, :, -1:] + 1e-6) * 2 * torch.pi
    steps = torch.arange(channels // 2, dtype=seen.dtype)
    periods = 100 ** (2 * torch.div(steps, 2, rounding_mode='floor') / (channels // 2))

    def waves(places: torch.Tensor) -> torch.Tensor:
        angles = places[..., None] / periods
        return torch.stack([angles[..., 0::2].sin(), angles[..., 1::2].cos()], 4).flatten(3)

    return torch.cat([waves(rows), waves(columns)], 3).permute(0, 3, 1, 2)


class Attention(nn.Module):
    """Multi-head attention in Einsum; scores of hidden keys are replaced by minus infinity."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.project = (nn.Linear(width, width) for _ in range(4))

    def forward(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, hidden: torch.Tensor | None = None,
                ) -> torch.Tensor:
        def split(x: torch.Tensor) -> torch.Tensor:
            return x.unflatten(-1, (self.heads, -1))

        q, k, v = split(self.query(query)), split(self.key(key)), split(self.value(value))
        scores = torch.einsum('bqhc,bkhc->bhqk', q * q.shape[-1] ** -0.5, k)
        if hidden is not None:
            scores = torch.where(hidden[:, None, None, :], float('-inf'), scores)
        return self.project(torch.einsum('bhqk,bkhc->bqhc', scores.softmax(-1), v).flatten(2))


class Feedforward(nn.Sequential):
    def __init__(self, width: int) -> None:
        super().__init__(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))


class EncoderLayer(nn.Module):
    """Normalisation after each sum."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention, self.feedforward = Attention(width, heads), Feedforward(width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: torch.Tensor, positions: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        placed = x + positions
        x = self.norm1(x + self.attention(placed, placed, x, hidden))
        return self.norm2(x + self.feedforward(x))


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.itself = Attention(width, heads)
        self.memory = nn.MultiheadAttention(width, heads, batch_first=True)
        self.feedforward = Feedforward(width)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, x: torch.Tensor, queries: torch.Tensor, memory: torch.Tensor, positions: torch.Tensor,
                hidden: torch.Tensor) -> torch.Tensor:
        asked = x + queries
        x = self.norm1(x + self.itself(asked, asked, x))
        read, _ = self.memory(x + queries, memory + positions, memory, key_padding_mask=hidden, need_weights=True)
        x = self.norm2(x + read)
        return self.norm3(x + self.feedforward(x))


class DetrLike(nn.Module):
    """Class logits `[N, queries, classes]`, boxes `[N, queries, 4]` in 0..1 and mask logits `[N, 2, h, w]` of two queries.

    `hidden` is `[N, H, W]`, true where the image is padding.
    """

    def __init__(self, width: int = 32, stages: int = 3, heads: int = 4, layers: int = 2, queries: int = 6, classes: int = 10,
                 backbone: int = 8) -> None:
        super().__init__()
        self.backbone = Backbone(backbone, stages)
        self.input_projection = nn.Conv2d(self.backbone.channels, width, 1)
        self.encoder = nn.ModuleList(EncoderLayer(width, heads) for _ in range(layers))
        self.decoder = nn.ModuleList(DecoderLayer(width, heads) for _ in range(layers))
        self.queries = nn.Embedding(queries, width)
        self.classes = nn.Linear(width, classes)
        self.boxes = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4))
        self.mask = nn.Linear(width, width)
        self.register_buffer('chosen', torch.tensor([queries - 1, 0]))

    def forward(self, image: torch.Tensor, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        features = self.input_projection(self.backbone(image))
        small = F.interpolate(hidden[:, None].float(), size=features.shape[-2:])[:, 0] > 0.5
        positions = sine_positions(small, features.shape[1]).to(features.dtype).flatten(2).transpose(1, 2)
        small = small.flatten(1)
        memory = features.flatten(2).transpose(1, 2)
        for layer in self.encoder:
            memory = layer(memory, positions, small)
        queries = self.queries.weight[None].expand(image.shape[0], -1, -1)
        x = torch.zeros_like(queries)
        for layer in self.decoder:
            x = layer(x, queries, memory, positions, small)
        chosen = self.mask(torch.index_select(x, 1, self.chosen))
        places = memory.transpose(1, 2).unflatten(2, features.shape[-2:])
        return self.classes(x), self.boxes(x).sigmoid(), torch.einsum('bqc,bchw->bqhw', chosen, places)


class DetrAnswer(nn.Module):
    """The first query's class, `[N, classes]`; places where the image is all zero are padding."""

    def __init__(self, **options: int) -> None:
        super().__init__()
        self.detr = DetrLike(**options)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.detr(image, (image == 0).all(1))[0][:, 0]
