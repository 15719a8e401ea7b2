"""Writes the detector and the segmenter of orchard's fruit as the model folders that the zoo bundles.

    python tools/export/orchard_objects.py detector segmenter

Reads what `tools/train/orchard_detector.py` and `orchard_segmenter.py` left under `tmp/`, and scenes that they were not trained on. Writes
`onnx/model.onnx`, `LICENSE`, `training-log.jsonl` and the model card `README.md`, of the segmenter `config.json` and `preprocessor_config.json` too; the
detector says in the metadata of its file what those say, as exports of Ultralytics do. Compares ONNX Runtime's output with PyTorch's and measures the
accuracy that the card states. Run twice with the same versions, it writes the same bytes.
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

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnx
import onnxruntime
import torch

from orchard_accuracy import measure
from reference.json_file import write_json
from reference.onnx_export import Export, export_named
from reference.orchard_networks import STRIDES, Detector, Segmenter
from reference.orchard_objects import Objects, load_objects
from reference.shared_data import REPOSITORY

OPSET = 17
TOLERANCE = 1e-3
LARGEST_FILE = 1_000_000

OUTPUTS = {'detector': 'output0', 'segmenter': 'logits'}
TASKS = {'detector': 'object-detection', 'segmenter': 'image-segmentation'}

DESCRIPTIONS = {
    'detector': """A detector with the output of YOLOv8: a plain convolutional trunk (3x3 convolutions, batch normalisation and ReLU, a residual block at
8 and at 16 pixels a cell), the finer level merged with the coarser one, and one 1x1 convolution a level for boxes and scores.""",
    'segmenter': """A U-Net: four levels of two 3x3 convolutions with batch normalisation and ReLU, from 2 to 16 pixels a cell, and three back up, each merged with
the level of its size; scores are enlarged twofold, bilinearly, to the size of the picture.""",
}

TRAINING = {
    'detector': """generalised focal loss of the scores (the probability that is learnt is the overlap of the box) and GIoU of the boxes; a cell of 8 pixels
  learns fruit whose longer side is under 44 pixels, one of 16 the larger ones""",
    'segmenter': 'cross entropy of the pixels, and one less the Dice coefficient of the classes, on windows of 96 x 96 pixels drawn at random',
}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def difference(model: torch.nn.Module, path: Path, data: Objects) -> float:
    """The largest absolute difference of any number between PyTorch and ONNX Runtime on the first 50 scenes."""
    pixels = data.pictures[:50].permute(0, 3, 1, 2).float() / 255
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    actual = session.run(None, {'images': pixels.numpy()})[0]
    with torch.no_grad():
        return float(np.abs(actual - model(pixels).numpy()).max())


def describe(path: Path, data: Objects) -> None:
    """Writes what exports of Ultralytics say of themselves into the file."""
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {
        'description': 'Detector of the fruit of orchard scenes',
        'license': 'Apache-2.0',
        'stride': str(STRIDES[-1]),
        'task': 'detect',
        'batch': '1',
        'imgsz': f'[{data.size}, {data.size}]',
        'names': '{' + ', '.join(f"{index}: '{name}'" for index, name in enumerate(data.kinds)) + '}',
    })
    onnx.save(model, path)


def accuracy_text(kind: str, figures: dict[str, float], data: Objects) -> str:
    fruit = sum(map(len, data.labels))
    if kind == 'detector':
        return (f'{len(data.pictures)} scenes with {fruit:,} fruit, a third of them each easy, normal and hard: AP at an overlap of 0.5 '
                f'{figures["AP50"]:.3f}, mean over 0.5 to 0.95 {figures["AP50:95"]:.3f};\nin {figures["scenes without a fault"]:.1%} of the scenes the boxes with a '
                'probability of 0.25 or more are just the fruit.')
    classes = ', '.join(f'{name} {figures[name]:.3f}' for name in ['background', *data.kinds])
    return (f'{len(data.pictures)} scenes with {fruit:,} fruit, a third of them each easy, normal and hard: mean overlap (IoU) {figures["mean overlap"]:.3f}\n'
            f'({classes}); {figures["pixels right"]:.2%} of the pixels are right.')


def card(kind: str, path: Path, trained: dict, parameters: int, apart: float, figures: dict[str, float], held_out: Objects) -> str:
    options, data, log = trained['options'], trained['data'], trained['log']
    size, kinds = held_out.size, held_out.kinds
    name, places = OUTPUTS[kind], sum((size // stride) ** 2 for stride in STRIDES)
    output = (f'`{name}`, float32 `[batch, {4 + len(kinds)}, {places}]`: centre and size of a box in pixels, then a probability for each kind'
              if kind == 'detector' else
              f'`{name}`, float32 `[batch, {1 + len(kinds)}, {size}, {size}]`, before softmax; class 0 is the background')
    says = ('In the metadata of the file, as Ultralytics writes them: the picture is fitted into' if kind == 'detector'
            else 'In `preprocessor_config.json`: to')
    rest = ('and padded with grey' if kind == 'detector' else '(bilinear)')
    versions = ', '.join([f'Python {platform.python_version()}', *(f'{each} {version(each)}' for each in ['torch', 'onnx', 'onnxruntime'])])
    return f"""---
license: apache-2.0
library_name: onnx
pipeline_tag: {TASKS[kind]}
---

# Orchard {kind}

{DESCRIPTIONS[kind]}
{parameters:,} parameters. It knows drawn fruit alone: {', '.join(kinds[:-1])} and {kinds[-1]}, in any of orchard's colours, and says nothing of use
about photographs. It is there so that {"detectors" if kind == "detector" else "segmenters"} can be explained, attacked and probed without a download.

- weights: trained from random ones by `tools/train/orchard_{kind}.py` of this repository
- licence: Apache-2.0, in `LICENSE`; the pictures were drawn by `@understory/datasets/orchard`
- file: `onnx/model.onnx`, {path.stat().st_size:,} bytes, SHA-256 `{sha256(path)}`
- input: `images`, float32 `[batch, 3, {size}, {size}]`, RGB in 0..1
- output: {output}

## Preprocessing

{says} {size}x{size} {rest}; pixels are scaled to 0..1.

## Accuracy

{accuracy_text(kind, figures, held_out)} None of them was used in training or in any choice. Printed by

    node tools/train/orchard_objects.mjs tmp/orchard/held-out --seed {held_out.seed} --count {len(held_out.pictures)}
    python tools/export/orchard_accuracy.py packages/zoo/models/orchard-{kind} tmp/orchard/held-out

## Training

    node tools/train/orchard_objects.mjs tmp/orchard/train --seed {data['seed']} --count {data['count']}
    python tools/train/orchard_{kind}.py tmp/orchard/train --steps {options['steps']} --batch {options['batch']} --rate {options['rate']} --seed {options['seed']}
    python tools/export/orchard_objects.py {kind}

- {options['steps']} steps of {options['batch']} pictures, seed {options['seed']}, threads {options['threads']}; AdamW, weight decay 1e-3, learning rate {options['rate']} after a linear rise,
  falling as a cosine; pictures are mirrored at random, and their brightness, contrast and noise changed
- {TRAINING[kind]}
- the weights are the exponential moving average, 0.998 a step
- `training-log.jsonl`, a line every 50 steps; at the end the loss is {log[-1]['loss']}
- this is the only run; the length was chosen by the time it takes

## Conversion

TorchScript exporter, opset {OPSET}, dynamic batch, batch normalisation folded into the convolutions, module paths in the node names. Largest difference of a
number between PyTorch and ONNX Runtime over 50 held-out scenes: {apart:.1e}{' (pixels)' if kind == 'detector' else ''}. Versions: {versions}.
"""


def write(kind: str, run: Path, out: Path, held_out: Objects) -> None:
    trained = torch.load(run / 'weights.pt', map_location='cpu', weights_only=True)
    size, kinds = held_out.size, held_out.kinds
    model = Detector(len(kinds), size) if kind == 'detector' else Segmenter(1 + len(kinds))
    model.load_state_dict(trained['weights'])
    model.eval()
    path = out / 'onnx' / 'model.onnx'
    export_named(model, {'images': torch.zeros(2, 3, size, size)}, (OUTPUTS[kind],), path, Export('torchscript', OPSET))
    if kind == 'detector':
        describe(path, held_out)
    else:
        labels = ['background', *kinds]
        write_json(out / 'config.json', {
            'model_type': 'orchard-segmenter',
            'architectures': ['OrchardForSemanticSegmentation'],
            'image_size': size,
            'num_channels': 3,
            'id2label': {str(index): name for index, name in enumerate(labels)},
        })
        write_json(out / 'preprocessor_config.json', {
            'image_processor_type': 'SegformerImageProcessor',
            'do_resize': True,
            'size': {'height': size, 'width': size},
            'resample': 2,
            'do_rescale': True,
            'rescale_factor': 1 / 255,
            'do_normalize': False,
        })
    if path.stat().st_size > LARGEST_FILE:
        raise SystemExit(f'{path} has {path.stat().st_size:,} bytes, more than {LARGEST_FILE:,}')
    apart = difference(model, path, held_out)
    if apart > TOLERANCE:
        raise SystemExit(f'PyTorch and ONNX Runtime differ by {apart:.1e}, more than {TOLERANCE:.0e}')
    shutil.copyfile(REPOSITORY / 'LICENSE', out / 'LICENSE')
    lines = ''.join(json.dumps(record) + '\n' for record in trained['log'])
    (out / 'training-log.jsonl').write_text(lines, encoding='utf-8')
    figures = measure(out, held_out)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    (out / 'README.md').write_text(card(kind, path, trained, parameters, apart, figures, held_out), encoding='utf-8')
    print(f'{out.name}: {path.stat().st_size:,} bytes, largest difference {apart:.1e}, {figures}')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kinds', nargs='+', choices=['detector', 'segmenter'])
    parser.add_argument('--held-out', type=Path, default=REPOSITORY / 'tmp' / 'orchard' / 'held-out')
    arguments = parser.parse_args()
    held_out = load_objects(arguments.held_out)
    for kind in arguments.kinds:
        name = f'orchard-{kind}'
        write(kind, REPOSITORY / 'tmp' / name, REPOSITORY / 'packages' / 'zoo' / 'models' / name, held_out)


if __name__ == '__main__':
    main()
