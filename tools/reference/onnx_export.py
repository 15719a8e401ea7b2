"""Exports as both of PyTorch's exporters write them, without what they note of the machine they ran on."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
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
    path.parent.mkdir(parents=True, exist_ok=True)
    example = (torch.zeros(how.batch or 2, 3, size, size),)
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        if how.exporter == 'torchscript':
            torch.onnx.export(
                model, example, path, dynamo=False, opset_version=how.opset, input_names=['input'], output_names=['logits'],
                dynamic_axes=None if how.batch else {'input': {0: 'batch'}, 'logits': {0: 'batch'}},
                training=torch.onnx.TrainingMode.EVAL if how.folded else torch.onnx.TrainingMode.PRESERVE,
                do_constant_folding=how.folded,
            )
        else:
            torch.onnx.export(
                model, example, path, dynamo=True, opset_version=how.opset, input_names=['input'], output_names=['logits'],
                dynamic_shapes=None if how.batch else ({0: torch.export.Dim('batch')},),
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


def activations(path: Path, feeds: np.ndarray) -> dict[str, np.ndarray]:
    """Every floating-point tensor that the model computes, in execution order; a fixed batch is fed sample by sample."""
    model = onnx.load(path)
    batch = model.graph.input[0].type.tensor_type.shape.dim[0].dim_value
    outputs = {output.name for output in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in outputs)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
    parts = [feeds[start:start + batch] for start in range(0, len(feeds), batch)] if batch else [feeds]
    runs = [session.run(names, {'input': part}) for part in parts]
    return {
        name: np.concatenate(values) for name, *values in zip(names, *runs)
        if values[0].dtype == np.float32 and values[0].ndim > 0
    }
