"""Exports as both of PyTorch's exporters write them, without what they note of the machine they ran on."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch

NOTES = ('stack_trace', 'fx_node', 'graph_signature', 'range_constraints')


@dataclass(frozen=True)
class Export:
    """How a network is written."""

    exporter: str
    """`torchscript` or `dynamo`."""
    opset: int
    batch: int | None = None
    """A fixed batch size, or None where it is dynamic."""
    folded: bool = True
    """Whether batch normalisation and constants are folded as the exporter does by default."""


def export(model: torch.nn.Module, size: int, path: Path, how: Export) -> None:
    """Writes `path` with the input `input` and the output `logits`, weights inside."""
    export_named(model, {'input': torch.zeros(how.batch or 2, 3, size, size)}, ('logits',), path, how)


def export_named(model: torch.nn.Module, inputs: dict[str, torch.Tensor], outputs: tuple[str, ...], path: Path,
                 how: Export, open_sizes: dict[str, dict[int, str]] | None = None) -> None:
    """Writes `path`, weights inside; the first dimension of every input and output is the batch, `inputs` have that of `how`.

    `open_sizes` names further dimensions of inputs that are left open, such as `{'pixels': {2: 'height'}}`; of the inputs' own sizes no two of
    them may be equal to each other or to the batch.
    """
    open_sizes = open_sizes or {}
    path.parent.mkdir(parents=True, exist_ok=True)
    names, example = list(inputs), tuple(inputs.values())
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        if how.exporter == 'torchscript':
            torch.onnx.export(
                model, example, path, dynamo=False, opset_version=how.opset, input_names=names, output_names=list(outputs),
                dynamic_axes={name: {**({} if how.batch else {0: 'batch'}), **open_sizes.get(name, {})}
                              for name in [*names, *outputs]} if open_sizes or not how.batch else None,
                training=torch.onnx.TrainingMode.EVAL if how.folded else torch.onnx.TrainingMode.PRESERVE,
                do_constant_folding=how.folded,
            )
        else:
            batch = {} if how.batch else {0: torch.export.Dim('batch')}
            dims = {label: torch.export.Dim(label) for sizes in open_sizes.values() for label in sizes.values()}
            shapes = tuple({**batch, **{at: dims[label] for at, label in open_sizes.get(name, {}).items()}} for name in names)
            torch.onnx.export(
                model, example, path, dynamo=True, opset_version=how.opset, input_names=names, output_names=list(outputs),
                dynamic_shapes=shapes if any(shapes) else None,
                optimize=how.folded, external_data=False, verbose=False,
            )
    strip_notes(path)


def strip_notes(path: Path) -> None:
    """Removes what the exporter notes for debugging: source locations, which name files of one machine, and dumps."""
    model = onnx.load(path)
    holders = [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output,
               *model.graph.initializer]
    for holder in holders:
        kept = [entry for entry in holder.metadata_props if not entry.key.endswith(NOTES)]
        del holder.metadata_props[:]
        holder.metadata_props.extend(kept)
    onnx.save(model, path)
