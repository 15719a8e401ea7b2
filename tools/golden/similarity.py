"""Makes the goldens of the objective `similarity`: PyTorch's `F.cosine_similarity` on two of the small networks.

    python tools/golden/similarity.py

Networks and images are those of `fixtures/golden/networks`, which has to be there. What is compared is the embedding of the CLIP-like
network, which its file holds in the middle, and the logits of the ResNet. Each folder `fixtures/golden/similarity/<network>/` holds

- `input`, the images; `to` `[N, D]`, one vector a sample of any length; `value` `[N]`, `scale` times the cosine; `inputGradient`, of the values' sum;
- `gradcam` `[N, h, w]`, Grad-CAM of the values at the output of the module `layer`, as `reference/class_activation.py` states it;

and in `golden.json` the ONNX tensors of the `output` that is compared and of the layer. Everything is computed in float64 from float32 weights, images and
vectors; vectors for which float32 gives another result are refused, for a unit then lies too close to its kink.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from torch.nn import functional as F

from golden.gradient_maps import CLOSE, GOLDENS, difference, read
from golden.networks import CASES, build
from reference.class_activation import grad_cam
from reference.golden_file import GoldenFile
from reference.golden_values import tensor_of
from reference.onnx_activations import activations

SCALE = 2.5


@dataclass(frozen=True)
class Compared:
    network: str
    output: str
    """The module whose output is compared."""
    layer: str
    """The module whose Grad-CAM is kept."""


NETWORKS = [
    Compared('clip-torchscript', 'clip.visual', 'clip.visual.stages'),
    Compared('clip-dynamo', 'clip.visual', 'clip.visual.stages'),
    Compared('resnet-torchscript', 'fc', 'layer3.1'),
]


def compute(compared: Compared, model: torch.nn.Module, inputs: torch.Tensor, seed: int) -> dict[str, np.ndarray]:
    kept: dict[str, torch.Tensor] = {}
    handles = [
        model.get_submodule(name).register_forward_hook(lambda _module, _inputs, output, name=name: kept.update({name: output}))
        for name in (compared.output, compared.layer)
    ]
    inputs = inputs.detach().clone().requires_grad_()
    model(inputs)
    for handle in handles:
        handle.remove()
    output, layer = kept[compared.output], kept[compared.layer]
    generator = torch.Generator().manual_seed(seed)
    to = 3 * torch.randn(output.shape, generator=generator)
    value = SCALE * F.cosine_similarity(output, to.to(output.dtype))
    gradient, layer_gradient = torch.autograd.grad(value.sum(), [inputs, layer])
    values = {'to': to, 'value': value, 'inputGradient': gradient, 'gradcam': grad_cam(layer, layer_gradient),
              'output': output, 'layer': layer}
    return {name: tensor.detach().numpy() for name, tensor in values.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=GOLDENS / 'similarity')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for compared in NETWORKS:
        folder = GOLDENS / 'networks' / compared.network
        golden, tensors = read(folder)
        case = next(case for case in CASES if case.network == golden['network'])
        model, inputs = build(case, golden['seed']), torch.tensor(tensors['input'])
        for seed in range(100):
            rounded = compute(compared, model.float(), inputs, seed)
            exact = compute(compared, model.double(), inputs.double(), seed)
            apart = difference(exact, rounded)
            if apart < CLOSE and (exact['gradcam'].max((1, 2)) > 1e-3).all():
                break
        else:
            raise SystemExit(f'{compared.network}: no seed keeps every unit off its kink')
        computed = activations(folder / 'model.onnx', tensors['input'])
        names = {name: tensor_of(torch.tensor(exact.pop(name)), computed, f'the {name}') for name in ('output', 'layer')}
        file = GoldenFile()
        for key, value in {'input': tensors['input'], **exact}.items():
            file.add(key, value.astype(np.float32))
        size = file.write(arguments.out / compared.network, {
            'network': compared.network,
            'seed': seed,
            'scale': SCALE,
            'output': names['output'],
            'layers': [{'module': compared.layer, 'tensor': names['layer'], 'maps': {'gradcam': 'gradcam'}}],
            'versions': {'torch': torch.__version__},
        })
        print(f'{compared.network}: seed {seed}, {size / 1024:.0f} KiB, {apart:.1e} from PyTorch in float32')


if __name__ == '__main__':
    main()
