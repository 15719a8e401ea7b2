"""Makes the goldens of `packages/explain-gradients` on two of the small networks, one with ReLU and one with ReLU6.

    python tools/golden/gradient_maps.py

Networks, images and classes are those of `fixtures/golden/networks`, which has to be there; each folder
`fixtures/golden/gradient-maps/<network>/` holds a golden with one map `[N, S, S]` a method, and the score of image and
baseline, `[N, 2]`, for the completeness of integrated gradients. Everything is computed in float64 from float32 weights, images
and noisy or interpolated images; settings whose result in float32 differs are refused, for a unit then lies too close to its kink.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from golden.networks import CASES, build
from reference import gradient_maps
from reference.golden_file import GoldenFile
from reference.shared_data import REPOSITORY

NETWORKS = ['resnet-torchscript', 'mobilenet-v2-torchscript']
GOLDENS = REPOSITORY / 'fixtures' / 'golden'
STEPS = 8
SMOOTH = {'samples': 4, 'noise': 0.15}
CLOSE = 1e-5


def read(folder: Path) -> tuple[dict, dict[str, np.ndarray]]:
    golden = json.loads((folder / 'golden.json').read_text())
    data = (folder / 'golden.bin').read_bytes()
    tensors = {
        entry['name']: np.frombuffer(data, '<f4', int(np.prod(entry['dims'])), entry['offset']).reshape(entry['dims'])
        for entry in golden['tensors'] if entry['type'] == 'float32'
    }
    return golden, tensors


def maps_of(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int], seed: int) -> dict[str, np.ndarray]:
    integrated, scores = gradient_maps.integrated_gradients(model, inputs, classes, steps=STEPS)
    methods = {
        'saliency': gradient_maps.saliency,
        'smoothgrad': partial(gradient_maps.smooth_grad, **SMOOTH, seed=seed),
        'input-x-gradient': gradient_maps.input_x_gradient,
        'guided-backpropagation': gradient_maps.guided_backpropagation,
    }
    maps = {name: method(model, inputs, classes).numpy() for name, method in methods.items()}
    return {**maps, 'integrated-gradients': integrated.numpy(), 'scores': scores}


def difference(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> float:
    return max(float(np.abs(left[name] - right[name]).max() / np.abs(left[name]).max()) for name in left)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=GOLDENS / 'gradient-maps')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in NETWORKS:
        golden, tensors = read(GOLDENS / 'networks' / name)
        case = next(case for case in CASES if case.network == golden['network'])
        model = build(case, golden['seed'])
        inputs, classes = torch.tensor(tensors['input']), golden['classes']
        with torch.no_grad():
            logits = float(np.abs(model(inputs).numpy() - tensors['logits']).max() / np.abs(tensors['logits']).max())
        if logits > CLOSE:
            raise SystemExit(f'{name}: the logits differ by {logits:.1e}; make fixtures/golden/networks again first')
        for seed in range(100):
            rounded = maps_of(model.float(), inputs, classes, seed)
            exact = maps_of(model.double(), inputs.double(), classes, seed)
            apart = difference(exact, rounded)
            if apart < CLOSE:
                break
        else:
            raise SystemExit(f'{name}: no seed keeps every unit off its kink')
        file = GoldenFile()
        for key, value in exact.items():
            file.add(key, value.astype(np.float32))
        size = file.write(arguments.out / name, {
            'network': name,
            'classes': classes,
            'smoothgrad': {**SMOOTH, 'seed': seed},
            'integratedGradients': {'steps': STEPS, 'baseline': 0},
            'versions': {'torch': torch.__version__},
        })
        print(f'{name}: seed {seed}, {size / 1024:.0f} KiB, {apart:.1e} from PyTorch in float32')


if __name__ == '__main__':
    main()
