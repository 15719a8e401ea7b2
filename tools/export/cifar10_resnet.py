"""Writes the CIFAR-10 network that `tools/train/cifar10_resnet.py` trained as the model folder that the zoo bundles.

    python tools/export/cifar10_resnet.py

Writes `onnx/model.onnx`, `config.json`, `preprocessor_config.json`, `LICENSE`, `training-log.jsonl` and the model card
`README.md`, after it has held ONNX Runtime's logits against PyTorch's and measured the accuracy on the test split that
the card states. Run twice with the same versions, it writes the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnx
import onnxruntime
import torch

from reference.accuracy import Accuracy, measure_accuracy
from reference.cifar10 import cifar10_folder, class_names, load_split, split_file
from reference.cifar10_network import IMAGE_SIZE, PAPER_WIDTHS, Cifar10ResNet
from reference.json_file import write_json
from reference.onnx_export import Export, export
from reference.shared_data import REPOSITORY

OPSET = 17
TOLERANCE = 1e-4
LARGEST_FILE = 4_000_000

PREPROCESSOR = {
    'image_processor_type': 'ViTImageProcessor',
    'do_convert_rgb': True,
    'do_resize': True,
    'size': {'height': IMAGE_SIZE, 'width': IMAGE_SIZE},
    'resample': 3,
    'do_rescale': True,
    'rescale_factor': 1 / 255,
    'do_normalize': True,
    'image_mean': [0.5] * 3,
    'image_std': [0.5] * 3,
}


def difference(model: Cifar10ResNet, path: Path, images: np.ndarray) -> float:
    """The largest absolute difference of any logit between PyTorch and ONNX Runtime; `images` is uint8."""
    feeds = (images.astype(np.float32) / 255 - 0.5) / np.float32(0.5)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    actual = session.run(['logits'], {'input': feeds})[0]
    with torch.no_grad():
        return float(np.abs(actual - model(torch.from_numpy(feeds)).numpy()).max())


def last_activation(path: Path) -> str:
    """The tensor that global average pooling reads."""
    return next(node.input[0] for node in onnx.load(path).graph.node if node.op_type == 'GlobalAveragePool')


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listed(widths: tuple[int, ...] | list[int]) -> str:
    return f'{", ".join(map(str, widths[:-1]))} and {widths[-1]}'


def card(path: Path, data: Path, trained: dict, parameters: int, logits: float, accuracy: Accuracy) -> str:
    options, log = trained['options'], trained['log']
    last = log[-1]
    widths = options['widths']
    versions = ', '.join([
        f'Python {platform.python_version()}',
        *(f'{name} {version(name)}' for name in ['torch', 'onnx', 'onnxruntime', 'pillow', 'pyarrow']),
    ])
    return f"""---
license: apache-2.0
library_name: onnx
pipeline_tag: image-classification
---

# CIFAR-10 ResNet

The network of the paper's CIFAR-10 experiments, narrowed: 7x7 convolution (stride 1, padding 3), batch normalisation, ReLU
and 2x2 max pooling; three stages of two basic blocks (two 3x3 convolutions, batch normalisation, a 1x1 convolution with
batch normalisation as the shortcut where the shape changes; strides 1, 2 and 2); global average pooling and one linear
layer, so CAM applies to it. Channels of the stem and the stages: {listed(widths)}, where the paper's has
{listed(PAPER_WIDTHS)}. {parameters:,} parameters.

- weights: trained from random ones by `tools/train/cifar10_resnet.py` of this repository
- licence: Apache-2.0, in `LICENSE`; the training images are not part of it
- file: `onnx/model.onnx`, {path.stat().st_size:,} bytes, SHA-256 `{sha256(path)}`
- input: `input`, float32 `[batch, 3, {IMAGE_SIZE}, {IMAGE_SIZE}]`, RGB
- output: `logits`, float32 `[batch, 10]`, before softmax; `config.json` names the classes
- last activation: `{last_activation(path)}`, float32 `[batch, {widths[-1]}, 4, 4]`, 0 or more

## Preprocessing

In `preprocessor_config.json`: to {IMAGE_SIZE}x{IMAGE_SIZE} (bicubic, antialiased as PIL does it), which leaves the data set's own images as they
are, then (x - 0.5) / 0.5 on pixels in 0..1.

## Accuracy

{accuracy}: the test split of the copy described below, which
had no part in any choice. Printed by

    python tools/export/accuracy.py packages/zoo/models/cifar10-resnet --data ../shared/data/cifar10

and, as the share predicted right, by the toolkit itself:

    npx understory evaluate cifar10:../shared/data/cifar10 --model cifar10-resnet --explainer centre --metric sparseness --out runs/accuracy

The paper gives 86.94 % for its own network, on CIFAR-10 without the second JPEG encoding.

## In the paper's Stage 1

What deletion finds on this network, and why it is not the paper's 0.190 against 0.314, is told in
[decision 0007](../../../../docs/decisions/0007-what-became-of-the-deletion-finding.md).

## Training

    python tools/train/cifar10_resnet.py --epochs {options['epochs']} --widths {' '.join(map(str, widths))} --batch {options['batch']} --rate {options['rate']} --seed {options['seed']}
    python tools/export/cifar10_resnet.py

- data: the train split of a copy of CIFAR-10 whose images were re-encoded as JPEG (Parquet files in the Hugging Face
  layout; `{split_file(data, 'train').name}`, SHA-256 `{sha256(split_file(data, 'train'))}`):
  its first 48,000 rows. The last 2,000 were held out for the log and had no part in any choice.
- {options['epochs']} epochs, seed {options['seed']}, threads {options['threads']}, batches of {options['batch']}; Nesterov momentum 0.9; learning rate {options['rate']} after a linear
  warm-up of one epoch, linearly to 0 over the last 40 % of the epochs; weight decay 5e-4, of convolutions and the linear
  layer only; label smoothing 0.1; forward pass in bfloat16; random crop with a reflected margin of 4 pixels, flip, a grey
  8x8 square
- the weights are the exponential moving average, 0.998 a step
- `training-log.jsonl`, a line an epoch; at the end training loss {last['train_loss']}, accuracy on the augmented training
  images {last['train_accuracy']:.1%}, on the held-out ones {last['held_out_accuracy']:.1%}
- this is the only run at these widths; the length was chosen by the time it takes, and longer was not tried
- {sum(record['seconds'] for record in log) / 60:.0f} minutes on one core of a machine that did other work too

## Conversion

TorchScript exporter, opset {OPSET}, dynamic batch, batch normalisation folded into the convolutions, module paths in the node
names. Largest difference of a logit between PyTorch and ONNX Runtime over the first 1,000 test images: {logits:.1e}.
Versions: {versions}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--run', type=Path, default=REPOSITORY / 'tmp' / 'cifar10-resnet', help='folder of the training')
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'packages' / 'zoo' / 'models' / 'cifar10-resnet')
    parser.add_argument('--data', type=Path, default=cifar10_folder(), help='folder with the Parquet files')
    arguments = parser.parse_args()

    weights = arguments.run / 'weights.pt'
    if not weights.exists():
        raise SystemExit(f'{weights} is missing; run python tools/train/cifar10_resnet.py to the end first')
    trained = torch.load(weights, map_location='cpu', weights_only=True)
    model = Cifar10ResNet(tuple(trained['options']['widths']))
    model.load_state_dict(trained['weights'])
    model.eval()

    path = arguments.out / 'onnx' / 'model.onnx'
    export(model, IMAGE_SIZE, path, Export('torchscript', OPSET))
    if path.stat().st_size > LARGEST_FILE:
        raise SystemExit(f'{path} has {path.stat().st_size:,} bytes, more than {LARGEST_FILE:,}; train with smaller --widths')
    logits = difference(model, path, load_split(arguments.data, 'test').images[:1000])
    if logits > TOLERANCE:
        raise SystemExit(f'the logits of PyTorch and ONNX Runtime differ by {logits:.1e}, more than {TOLERANCE:.0e}')

    write_json(arguments.out / 'config.json', {
        'model_type': 'cifar10-resnet',
        'image_size': IMAGE_SIZE,
        'num_channels': 3,
        'id2label': {str(index): name for index, name in enumerate(class_names(arguments.data))},
    })
    write_json(arguments.out / 'preprocessor_config.json', PREPROCESSOR)
    shutil.copyfile(REPOSITORY / 'LICENSE', arguments.out / 'LICENSE')
    lines = ''.join(json.dumps(record) + '\n' for record in trained['log'])
    (arguments.out / 'training-log.jsonl').write_text(lines, encoding='utf-8')

    accuracy = measure_accuracy(path, PREPROCESSOR, arguments.data)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    (arguments.out / 'README.md').write_text(
        card(path, arguments.data, trained, parameters, logits, accuracy), encoding='utf-8')
    print(f'{path.stat().st_size:,} bytes, SHA-256 {sha256(path)}, largest difference of a logit {logits:.1e}')
    print(accuracy)


if __name__ == '__main__':
    main()
