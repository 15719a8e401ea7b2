"""Makes the golden of layer-wise relevance propagation, by Captum on one of the small networks.

    pip install -r tools/requirements.txt
    python tools/golden/relevance_maps.py

The network and classes are those of `fixtures/golden/networks/vgg-torchscript`, which has to be there; images are the magnitudes of its images, for Captum's z+ takes activations of
one sign. `fixtures/golden/relevance` holds `lrp:epsilon` and `lrp:z-plus`, `[N, 32, 32]`, the sums over channels. The epsilon of each layer is
a quarter of the root mean square of what it gives for the image; z+ is Captum's but for negative biases, which it counts among what raises an output. Batch normalisation is folded into convolutions, as the exporter does, and everything is
computed in float64.
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
from torch.fx.experimental.optimization import fuse
from captum.attr import LRP
from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule, EpsilonRule

NETWORK = 'vgg-torchscript'


class ZPlusRule(Alpha1_Beta0_Rule):
    """Captum's, which keeps negative biases among what is positive; the paper does not."""

    def _manipulate_weights(self, module: torch.nn.Module, inputs: object, outputs: object) -> None:
        super()._manipulate_weights(module, inputs, outputs)
        module.bias.data = module.bias.data.clamp(min=0)


def relevance(model: torch.nn.Module, image: torch.Tensor, index: int, rule: str) -> np.ndarray:
    """`[32, 32]`."""
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            if rule == 'z-plus':
                module.rule = ZPlusRule()
            else:
                kept = []
                handle = module.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
                with torch.no_grad():
                    model(image)
                handle.remove()
                module.rule = EpsilonRule(float(kept[0].square().mean().sqrt()) / 4)
    return LRP(model).attribute(image, target=index)[0].sum(0).detach().numpy()


def main() -> None:
    torch.set_num_threads(1)
    golden, tensors = read(GOLDENS / 'networks' / NETWORK)
    case = next(case for case in CASES if case.network == golden['network'])
    images, classes = torch.tensor(tensors['input']).double().abs(), golden['classes']
    file = GoldenFile()
    file.add('input', images.numpy().astype(np.float32))
    for rule in ('epsilon', 'z-plus'):
        model = fuse(build(case, golden['seed']).double().eval())
        maps = [relevance(model, image[None], index, rule) for image, index in zip(images, classes)]
        file.add(f'lrp:{rule}', np.stack(maps).astype(np.float32))
        print(rule, [float(map.sum()) for map in maps], model(images)[range(len(classes)), classes].tolist())
    size = file.write(GOLDENS / 'relevance', {
        'network': golden['network'],
        'versions': {'torch': torch.__version__, 'captum': captum.__version__},
        'classes': classes,
        'layers': [],
    })
    print(f'{size} bytes')


if __name__ == '__main__':
    main()
