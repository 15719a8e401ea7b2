"""Small detectors and segmenters whose outputs are laid out as those of well-known families, with random weights.

Every network takes `[N, 3, 64, 64]` and has its last shared map at the module `stages`. `logits()` gives, after a forward pass, the
numbers in front of sigmoid or softmax: `[N, places, classes]`, of the segmenters `[N, classes, H, W]`; `objectness` those of the
places, where there are any.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

SIZE = 64
CLASSES = 3
STRIDES = (8, 16, 32)


def stage(into: int, out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(into, out, 3, stride, 1), nn.SiLU())


class Backbone(nn.Module):
    """Maps of 8, 16 and 32 pixels a cell, all of `width` channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(stage(3, 8, 2), stage(8, width, 2))
        self.stages = stage(width, width, 2)
        self.down = nn.ModuleList([stage(width, width, 2), stage(width, width, 2)])

    def forward(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        maps = [self.stages(self.stem(pixels))]
        for layer in self.down:
            maps.append(layer(maps[-1]))
        return maps


def cells(stride: int) -> torch.Tensor:
    """`[h * w, 2]`, x before y."""
    side = torch.arange(SIZE // stride, dtype=torch.float32)
    y, x = torch.meshgrid(side, side, indexing='ij')
    return torch.stack([x, y], -1).reshape(-1, 2)


class Yolo(nn.Module):
    objectness: torch.Tensor | None = None

    def __init__(self, numbers: int, width: int = 12) -> None:
        super().__init__()
        self.backbone = Backbone(width)
        self.heads = nn.ModuleList([nn.Conv2d(width, numbers, 1) for _ in STRIDES])
        self.kept: list[torch.Tensor] = []

    @property
    def layer(self) -> str:
        return 'backbone.stages'

    def maps(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        self.kept = [head(each) for head, each in zip(self.heads, self.backbone(pixels))]
        return self.kept


class YoloV8(Yolo):
    """`[N, 4 + C, A]`: distances to the four sides from the middle of a cell, decoded to centre and size in pixels."""

    def __init__(self) -> None:
        super().__init__(4 + CLASSES)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        flat = torch.cat([each.flatten(2) for each in self.maps(pixels)], 2)
        boxes, scores = flat.split((4, CLASSES), 1)
        middles = torch.cat([cells(stride) + 0.5 for stride in STRIDES]).T.to(pixels.dtype)
        strides = torch.cat([torch.full((1, (SIZE // stride) ** 2), float(stride)) for stride in STRIDES], 1).to(pixels.dtype)
        first, second = F.softplus(boxes).chunk(2, 1)
        left, right = middles - first, middles + second
        return torch.cat([torch.cat([(left + right) / 2, right - left], 1) * strides, scores.sigmoid()], 1)

    def logits(self) -> torch.Tensor:
        return torch.cat([each.flatten(2) for each in self.kept], 2)[:, 4:].transpose(1, 2)


class YoloV5(Yolo):
    """`[N, A, 5 + C]` with two anchors a cell, decoded to pixels."""

    ANCHORS = torch.tensor([[1.5, 2.0], [3.0, 2.5]])

    def __init__(self) -> None:
        super().__init__(2 * (5 + CLASSES))

    def rows(self) -> list[torch.Tensor]:
        return [each.unflatten(1, (2, 5 + CLASSES)).permute(0, 1, 3, 4, 2) for each in self.kept]

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.maps(pixels)
        decoded = []
        for stride, raw in zip(STRIDES, self.rows()):
            side = SIZE // stride
            place, size, scores = raw.sigmoid().split((2, 2, 1 + CLASSES), -1)
            grid = cells(stride).reshape(1, 1, side, side, 2).to(pixels.dtype)
            anchors = (self.ANCHORS * stride).reshape(1, 2, 1, 1, 2).to(pixels.dtype)
            rows = torch.cat([(place * 2 - 0.5 + grid) * stride, (size * 2) ** 2 * anchors, scores], -1)
            decoded.append(rows.reshape(pixels.shape[0], 2 * side * side, 5 + CLASSES))
        return torch.cat(decoded, 1)

    def raw(self) -> torch.Tensor:
        return torch.cat([each.flatten(1, 3) for each in self.rows()], 1)

    def logits(self) -> torch.Tensor:
        self.objectness = self.raw()[..., 4]
        return self.raw()[..., 5:]


class YoloX(Yolo):
    """`[N, A, 5 + C]`, boxes as offsets and logarithms in units of their cells."""

    def __init__(self) -> None:
        super().__init__(5 + CLASSES)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        parts = []
        for each in self.maps(pixels):
            boxes, objectness, scores = each.split((4, 1, CLASSES), 1)
            parts.append(torch.cat([boxes, objectness.sigmoid(), scores.sigmoid()], 1).flatten(2))
        return torch.cat(parts, 2).permute(0, 2, 1)

    def raw(self) -> torch.Tensor:
        return torch.cat([each.flatten(2) for each in self.kept], 2).transpose(1, 2)

    def logits(self) -> torch.Tensor:
        self.objectness = self.raw()[..., 4]
        return self.raw()[..., 5:]


class RetinaLike(Yolo):
    """Corners of boxes in pixels `[N, A, 4]` and sigmoid scores `[N, A, C]`."""

    def __init__(self) -> None:
        super().__init__(4 + CLASSES)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        flat = torch.cat([each.flatten(2) for each in self.maps(pixels)], 2).transpose(1, 2)
        boxes, scores = flat.split((4, CLASSES), 2)
        strides = torch.cat([torch.full(((SIZE // stride) ** 2, 1), float(stride)) for stride in STRIDES]).to(pixels.dtype)
        middles = torch.cat([(cells(stride) + 0.5) * stride for stride in STRIDES]).to(pixels.dtype)
        half = boxes[..., 2:].exp() * strides
        centre = middles + boxes[..., :2] * strides
        return torch.cat([centre - half, centre + half], 2), scores.sigmoid()

    def logits(self) -> torch.Tensor:
        return torch.cat([each.flatten(2) for each in self.kept], 2)[:, 4:].transpose(1, 2)


class Detr(nn.Module):
    """The one of transformers, on a small ResNet: `logits` `[N, Q, C + 1]` and `pred_boxes` `[N, Q, 4]`."""

    objectness: torch.Tensor | None = None
    layer = 'network.model.backbone.model.encoder.stages.1'

    def __init__(self) -> None:
        super().__init__()
        from transformers import DetrConfig, DetrForObjectDetection, ResNetConfig

        backbone = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type='basic', out_features=['stage2'])
        self.network = DetrForObjectDetection(DetrConfig(
            use_timm_backbone=False, use_pretrained_backbone=False, backbone=None, backbone_config=backbone, num_queries=6, d_model=16,
            encoder_layers=1, decoder_layers=1, encoder_ffn_dim=16, decoder_ffn_dim=16, encoder_attention_heads=2,
            decoder_attention_heads=2, num_labels=CLASSES, attn_implementation='eager',
        ))
        self.kept = torch.empty(0)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = self.network(pixels)
        self.kept = found.logits
        return found.logits, found.pred_boxes

    def logits(self) -> torch.Tensor:
        return self.kept


class UNet(nn.Module):
    """Two steps down, two up with transposed convolutions: `[N, C, 64, 64]`."""

    layer = 'stages'

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.stages = stage(3, 6, 1), stage(6, 8, 2), stage(8, 10, 2)
        self.up = nn.ModuleList([nn.ConvTranspose2d(10, 8, 2, 2), nn.ConvTranspose2d(16, 6, 2, 2)])
        self.head = nn.Conv2d(12, CLASSES, 1)
        self.kept = torch.empty(0)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        first = self.first(pixels)
        second = self.second(first)
        deep = torch.cat([self.up[0](self.stages(second)), second], 1)
        self.kept = self.head(torch.cat([self.up[1](deep), first], 1))
        return self.kept

    def logits(self) -> torch.Tensor:
        return self.kept


class ArgMax(UNet):
    """The same, handing out one class a pixel: `[N, 64, 64]`."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return super().forward(pixels).argmax(1)


class SegFormer(nn.Module):
    """The one of transformers, whose `logits` are a quarter as large as the picture."""

    layer = 'network.decode_head.activation'

    def __init__(self) -> None:
        super().__init__()
        from transformers import SegformerConfig, SegformerForSemanticSegmentation

        self.network = SegformerForSemanticSegmentation(SegformerConfig(
            num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[8, 16], patch_sizes=[7, 3], strides=[4, 2],
            num_attention_heads=[1, 2], mlp_ratios=[2, 2], decoder_hidden_size=12, num_labels=CLASSES,
        ))
        self.kept = torch.empty(0)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.kept = self.network(pixels).logits
        return self.kept

    def logits(self) -> torch.Tensor:
        return self.kept
