"""Small networks with attention, from torchvision's constructors where they allow narrow ones."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from . import torchvision_networks  # noqa: F401  (makes torchvision importable)
from .clip_like import ClipClassifier
from .detr_like import DetrAnswer

from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import VisionTransformer

CLASSES = 10


def vit() -> nn.Module:
    return VisionTransformer(image_size=32, patch_size=8, num_layers=1, num_heads=2, hidden_dim=16, mlp_dim=32,
                             num_classes=CLASSES)


def swin() -> nn.Module:
    """Its second block shifts the windows."""
    return SwinTransformer(patch_size=[4, 4], embed_dim=8, depths=[2], num_heads=[2], window_size=[4, 4],
                           num_classes=CLASSES)


def clip() -> nn.Module:
    return ClipClassifier(CLASSES, size=32, width=6, blocks=(1, 1), heads=2, outputs=12, vocabulary=20, length=6,
                          text_width=8, text_layers=1)


def detr() -> nn.Module:
    return DetrAnswer(width=16, heads=2, layers=1, queries=4, classes=CLASSES)


NETWORKS = OrderedDict([('vit', vit), ('swin', swin), ('clip', clip), ('detr', detr)])
