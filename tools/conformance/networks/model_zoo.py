"""Graphs as the ONNX model zoo has them: opset 7 to 12, weights among the inputs, batch normalisation unfolded, attributes of their day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

from reference.onnx_export import Export

from ..network import Inputs, Network, images

CLASSES = 10
SIZE = 32
SETTINGS = tuple(Export('zoo', opset, batch) for opset, batch in [(7, 1), (8, 1), (8, None), (9, None), (12, None), (12, 1)])


class Writer:
    """Collects nodes and weights; `node` returns the name of the node's first output."""

    def __init__(self, opset: int) -> None:
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, np.ndarray] = {}

    def weight(self, name: str, value: torch.Tensor | np.ndarray | list[int]) -> str:
        if isinstance(value, torch.Tensor):
            value = value.detach().float().numpy()
        self.weights[name] = np.asarray(value)
        return name

    def node(self, operator: str, inputs: list[str], outputs: int = 1, name: str | None = None, **attributes: object) -> str:
        name = name or f'{operator.lower()}{len(self.nodes)}'
        names = [name] + [f'{name}_{index}' for index in range(1, outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, name, **attributes))
        return name

    def batch_norm(self, x: str, module: nn.BatchNorm2d, name: str) -> str:
        values = {'gamma': module.weight, 'beta': module.bias, 'mean': module.running_mean, 'var': module.running_var}
        weights = [self.weight(f'{name}_{key}', value) for key, value in values.items()]
        old = {'spatial': 1} if self.opset < 9 else {}
        return self.node('BatchNormalization', [x, *weights], name=name, epsilon=module.eps, momentum=0.9, **old)

    def conv(self, x: str, module: nn.Conv2d, name: str) -> str:
        inputs = [x, self.weight(f'{name}_w', module.weight)]
        if module.bias is not None:
            inputs.append(self.weight(f'{name}_b', module.bias))
        pads = [*module.padding, *module.padding]
        return self.node('Conv', inputs, name=name, kernel_shape=list(module.kernel_size), strides=list(module.stride),
                         pads=pads, dilations=list(module.dilation), group=module.groups)

    def dropout(self, x: str) -> str:
        if self.opset < 12:
            return self.node('Dropout', [x], outputs=2, ratio=0.5)
        return self.node('Dropout', [x, self.weight('ratio', np.float32(0.5))], outputs=2)

    def pad(self, x: str, pads: list[int]) -> str:
        if self.opset < 11:
            return self.node('Pad', [x], mode='constant', pads=pads, value=0.0)
        return self.node('Pad', [x, self.weight('pads', np.array(pads, np.int64))], mode='constant')

    def clip(self, x: str, low: float, high: float) -> str:
        if self.opset < 11:
            return self.node('Clip', [x], min=low, max=high)
        return self.node('Clip', [x, self.weight('low', np.float32(low)), self.weight('high', np.float32(high))])

    def slice(self, x: str, axes: list[int], starts: list[int], ends: list[int]) -> str:
        if self.opset < 10:
            return self.node('Slice', [x], axes=axes, starts=starts, ends=ends)
        lists = {'starts': starts, 'ends': ends, 'axes': axes}
        names = [self.weight(f'{key}{len(self.nodes)}', np.array(value, np.int64)) for key, value in lists.items()]
        return self.node('Slice', [x, *names])

    def upsample(self, x: str, mode: str, factor: float) -> str:
        scales = np.array([1, 1, factor, factor], np.float32)
        if self.opset < 9:
            return self.node('Upsample', [x], mode=mode, scales=scales.tolist())
        if self.opset < 10:
            return self.node('Upsample', [x, self.weight('scales', scales)], mode=mode)
        inputs = [x, self.weight('roi', np.zeros(0, np.float32)), self.weight('scales', scales)]
        return self.node('Resize', inputs, mode=mode, coordinate_transformation_mode='asymmetric', nearest_mode='floor')

    def save(self, path: Path, output: str, dims: list[int | str], how: Export) -> None:
        batch = how.batch or 'N'
        floats = helper.make_tensor_value_info
        inputs = [floats('data', TensorProto.FLOAT, [batch, 3, SIZE, SIZE])]
        inputs += [floats(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
                   for name, value in self.weights.items()]
        self.nodes.append(helper.make_node('Identity', [output], ['logits'], 'logits'))
        graph = helper.make_graph(
            self.nodes, 'zoo', inputs, [floats('logits', TensorProto.FLOAT, [batch, *dims])],
            [numpy_helper.from_array(value, name) for name, value in self.weights.items()])
        model = helper.make_model(graph, ir_version=3, opset_imports=[helper.make_opsetid('', self.opset)])
        onnx.checker.check_model(model)
        onnx.save(model, path)


class Residual(nn.Module):
    """As written from MXNet: normalised input, PRelu, units that normalise first, a head by Reshape and Gemm."""

    def __init__(self) -> None:
        super().__init__()
        self.bn_data = nn.BatchNorm2d(3)
        self.conv0 = nn.Conv2d(3, 16, 7, 2, 3, bias=False)
        self.bn0 = nn.BatchNorm2d(16)
        self.slope = nn.PReLU(16)
        self.bn1, self.conv1 = nn.BatchNorm2d(16), nn.Conv2d(16, 24, 3, 2, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(24), nn.Conv2d(24, 24, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(16, 24, 1, 2, bias=False)
        self.depthwise, self.bn3 = nn.Conv2d(24, 24, 3, 1, 2, 2, groups=24, bias=False), nn.BatchNorm2d(24)
        self.last = nn.BatchNorm2d(24)
        self.fc = nn.Linear(24, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn_data((x - 0.45) * 1.7)
        x = F.max_pool2d(self.slope(self.bn0(self.conv0(x))), 3, 2, 1)
        y = self.bn1(x).relu()
        x = self.conv2(self.bn2(self.conv1(y)).relu()) + self.shortcut(y)
        x = x + self.bn3(self.depthwise(x)) + y.mean((1, 2, 3), keepdim=True)
        x = self.last(x).relu()
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))

    @staticmethod
    def write(model: Residual, _inputs: Inputs, path: Path, how: Export) -> None:
        to = Writer(how.opset)
        x = to.node('Sub', ['data', to.weight('minus', np.float32([0.45]))])
        x = to.node('Mul', [x, to.weight('scale', np.float32([1.7]))])
        x = to.batch_norm(x, model.bn_data, 'bn_data')
        x = to.batch_norm(to.conv(x, model.conv0, 'conv0'), model.bn0, 'bn0')
        x = to.node('PRelu', [x, to.weight('slope', model.slope.weight[:, None, None])])
        x = to.node('MaxPool', [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        y = to.node('Relu', [to.batch_norm(x, model.bn1, 'bn1')])
        x = to.node('Relu', [to.batch_norm(to.conv(y, model.conv1, 'conv1'), model.bn2, 'bn2')])
        x = to.node('Add', [to.conv(x, model.conv2, 'conv2'), to.conv(y, model.shortcut, 'shortcut')])
        mean = to.node('ReduceMean', [y], axes=[1, 2, 3], keepdims=1)
        mean = to.node('Squeeze', [mean], axes=[2, 3])
        mean = to.node('Unsqueeze', [mean], axes=[2, 3])
        side = to.batch_norm(to.conv(x, model.depthwise, 'depthwise'), model.bn3, 'bn3')
        x = to.node('Add', [x, side]) if how.opset < 8 else to.node('Sum', [x, side, mean])
        x = to.node('Add', [x, mean]) if how.opset < 8 else x
        x = to.node('Relu', [to.batch_norm(x, model.last, 'last')])
        x = to.dropout(to.node('GlobalAveragePool', [x]))
        x = to.node('Reshape', [x, to.weight('flat', np.array([0, -1], np.int64))])
        weights = [to.weight('fc_w', model.fc.weight), to.weight('fc_b', model.fc.bias)]
        to.save(path, to.node('Gemm', [x, *weights], transB=1, alpha=1.0, beta=1.0), [CLASSES], how)


class Caffe(nn.Module):
    """As written from Caffe2: LRN, branches by Concat, Split and Slice, an upsampled branch, class scores by place, Softmax of rank 4."""

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(3, 16, 3, 2)
        self.squeeze = nn.Conv2d(16, 8, 1)
        self.left, self.right = nn.Conv2d(8, 12, 1), nn.Conv2d(8, 12, 3, padding=1)
        self.small = nn.Conv2d(24, 12, 3, 2, 1)
        self.mix = nn.Conv2d(24, 24, 3, padding=1)
        self.score = nn.Conv2d(24, CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.local_response_norm(self.conv0(F.pad(x, (0, 1, 1, 0))).relu(), 5, 0.5, 0.75, 2.0)
        x = self.squeeze(x).relu()
        x = torch.cat([self.left(x).relu(), F.leaky_relu(self.right(x), 0.1)], 1)
        x = F.interpolate(self.small(x).clamp(0, 6), scale_factor=2, mode='nearest') * 0.5 + x[:, 6:18].tanh()
        first, second = x[:, :4], x[:, 4:]
        x = torch.cat([second * torch.sigmoid(second), first.exp().sqrt(), x], 1)
        x = self.mix(x[:, :, 1:, :-1])
        x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False).relu()
        return F.adaptive_avg_pool2d(self.score(x).relu(), 1).softmax(1)

    @staticmethod
    def write(model: Caffe, _inputs: Inputs, path: Path, how: Export) -> None:
        to = Writer(how.opset)
        x = to.pad('data', [0, 0, 1, 0, 0, 0, 0, 1])
        x = to.node('Relu', [to.conv(x, model.conv0, 'conv0')])
        x = to.node('LRN', [x], size=5, alpha=0.5, beta=0.75, bias=2.0)
        x = to.node('Relu', [to.conv(x, model.squeeze, 'squeeze')])
        left = to.node('Relu', [to.conv(x, model.left, 'left')])
        right = to.node('LeakyRelu', [to.conv(x, model.right, 'right')], alpha=0.1)
        x = to.node('Concat', [left, right], axis=1)
        small = to.upsample(to.clip(to.conv(x, model.small, 'small'), 0.0, 6.0), 'nearest', 2.0)
        half = to.node('Constant', [], value=numpy_helper.from_array(np.float32([0.5])))
        x = to.node('Add', [to.node('Mul', [small, half]), to.node('Tanh', [to.slice(x, [1], [6], [18])])])
        first = to.node('Split', [x], outputs=2, axis=1, split=[4, 8])
        second = f'{first}_1'
        gated = to.node('Mul', [second, to.node('Sigmoid', [second])])
        x = to.node('Concat', [gated, to.node('Sqrt', [to.node('Exp', [first])]), x], axis=1)
        x = to.slice(x, [2, 3], [1, 0], [2**31 - 1, -1])
        x = to.conv(x, model.mix, 'mix')
        x = to.node('AveragePool', [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        x = to.dropout(to.node('Relu', [x]))
        x = to.node('Relu', [to.conv(x, model.score, 'score')])
        x = to.node('Softmax', [to.node('GlobalAveragePool', [x])], axis=1)
        to.save(path, x, [CLASSES, 1, 1], how)


MODEL_ZOO = (
    Network('zoo-residual', Residual, SIZE, 'last', images(SIZE, 'data'), settings=SETTINGS, write=Residual.write),
    Network('zoo-caffe', Caffe, SIZE, 'mix', images(SIZE, 'data'), settings=SETTINGS, write=Caffe.write),
)
