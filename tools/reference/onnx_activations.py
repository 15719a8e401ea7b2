"""What an ONNX file computes inside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def activations(path: Path, feeds: np.ndarray | dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every floating-point tensor that the model computes, in execution order; a fixed batch is fed in parts of its size.

    `feeds` is the input named `input`, or every input by name.
    """
    if isinstance(feeds, np.ndarray):
        feeds = {'input': feeds}
    model = onnx.load(path)
    batch = next(value for value in model.graph.input if value.name in feeds).type.tensor_type.shape.dim[0].dim_value
    outputs = {output.name for output in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in outputs)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
    samples = len(next(iter(feeds.values())))
    size = batch or samples
    runs = [session.run(names, {name: value[start:start + size] for name, value in feeds.items()})
            for start in range(0, samples, size)]
    return {
        name: np.concatenate(values) for name, *values in zip(names, *runs)
        if isinstance(values[0], np.ndarray) and values[0].dtype == np.float32 and values[0].ndim > 0
    }


def tensor_of(value: np.ndarray, candidates: dict[str, np.ndarray], what: str, close: float = 1e-5) -> str:
    """The tensor of the ONNX file that holds this value, the first of equal ones; `close` is relative to its largest element."""
    scale = np.abs(value).max()
    differences = {name: np.abs(actual - value).max() / scale for name, actual in candidates.items()
                   if actual.shape == value.shape}
    name = min(differences, key=differences.__getitem__, default=None)
    if name is None or not differences[name] <= close:
        raise SystemExit(f'no tensor of the exported model equals {what}')
    return name
