"""timm's test models: small ones, each with a corner of its library."""

from __future__ import annotations

from functools import partial

from torch import nn

from reference import torchvision_networks  # noqa: F401  (timm imports torchvision)

import timm

from ..network import Network

SIZE = 96


def build(name: str, **options: int) -> nn.Module:
    return timm.create_model(name, pretrained=False, num_classes=10, exportable=True, **options)


def network(name: str) -> Network:
    if name.startswith('test_vit'):
        return Network(f'timm-{name}', partial(build, name, img_size=SIZE), SIZE, 'patch_embed.proj')
    if name == 'test_mambaout':  # its blocks put channels last
        return Network(f'timm-{name}', partial(build, name), SIZE, 'stages.3.blocks.0.conv')
    return Network(f'timm-{name}', partial(build, name), SIZE)


TIMM = tuple(network(name) for name in timm.list_models('test_*'))
