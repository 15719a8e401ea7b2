"""Makes the goldens of methods that leave superpixels out of an image, by Captum on one of the small networks.

    pip install -r tools/requirements.txt
    python tools/golden/surrogates.py

Network, image and class are the first of `fixtures/golden/networks/resnet-torchscript`, which has to be there. Superpixels are the cells of a grid
and what is left out has the mean of each channel of the image. `fixtures/golden/surrogates` holds, one number a cell:

- `shapley`, of four cells, by the enumeration of all orders (`ShapleyValues`);
- `kernelshap`, of nine, by `KernelShap` with 20000 samples of its own;
- `lime`, of nine, by `Lime` with a ridge and the coalitions that our seed 5 draws, of the probability of the class.
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
from reference.seeded_random import SeededRandom

import captum
from captum._utils.models.linear_model import SkLearnRidge
from captum.attr import KernelShap, Lime, ShapleyValues

NETWORK = 'resnet-torchscript'
SAMPLES = 200


def grid(side: int) -> torch.Tensor:
    """`[1, 1, 32, 32]`: the number of each pixel's cell."""
    along = torch.arange(32) * side // 32
    return (along[:, None] * side + along[None, :])[None, None]


def per_cell(map: torch.Tensor, cells: torch.Tensor) -> np.ndarray:
    plane = map[0, 0].flatten()
    return np.array([float(plane[(cells.flatten() == cell)][0]) for cell in range(int(cells.max()) + 1)])


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    golden, tensors = read(GOLDENS / 'networks' / NETWORK)
    case = next(case for case in CASES if case.network == golden['network'])
    model = build(case, golden['seed']).double()
    image, index = torch.tensor(tensors['input'][:1]).double(), golden['classes'][0]
    empty = image.mean((2, 3), keepdim=True).expand_as(image)
    score = lambda x: model(x)[:, index]
    probability = lambda x: model(x).softmax(1)[:, index]

    draws = SeededRandom(5).fork('lime')
    coalitions = [torch.tensor([[1. if at == 0 or draws.uniform() < 0.5 else 0. for _ in range(9)]]).double()
                  for at in range(SAMPLES)]

    def kernel(original: torch.Tensor, perturbed: torch.Tensor, coalition: torch.Tensor, **_: object) -> torch.Tensor:
        distance = 1 - (coalition.mean() ** 0.5)
        return torch.exp(-(distance / 0.25) ** 2)

    waiting = iter(coalitions)
    lime = Lime(probability, interpretable_model=SkLearnRidge(alpha=1.0), similarity_func=kernel,
                perturb_func=lambda *_, **__: next(waiting))
    with torch.no_grad():
        options = {'baselines': empty, 'return_input_shape': True}
        maps = {
            'shapley': per_cell(ShapleyValues(score).attribute(image, baselines=empty, feature_mask=grid(2)), grid(2)),
            'kernelshap': per_cell(KernelShap(score).attribute(
                image, feature_mask=grid(3), n_samples=20000, perturbations_per_eval=1, **options), grid(3)),
            'lime': per_cell(lime.attribute(image, feature_mask=grid(3), n_samples=SAMPLES, **options), grid(3)),
        }
    file = GoldenFile()
    file.add('input', image.numpy().astype(np.float32))
    for id, values in maps.items():
        file.add(id, values.astype(np.float32))
    size = file.write(GOLDENS / 'surrogates', {
        'network': golden['network'],
        'versions': {'torch': torch.__version__, 'captum': captum.__version__},
        'classes': [index],
        'layers': [],
    })
    print({id: values.round(4).tolist() for id, values in maps.items()}, f'{size} bytes')


if __name__ == '__main__':
    main()
