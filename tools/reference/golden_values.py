"""What a golden holds, computed with PyTorch's autograd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch
from torch.nn import functional as F

from . import onnx_activations
from .class_activation import GRADIENT_MAPS, cam, places
from .package_maps import package_maps

Pooled = Callable[[torch.nn.Module, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Values:
    """In the precision of the network that computed them."""

    logits: torch.Tensor
    classes: list[int]
    """One class a sample, whose logit is explained."""
    gradients: dict[str, torch.Tensor]
    """`score` and `crossEntropy`, with respect to the input."""
    activations: dict[str, torch.Tensor]
    maps: dict[str, dict[str, torch.Tensor]]
    """By module, then by method."""
    pooled: torch.Tensor | None
    cam: torch.Tensor | None


def compute(model: torch.nn.Module, inputs: torch.Tensor, layers: tuple[str, ...], classes: list[int] | None = None,
            targets: list[int] | None = None, linear: str | None = None, pooled: Pooled | None = None) -> Values:
    """Maps and gradients at the output of the modules `layers`; a module that runs more than once counts at its last run.

    Without `classes` the first sample takes its highest class, the second its second highest and so on. The cross-entropy
    is against `targets`, or `classes` without them. CAM needs the module path of the linear layer behind the pooling, and
    what is pooled where that is not the output of the first of `layers`.
    """
    kept: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Callable:
        def hook(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
            kept[name] = output
            return output.clone()  # what follows may work in place

        return hook

    handles = [model.get_submodule(name).register_forward_hook(keep(name)) for name in layers]
    inputs = inputs.detach().clone().requires_grad_()
    logits = model(inputs)
    for handle in handles:
        handle.remove()
    if classes is None:
        classes = [int(order[sample]) for sample, order in enumerate(logits.argsort(1, descending=True))]
    score = logits[range(len(classes)), classes].sum()
    gradient, *layer_gradients = torch.autograd.grad(score, [inputs, *kept.values()], retain_graph=True)
    entropy = F.cross_entropy(logits, torch.tensor(targets or classes), reduction='sum')
    entropy_gradient, = torch.autograd.grad(entropy, inputs)
    with torch.no_grad():
        maps = {
            name: {method: formula(places(kept[name]), places(layer_gradient)) for method, formula in GRADIENT_MAPS.items()}
            for name, layer_gradient in zip(kept, layer_gradients)
        }
        before_pooling = exact = None
        if linear:
            before_pooling = pooled(model, inputs) if pooled else kept[layers[0]].detach()
            exact = cam(before_pooling, model.get_submodule(linear).weight.flatten(1), classes)
    return Values(
        logits.detach(), classes, {'score': gradient, 'crossEntropy': entropy_gradient},
        {name: value.detach() for name, value in kept.items()}, maps, before_pooling, exact,
    )


def min_max(maps: torch.Tensor) -> torch.Tensor:
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return (maps - low) / (high - low)


def disagreement(exact: Values, rounded: Values) -> tuple[float, float]:
    """The largest difference of a min-max normalised map, and of an input gradient's cosine from one."""
    pairs = [(exact.maps[name][method], rounded.maps[name][method]) for name in exact.maps for method in GRADIENT_MAPS]
    maps = max(float((min_max(a) - min_max(b.double())).abs().max()) for a, b in pairs)
    cosines = max(
        1 - float(F.cosine_similarity(exact.gradients[kind].flatten(), rounded.gradients[kind].double().flatten(), dim=0))
        for kind in exact.gradients)
    return maps, cosines


def difference_from_package(model: torch.nn.Module, inputs: torch.Tensor, values: Values) -> dict[str, float]:
    """Per method the largest difference of a raw map from pytorch-grad-cam's, relative to the map's maximum."""
    result = dict.fromkeys(GRADIENT_MAPS, 0.0)
    for name, maps in values.maps.items():
        for method, expected in maps.items():
            actual = package_maps(method, model, model.get_submodule(name), inputs, values.classes)
            result[method] = max(result[method], float(np.abs(actual - expected.numpy()).max() / expected.max()))
    return result


def tensor_of(value: torch.Tensor, candidates: dict[str, np.ndarray], what: str) -> str:
    """The first tensor of the ONNX file that holds this value."""
    return onnx_activations.tensor_of(value.numpy(), candidates, what)
