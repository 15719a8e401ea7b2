"""What the conformance run knows of a network, and the settings in which networks are exported."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Callable

import torch

from reference.onnx_export import Export
from reference.random_weights import random_images

Inputs = dict[str, torch.Tensor]


def images(size: int, name: str = 'input') -> Callable[[int], Inputs]:
    return lambda seed: {name: random_images(2, size, seed)}


@dataclass(frozen=True)
class Network:
    name: str
    build: Callable[[], torch.nn.Module]
    size: int
    """Height and width of the image."""
    layer: str | None = None
    """The module whose output Grad-CAM reads; without it the last one with places, channels first."""
    inputs: Callable[[int], Inputs] | None = None
    """Two samples of every input from a seed, the image first; images of `size` named `input` where absent."""
    outputs: tuple[str, ...] = ('logits',)
    """A single one holds class scores; of several, each is differentiated by a random cotangent, and all together."""
    slow: bool = False
    oldest: int = 11
    """The lowest opset that the TorchScript exporter writes it in."""
    fixed_batch: int = 1
    """The batch that a model of fixed batch takes."""
    settings: tuple[Export, ...] | None = None
    """Where the exporters' settings do not apply."""
    by_cotangents: bool = False
    """Whether a single output is differentiated by a random cotangent as well, since it holds no class scores."""
    subject: str | None = None
    """The task that `understory inspect` finds in it, and `understory explain` explains; with a form, such as `object-detection:detr`, that is told to both."""
    write: Callable[[torch.nn.Module, Inputs, Path, Export], None] | None = field(default=None, compare=False)
    """Writes the model where no exporter does."""

    def samples(self, seed: int) -> Inputs:
        return (self.inputs or images(self.size))(seed)


USUAL = (Export('torchscript', 17), Export('dynamo', 18))
OTHERS = tuple(
    Export(exporter, opset, batch)
    for (exporter, opset), batch in product(
        [('torchscript', 11), ('torchscript', 13), ('torchscript', 17), ('dynamo', 18), ('dynamo', 20)], [1, None])
    if Export(exporter, opset, batch) not in USUAL
)


def settings_of(network: Network, position: int, everything: bool) -> tuple[Export, ...]:
    """The usual two and one of the others, which changes from network to network; or the whole product."""
    if network.settings is not None:
        return network.settings
    chosen = USUAL + OTHERS if everything else (*USUAL, OTHERS[position % len(OTHERS)])
    return tuple(replace(how, batch=how.batch and network.fixed_batch) for how in chosen
                 if how.exporter != 'torchscript' or how.opset >= network.oldest)


def label(how: Export) -> str:
    return f'{how.exporter}-{how.opset}-{f"batch{how.batch}" if how.batch else "dynamic"}'
