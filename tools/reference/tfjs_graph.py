"""Writes graph models of TensorFlow.js: nodes of TensorFlow as JSON, and one file of weights."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

SHARD = 'group1-shard1of1.bin'
TYPES = {'float32': 'DT_FLOAT', 'int32': 'DT_INT32'}


def text(value: str) -> dict:
    return {'s': base64.b64encode(value.encode()).decode()}


def numbers(values: list[int]) -> dict:
    return {'list': {'i': [str(value) for value in values]}}


def shape(dims: list[int]) -> dict:
    return {'dim': [{'size': str(size)} for size in dims]}


class Graph:
    """A graph that grows node by node; each method gives the name of the node that it adds."""

    def __init__(self) -> None:
        self.nodes: list[dict] = []
        self.weights: list[tuple[str, np.ndarray]] = []
        self.inputs: dict[str, dict] = {}

    def add(self, op: str, name: str, *inputs: str, **attributes: dict) -> str:
        self.nodes.append({'name': name, 'op': op, 'input': list(inputs), 'attr': {'T': {'type': 'DT_FLOAT'}, **attributes}})
        return name

    def input(self, name: str, dims: list[int], kind: str = 'float32') -> str:
        self.nodes.append({'name': name, 'op': 'Placeholder', 'attr': {'dtype': {'type': TYPES[kind]}, 'shape': {'shape': shape(dims)}}})
        self.inputs[name] = {'name': f'{name}:0', 'dtype': TYPES[kind], 'tensorShape': shape(dims)}
        return name

    def constant(self, name: str, value: np.ndarray) -> str:
        value = np.ascontiguousarray(value)
        kind = TYPES[str(value.dtype)]
        self.nodes.append({'name': name, 'op': 'Const', 'attr': {
            'dtype': {'type': kind}, 'value': {'tensor': {'dtype': kind, 'tensorShape': shape(list(value.shape))}}}})
        self.weights.append((name, value))
        return name

    def ints(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int32))

    def scalar(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def binary(self, op: str, name: str, one: str, other: str) -> str:
        return self.add(op, name, one, other)

    def reduce(self, op: str, name: str, x: str, axis: int, keep: bool = True) -> str:
        return self.add(op, name, x, self.ints(f'{name}/axis', axis), keep_dims={'b': keep}, Tidx={'type': 'DT_INT32'})

    def reshape(self, name: str, x: str, dims: list[int]) -> str:
        return self.add('Reshape', name, x, self.ints(f'{name}/shape', *dims), Tshape={'type': 'DT_INT32'})

    def transpose(self, name: str, x: str, order: list[int]) -> str:
        return self.add('Transpose', name, x, self.ints(f'{name}/perm', *order), Tperm={'type': 'DT_INT32'})

    def product(self, name: str, one: str, other: str, other_transposed: bool = False) -> str:
        return self.add('BatchMatMulV2', name, one, other, adj_x={'b': False}, adj_y={'b': other_transposed})

    def linear(self, name: str, x: str, weight: np.ndarray, bias: np.ndarray | None) -> str:
        """`x [..., inputs]` by `weight [outputs, inputs]` as PyTorch has it."""
        y = self.product(f'{name}/MatMul', x, self.constant(f'{name}/kernel', weight.T))
        return y if bias is None else self.binary('AddV2', f'{name}/Add', y, self.constant(f'{name}/bias', bias))

    def convolution(self, name: str, x: str, weight: np.ndarray, bias: np.ndarray, stride: int) -> str:
        """Channels last; padded by half the kernel on each side, `weight` as PyTorch has it."""
        margin = weight.shape[2] // 2
        if margin > 0:
            pads = self.constant(f'{name}/paddings', np.array([[0, 0], [margin, margin], [margin, margin], [0, 0]], np.int32))
            x = self.add('Pad', f'{name}/Pad', x, pads, Tpaddings={'type': 'DT_INT32'})
        kernel = self.constant(f'{name}/kernel', weight.transpose(2, 3, 1, 0))
        y = self.add('Conv2D', f'{name}/Conv2D', x, kernel, strides=numbers([1, stride, stride, 1]), padding=text('VALID'),
                     data_format=text('NHWC'), dilations=numbers([1, 1, 1, 1]))
        return self.add('BiasAdd', f'{name}/BiasAdd', y, self.constant(f'{name}/bias', bias), data_format=text('NHWC'))

    def write(self, folder: Path, output: str, dims: list[int], by: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        manifest = [{'name': name, 'shape': list(value.shape), 'dtype': str(value.dtype)} for name, value in self.weights]
        signature = {'inputs': self.inputs, 'outputs': {output: {'name': f'{output}:0', 'dtype': 'DT_FLOAT', 'tensorShape': shape(dims)}}}
        model = {
            'format': 'graph-model', 'generatedBy': '2.0.0', 'convertedBy': by, 'signature': signature,
            'modelTopology': {'node': self.nodes, 'library': {}, 'versions': {'producer': 1087}},
            'weightsManifest': [{'paths': [SHARD], 'weights': manifest}],
        }
        (folder / 'model.json').write_text(json.dumps(model) + '\n', encoding='utf-8')
        (folder / SHARD).write_bytes(b''.join(value.astype(value.dtype.newbyteorder('<')).tobytes() for _, value in self.weights))
