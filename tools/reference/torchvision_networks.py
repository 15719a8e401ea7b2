"""torchvision's classification networks, also where its compiled operators are missing."""

from __future__ import annotations

import torch

# torchvision's CPU wheel registers shape functions for operators that a differing PyTorch build does not load; classifiers
# use none of them, so declaring the operators is enough to import it.
_LIBRARY = torch.library.Library('torchvision', 'FRAGMENT')
for _operator in ['nms', 'qnms']:
    if not hasattr(torch.ops.torchvision, _operator):
        _LIBRARY.define(f'{_operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')

import torchvision.models  # noqa: E402

from .cifar10_resnet20 import Cifar10ResNet20  # noqa: E402
from .random_weights import randomise  # noqa: E402


def random_network(name: str, seed: int, size: int = 224) -> torch.nn.Module:
    """A classification network by torchvision's name, or `cifar10-resnet20`, with the weights of `randomise`."""
    if name == 'cifar10-resnet20':
        return randomise(Cifar10ResNet20(), seed, size)
    names = torchvision.models.list_models(module=torchvision.models)
    if name not in names:
        raise ValueError(f"no classification network '{name}' in torchvision; it has {', '.join(names)}")
    options = {'aux_logits': False} if name in ('googlenet', 'inception_v3') else {}
    model = torchvision.models.get_model(name, weights=None, **options)
    return randomise(model, seed, size)
