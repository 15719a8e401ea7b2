"""The network of orchard-clip: CLIP's (Radford et al. 2021) with a ModifiedResNet, made small."""

import math

import torch
from torch import nn
from torch.nn import functional

WIDTH = 96
CONTEXT = 24
CONVOLUTIONS = (12, 12, 24)
# Planes of each stage's bottleneck; four times as many channels come out of it. The grid of layer4 is 8 x 8.
STAGES = ((16, 1), (24, 2), (32, 2), (48, 1))


class Bottleneck(nn.Module):
    """Strides are average pooling before a convolution, as in CLIP."""

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.relu2 = nn.ReLU(inplace=True)
        self.avgpool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.relu3 = nn.ReLU(inplace=True)
        self.downsample = nn.Sequential(
            nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
            nn.Conv2d(inputs, 4 * planes, 1, bias=False),
            nn.BatchNorm2d(4 * planes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        return self.relu3(self.bn3(self.conv3(self.avgpool(y))) + self.downsample(x))


def split(x: torch.Tensor, heads: int) -> torch.Tensor:
    """`[N, tokens, width]` to `[N, heads, tokens, width / heads]`."""
    # Numbers, so that no arithmetic on shapes is exported.
    tokens, width = int(x.shape[1]), int(x.shape[2])
    return x.reshape(-1, tokens, heads, width // heads).transpose(1, 2)


class AttentionPool(nn.Module):
    """The mean of all positions asks every position, itself included; positions begin as waves in both directions, not as noise."""

    def __init__(self, side: int, channels: int, heads: int, outputs: int) -> None:
        super().__init__()
        at = torch.linspace(-1, 1, side)
        y, x = torch.meshgrid(at, at, indexing='ij')
        waves = torch.randn(2, channels // 2) * 2
        phases = torch.stack([x, y], -1).reshape(-1, 2) @ waves
        grid = torch.cat([phases.sin(), phases.cos()], 1)
        self.positional_embedding = nn.Parameter(torch.cat([torch.randn(1, channels), grid]))
        self.q_proj = nn.Linear(channels, channels)
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.c_proj = nn.Linear(channels, outputs)
        self.heads = heads
        for projection in (self.q_proj, self.k_proj, self.v_proj, self.c_proj):
            nn.init.normal_(projection.weight, std=channels**-0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens, channels = self.positional_embedding.shape
        x = x.reshape(-1, channels, tokens - 1).transpose(1, 2)
        x = torch.cat([x.mean(1, keepdim=True), x], 1) + self.positional_embedding
        q, k, v = (split(y, self.heads) for y in (self.q_proj(x[:, :1]), self.k_proj(x), self.v_proj(x)))
        weights = (q @ k.transpose(-1, -2) * (channels // self.heads) ** -0.5).softmax(-1)
        return self.c_proj((weights @ v).transpose(1, 2).reshape(-1, channels))


class Visual(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        one, two, three = CONVOLUTIONS
        self.conv1 = nn.Conv2d(3, one, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(one)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(one, two, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(two)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(two, three, 3, 1, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(three)
        self.relu3 = nn.ReLU(inplace=True)
        inputs, total = three, 2
        for number, (planes, stride) in enumerate(STAGES, 1):
            setattr(self, f"layer{number}", nn.Sequential(Bottleneck(inputs, planes, stride)))
            inputs, total = 4 * planes, total * stride
        self.side, self.channels = size // total, inputs
        self.attnpool = AttentionPool(self.side, self.channels, 12, WIDTH)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        x = self.relu3(self.bn3(self.conv3(x)))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.attnpool(self.features(x))


class ResidualAttentionBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.in_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)
        self.ln_2 = nn.LayerNorm(width)
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)
        self.heads = heads

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        length, width = int(x.shape[1]), int(x.shape[2])
        q, k, v = (split(part, self.heads) for part in self.in_proj(self.ln_1(x)).chunk(3, -1))
        weights = (q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5 + mask).softmax(-1)
        x = x + self.out_proj((weights @ v).transpose(1, 2).reshape(-1, length, width))
        y = self.c_fc(self.ln_2(x))
        return x + self.c_proj(y * torch.sigmoid(1.702 * y))


class Textual(nn.Module):
    """A causal transformer; the embedding is read at the end token, which has the highest id."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(words, WIDTH)
        self.positional_embedding = nn.Parameter(torch.randn(CONTEXT, WIDTH) * 0.1)
        self.resblocks = nn.ModuleList(ResidualAttentionBlock(WIDTH, 4) for _ in range(2))
        self.ln_final = nn.LayerNorm(WIDTH)
        self.text_projection = nn.Linear(WIDTH, WIDTH, bias=False)
        self.register_buffer('mask', torch.full((CONTEXT, CONTEXT), -1e4).triu(1), persistent=False)
        nn.init.normal_(self.token_embedding.weight, std=0.1)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        length = int(text.shape[1])
        x = self.token_embedding(text) + self.positional_embedding[:length]
        for block in self.resblocks:
            x = block(x, self.mask[:length, :length])
        end = torch.arange(length) == text.argmax(1, keepdim=True)
        return self.text_projection((self.ln_final(x) * end.unsqueeze(-1)).sum(1))


class OrchardClip(nn.Module):
    def __init__(self, words: int, size: int = 64) -> None:
        super().__init__()
        self.visual = Visual(size)
        self.textual = Textual(words)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(14.0)))

    def image(self, pixels: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.visual(pixels), dim=-1)

    def text(self, text: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.textual(text), dim=-1)
