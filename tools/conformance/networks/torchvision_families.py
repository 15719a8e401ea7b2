"""Every classification family of torchvision by its smallest member, narrower or shallower where the class allows and size asks."""

from __future__ import annotations

from functools import partial
from typing import Callable

from torch import nn

from reference import torchvision_networks  # noqa: F401  (makes torchvision importable)

import torchvision.models as models
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.inception import Inception3
from torchvision.models.maxvit import MaxVit
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.models.swin_transformer import PatchMergingV2, SwinTransformer, SwinTransformerBlockV2
from torchvision.models.vgg import VGG, make_layers
from torchvision.models.vision_transformer import VisionTransformer

from ..network import Network

CLASSES = 10


def member(name: str, **options: object) -> Callable[[], nn.Module]:
    return partial(models.get_model, name, weights=None, num_classes=CLASSES, **options)


def classifier(inputs: int) -> nn.Module:
    """The head of AlexNet and VGG, whose own is most of the network."""
    return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(),
                         nn.Linear(64, CLASSES))


def alexnet() -> nn.Module:
    model = models.alexnet(weights=None, num_classes=CLASSES)
    model.classifier = classifier(256 * 6 * 6)
    return model


def vgg(batch_norm: bool) -> nn.Module:
    """VGG-11 at an eighth of its width."""
    layers = make_layers([8, 'M', 16, 'M', 32, 32, 'M', 64, 64, 'M', 64, 64, 'M'], batch_norm)
    model = VGG(layers, CLASSES, init_weights=False)
    model.classifier = classifier(64 * 7 * 7)
    return model


def shallow(**options: int) -> nn.Module:
    return ResNet(Bottleneck, [1, 1, 1, 1], num_classes=CLASSES, **options)


def convnext() -> nn.Module:
    return ConvNeXt([CNBlockConfig(24, 48, 1), CNBlockConfig(48, 96, 1), CNBlockConfig(96, None, 2)], num_classes=CLASSES)


def vit(**options: int) -> nn.Module:
    return VisionTransformer(image_size=32, patch_size=8, num_layers=3, num_heads=4, hidden_dim=48, mlp_dim=96,
                             num_classes=CLASSES, **options)


def swin(window: int, **options: object) -> nn.Module:
    return SwinTransformer([4, 4], 24, [2, 2], [2, 4], [window, window], num_classes=CLASSES, **options)


def maxvit() -> nn.Module:
    return MaxVit(input_size=(64, 64), stem_channels=16, partition_size=4, block_channels=[16, 32], block_layers=[1, 1],
                  head_dim=8, stochastic_depth_prob=0.0, num_classes=CLASSES)


def real(name: str, size: int = 224, layer: str | None = None) -> Network:
    return Network(f'{name}-real', member(name), size, layer, slow=True)


TORCHVISION = (
    Network('alexnet', alexnet, 224),
    Network('vgg11', partial(vgg, False), 224),
    Network('vgg11_bn', partial(vgg, True), 224),
    Network('resnet18', member('resnet18'), 64),
    Network('resnet50-shallow', shallow, 64),
    Network('resnext50-shallow', partial(shallow, groups=32, width_per_group=4), 64),
    Network('wide_resnet50-shallow', partial(shallow, width_per_group=128), 64),
    Network('densenet121', member('densenet121'), 64),
    Network('googlenet', member('googlenet', aux_logits=False, init_weights=False, transform_input=True), 64),
    Network('inception_v3', partial(Inception3, CLASSES, aux_logits=False, init_weights=False), 107),
    Network('squeezenet1_0', member('squeezenet1_0'), 64),
    Network('squeezenet1_1', member('squeezenet1_1'), 64),
    Network('shufflenet_v2_x0_5', member('shufflenet_v2_x0_5'), 64),
    Network('mobilenet_v2', member('mobilenet_v2', width_mult=0.5), 64),
    Network('mobilenet_v3_small', member('mobilenet_v3_small'), 64),
    Network('mobilenet_v3_large', member('mobilenet_v3_large', width_mult=0.5), 64),
    Network('mnasnet0_5', member('mnasnet0_5'), 64),
    Network('efficientnet_b0', member('efficientnet_b0'), 64),
    Network('efficientnet_v2_s', member('efficientnet_v2_s'), 64),
    Network('regnet_x_400mf', member('regnet_x_400mf'), 64),
    Network('regnet_y_400mf', member('regnet_y_400mf'), 64),
    Network('convnext-narrow', convnext, 64),
    Network('vit-small', vit, 32, 'conv_proj'),
    Network('swin-narrow', partial(swin, 4), 64, 'permute'),
    Network('swin-uneven', partial(swin, 5), 64, 'permute'),
    Network('swin_v2-narrow', partial(swin, 4, block=SwinTransformerBlockV2, downsample_layer=PatchMergingV2), 64,
            'permute'),
    Network('maxvit-narrow', maxvit, 64),
    real('alexnet'),
    real('vgg11_bn'),
    real('resnet50'),
    real('resnext50_32x4d'),
    real('wide_resnet50_2'),
    real('convnext_tiny'),
    real('vit_b_16', layer='conv_proj'),
    real('swin_t', layer='permute'),
    real('swin_v2_t', layer='permute'),
    real('maxvit_t'),
)
