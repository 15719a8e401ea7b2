"""CLIP as openai trained it (Radford et al. 2021), with the names of its published weights: both image towers and the text tower.

The names are those of the checkpoints; `Clip.of_weights` finds the architecture in them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

HEAD = 64
"""Channels of an attention head of every published model."""


@dataclass(frozen=True)
class ClipShape:
    embedding: int
    size: int
    """Height and width of the image."""
    layers: tuple[int, ...]
    """Blocks of each of the four stages of a ResNet, or of one transformer."""
    width: int
    patch: int | None
    """Of the transformer, None for a ResNet."""
    context: int
    vocabulary: int
    text_width: int
    text_layers: int
    head: int = HEAD
    quick: bool = True
    """Whether GELU is openai's approximation."""


FULL = {
    'resnet': ClipShape(1024, 224, (3, 4, 6, 3), 64, None, 77, 49408, 512, 12),
    'vit': ClipShape(512, 224, (12,), 768, 32, 77, 49408, 512, 12),
}
"""RN50 and ViT-B/32."""


class QuickGelu(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(1.702 * x)


class Bottleneck(nn.Module):
    """Where it strides it pools first, so that every convolution has a stride of one."""

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * planes
        self.conv1, self.bn1, self.relu1 = nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU()
        self.conv2, self.bn2, self.relu2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False), nn.BatchNorm2d(planes), nn.ReLU()
        self.avgpool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.conv3, self.bn3, self.relu3 = nn.Conv2d(planes, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
        self.downsample: nn.Module | None = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(OrderedDict([
                ('-1', nn.AvgPool2d(stride)), ('0', nn.Conv2d(inputs, outputs, 1, bias=False)), ('1', nn.BatchNorm2d(outputs))]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.avgpool(self.relu2(self.bn2(self.conv2(y))))
        y = self.bn3(self.conv3(y))
        return self.relu3(y + (x if self.downsample is None else self.downsample(x)))


class AttentionPool(nn.Module):
    """The mean over places attends to all places and to itself."""

    def __init__(self, places: int, channels: int, heads: int, outputs: int) -> None:
        super().__init__()
        self.heads = heads
        self.positional_embedding = nn.Parameter(torch.empty(places + 1, channels))
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(channels, channels) for _ in range(3))
        self.c_proj = nn.Linear(channels, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(2).permute(2, 0, 1)
        x = torch.cat([x.mean(0, keepdim=True), x]) + self.positional_embedding[:, None]
        pooled, _ = F.multi_head_attention_forward(
            x, x, x, x.shape[-1], self.heads, None, torch.cat([self.q_proj.bias, self.k_proj.bias, self.v_proj.bias]), None, None,
            False, 0.0, self.c_proj.weight, self.c_proj.bias, training=False, need_weights=False, use_separate_proj_weight=True,
            q_proj_weight=self.q_proj.weight, k_proj_weight=self.k_proj.weight, v_proj_weight=self.v_proj.weight,
        )
        return pooled[0]


class ResNetTower(nn.Module):
    """A ResNet with a stem of three convolutions and attention in the place of the last pooling."""

    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        width, half = shape.width, shape.width // 2
        self.conv1, self.bn1 = nn.Conv2d(3, half, 3, 2, 1, bias=False), nn.BatchNorm2d(half)
        self.conv2, self.bn2 = nn.Conv2d(half, half, 3, 1, 1, bias=False), nn.BatchNorm2d(half)
        self.conv3, self.bn3 = nn.Conv2d(half, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.relu, self.avgpool = nn.ReLU(), nn.AvgPool2d(2)
        channels = width
        for stage, count in enumerate(shape.layers):
            blocks = []
            for place in range(count):
                blocks.append(Bottleneck(channels, width * 2**stage, 2 if stage and not place else 1))
                channels = 4 * width * 2**stage
            setattr(self, f'layer{stage + 1}', nn.Sequential(*blocks))
        self.attnpool = AttentionPool((shape.size // 32) ** 2, channels, channels // shape.head, shape.embedding)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.avgpool(self.relu(self.bn3(self.conv3(x))))
        return self.attnpool(self.layer4(self.layer3(self.layer2(self.layer1(x)))))


class Block(nn.Module):
    """Tokens come first, as in openai's own code: `[tokens, N, channels]`."""

    def __init__(self, width: int, head: int, quick: bool) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, width // head)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(OrderedDict(
            c_fc=nn.Linear(width, 4 * width), gelu=QuickGelu() if quick else nn.GELU(), c_proj=nn.Linear(4 * width, width)))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width: int, layers: int, head: int, quick: bool) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, head, quick) for _ in range(layers))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        for block in self.resblocks:
            x = block(x, mask)
        return x


class TransformerTower(nn.Module):
    """A vision transformer with a class token in front."""

    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        width, places = shape.width, (shape.size // shape.patch) ** 2
        self.conv1 = nn.Conv2d(3, width, shape.patch, shape.patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty(places + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, shape.layers[0], shape.head, shape.quick)
        self.proj = nn.Parameter(torch.empty(width, shape.embedding))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        x = self.ln_pre(torch.cat([first, x], 1) + self.positional_embedding)
        x = self.transformer(x.transpose(0, 1)).transpose(0, 1)
        return self.ln_post(x[:, 0]) @ self.proj


class Clip(nn.Module):
    """`[images, texts]` scores and their transpose: `exp(logit_scale)` times the cosines."""

    def __init__(self, shape: ClipShape) -> None:
        super().__init__()
        self.shape = shape
        self.visual = TransformerTower(shape) if shape.patch else ResNetTower(shape)
        self.token_embedding = nn.Embedding(shape.vocabulary, shape.text_width)
        self.positional_embedding = nn.Parameter(torch.empty(shape.context, shape.text_width))
        self.transformer = Transformer(shape.text_width, shape.text_layers, shape.head, shape.quick)
        self.ln_final = nn.LayerNorm(shape.text_width)
        self.text_projection = nn.Parameter(torch.empty(shape.text_width, shape.embedding))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @staticmethod
    def of_weights(weights: Mapping[str, torch.Tensor], quick: bool = True, head: int = HEAD) -> Clip:
        """A network with these weights, whose shapes say its architecture; half precision becomes single. Throws a ValueError."""
        model = Clip(shape_of(weights, quick, head))
        known = model.state_dict()
        missing = [name for name in known if name not in weights and not name.endswith('num_batches_tracked')]
        if missing:
            raise ValueError(f'the checkpoint lacks {missing[0]} and {len(missing) - 1} more weights')
        model.load_state_dict({name: value.float() for name, value in weights.items() if name in known}, strict=False)
        return model.eval()

    def encode_image(self, image: torch.Tensor) -> torch.Tensor:
        return self.visual(image)

    def encode_text(self, text: torch.Tensor, attended: torch.Tensor | None = None) -> torch.Tensor:
        """Reads the token of the highest number, which ends a text; `attended` is 0 at padding, which lies behind it."""
        length = text.shape[1]
        x = self.token_embedding(text) + self.positional_embedding[:length]
        mask = torch.full((length, length), -math.inf, dtype=x.dtype).triu(1)
        if attended is not None:
            padding = (1 - attended.to(x.dtype)) * torch.finfo(torch.float32).min
            mask = (mask + padding[:, None]).repeat_interleave(self.transformer.resblocks[0].attn.num_heads, 0)
        x = self.ln_final(self.transformer(x.transpose(0, 1), mask).transpose(0, 1))
        return x[torch.arange(x.shape[0]), text.argmax(-1)] @ self.text_projection

    def forward(self, image: torch.Tensor, text: torch.Tensor, attended: torch.Tensor | None = None,
                ) -> tuple[torch.Tensor, torch.Tensor]:
        images, texts = unit(self.encode_image(image)), unit(self.encode_text(text, attended))
        per_image = self.logit_scale.exp() * images @ texts.t()
        return per_image, per_image.t()


def unit(x: torch.Tensor) -> torch.Tensor:
    return x / x.norm(dim=-1, keepdim=True)


def shape_of(weights: Mapping[str, torch.Tensor], quick: bool, head: int) -> ClipShape:
    def count(pattern: str, part: int) -> int:
        return len({name.split('.')[part] for name in weights if name.startswith(pattern)})

    if 'ln_final.weight' not in weights:
        raise ValueError('this is no checkpoint of CLIP: it has no "ln_final.weight"')
    text_width = weights['ln_final.weight'].shape[0]
    text = dict(context=weights['positional_embedding'].shape[0], vocabulary=weights['token_embedding.weight'].shape[0],
                text_width=text_width, text_layers=count('transformer.resblocks.', 2), head=head, quick=quick)
    embedding = weights['text_projection'].shape[1]
    if 'visual.proj' in weights:
        width, _, _, patch = weights['visual.conv1.weight'].shape
        side = math.isqrt(weights['visual.positional_embedding'].shape[0] - 1)
        return ClipShape(embedding, side * patch, (count('visual.transformer.resblocks.', 3),), width, patch, **text)
    if 'visual.attnpool.positional_embedding' not in weights:
        raise ValueError('the image tower is neither a ResNet nor a vision transformer of CLIP')
    side = math.isqrt(weights['visual.attnpool.positional_embedding'].shape[0] - 1)
    layers = tuple(count(f'visual.layer{stage}.', 2) for stage in range(1, 5))
    return ClipShape(embedding, 32 * side, layers, weights['visual.bn3.weight'].shape[0], None, **text)
