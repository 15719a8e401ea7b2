"""Makes the golden of the bundled EfficientNet-Lite0 on the cat of `fixtures/images`.

    python tools/golden/efficientnet_lite0.py

Writes `fixtures/golden/efficientnet-lite0/`. The format and the maps are those of `networks.py`; what differs:

- `pixels`, uint8 `[224, 224, 3]`, is the image after resize and crop by PIL; the input is its normalisation as
  `preprocessor_config.json` says;
- `inputGradient.score` is float16, divided by `scale`; the `norm` beside it is that of the float64 gradient;
- `inputGradient.crossEntropy`, against `crossEntropyTargets`, holds every fourth row and column.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from PIL import Image

from reference.efficientnet_lite0 import efficientnet_lite0
from reference.golden_file import GoldenFile
from reference.golden_values import compute, difference_from_package, disagreement, tensor_of
from reference.onnx_activations import activations
from reference.preprocess import load_preprocessor, normalise, pixels
from reference.shared_data import REPOSITORY

LAYERS = ('_swish', '_blocks.10')
TARGETS = [42]
STRIDE = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'fixtures' / 'golden' / 'efficientnet-lite0')
    parser.add_argument('--folder', type=Path, default=REPOSITORY / 'packages' / 'zoo' / 'models' / 'efficientnet-lite0')
    parser.add_argument('--image', type=Path, default=REPOSITORY / 'fixtures' / 'images' / 'chelsea.png')
    arguments = parser.parse_args()

    config = load_preprocessor(arguments.folder / 'preprocessor_config.json')
    names = json.loads((arguments.folder / 'config.json').read_text(encoding='utf-8'))['id2label']
    with Image.open(arguments.image) as image:
        cropped = pixels(image, config)
    inputs = torch.from_numpy(normalise(cropped, config))

    model = efficientnet_lite0()
    rounded = compute(model, inputs, LAYERS, targets=TARGETS, linear='_fc')
    package = difference_from_package(model, inputs, rounded)
    exact = compute(model.double(), inputs.double(), LAYERS, rounded.classes, TARGETS, '_fc')
    values = activations(arguments.folder / 'onnx' / 'model.onnx', inputs.numpy())

    file = GoldenFile()
    file.add('pixels', cropped)
    file.add('logits', exact.logits.numpy().astype(np.float32))
    score = exact.gradients['score'].numpy()
    scale = float(np.abs(score).max())
    file.add('inputGradient.score', (score / scale).astype(np.float16), scale=scale, norm=float(np.linalg.norm(score)))
    entropy = exact.gradients['crossEntropy'].numpy()
    file.add('inputGradient.crossEntropy', entropy[:, :, ::STRIDE, ::STRIDE].astype(np.float32),
             stride=STRIDE, norm=float(np.linalg.norm(entropy)))
    layers = [
        {
            'module': name,
            'tensor': tensor_of(exact.activations[name], values, f'the output of {name}'),
            'maps': {
                method: file.add(f'{name}.{method}', value.numpy().astype(np.float32)) for method, value in maps.items()
            },
        }
        for name, maps in exact.maps.items()
    ]
    assert exact.cam is not None and exact.pooled is not None
    cam = {
        'tensor': tensor_of(exact.pooled, values, 'what is pooled'),
        'map': file.add('cam', exact.cam.numpy().astype(np.float32)),
    }
    top = exact.logits.softmax(1)[0].topk(5)
    size = file.write(arguments.out, {
        'network': 'efficientnet-lite0',
        'image': arguments.image.name,
        'versions': {'torch': torch.__version__, 'pillow': Image.__version__},
        'top5': [
            {'index': int(index), 'label': names[str(int(index))], 'probability': float(probability)}
            for probability, index in zip(*top)
        ],
        'classes': exact.classes,
        'crossEntropyTargets': TARGETS,
        'layers': layers,
        'cam': cam,
    })
    maps, cosines = disagreement(exact, rounded)
    logits = float(np.abs(values['logits'] - exact.logits.numpy()).max())
    print(f'{size / 1024:.0f} KiB; ONNX Runtime differs by {logits:.1e} in a logit, PyTorch in float32 by {maps:.1e} in a '
          f'min-max normalised map and by {cosines:.1e} in the cosine of a gradient')
    print('largest difference from pytorch-grad-cam, relative to the map:',
          json.dumps({method: float(f'{value:.1e}') for method, value in package.items()}))
    for probability, index in zip(*top):
        print(f'{float(probability):.4f} {names[str(int(index))]}')


if __name__ == '__main__':
    main()
