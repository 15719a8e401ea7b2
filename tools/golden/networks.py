"""Makes the goldens of small networks: what PyTorch computes on them, and the ONNX files of both exporters.

    python tools/golden/networks.py

Each folder `fixtures/golden/networks/<network>-<exporter>/` holds `model.onnx` and the golden (`golden.json` names the
tensors of `golden.bin`):

- `input` `[N, 3, S, S]`, `logits` `[N, 10]`;
- `inputGradient.score`, the gradient of the summed logits of `classes` (one class a sample) with respect to the input, and
  `inputGradient.crossEntropy`, that of the summed softmax cross-entropy against `classes`;
- for each of `layers` the maps `gradcam`, `gradcam++`, `layercam`, `hirescam` and `xgradcam` of those logits, and `cam`
  where the network pools and scores linearly. `reference/class_activation.py` states the formulas.

Everything is computed in float64 from float32 weights and inputs and rounded at the end, so that the numbers are those of
the network and not of one machine's rounding. A seed is only taken when PyTorch in float32 agrees and no maximum is reached
twice: no unit then lies so close to a kink that rounding, or the choice of a subgradient, decides its gradient. The tensor
behind a module's output is found in the ONNX file by its value. The maps are held against the package pytorch-grad-cam where
it can compute them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from torch.nn import functional as F

from reference.class_activation import GRADIENT_MAPS
from reference.golden_file import GoldenFile
from reference.golden_values import Pooled, Values, compute, difference_from_package, disagreement, tensor_of
from reference.onnx_activations import activations
from reference.onnx_export import Export, export
from reference.random_weights import random_images, randomise
from reference.shared_data import REPOSITORY
from reference.small_networks import NETWORKS as CONVOLUTIONS
from reference.small_transformers import NETWORKS as TRANSFORMERS

NETWORKS = CONVOLUTIONS | TRANSFORMERS
SIZE = 32
CLOSE = 2e-4


@dataclass(frozen=True)
class Case:
    network: str
    layers: tuple[str, ...]
    exports: tuple[Export, ...]
    linear: str | None = None
    """The linear layer behind the pooling, where CAM applies."""
    pooled: Pooled | None = None
    """What the network pools, where it is not the first of `layers`."""
    cam_by: tuple[str, ...] = ('torchscript', 'dynamo')
    """The exporters whose graph shows the pooling; dynamo writes Swin's with a Gather behind."""
    padded: bool = False
    """Whether the lower quarter of the first image is zero."""


CASES = [
    Case('resnet', ('layer3.1', 'layer2.0'), (Export('torchscript', 13), Export('dynamo', 18)), 'fc'),
    Case('vgg', ('features.13', 'features.6'), (Export('torchscript', 11, batch=1), Export('dynamo', 18, batch=1))),
    Case('mobilenet-v1', ('blocks.2', 'blocks.1.2'),
         (Export('torchscript', 17, folded=False), Export('dynamo', 20)), 'head'),
    Case('mobilenet-v2', ('features.5', 'features.3'), (Export('torchscript', 11), Export('dynamo', 20)), 'classifier.1'),
    Case('mobilenet-v3', ('features.5', 'features.3'), (Export('torchscript', 17, batch=1), Export('dynamo', 18))),
    Case('squeezenet', ('features.6', 'features.3'), (Export('torchscript', 13), Export('dynamo', 20, batch=1)),
         'classifier.1'),
    Case('densenet', ('features.denseblock2', 'features.transition1'), (Export('torchscript', 17), Export('dynamo', 18)),
         'classifier', lambda model, x: F.relu(model.features(x))),
    Case('efficientnet', ('features.4', 'features.2'), (Export('torchscript', 13, batch=1), Export('dynamo', 20)),
         'classifier.1'),
    Case('googlenet', ('inception3b', 'inception3a'), (Export('torchscript', 11), Export('dynamo', 18, batch=1)), 'fc'),
    Case('shuffled', ('relu', 'pool2'), (Export('torchscript', 17), Export('dynamo', 20))),
    Case('vit', ('encoder.layers.encoder_layer_0.ln_1', 'conv_proj'),
         (Export('torchscript', 17), Export('dynamo', 18, batch=1))),
    Case('swin', ('permute',), (Export('torchscript', 11, batch=1), Export('dynamo', 20, batch=1)), 'head',
         cam_by=('torchscript',)),
    Case('clip', ('clip.visual.stages', 'clip.visual.stages.0'), (Export('torchscript', 17), Export('dynamo', 18, batch=1))),
    Case('detr', ('detr.backbone',), (Export('torchscript', 17, batch=1), Export('dynamo', 18)), padded=True),
]


def images(case: Case, seed: int) -> torch.Tensor:
    inputs = random_images(2, SIZE, seed + 1000)
    if case.padded:
        inputs[0, :, 3 * SIZE // 4:] = 0
    return inputs


def values_of(case: Case, model: torch.nn.Module, inputs: torch.Tensor, classes: list[int] | None = None) -> Values:
    return compute(model, inputs, case.layers, classes, linear=case.linear, pooled=case.pooled)


def alive(values: Values) -> bool:
    """Whether every map has more than a few places above zero."""
    every = [value for maps in values.maps.values() for value in maps.values()]
    return all(bool(((value > 0).double().mean((1, 2)) > 0.1).all()) and bool((value.amax((1, 2)) > 1e-3).all())
               for value in every)


def undecided(case: Case, model: torch.nn.Module, inputs: torch.Tensor, values: Values) -> bool:
    """Whether a maximum is reached twice: the dynamo exporter writes a global max pooling as ReduceMax, and at a tie PyTorch
    gives the gradient to the first place of a pooling but shares it out in `amax`."""
    with patch.object(F, 'adaptive_max_pool2d', lambda x, _: x.amax((2, 3), keepdim=True)):
        maps, cosines = disagreement(values, values_of(case, model, inputs, values.classes))
    return maps > 1e-9 or cosines > 1e-9


def build(case: Case, seed: int) -> torch.nn.Module:
    model = randomise(NETWORKS[case.network](), seed, SIZE)
    for module in model.modules():
        if hasattr(module, 'inplace'):
            module.inplace = False  # pytorch-grad-cam keeps activations that an in-place module would overwrite
    return model


def usable_seed(case: Case) -> int:
    for seed in count():
        model, inputs = build(case, seed), images(case, seed)
        rounded = values_of(case, model, inputs)
        exact = values_of(case, model.double(), inputs.double(), rounded.classes)
        maps, cosines = disagreement(exact, rounded)
        if not alive(exact) or maps > 1e-5 or cosines > 1e-9:
            continue
        if not undecided(case, model, inputs.double(), exact):
            return seed
    raise AssertionError


def write(case: Case, how: Export, seed: int, folder: Path) -> tuple[int, float]:
    """Writes one golden; returns its size with the model and the largest difference of a logit in ONNX Runtime."""
    inputs = images(case, seed)[:how.batch or 2]
    model = build(case, seed)
    path = folder / 'model.onnx'
    shutil.rmtree(folder, ignore_errors=True)
    export(model, SIZE, path, how)
    golden = values_of(case, model.double(), inputs.double())

    values = activations(path, inputs.numpy())
    logits = float(np.abs(values['logits'] - golden.logits.numpy()).max() / golden.logits.abs().max())
    if logits > CLOSE:
        raise SystemExit(f'{folder.name}: the logits of ONNX Runtime and PyTorch differ by {logits:.1e}')

    file = GoldenFile()

    def add(name: str, value: torch.Tensor) -> str:
        return file.add(name, value.numpy().astype(np.float32))

    add('input', inputs)
    add('logits', golden.logits)
    for kind, gradient in golden.gradients.items():
        add(f'inputGradient.{kind}', gradient)
    layers = [
        {
            'module': name,
            'tensor': tensor_of(golden.activations[name], values, f'the output of {name}'),
            'maps': {method: add(f'{name}.{method}', value) for method, value in maps.items()},
        }
        for name, maps in golden.maps.items()
    ]
    exact = None
    if golden.cam is not None and golden.pooled is not None and how.exporter in case.cam_by:
        exact = {'tensor': tensor_of(golden.pooled, values, 'what is pooled'), 'map': add('cam', golden.cam)}
    size = file.write(folder, {
        'network': case.network,
        'exporter': how.exporter,
        'opset': how.opset,
        'batch': how.batch or 'dynamic',
        'batchNormalizationFolded': how.folded,
        'seed': seed,
        'versions': {'torch': torch.__version__},
        'classes': golden.classes,
        'layers': layers,
        'cam': exact,
    })
    return size + path.stat().st_size, logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'fixtures' / 'golden' / 'networks')
    parser.add_argument('--only', nargs='*', choices=[case.network for case in CASES], help='make these networks alone')
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    total, worst = 0, dict.fromkeys(GRADIENT_MAPS, 0.0)
    for case in CASES:
        if arguments.only and case.network not in arguments.only:
            continue
        seed = usable_seed(case)
        model, inputs = build(case, seed), images(case, seed)
        differences = difference_from_package(model, inputs, values_of(case, model, inputs))
        worst = {method: max(worst[method], differences[method]) for method in worst}
        for how in case.exports:
            size, logits = write(case, how, seed, arguments.out / f'{case.network}-{how.exporter}')
            total += size
            print(f'{case.network}-{how.exporter}: seed {seed}, opset {how.opset}, {size / 1024:.0f} KiB, '
                  f'logits {logits:.1e} from ONNX Runtime', flush=True)
    print(f'{total / 1024:.0f} KiB in all')
    print('largest difference from pytorch-grad-cam, relative to the map:', json.dumps(
        {method: float(f'{value:.1e}') for method, value in worst.items()}))


if __name__ == '__main__':
    main()
