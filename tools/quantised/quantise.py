"""Writes a classifier of CIFAR-10 in every format that onnxruntime.quantization knows, and the pictures to compare them on.

    python -m tools.quantised.quantise packages/zoo/models/cifar10-resnet/onnx/model.onnx OUT
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

from tools.reference.cifar10 import cifar10_folder, labelled_images

def pictures(split: str, count: int) -> np.ndarray:
    """The first pictures of a split, `[count, 3, 32, 32]`, prepared as the model's preprocessor says."""
    rows = islice(labelled_images(cifar10_folder(), split), count)
    pixels = np.stack([np.asarray(image.convert('RGB')) for image, _ in rows]).transpose(0, 3, 1, 2)
    return ((pixels.astype(np.float32) / 255 - 0.5) / 0.5).astype(np.float32)


class Pictures(CalibrationDataReader):
    """Calibration data, one picture at a time."""

    def __init__(self, name: str, pictures: np.ndarray) -> None:
        self.rows = iter([{name: picture[None]} for picture in pictures])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.rows, None)


def with_product(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with its Gemm as MatMul and Add, which is what is quantised to fewer than 8 bits."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for at, node in enumerate(graph.node):
        if node.op_type != 'Gemm':
            continue
        turned = numpy_helper.to_array(weights[node.input[1]]).T.copy()
        graph.initializer.append(numpy_helper.from_array(turned, 'dense.weight'))
        graph.node.remove(node)
        graph.node.insert(at, helper.make_node('MatMul', [node.input[0], 'dense.weight'], ['dense']))
        graph.node.insert(at + 1, helper.make_node('Add', ['dense', node.input[2]], [node.output[0]]))
        break
    return copy


def main() -> None:
    source, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    model = onnx.load(source)
    name = model.graph.input[0].name
    calibration = pictures('train', 64)
    pictures('test', 16).tofile(out / 'pictures.bin')
    onnx.save(model, out / 'float.onnx')

    def static(target: str, **options: object) -> None:
        quantize_static(source, out / f'{target}.onnx', Pictures(name, calibration), **options)

    signed = {'activation_type': QuantType.QInt8, 'weight_type': QuantType.QInt8}
    unsigned = {'activation_type': QuantType.QUInt8, 'weight_type': QuantType.QInt8}
    static('qdq-int8-channel', quant_format=QuantFormat.QDQ, per_channel=True, **signed)
    static('qdq-uint8', quant_format=QuantFormat.QDQ, **unsigned)
    static('operators-uint8', quant_format=QuantFormat.QOperator, **unsigned)
    static('operators-uint8-channel', quant_format=QuantFormat.QOperator, per_channel=True, **unsigned)
    quantize_dynamic(source, out / 'dynamic-uint8.onnx', weight_type=QuantType.QUInt8)
    product = with_product(model)
    quantize_dynamic(
        product, out / 'dynamic-int8-matmul.onnx', weight_type=QuantType.QInt8, op_types_to_quantize=['MatMul']
    )
    for bits in (4, 8):
        save(out / f'weights-{bits}-bits.onnx', product, DefaultWeightOnlyQuantConfig(block_size=32, bits=bits))
    blocked = DefaultWeightOnlyQuantConfig(block_size=32, bits=4, is_symmetric=True, quant_format=QuantFormat.QDQ)
    save(out / 'weights-4-bits-qdq.onnx', product, blocked)


def save(path: Path, model: onnx.ModelProto, config: DefaultWeightOnlyQuantConfig) -> None:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    quantiser = MatMulNBitsQuantizer(copy, algo_config=config)
    quantiser.process()
    onnx.save(quantiser.model.model, path)


if __name__ == '__main__':
    main()
