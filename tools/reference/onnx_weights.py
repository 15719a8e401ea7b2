"""Takes the weights of an ONNX file into the PyTorch network that it was exported from, batch normalisation folded as it is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn


def with_onnx_weights(model: nn.Module, path: Path) -> nn.Module:
    """The node names of the file are module paths, as the TorchScript exporter writes them; every weight has to find its place."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.Identity())
    graph = onnx.load(str(path)).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    filled = set()
    for node in graph.node:
        if node.op_type not in ('Conv', 'Gemm'):
            continue
        target = module_of(model, node.name)
        parameters = [values[name] for name in node.input[1:]]
        target.weight = parameter(parameters[0])
        target.bias = parameter(parameters[1])
        filled.add(target)
    weighted = {module for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))}
    assert filled == weighted, f'{len(filled)} of {len(weighted)} modules have weights in {path}'
    return model.eval()


def module_of(model: nn.Module, node: str) -> nn.Module:
    """`/stage1/stage1.0/shortcut/shortcut.0/Conv` is the module `stage1.0.shortcut.0`."""
    names: list[str] = []
    for part in node.strip('/').split('/')[:-1]:
        # A list names its members after itself.
        names.extend(part.split('.')[1:] if names and part.startswith(f'{names[-1]}.') else [part])
    path = '.'.join(names)
    return model.get_submodule(path)


def parameter(value: np.ndarray) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(value.copy()), requires_grad=False)
