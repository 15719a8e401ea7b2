"""A small classifier, and a reader of lines, in every format of onnxruntime.quantization.

The reference reads the file itself: `Straight` computes each operator of it in PyTorch, where rounding passes gradients inside the range of its type as
PyTorch's fake quantisation does, and ranges that are measured at run time count as constants.

Where a number lies halfway between two whole ones, as every fourth mean of four whole numbers does, its last bit decides, and nothing behind it is the
same in float32 and float64. So the whole numbers are those that ONNX Runtime computes, each held to be one of the nearest to what its operator gives here
of the runtime's own whole numbers.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from torch.nn import functional as F

from reference.onnx_export import Export, export_named
from reference.random_weights import random_images, randomise

from ..network import Inputs, Network
from .readers import CLASSES as CHARACTERS
from .readers import WIDE, columns, lines

CLASSES = 10
SIZE = 32


class Classifier(nn.Module):
    """Convolutions, pooling, a sum, a branch beside another, a product at the end: what the formats have operators for."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 12, 3, 1, 1), nn.BatchNorm2d(12)
        self.one, self.two = nn.Conv2d(12, 12, 3, 1, 1), nn.Conv2d(12, 12, 1)
        self.gate = nn.Conv2d(12, 8, 1)
        self.last = nn.Conv2d(20, 32, 3, 1, 1)
        self.dense, self.head = nn.Linear(32, 32, bias=False), nn.Linear(32, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(self.norm(self.stem(x)).relu(), 2)
        x = F.leaky_relu(self.one(x) + self.two(x), 0.1)
        x = torch.cat([x, self.gate(x).sigmoid()], 1)
        x = F.avg_pool2d(self.last(x).relu(), 2)
        return self.head(self.dense(F.adaptive_avg_pool2d(x, 1).flatten(1)).relu())


class Line(nn.Module):
    """A reader with one bidirectional LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.features = columns()
        self.sequence = nn.LSTM(WIDE, 12, bidirectional=True)
        self.head = nn.Linear(24, CHARACTERS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.sequence(self.features(x).squeeze(2).permute(2, 0, 1))[0]).transpose(0, 1)


class Pictures(CalibrationDataReader):
    def __init__(self, samples: torch.Tensor) -> None:
        self.rows = iter([{'input': sample[None].numpy()} for sample in samples])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.rows, None)


Write = Callable[[Path, Path, torch.Tensor], None]


def static(source: Path, target: Path, samples: torch.Tensor, **options: object) -> None:
    quantize_static(source, target, Pictures(samples), **options)


def dynamic(source: Path, target: Path, _samples: torch.Tensor, **options: object) -> None:
    quantize_dynamic(source, target, **options)


def of_weights(source: Path, target: Path, _samples: torch.Tensor, **options: object) -> None:
    quantiser = MatMulNBitsQuantizer(onnx.load(source), algo_config=DefaultWeightOnlyQuantConfig(block_size=32, **options))
    quantiser.process()
    onnx.save(quantiser.model.model, target)


SIGNED = {'activation_type': QuantType.QInt8, 'weight_type': QuantType.QInt8}
UNSIGNED = {'activation_type': QuantType.QUInt8, 'weight_type': QuantType.QInt8}
WIDER = {'activation_type': QuantType.QUInt16, 'weight_type': QuantType.QInt8}
FORMATS: dict[str, Write] = {
    'qdq-int8-channel': partial(static, quant_format=QuantFormat.QDQ, per_channel=True, **SIGNED),
    'qdq-uint8': partial(static, quant_format=QuantFormat.QDQ, **UNSIGNED),
    'qdq-uint16': partial(static, quant_format=QuantFormat.QDQ, extra_options={'UseQDQContribOps': True}, **WIDER),
    'operators-uint8': partial(static, quant_format=QuantFormat.QOperator, **UNSIGNED),
    'operators-channel': partial(static, quant_format=QuantFormat.QOperator, per_channel=True, **UNSIGNED),
    'operators-int8': partial(static, quant_format=QuantFormat.QOperator, **SIGNED),
    'dynamic-uint8': partial(dynamic, weight_type=QuantType.QUInt8),
    'dynamic-int8-channel': partial(dynamic, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=['MatMul', 'Gemm']),
    'weights-4-bits': partial(of_weights, bits=4),
    'weights-4-bits-symmetric': partial(of_weights, bits=4, is_symmetric=True),
    'weights-8-bits': partial(of_weights, bits=8),
    'weights-4-bits-qdq': partial(of_weights, bits=4, is_symmetric=True, quant_format=QuantFormat.QDQ),
}


def quantised(model: nn.Module, samples: torch.Tensor, write: Write, batch: int | None = None) -> Straight:
    """The file of a network with seeded weights, as PyTorch reads it."""
    randomise(model, 0, SIZE, (samples,))
    with tempfile.TemporaryDirectory() as folder:
        plain, clean, target = (Path(folder) / f'{name}.onnx' for name in ('plain', 'clean', 'target'))
        export_named(model, {'input': samples[:2]}, ('logits',), plain, Export('torchscript', 17, batch))
        quant_pre_process(plain, clean)
        write(clean, target, samples)
        return Straight(onnx.load(target))


MISS = 1e-2
"""How much farther than half a step a whole number may be from what was rounded."""
ROUNDS_INSIDE = {'DynamicQuantizeLSTM': 0.1}
"""How far what rounds its own inputs and states may be from the same of exact ones, relative to the largest."""


@dataclass
class Whole:
    """Whole numbers, whose gradients are those of the numbers that they were rounded from."""

    steps: torch.Tensor
    range: tuple[int, int]
    exact: torch.Tensor | None = None
    """What was rounded."""


class Straight(nn.Module):
    """The operators of a quantised file, one after the other."""

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self.model = model
        self.last = nn.Identity()
        self.constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self.places = last_with_places(model)
        self.run = every_value_of(model)

    def __deepcopy__(self, _memo: object) -> Straight:
        return Straight(self.model)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values: dict[str, object] = {self.model.graph.input[0].name: x}
        of_runtime = self.run(x.detach().numpy().astype(np.float32))

        def read(name: str) -> object:
            if name == '':
                return None
            if name not in values:
                values[name] = constant(self.constants[name], x.dtype)
            return values[name]

        for node in self.model.graph.node:
            if node.op_type == 'Constant':
                values[node.output[0]] = constant(numpy_helper.to_array(node.attribute[0].t), x.dtype)
                continue
            attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
            results = OPERATORS[node.op_type](attributes, *(read(name) for name in node.input))
            for name, value in zip(node.output, results if isinstance(results, tuple) else (results,)):
                values[name] = self.as_run(node, name, value, of_runtime)
            if self.places in node.output:
                values[self.places] = self.seen(values[self.places], node, read)
        return values[self.model.graph.output[0].name]

    def seen(self, value: torch.Tensor | Whole, node: onnx.NodeProto, read: Callable[[str], object]) -> torch.Tensor | Whole:
        if not isinstance(value, Whole):
            return self.last(value)
        scale, zero = read(node.input[6]), read(node.input[7])
        return rounded(self.last(floats(value, scale, zero, 1)), scale, zero)

    def as_run(self, node: onnx.NodeProto, name: str, value: object, run: dict[str, np.ndarray]) -> object:
        """The runtime's numbers where they are rounded, with the gradients of `value`."""
        if isinstance(value, Whole):
            steps = torch.from_numpy(run[name].astype(np.float64))
            near = value.steps if value.exact is None else value.exact
            hold(name, float((near.detach().double().clamp(*value.range) - steps).abs().max()) - 0.5, MISS)
            return Whole(value.steps + (steps.to(value.steps) - value.steps).detach(), value.range)
        if node.op_type in ROUNDS_INSIDE:
            numbers = torch.from_numpy(run[name]).to(value)
            hold(name, float((numbers - value.detach()).abs().max() / numbers.abs().max()), ROUNDS_INSIDE[node.op_type])
            return value + (numbers - value).detach()
        return value

    @property
    def tensor(self) -> str | None:
        """The name of the layer where the file has no tensor of floating-point numbers that holds it."""
        return f'{self.places}.float' if any(node.op_type == 'QLinearConv' for node in self.model.graph.node) else None


def hold(name: str, miss: float, most: float) -> None:
    if miss > most:
        raise ValueError(f'{name} of ONNX Runtime is {miss:.2g} away, {most} at most is its rounding')


def every_value_of(model: onnx.ModelProto) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """What ONNX Runtime computes of each node as the file has it."""
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    names = [name for node in model.graph.node for name in node.output if name]
    known = {output.name for output in model.graph.output}
    opened.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(opened.SerializeToString(), options, providers=['CPUExecutionProvider'])
    return lambda x: dict(zip(names, session.run(names, {session.get_inputs()[0].name: x})))


def last_with_places(model: onnx.ModelProto) -> str:
    """What the last convolution gives; of a reader the one before it, since a single row is left behind the last."""
    reads = any('LSTM' in node.op_type for node in model.graph.node)
    return [node for node in model.graph.node if 'Conv' in node.op_type][-2 if reads else -1].output[0]


def constant(array: np.ndarray, like: torch.dtype) -> object:
    if array.dtype in (np.float32, np.float64):
        return torch.from_numpy(array.copy()).to(like)
    if str(array.dtype) in ('uint4', 'int4'):
        low, high = (0, 15) if str(array.dtype) == 'uint4' else (-8, 7)
        return Whole(torch.from_numpy(array.astype(np.int32)).to(like), (low, high))
    if array.dtype == np.int64:
        return torch.from_numpy(array.copy())
    information = np.iinfo(array.dtype)
    return Whole(torch.from_numpy(array.astype(np.int64)).to(like), (information.min, information.max))


def along(parameter: torch.Tensor, rank: int, axis: int) -> torch.Tensor:
    if parameter.numel() == 1:
        return parameter.reshape(())
    return parameter.reshape([-1 if at == axis % rank else 1 for at in range(rank)])


def floats(a: Whole, scale: torch.Tensor, zero: Whole | None, axis: int, block: int = 0) -> torch.Tensor:
    if block > 0:
        size = a.steps.shape[axis]
        scale = scale.repeat_interleave(block, axis).narrow(axis, 0, size)
        return (a.steps - (zero.steps.repeat_interleave(block, axis).narrow(axis, 0, size) if zero else 0)) * scale
    rank = a.steps.dim()
    return (a.steps - (along(zero.steps, rank, axis) if zero else 0)) * along(scale, rank, axis)


def rounded(x: torch.Tensor, scale: torch.Tensor, zero: Whole, axis: int = 1) -> Whole:
    """Passes gradients where what is rounded is in the range, ends included."""
    exact = x / along(scale, x.dim(), axis)
    offset = along(zero.steps, x.dim(), axis)
    steps = exact.detach().round() + offset
    low, high = zero.range
    passing = exact * ((steps >= low) & (steps <= high))
    return Whole(passing + (steps.clamp(low, high) - passing).detach(), zero.range, exact.detach() + offset)


def quantised_output(result: torch.Tensor, scale: torch.Tensor, zero: Whole) -> Whole:
    return rounded(result, scale, zero)


def convolved(attributes: dict, x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None) -> torch.Tensor:
    pads = attributes.get('pads', [0, 0, 0, 0])
    return F.conv2d(F.pad(x, (pads[1], pads[3], pads[0], pads[2])), w, b, attributes.get('strides', 1), 0,
                    attributes.get('dilations', 1), attributes.get('group', 1))


def q_linear_conv(attributes: dict, x: Whole, xs: torch.Tensor, xz: Whole, w: Whole, ws: torch.Tensor, wz: Whole, ys: torch.Tensor, yz: Whole,
                  b: Whole | None = None) -> Whole:
    bias = None if b is None else b.steps * xs * ws
    return rounded(convolved(attributes, floats(x, xs, xz, 1), floats(w, ws, wz, 0), bias), ys, yz)


def q_gemm(attributes: dict, a: Whole, a_s: torch.Tensor, az: Whole, b: Whole, bs: torch.Tensor, bz: Whole, c: Whole | None, ys: torch.Tensor,
           yz: Whole) -> Whole:
    weights = floats(b, bs, bz, 0 if attributes.get('transB') else 1)
    bias = None if c is None else c.steps * a_s * bs
    return rounded(gemm({**attributes, 'beta': 1}, floats(a, a_s, az, 0), weights, bias), ys, yz)


def gemm(attributes: dict, a: torch.Tensor, b: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
    product = (a.T if attributes.get('transA') else a) @ (b.T if attributes.get('transB') else b)
    product = product * attributes.get('alpha', 1)
    return product if c is None else product + c * attributes.get('beta', 1)


def pooled(attributes: dict, x: torch.Tensor | Whole, *, of: Callable) -> object:
    if isinstance(x, Whole):
        return Whole(of(x.steps, attributes['kernel_shape'], attributes.get('strides')), x.range)
    return of(x, attributes['kernel_shape'], attributes.get('strides'))


def measured(_attributes: dict, x: torch.Tensor) -> tuple[Whole, torch.Tensor, Whole]:
    low, high = x.detach().min().clamp(max=0), x.detach().max().clamp(min=0)
    scale = (high - low) / 255
    zero = Whole((-low / scale).round().clamp(0, 255), (0, 255), -low / scale)
    return rounded(x, scale, zero), scale, zero


def n_bits(attributes: dict, a: torch.Tensor, b: Whole, scales: torch.Tensor, zeros: object = None, *_: object) -> torch.Tensor:
    bits, k, n, block = (attributes[name] for name in ('bits', 'K', 'N', 'block_size'))

    def unpacked(packed: torch.Tensor, width: int) -> torch.Tensor:
        parts = [(packed.long() >> (bits * at)) & (2**bits - 1) for at in range(8 // bits)]
        return torch.stack(parts, -1).flatten(-2)[..., :width].to(a.dtype)

    blocks = -(-k // block)
    steps = unpacked(b.steps.reshape(n, blocks, -1), block)
    zero = 2**(bits - 1) if zeros is None else unpacked(zeros.steps.reshape(n, -1), blocks)[..., None]
    return a @ ((steps - zero) * scales.reshape(n, blocks, 1)).flatten(1)[:, :k].T


def lstm(attributes: dict, x: torch.Tensor, w: torch.Tensor, r: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    hidden = attributes['hidden_size']
    network = nn.LSTM(x.shape[2], hidden, bidirectional=len(w) == 2).to(x.dtype).requires_grad_(False)
    order = torch.cat([torch.arange(hidden) + at * hidden for at in (0, 2, 3, 1)])
    for at in range(len(w)):
        end = '_reverse' if at else ''
        for name, value in (('weight_ih', w[at]), ('weight_hh', r[at]), ('bias_ih', b[at][:4 * hidden]), ('bias_hh', b[at][4 * hidden:])):
            getattr(network, f'{name}_l0{end}').copy_(value[order])
    result, (h, c) = network(x)
    return result.unflatten(2, (len(w), hidden)).transpose(1, 2), h, c


def quantised_lstm(attributes: dict, x: torch.Tensor, w: Whole, r: Whole, b: torch.Tensor, *rest: object) -> tuple[torch.Tensor, ...]:
    *_, ws, wz, rs, rz = rest
    each = lambda a, s, z: ((a.steps - z.steps.reshape(-1, 1, z.steps.numel() // len(a.steps))) *  # noqa: E731
                            s.reshape(-1, 1, s.numel() // len(a.steps))).transpose(1, 2)
    return lstm(attributes, x, each(w, ws, wz), each(r, rs, rz), b)


def binary(of: Callable) -> Callable:
    return lambda _, a, s, z, b, bs, bz, ys, yz: rounded(of(floats(a, s, z, 1), floats(b, bs, bz, 1)), ys, yz)


def unary(of: Callable) -> Callable:
    return lambda attributes, a, s, z, ys, yz, *_: rounded(of(attributes, floats(a, s, z, 1)), ys, yz)


def cast(_attributes: dict, a: torch.Tensor | Whole) -> torch.Tensor:
    return a.steps if isinstance(a, Whole) else a


def both(of: Callable) -> Callable:
    """Of floating-point numbers, or of whole ones as they are."""
    def apply(attributes: dict, a: torch.Tensor | Whole, *rest: object) -> object:
        return Whole(of(attributes, a.steps, *rest), a.range) if isinstance(a, Whole) else of(attributes, a, *rest)

    return apply


def reshaped(_attributes: dict, a: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    return a.reshape([a.shape[at] if size == 0 else size for at, size in enumerate(shape.tolist())])


def concatenated(attributes: dict, ys: torch.Tensor, yz: Whole, *parts: object) -> Whole:
    each = [floats(*parts[at:at + 3], 1) for at in range(0, len(parts), 3)]
    return rounded(torch.cat(each, attributes['axis']), ys, yz)


def mean_of_places(_attributes: dict, a: torch.Tensor, *_axes: object) -> torch.Tensor:
    return a.mean((2, 3), keepdim=bool(_attributes.get('keepdims', 1)))


OPERATORS: dict[str, Callable] = {
    'Add': lambda _, a, b: a + b,
    'Mul': lambda _, a, b: a * b,
    'Relu': lambda _, a: a.relu(),
    'Sigmoid': lambda _, a: a.sigmoid(),
    'LeakyRelu': lambda attributes, a: F.leaky_relu(a, attributes['alpha']),
    'Identity': lambda _, a: a,
    'Cast': cast,
    'Conv': convolved,
    'Gemm': gemm,
    'MatMul': lambda _, a, b: a @ b,
    'MaxPool': partial(pooled, of=F.max_pool2d),
    'AveragePool': partial(pooled, of=F.avg_pool2d),
    'ReduceMean': mean_of_places,
    'GlobalAveragePool': lambda _, a: a.mean((2, 3), keepdim=True),
    'Concat': lambda attributes, *parts: torch.cat(parts, attributes['axis']),
    'Flatten': both(lambda _, a: a.flatten(1)),
    'Reshape': both(reshaped),
    'Squeeze': both(lambda _, a, axes: a.squeeze(tuple(axes.tolist()))),
    'Transpose': both(lambda attributes, a: a.permute(attributes['perm'])),
    'QuantizeLinear': lambda attributes, x, s, z: rounded(x, s, z, attributes.get('axis', 1)),
    'DequantizeLinear': lambda attributes, a, s, z=None: floats(a, s, z, attributes.get('axis', 1), attributes.get('block_size', 0)),
    'QLinearConv': q_linear_conv,
    'QLinearMatMul': lambda _, a, s, z, b, bs, bz, ys, yz: rounded(floats(a, s, z, -2) @ floats(b, bs, bz, -1), ys, yz),
    'QLinearAdd': binary(torch.add),
    'QLinearMul': binary(torch.mul),
    'QLinearSigmoid': unary(lambda _, a: a.sigmoid()),
    'QLinearLeakyRelu': unary(lambda attributes, a: F.leaky_relu(a, attributes['alpha'])),
    'QLinearAveragePool': unary(lambda attributes, a: F.avg_pool2d(a, attributes['kernel_shape'], attributes.get('strides'))),
    'QLinearGlobalAveragePool': unary(lambda _, a: a.mean((2, 3), keepdim=True)),
    'QLinearConcat': concatenated,
    'QGemm': q_gemm,
    'DynamicQuantizeLinear': measured,
    'ConvInteger': lambda attributes, x, w, xz, wz: convolved(attributes, x.steps - xz.steps, w.steps - along(wz.steps, 4, 0)),
    'MatMulInteger': lambda _, a, b, az, bz: (a.steps - az.steps) @ (b.steps - along(bz.steps, 2, -1)),
    'MatMulNBits': n_bits,
    'LSTM': lambda attributes, x, w, r, b, *_: lstm(attributes, x, w, r, b),
    'DynamicQuantizeLSTM': quantised_lstm,
}


def small(seed: int) -> Inputs:
    return {'input': random_images(2, SIZE, seed)}


def write_file(model: Straight, _inputs: Inputs, path: Path, _how: Export) -> None:
    onnx.save(model.model, path)


def classifier(write: Write) -> Straight:
    return quantised(Classifier(), random_images(8, SIZE, 1), write)


def reader() -> Straight:
    return quantised(Line(), torch.cat([lines(seed)['input'] for seed in range(4)]), partial(dynamic, weight_type=QuantType.QInt8), 2)


SETTINGS = (Export('quantised', 17),)
QUANTISED = (
    *(Network(f'quantised-{name}', partial(classifier, write), SIZE, 'last', small, settings=SETTINGS, write=write_file,
              subject='image-classification') for name, write in FORMATS.items()),
    Network('quantised-reader', reader, 96, 'last', lines, by_cotangents=True, settings=(Export('quantised', 17, 2),), write=write_file,
            subject='text-recognition'),
)
