"""Small networks that read a picture with a text, laid out as families of them are at Hugging Face, and relation networks; random weights.

Every one has the layer that Grad-CAM reads at the module `layer`.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from .mdetr_network import EncoderLayer, MdetrConfig, Perceptron, TextConfig, TextEncoder, sine_positions

WIDTH = 16
QUERIES = 6
TOKENS = 256
"""How many scores grounding models write for each box: places of the text, minus infinity behind its end."""


def convolutions(*widths: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in zip((3, *widths), widths):
        layers += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.ReLU()]
    return nn.Sequential(*layers)


def text_config(vocabulary: int, padding: int) -> TextConfig:
    return TextConfig(vocabulary, width=WIDTH, layers=1, heads=2, hidden=32, length=80, padding=padding)


class Fusion(nn.Module):
    """Places and tokens through one layer of attention: `[T + h * w, N, WIDTH]`."""

    def __init__(self, vocabulary: int, padding: int = 0) -> None:
        super().__init__()
        self.text = TextEncoder(text_config(vocabulary, padding))
        self.layer = EncoderLayer(MdetrConfig(width=WIDTH, attention_heads=2, hidden=32))

    def forward(self, features: torch.Tensor, hidden: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        text = self.text(ids, mask).transpose(0, 1)
        places = sine_positions(hidden, WIDTH).flatten(2).permute(2, 0, 1).to(text.dtype)
        positions = torch.cat([torch.zeros_like(text), places])
        hidden = torch.cat([mask == 0, hidden.flatten(1)], 1)
        return self.layer(torch.cat([text, features.flatten(2).permute(2, 0, 1)]), positions, hidden)


def small_mask(pixel_mask: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """Whether each place of the features is padding."""
    return F.interpolate(pixel_mask[:, None].float(), size=features.shape[-2:])[:, 0] < 0.5


class ViltLike(nn.Module):
    """One head of answers, read where the text begins, as ViLT's: `logits` `[N, answers]`."""

    inputs = ('input_ids', 'token_type_ids', 'attention_mask', 'pixel_values', 'pixel_mask')
    outputs = ('logits',)
    layer = 'patches'

    def __init__(self, vocabulary: int, answers: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 8, 8)
        self.types = nn.Embedding(2, WIDTH)
        self.fusion = Fusion(vocabulary)
        self.pooler = nn.Linear(WIDTH, WIDTH)
        self.classifier = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, answers))

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor, attention_mask: torch.Tensor, pixel_values: torch.Tensor,
                pixel_mask: torch.Tensor) -> torch.Tensor:
        features = self.patches(pixel_values)
        memory = self.fusion(features, small_mask(pixel_mask, features), input_ids, attention_mask)
        return self.classifier(torch.tanh(self.pooler(memory[0] + self.types(token_type_ids[:, 0]))))


class GroundingLike(nn.Module):
    """Boxes for tokens of a text, as GroundingDINO's: `logits` `[N, Q, 256]`, `pred_boxes` `[N, Q, 4]` of middle and size."""

    inputs = ('pixel_values', 'input_ids', 'token_type_ids', 'attention_mask', 'pixel_mask')
    outputs = ('logits', 'pred_boxes')
    layer = 'body'

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.body = convolutions(8, 12, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.fusion = Fusion(vocabulary)
        self.queries = nn.Parameter(torch.empty(QUERIES, WIDTH))
        self.attention = nn.MultiheadAttention(WIDTH, 2)
        self.boxes = Perceptron(WIDTH, WIDTH, 4)

    def forward(self, pixel_values: torch.Tensor, input_ids: torch.Tensor, token_type_ids: torch.Tensor, attention_mask: torch.Tensor,
                pixel_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.body(pixel_values)
        hidden = small_mask(pixel_mask, features)
        memory = self.fusion(features, hidden, input_ids, attention_mask)
        length = input_ids.shape[1]
        queries = self.queries[:, None].expand(-1, input_ids.shape[0], -1)
        places = memory[length:]
        # Keys that are not the values themselves: one tensor for both is exported with a fixed length.
        found = queries + self.attention(queries, 0.5 * places, places, key_padding_mask=hidden.flatten(1), need_weights=False)[0]
        text = memory[:length] + self.types(token_type_ids).transpose(0, 1)
        scores = torch.einsum('qnc,tnc->nqt', found, text)
        scores = torch.where(attention_mask[:, None] == 1, scores, float('-inf'))
        return F.pad(scores, (0, TOKENS - length), value=float('-inf')), self.boxes(found).transpose(0, 1).sigmoid()


class OwlLike(nn.Module):
    """A box at each place, scored for each of several texts, as OWL-ViT's: `logits` `[N, places, texts]`, `pred_boxes` `[N, places, 4]`.

    `input_ids` and `attention_mask` hold the texts of all pictures one after the other, `[N * texts, T]`.
    """

    inputs = ('input_ids', 'pixel_values', 'attention_mask')
    outputs = ('logits', 'pred_boxes', 'text_embeds', 'image_embeds')
    layer = 'body'

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.body = convolutions(8, 12, WIDTH)
        self.text = TextEncoder(text_config(vocabulary, 0))
        self.shift, self.scale = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 1)
        self.boxes = Perceptron(WIDTH, WIDTH, 4)

    def forward(self, input_ids: torch.Tensor, pixel_values: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        features = self.body(pixel_values)
        places = features.flatten(2).transpose(1, 2)
        text = self.text(input_ids, attention_mask)
        end = (attention_mask.sum(1) - 1)[:, None, None].expand(-1, 1, WIDTH)
        text = text.gather(1, end)[:, 0].reshape(pixel_values.shape[0], -1, WIDTH)
        scores = torch.einsum('npc,nqc->npq', F.normalize(places, dim=-1), F.normalize(text, dim=-1))
        scores = (scores + self.shift(places)) * (F.elu(self.scale(places)) + 1)
        return scores, self.boxes(places).sigmoid(), text, features.permute(0, 2, 3, 1)


class RelationNetwork(nn.Module):
    """All pairs of places with the question (Santoro et al. 2017): log-probabilities of answers `[1, answers]`.

    The question is word ids `[1, T]` that a recurrent network reads, or, without a vocabulary, a vector `[N, K]`.
    """

    outputs = ('log_probs',)
    layer = 'body'
    inputs = ('image', 'question')

    def __init__(self, answers: int, vocabulary: int | None = None, numbers: int = 11) -> None:
        super().__init__()
        self.body = convolutions(6, 8, 8, 8)
        self.embedding = nn.Embedding(vocabulary, 8) if vocabulary else None
        self.reader = nn.LSTM(8, 12, batch_first=True) if vocabulary else None
        question = 12 if vocabulary else numbers
        self.pairs = nn.Sequential(nn.Linear(2 * 10 + question, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU())
        self.answer = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, answers))

    def forward(self, image: torch.Tensor, question: torch.Tensor) -> torch.Tensor:
        features = self.body(image)
        height, width = features.shape[-2:]
        y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing='ij')
        places = torch.stack([x, y]).to(features.dtype)[None].expand(features.shape[0], -1, -1, -1)
        objects = torch.cat([features, places], 1).flatten(2).transpose(1, 2)
        if self.reader is not None:
            question = self.reader(self.embedding(question))[1][0][0]
        count = height * width
        pairs = torch.cat([
            objects[:, :, None].expand(-1, -1, count, -1), objects[:, None].expand(-1, count, -1, -1),
            question[:, None, None].expand(-1, count, count, -1)], -1)
        return self.answer(self.pairs(pairs).mean((1, 2))).log_softmax(-1)
