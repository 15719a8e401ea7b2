"""What PyTorch computes of a network, against which the run holds the differentiated ONNX graph."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from reference.class_activation import grad_cam
from reference.last_spatial_module import last_spatial_module
from reference.random_weights import randomise

from .network import Inputs, Network

ATTEMPTS = 8
CLOSE = 1e-6
"""How far from one the cosine of float32's gradient and float64's may be for a seed to be taken."""


@dataclass(frozen=True)
class Question:
    """One objective with its gradients."""

    name: str
    cotangents: dict[str, torch.Tensor]
    """By output; a score is one place of one a sample."""
    index: list[list[int]] | None
    """Of a score: its place in each sample of the only output."""
    input_gradient: torch.Tensor
    layer_gradient: torch.Tensor
    map: torch.Tensor


@dataclass(frozen=True)
class Reference:
    model: torch.nn.Module
    """In float32."""
    inputs: Inputs
    outputs: dict[str, torch.Tensor]
    layer: str
    activation: torch.Tensor
    questions: list[Question]
    seed: int
    rounding: float
    """How far float32's input gradients are from float64's: one minus the cosine."""


def build(network: Network, seed: int) -> torch.nn.Module:
    samples = tuple(network.samples(seed + 1).values())
    model = randomise(network.build(), seed, network.size, samples if network.inputs else None)
    for module in model.modules():
        if hasattr(module, 'inplace'):
            module.inplace = False
    return model.requires_grad_(False)


def reference_of(network: Network) -> Reference:
    """Computed in float64 from float32 weights; of a few seeds the first where float32 gives the same gradients, or the best."""
    best: Reference | None = None
    for seed in range(ATTEMPTS):
        model, inputs = build(network, seed), network.samples(seed + 1000)
        layer = network.layer or last_spatial_module(model, *inputs.values())
        exact = evaluate(network, deepcopy(model).double(), doubled(inputs), layer, seed, None)
        rounded = evaluate(network, model, inputs, layer, seed, exact[3])
        rounding = max(1 - cosine(a.input_gradient, b.input_gradient) for a, b in zip(exact[2], rounded[2]))
        alive = all(bool((question.map.amax((1, 2)) > 0).all()) for question in exact[2])
        found = Reference(model, inputs, exact[0], layer, exact[1], exact[2], seed, rounding)
        if alive and (best is None or rounding < best.rounding):
            best = found
        if best is not None and best.rounding < CLOSE:
            return best
    if best is None:
        raise ValueError(f'{network.name}: every seed gives an empty map')
    return best


Evaluated = tuple[dict[str, torch.Tensor], torch.Tensor, list[Question], list[list[int]] | None]


def evaluate(network: Network, model: torch.nn.Module, inputs: Inputs, layer: str, seed: int,
             index: list[list[int]] | None) -> Evaluated:
    kept: list[torch.Tensor] = []

    def keep(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        kept.append(output)
        return output.clone()

    (name, image), *others = inputs.items()
    image = image.detach().clone().requires_grad_()
    handle = model.get_submodule(layer).register_forward_hook(keep)
    try:
        results = model(image, *(value for _, value in others))
    finally:
        handle.remove()
    values = dict(zip(network.outputs, results if isinstance(results, tuple) else (results,), strict=True))
    # A branch that another input takes as well leaves an output each time.
    activation = [value for value in kept if value.requires_grad][-1]
    if len(values) == 1 and not network.by_cotangents:
        index = index or classes(values[network.outputs[0]])
        asked = {'score': {network.outputs[0]: one_hot(values[network.outputs[0]], index)}}
    else:
        generator = torch.Generator().manual_seed(seed)
        cotangents = {key: torch.randn(value.shape, generator=generator).to(value) for key, value in values.items()
                      if value.is_floating_point()}
        asked = {key: {key: cotangent} for key, cotangent in cotangents.items()}
        if len(asked) > 1:
            asked['all'] = cotangents
    questions = []
    for question, cotangents in asked.items():
        objective = sum((values[key] * cotangent).sum() for key, cotangent in cotangents.items())
        of_image, of_layer = torch.autograd.grad(objective, [image, activation], retain_graph=True)
        questions.append(Question(question, cotangents, index, of_image, of_layer, grad_cam(activation.detach(), of_layer)))
    return {key: value.detach() for key, value in values.items() if value.is_floating_point()}, activation.detach(), questions, index


def classes(scores: torch.Tensor) -> list[list[int]]:
    """The first sample's highest class, the second's second highest and so on; `[N, classes]` or `[N, classes, 1, 1]`."""
    order = scores.flatten(1).argsort(1, descending=True)
    return [[int(order[sample, sample]), *[0] * (scores.dim() - 2)] for sample in range(len(scores))]


def one_hot(scores: torch.Tensor, index: list[list[int]]) -> torch.Tensor:
    result = torch.zeros_like(scores)
    for sample, place in enumerate(index):
        result[(sample, *place)] = 1
    return result


def doubled(inputs: Inputs) -> Inputs:
    return {name: value.double() if value.is_floating_point() else value for name, value in inputs.items()}


def cosine(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(F.cosine_similarity(a.double().flatten(), b.double().flatten(), dim=0))
