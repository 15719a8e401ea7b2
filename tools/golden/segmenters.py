"""Makes the goldens of segmenters: shares of pixels, and Grad-CAM of the largest region by PyTorch.

    python tools/golden/segmenters.py

Each folder `fixtures/golden/segmenters/<network>/` holds `model.onnx` and a golden with `input` `[2, 3, 64, 64]`, `classes` `[2, h, w]`, the class of each pixel
as uint8, and `gradcam` `[2, h, w]`, of the mean score that the largest region of each picture has for its class, at the module `layer`, whose ONNX tensor is
`tensor`. `scores` are these means. Computed in float64 from float32 weights.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from reference import detectors
from reference.class_activation import grad_cam
from reference.golden_file import GoldenFile
from reference.onnx_activations import activations, tensor_of
from reference.onnx_export import Export, export_named
from reference.shared_data import REPOSITORY

LABELS = ['road', 'car', 'sky']

NETWORKS = {'unet': detectors.UNet, 'argmax': detectors.ArgMax, 'segformer': detectors.SegFormer}


def run(model: torch.nn.Module, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The scores of the pixels and the activation of the layer."""
    kept: dict[str, torch.Tensor] = {}
    handle = model.get_submodule(model.layer).register_forward_hook(lambda _m, _i, output: kept.update(layer=output))
    model(inputs)
    handle.remove()
    return model.logits(), kept['layer']


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'fixtures' / 'golden' / 'segmenters')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, network in NETWORKS.items():
        for seed in range(100):
            torch.manual_seed(seed)
            model = network().eval()
            inputs = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(seed))
            with torch.no_grad():
                winners = run(model, inputs)[0].argmax(1)
            counts = torch.stack([torch.bincount(each.flatten(), minlength=3) for each in winners])
            if (counts > 0.05 * winners[0].numel()).all() and (counts.max(1).values < 0.8 * winners[0].numel()).all():
                break
        else:
            raise SystemExit(f'{name}: no seed has all classes')
        folder = arguments.out / name
        export_named(model, {'input': torch.zeros(2, 3, 64, 64)}, ('output',), folder / 'model.onnx', Export('torchscript', 17))
        with torch.no_grad():
            layer = run(model, inputs)[1].numpy()
        tensor = tensor_of(layer, activations(folder / 'model.onnx', inputs.numpy()), model.layer)
        logits, layer = run(model.double(), inputs.double().requires_grad_())
        largest = counts.argmax(1)
        regions = (winners == largest[:, None, None]).double()
        scores = torch.stack([(logits[at, largest[at]] * regions[at]).sum() / regions[at].sum() for at in range(2)])
        (gradient,) = torch.autograd.grad(scores.sum(), layer)
        file = GoldenFile()
        file.add('input', inputs.numpy())
        file.add('classes', winners.numpy().astype(np.uint8))
        file.add('gradcam', grad_cam(layer, gradient).detach().numpy().astype(np.float32))
        size = file.write(folder, {
            'network': name, 'labels': LABELS, 'layer': model.layer, 'tensor': tensor, 'scores': scores.tolist(),
            'versions': {'torch': torch.__version__},
        })
        print(f'{name}: seed {seed}, {counts.tolist()}, {size / 1024:.0f} KiB, model {(folder / "model.onnx").stat().st_size / 1024:.0f} KiB')


if __name__ == '__main__':
    main()
