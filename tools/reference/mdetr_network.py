"""MDETR (Kamath et al. 2021) with answer heads by type, of any width, and its backbones.

Modules have the names of the official code, so that its checkpoints load. A picture goes in as `pixel_values` `[N, 3, H, W]` with `pixel_mask`
`[N, H, W]`, 1 on the picture and 0 on padding, the text as RoBERTa's `input_ids` and `attention_mask` `[N, T]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F

GQA = {'obj': 3, 'attr': 403, 'rel': 1594, 'global': 111, 'cat': 678}
"""How many answers each head of the official model knows, in the order of the scores in `pred_answer_type`."""
GQA_HEADS = ('obj', 'rel', 'attr', 'cat', 'global')
INPUTS = ('pixel_values', 'pixel_mask', 'input_ids', 'attention_mask')


@dataclass(frozen=True)
class TextConfig:
    vocabulary: int = 50265
    width: int = 768
    layers: int = 12
    heads: int = 12
    hidden: int = 3072
    length: int = 514
    """Positions, of which the first two belong to nothing and to padding."""
    padding: int = 1


@dataclass(frozen=True)
class MdetrConfig:
    width: int = 256
    attention_heads: int = 8
    encoder_layers: int = 6
    decoder_layers: int = 6
    hidden: int = 2048
    queries: int = 100
    tokens: int = 255
    """Places of the text that a box can stand for; one more score says that there is no object."""
    answers: dict[str, int] = field(default_factory=lambda: GQA)
    """How many answers each head knows, in the order of the types; none for a model that only finds boxes."""
    heads: tuple[str, ...] = GQA_HEADS
    """In the order of the queries that answer, behind the one for the type."""
    text: TextConfig = TextConfig()


class FrozenBatchNorm(nn.Module):
    """Batch normalisation with fixed statistics, and the activation that timm's layer contains."""

    def __init__(self, channels: int, activation: nn.Module | None = None) -> None:
        super().__init__()
        for name, value in {'weight': 1.0, 'bias': 0.0, 'running_mean': 0.0, 'running_var': 1.0}.items():
            self.register_buffer(name, torch.full((channels,), value))
        self.activation = activation or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scale = self.weight * (self.running_var + 1e-5).rsqrt()
        shift = self.bias - self.running_mean * scale
        return self.activation(x * scale.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1))


def freeze(module: nn.Module) -> nn.Module:
    """Replaces every batch normalisation by one with fixed statistics, in place; what timm put into it stays."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            frozen = FrozenBatchNorm(child.num_features, getattr(child, 'act', None))
            frozen.load_state_dict({key: value for key, value in child.state_dict().items() if key != 'num_batches_tracked'
                                    and not key.startswith('act.')}, strict=False)
            setattr(module, name, frozen)
        else:
            freeze(child)
    return module


class SameConv(nn.Conv2d):
    """TensorFlow's padding in whole numbers, as exporters follow them; timm's own takes fractions. For kernels no smaller than the stride."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sides: list[int] = []
        for size, kernel, stride in zip(x.shape[:-3:-1], self.kernel_size[::-1], self.stride[::-1]):
            total = ((size + stride - 1) // stride - 1) * stride + kernel - size
            sides += [total // 2, total - total // 2]
        return F.conv2d(F.pad(x, sides), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def prepared(body: nn.Module) -> nn.Module:
    """A timm body with frozen batch normalisation and padding that can be exported, in place."""
    from timm.layers import Conv2dSame

    for module in body.modules():
        if isinstance(module, Conv2dSame):
            module.__class__ = SameConv
    return freeze(body)


def efficientnet(name: str) -> tuple[nn.Module, int]:
    """The body of a timm EfficientNet with frozen batch normalisation, and its channels."""
    from . import torchvision_networks  # noqa: F401  (makes torchvision importable, which timm needs)
    import timm

    body = timm.create_model(name, features_only=True, out_indices=(4,), pretrained=False)
    return prepared(body), body.feature_info.channels()[-1]


def tiny_efficientnet() -> tuple[nn.Module, int]:
    """The same seven stages at an eighth of the resolution, the last of three blocks, as `blocks.6.2` of the official one."""
    from . import torchvision_networks  # noqa: F401
    from timm.models._efficientnet_builder import decode_arch_def
    from timm.models.efficientnet import EfficientNetFeatures
    from timm.layers import BatchNormAct2d

    stages = [['ds_r1_k3_s1_e1_c6_se0.25'], ['ir_r1_k3_s2_e2_c8_se0.25'], ['ir_r1_k5_s2_e2_c8'], ['ds_r1_k3_s1_e1_c8'],
              ['ds_r1_k5_s1_e1_c10'], ['ds_r1_k5_s1_e1_c10'], ['ir_r3_k3_s1_e2_c12']]
    body = EfficientNetFeatures(decode_arch_def(stages), out_indices=(2,), stem_size=6, fix_stem=True, pad_type='same', act_layer=nn.SiLU,
                                norm_layer=BatchNormAct2d, round_chs_fn=round)
    return prepared(body), 12


class Backbone(nn.Module):
    """Features of the last stage, and which of its places are padding."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, pixels: torch.Tensor, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.body(pixels)
        if not isinstance(features, torch.Tensor):
            features = features[-1]
        small = F.interpolate(hidden[None].float(), size=features.shape[-2:])[0]
        return features, small > 0.5


def sine_positions(hidden: torch.Tensor, channels: int) -> torch.Tensor:
    """`[N, channels, h, w]`, counted over the places that are no padding (`hidden` is true on padding)."""
    seen = (~hidden).float()
    rows, columns = seen.cumsum(1), seen.cumsum(2)
    rows = rows / (seen.sum(1, keepdim=True) + 1e-6) * 2 * torch.pi
    columns = columns / (seen.sum(2, keepdim=True) + 1e-6) * 2 * torch.pi
    steps = torch.arange(channels // 2, dtype=seen.dtype)
    periods = 10000 ** (2 * torch.div(steps, 2, rounding_mode='floor') / (channels // 2))

    def waves(places: torch.Tensor) -> torch.Tensor:
        angles = places[..., None] / periods
        return torch.stack([angles[..., 0::2].sin(), angles[..., 1::2].cos()], 4).flatten(3)

    return torch.cat([waves(rows), waves(columns)], 3).permute(0, 3, 1, 2)


class TextEmbeddings(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.padding = config.padding
        self.word_embeddings = nn.Embedding(config.vocabulary, config.width)
        self.position_embeddings = nn.Embedding(config.length, config.width)
        self.token_type_embeddings = nn.Embedding(1, config.width)
        self.LayerNorm = nn.LayerNorm(config.width)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Positions are counted over the tokens that are no padding, from the one behind that of padding."""
        seen = (ids != self.padding).long()
        positions = seen.cumsum(1) * seen + self.padding
        embedded = self.word_embeddings(ids) + self.token_type_embeddings.weight[0] + self.position_embeddings(positions)
        return self.LayerNorm(embedded)


def projected(inputs: int, outputs: int, *, norm: bool = False) -> nn.ModuleDict:
    return nn.ModuleDict({'dense': nn.Linear(inputs, outputs), **({'LayerNorm': nn.LayerNorm(outputs)} if norm else {})})


class TextLayer(nn.Module):
    """A layer of RoBERTa: normalisation after each sum."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.attention = nn.ModuleDict({
            'self': nn.ModuleDict({name: nn.Linear(width, width) for name in ('query', 'key', 'value')}),
            'output': projected(width, width, norm=True),
        })
        self.intermediate = projected(width, config.hidden)
        self.output = projected(config.hidden, width, norm=True)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        asked, out = self.attention['self'], self.attention['output']
        query, key, value = (asked[name](x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in ('query', 'key', 'value'))
        weights = (query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + bias).softmax(-1)
        x = out['LayerNorm'](x + out['dense']((weights @ value).transpose(1, 2).flatten(2)))
        return self.output['LayerNorm'](x + self.output['dense'](F.gelu(self.intermediate['dense'](x))))


class TextEncoder(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.embeddings = TextEmbeddings(config)
        self.encoder = nn.ModuleDict({'layer': nn.ModuleList(TextLayer(config) for _ in range(config.layers))})

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.embeddings(ids)
        bias = (1 - mask[:, None, None, :].to(x.dtype)) * -1e9
        for layer in self.encoder['layer']:
            x = layer(x, bias)
        return x


class EncoderLayer(nn.Module):
    def __init__(self, config: MdetrConfig) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(config.width, config.attention_heads)
        self.linear1, self.linear2 = nn.Linear(config.width, config.hidden), nn.Linear(config.hidden, config.width)
        self.norm1, self.norm2 = nn.LayerNorm(config.width), nn.LayerNorm(config.width)

    def forward(self, x: torch.Tensor, positions: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        placed = x + positions
        x = self.norm1(x + self.self_attn(placed, placed, x, key_padding_mask=hidden, need_weights=False)[0])
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))


class DecoderLayer(nn.Module):
    def __init__(self, config: MdetrConfig) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(config.width, config.attention_heads)
        self.cross_attn_image = nn.MultiheadAttention(config.width, config.attention_heads)
        self.linear1, self.linear2 = nn.Linear(config.width, config.hidden), nn.Linear(config.hidden, config.width)
        self.norm1, self.norm3, self.norm4 = (nn.LayerNorm(config.width) for _ in range(3))

    def forward(self, x: torch.Tensor, queries: torch.Tensor, memory: torch.Tensor, positions: torch.Tensor, hidden: torch.Tensor,
                ) -> torch.Tensor:
        asked = x + queries
        x = self.norm1(x + self.self_attn(asked, asked, x, need_weights=False)[0])
        read = self.cross_attn_image(x + queries, memory + positions, memory, key_padding_mask=hidden, need_weights=False)[0]
        x = self.norm3(x + read)
        return self.norm4(x + self.linear2(F.relu(self.linear1(x))))


class Transformer(nn.Module):
    """From the places of the image and the tokens of the text to the queries, after every layer of the decoder."""

    def __init__(self, config: MdetrConfig) -> None:
        super().__init__()
        self.encoder = nn.ModuleDict({'layers': nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))})
        self.decoder = nn.ModuleDict({
            'layers': nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers)), 'norm': nn.LayerNorm(config.width)})
        self.text_encoder = TextEncoder(config.text)
        self.resizer = nn.ModuleDict({
            'fc': nn.Linear(config.text.width, config.width), 'layer_norm': nn.LayerNorm(config.width, eps=1e-12)})

    def forward(self, features: torch.Tensor, hidden: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor, queries: torch.Tensor,
                ) -> list[torch.Tensor]:
        """`[Q, N, width]` each, in front of them the memory `[h * w + T, N, width]`."""
        positions = sine_positions(hidden, features.shape[1]).to(features.dtype).flatten(2).permute(2, 0, 1)
        text = self.resizer['layer_norm'](self.resizer['fc'](self.text_encoder(ids, mask))).transpose(0, 1)
        memory = torch.cat([features.flatten(2).permute(2, 0, 1), text])
        positions = torch.cat([positions, torch.zeros_like(text)])
        hidden = torch.cat([hidden.flatten(1), mask == 0], 1)
        for layer in self.encoder['layers']:
            memory = layer(memory, positions, hidden)
        queries = queries[:, None].expand(-1, features.shape[0], -1)
        x, after = torch.zeros_like(queries), [memory]
        for layer in self.decoder['layers']:
            x = layer(x, queries, memory, positions, hidden)
            after.append(self.decoder['norm'](x))
        return after


class Perceptron(nn.Module):
    def __init__(self, *widths: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


class Mdetr(nn.Module):
    """Scores of answer types and of answers by type, from the first layer of the decoder; boxes from its last.

    `pred_logits` `[N, Q, tokens + 1]` says for which tokens of the text a box stands, the last score that there is no object; `pred_boxes`
    `[N, Q, 4]` are middle and size as fractions of the picture.
    """

    def __init__(self, config: MdetrConfig, body: nn.Module, channels: int) -> None:
        super().__init__()
        self.config = config
        self.backbone = nn.ModuleList([Backbone(body)])
        self.input_proj = nn.Conv2d(channels, config.width, 1)
        self.transformer = Transformer(config)
        self.query_embed = nn.Embedding(config.queries, config.width)
        self.class_embed = nn.Linear(config.width, config.tokens + 1)
        self.bbox_embed = Perceptron(config.width, config.width, config.width, 4)
        self.answer_names = ('type', *config.heads) if config.answers else ()
        if config.answers:
            self.qa_embed = nn.Embedding(len(self.answer_names), config.width)
            self.answer_type_head = nn.Linear(config.width, len(config.answers))
            for head in config.heads:
                self.add_module(f'answer_{head}_head', nn.Linear(config.width, config.answers[head]))

    @property
    def outputs(self) -> tuple[str, ...]:
        return (*(f'pred_answer_{name}' for name in self.answer_names), 'pred_logits', 'pred_boxes')

    def forward(self, pixel_values: torch.Tensor, pixel_mask: torch.Tensor, input_ids: torch.Tensor, attention_mask: torch.Tensor,
                ) -> tuple[torch.Tensor, ...]:
        features, hidden = self.backbone[0](pixel_values, pixel_mask == 0)
        return self.read(self.decode(features, hidden, input_ids, attention_mask)[1:])

    def decode(self, features: torch.Tensor, hidden: torch.Tensor, input_ids: torch.Tensor, attention_mask: torch.Tensor,
               ) -> list[torch.Tensor]:
        """The memory of image and text, then the queries `[Q, N, width]` after each layer, those that answer behind those of boxes."""
        queries = self.query_embed.weight
        if self.config.answers:
            queries = torch.cat([queries, self.qa_embed.weight])
        return self.transformer(self.input_proj(features), hidden, input_ids, attention_mask, queries)

    def read(self, after: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        asked = after[0][self.config.queries:]
        answers = [getattr(self, f'answer_{name}_head')(asked[place]) for place, name in enumerate(self.answer_names)]
        return (*answers, *self.boxes(after[-1]))

    def boxes(self, after: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = after[:self.config.queries].transpose(0, 1)
        return self.class_embed(found), self.bbox_embed(found).sigmoid()


def randomise_mdetr(model: Mdetr, seed: int, sizes: tuple[int, int] = (64, 64)) -> Mdetr:
    """Seeded weights with which neither activations nor gradients vanish: statistics of the frozen normalisation are those of what they see."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                is_scale = name.endswith('weight')
                parameter.uniform_(*((0.6, 1.4) if is_scale else (-0.1, 0.2)), generator=generator)
            elif 'embed' in name and parameter.dim() == 2 and 'class' not in name and 'bbox' not in name:
                parameter.normal_(0, 1, generator=generator)
            else:
                gain = 2.0 if parameter.dim() == 4 else 1.5
                parameter.normal_(0, (gain / parameter[0].numel()) ** 0.5, generator=generator)
        handles = []
        for module in model.modules():
            if isinstance(module, FrozenBatchNorm):
                channels = module.weight.shape
                # What is added to a shortcut is small, as in trained networks; deep ones would magnify rounding errors otherwise.
                low, high = (0.1, 0.3) if isinstance(module.activation, nn.Identity) else (0.6, 1.4)
                module.weight.uniform_(low, high, generator=generator)
                module.bias.uniform_(-0.2, 0.4, generator=generator)
                handles.append(module.register_forward_pre_hook(fit_statistics))
        pixels = smooth_pixels(2, *sizes, generator)
        features = model.eval().backbone[0].body(pixels)
        model.input_proj.weight *= 1.5 / model.input_proj(features if isinstance(features, torch.Tensor) else features[-1]).std()
        for handle in handles:
            handle.remove()
    return model


def smooth_pixels(batch: int, height: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Smooth noise with some grain, `[batch, 3, height, width]`."""
    coarse = torch.randn(batch, 3, 8, 8, generator=generator)
    return 0.3 * torch.randn(batch, 3, height, width, generator=generator) + F.interpolate(
        coarse, size=(height, width), mode='bicubic', align_corners=False)


def fit_statistics(module: FrozenBatchNorm, inputs: tuple[torch.Tensor, ...]) -> None:
    """A channel that hardly varies keeps a variance that other pictures will not exceed by much."""
    variance = inputs[0].var((0, 2, 3))
    module.running_mean.copy_(inputs[0].mean((0, 2, 3)))
    module.running_var.copy_(variance.clamp(min=float(0.3 * variance.mean())))


def tiny_config(vocabulary: int, answers: dict[str, int]) -> MdetrConfig:
    text = TextConfig(vocabulary, width=16, layers=1, heads=2, hidden=32, length=66)
    return MdetrConfig(width=16, attention_heads=2, encoder_layers=1, decoder_layers=2, hidden=32, queries=6, answers=answers, text=text)
