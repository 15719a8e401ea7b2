"""Makes the golden of DeepLIFT by the rescale rule, by Captum on one of the small networks.

    pip install -r tools/requirements.txt
    python tools/golden/deeplift_maps.py

The network, images and classes are those of `fixtures/golden/networks/vgg-torchscript`, which has to be there. `fixtures/golden/deeplift` holds `deeplift`, `[N, 32, 32]`, the sums over
channels against a baseline of 0.25 everywhere, `deeplift-shap`, the same by DeepLiftShap over the baselines -0.5, 0.25 and 1, and `difference`, `[N]`, what the score of the image exceeds that of the baseline by. Captum 0.9.0 loses its rule of a max pooling whose input is the very tensor that a ReLU hands out, and its maps then sum to something
else: a product with 1 keeps the two apart here. Everything is computed in float64.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from golden.gradient_maps import GOLDENS, read
from golden.networks import CASES, build
from reference import torchvision_networks  # noqa: F401  (makes torchvision importable)
from reference.golden_file import GoldenFile

import captum
from captum.attr import DeepLift, DeepLiftShap

NETWORK = 'vgg-torchscript'
BASELINE = 0.25
RANGE = [-0.5, 0.25, 1]


class Apart(torch.nn.Module):
    """The same numbers in another tensor."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 1


def keep_apart(layers: torch.nn.Sequential) -> torch.nn.Sequential:
    return torch.nn.Sequential(*(
        torch.nn.Sequential(Apart(), layer) if isinstance(layer, torch.nn.MaxPool2d) else layer for layer in layers
    ))


def main() -> None:
    torch.set_num_threads(1)
    golden, tensors = read(GOLDENS / 'networks' / NETWORK)
    case = next(case for case in CASES if case.network == golden['network'])
    images, classes = torch.tensor(tensors['input']).double(), golden['classes']
    model = build(case, golden['seed']).double().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    model.features = keep_apart(model.features)
    baselines = torch.full_like(images, BASELINE)
    maps = DeepLift(model).attribute(images, baselines, target=classes).sum(1).detach().numpy()
    several = torch.stack([torch.full_like(images[0], value) for value in RANGE])
    over = DeepLiftShap(model).attribute(images, several, target=classes).sum(1).detach().numpy()
    rows = range(len(classes))
    with torch.no_grad():
        difference = (model(images)[rows, classes] - model(baselines)[rows, classes]).numpy()
    print(maps.sum((1, 2)), difference)
    file = GoldenFile()
    file.add('input', images.numpy().astype(np.float32))
    file.add('deeplift', maps.astype(np.float32))
    file.add('deeplift-shap', over.astype(np.float32))
    file.add('difference', difference.astype(np.float32))
    size = file.write(GOLDENS / 'deeplift', {
        'network': golden['network'],
        'versions': {'torch': torch.__version__, 'captum': captum.__version__},
        'classes': classes,
        'layers': [],
        'baseline': BASELINE,
        'range': RANGE,
    })
    print(f'{size} bytes')


if __name__ == '__main__':
    main()
