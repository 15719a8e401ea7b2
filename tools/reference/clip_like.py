"""A network of CLIP's kind with a convolutional image tower, of any width (Radford et al. 2021, section 2.4)."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F


class Bottleneck(nn.Module):
    """Strides by pooling, so that every convolution has a stride of one."""

    expansion = 4

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        outputs = planes * self.expansion
        pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
            nn.Conv2d(planes, planes, 3, padding=1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
            pool, nn.Conv2d(planes, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Sequential(OrderedDict(
            pool=nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
            conv=nn.Conv2d(inputs, outputs, 1, bias=False), norm=nn.BatchNorm2d(outputs)))
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.body(x) + self.shortcut(x))


class AttentionPool(nn.Module):
    """Attention from the mean over places to every place and itself."""

    def __init__(self, places: int, channels: int, heads: int, outputs: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.empty(places + 1, channels))
        self.query, self.key, self.value = (nn.Linear(channels, channels) for _ in range(3))
        self.project = nn.Linear(channels, outputs)
        self.heads = heads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(2).permute(2, 0, 1)
        x = torch.cat([x.mean(0, keepdim=True), x]) + self.positions.unsqueeze(1)
        pooled, _ = F.multi_head_attention_forward(
            x[:1], x, x, embed_dim_to_check=x.shape[-1], num_heads=self.heads, in_proj_weight=None,
            in_proj_bias=torch.cat([self.query.bias, self.key.bias, self.value.bias]), bias_k=None, bias_v=None,
            add_zero_attn=False, dropout_p=0.0, out_proj_weight=self.project.weight, out_proj_bias=self.project.bias,
            training=False, need_weights=False, use_separate_proj_weight=True, q_proj_weight=self.query.weight,
            k_proj_weight=self.key.weight, v_proj_weight=self.value.weight,
        )
        return pooled.squeeze(0)


class ImageTower(nn.Module):
    def __init__(self, size: int, width: int, blocks: tuple[int, ...], heads: int, outputs: int) -> None:
        super().__init__()
        half = width // 2
        self.stem = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
            nn.Conv2d(half, half, 3, 1, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
            nn.Conv2d(half, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.AvgPool2d(2),
        )
        channels, side, stages = width, size // 4, []
        for stage, count in enumerate(blocks):
            planes, layers = width * 2**stage, []
            for block in range(count):
                stride = 2 if stage and not block else 1
                layers.append(Bottleneck(channels, planes, stride))
                channels, side = planes * Bottleneck.expansion, side // stride
            stages.append(nn.Sequential(*layers))
        self.stages = nn.Sequential(*stages)
        self.attention_pool = AttentionPool(side * side, channels, heads, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.attention_pool(self.stages(self.stem(x)))


class QuickGelu(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(1.702 * x)


class TextBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), QuickGelu(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.norm2(x))


@torch.jit.script
def at_most(tokens: torch.Tensor, length: int) -> torch.Tensor:
    """Scripted, so that the TorchScript exporter writes an `If`."""
    if tokens.size(1) > length:
        tokens = tokens[:, :length]
    return tokens


@torch.jit.script
def below(tokens: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """Scripted as well; what it decides on is only known when the model runs."""
    if bool(tokens.max() >= vocabulary):
        tokens = tokens.clamp(max=vocabulary - 1)
    return tokens


class TextTower(nn.Module):
    """Reads the features of the token with the highest number, which is the end of the text."""

    def __init__(self, vocabulary: int, length: int, width: int, layers: int, heads: int, outputs: int) -> None:
        super().__init__()
        self.length = length
        self.embedding = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.empty(length, width))
        self.blocks = nn.ModuleList(TextBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Parameter(torch.empty(width, outputs))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        if torch.jit.is_tracing():
            tokens = below(at_most(tokens, self.length), self.embedding.num_embeddings)
        places = torch.arange(tokens.shape[1], device=tokens.device)
        mask = torch.full((tokens.shape[1], tokens.shape[1]), float('-inf'), dtype=self.positions.dtype).triu(1)
        x = (self.embedding(tokens) + self.positions[places]).permute(1, 0, 2)
        for block in self.blocks:
            x = block(x, mask)
        x = self.norm(x).permute(1, 0, 2)
        return x[torch.arange(x.shape[0]), tokens.argmax(-1)] @ self.projection


class ClipLike(nn.Module):
    """Similarities of every image to every text, `[images, texts]` and the transpose."""

    def __init__(self, size: int = 64, width: int = 16, blocks: tuple[int, ...] = (2, 1, 2, 1), heads: int = 4,
                 outputs: int = 32, vocabulary: int = 60, length: int = 12, text_width: int = 24, text_layers: int = 2) -> None:
        super().__init__()
        self.visual = ImageTower(size, width, blocks, heads, outputs)
        self.text = TextTower(vocabulary, length, text_width, text_layers, heads, outputs)
        self.logit_scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, image: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images, texts = self.visual(image), self.text(tokens)
        images = images / images.norm(dim=1, keepdim=True)
        texts = texts / texts.norm(dim=1, keepdim=True)
        per_image = self.logit_scale.exp() * images @ texts.t()
        return per_image, per_image.t()


class ClipClassifier(nn.Module):
    """The same with its texts inside: a zero-shot classifier of images."""

    def __init__(self, classes: int, **options: int | tuple[int, ...]) -> None:
        super().__init__()
        self.clip = ClipLike(**options)
        generator = torch.Generator().manual_seed(7)
        vocabulary, length = self.clip.text.embedding.num_embeddings, self.clip.text.length
        self.register_buffer('texts', torch.randint(0, vocabulary, (classes, length), generator=generator))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.clip(image, self.texts)[0]
