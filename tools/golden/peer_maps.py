"""Makes the goldens of methods that the packages pytorch-grad-cam and Captum have too, by those packages on two of the small networks.

    pip install -r tools/requirements.txt
    python tools/golden/peer_maps.py

Networks, images and classes are those of `fixtures/golden/networks`, which has to be there; each folder
`fixtures/golden/peer-maps/<network>/` holds a golden. Its `layers` name the ONNX tensor of each layer and the maps of it, `[N, h, w]` at the
layer's resolution, before the scaling that pytorch-grad-cam adds:

- `gradcam`, `layercam` and `xgradcam` with `:eigen`, before their ReLU for the same reason, and `gradcam:augmentation`, which is between 0 and 1;
- `fullgrad`, `[N, H, W]` of the image, of the network with batch normalisation folded into convolutions, as the exporter does, and under no layer;
- `dff`, `[N, 3, h, w]` of three concepts, each with the length of its vector, scikit-learn's factorization to its end: the package's own where
  every channel of the image has a 0, else of the layer as it is, where the package takes the lowest value of each channel off;
- `shapleycam`, of the network's logits, before its ReLU and scaling;
- `eigencam` and `eigengradcam`: the projection itself, before its ReLU, for its sign is the one that the decomposition happens to have.

Networks compute in float64, so that a weight that is divided by almost nothing is right too.
"""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from golden.gradient_maps import GOLDENS, read
from golden.networks import CASES, build
from reference import torchvision_networks  # noqa: F401  (makes torchvision importable)
from reference.class_activation import places
from reference.golden_file import GoldenFile

import pytorch_grad_cam
from sklearn.decomposition import NMF
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.fx.experimental.optimization import fuse
from pytorch_grad_cam.feature_factorization import deep_feature_factorization
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

NETWORKS = ['resnet-torchscript', 'vit-torchscript']
METHODS = {
    'eigencam': pytorch_grad_cam.EigenCAM,
    'eigengradcam': pytorch_grad_cam.EigenGradCAM,
    'gradcam:eigen': pytorch_grad_cam.GradCAM,
    'layercam:eigen': pytorch_grad_cam.LayerCAM,
    'xgradcam:eigen': pytorch_grad_cam.XGradCAM,
    'shapleycam': pytorch_grad_cam.ShapleyCAM,
}


def weighted(explainer: pytorch_grad_cam.ShapleyCAM, inputs: torch.Tensor, layer: torch.nn.Module, targets: list,
             activations: torch.Tensor, gradients: torch.Tensor, _eigen: bool) -> np.ndarray:
    """`[N, h, w]`, the package's weights times activations, before ReLU."""
    weights = explainer.get_cam_weights(inputs, layer, targets, activations, gradients)
    return (weights[:, :, None, None] * places(activations).detach().numpy()).sum(1)


def package_map(method: str, model: torch.nn.Module, layer: torch.nn.Module, inputs: torch.Tensor,
                classes: list[int]) -> np.ndarray:
    """`[N, h, w]`, before ReLU and scaling."""
    targets = [ClassifierOutputTarget(index) for index in classes]
    with METHODS[method](model=model, target_layers=[layer], reshape_transform=places) as explainer:
        kept, combine = [], explainer.get_cam_image
        if not explainer.detach:
            # The package cannot arrange tokens here, and what it frees are views, which it refuses to.
            combine = functools.partial(weighted, explainer)
            explainer.activations_and_grads.clear = lambda: None

        def kept_image(*arguments: object) -> np.ndarray:
            kept.append(combine(*arguments))
            return kept[-1]

        explainer.get_cam_image = kept_image
        # The fast kernels of attention have no second derivatives.
        with sdpa_kernel(SDPBackend.MATH):
            explainer(input_tensor=inputs, targets=targets, eigen_smooth=method.endswith(':eigen'))
        return kept[0]


def augmented_map(model: torch.nn.Module, layer: torch.nn.Module, inputs: torch.Tensor, classes: list[int],
                  size: tuple[int, int]) -> np.ndarray:
    """`[N, h, w]` of Grad-CAM, scaled to the layer's own size instead of that of the image."""
    targets = [ClassifierOutputTarget(index) for index in classes]
    with pytorch_grad_cam.GradCAM(model=model, target_layers=[layer], reshape_transform=places) as explainer:
        explainer.get_target_width_height = lambda _: size[::-1]
        return explainer(input_tensor=inputs, targets=targets, aug_smooth=True)


def factorized(model: torch.nn.Module, layer: torch.nn.Module, inputs: torch.Tensor) -> np.ndarray:
    """`[N, 3, h, w]`, each image by itself."""
    kept = []
    handle = layer.register_forward_hook(lambda _module, _inputs, output: kept.append(output.detach().numpy()))
    with torch.no_grad():
        model(inputs)
    handle.remove()
    deep_feature_factorization.NMF = functools.partial(NMF, tol=1e-12, max_iter=100_000)
    maps = []
    for image in kept[0]:
        if (image.min((1, 2)) == 0).all():
            concepts, explanations = deep_feature_factorization.dff(image[None].copy(), 3)
        else:
            factors = deep_feature_factorization.NMF(n_components=3, init='random', random_state=0)
            concepts = factors.fit_transform(image.reshape(len(image), -1))
            explanations = factors.components_.reshape(1, 3, *image.shape[1:])
        maps.append(explanations[0] * np.linalg.norm(concepts, axis=0)[:, None, None])
    return np.stack(maps)


def full_grad(model: torch.nn.Module, inputs: torch.Tensor, classes: list[int]) -> np.ndarray:
    """`[N, H, W]` before the last scaling."""
    targets = [ClassifierOutputTarget(index) for index in classes]
    with pytorch_grad_cam.FullGrad(model=fuse(model), target_layers=[]) as explainer:
        explainer.aggregate_multi_layers = lambda per_layer: per_layer.sum(1)
        return explainer(input_tensor=inputs, targets=targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=GOLDENS / 'peer-maps')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in NETWORKS:
        golden, tensors = read(GOLDENS / 'networks' / name)
        case = next(case for case in CASES if case.network == golden['network'])
        model = build(case, golden['seed']).double()
        inputs, classes = torch.tensor(tensors['input']).double(), golden['classes']
        file = GoldenFile()
        file.add('input', inputs.numpy().astype(np.float32))
        layers = []
        for layer in golden['layers']:
            module = model.get_submodule(layer['module'])
            maps = {method: package_map(method, model, module, inputs, classes) for method in METHODS}
            size = maps['eigencam'].shape[1:]
            maps['gradcam:augmentation'] = augmented_map(model, module, inputs, classes, size)
            if name.startswith('resnet'):
                maps['dff'] = factorized(model, module, inputs)
            layers.append({
                'module': layer['module'],
                'tensor': layer['tensor'],
                'maps': {id: file.add(f'{layer["module"]}.{id}', map.astype(np.float32)) for id, map in maps.items()},
            })
        if name.startswith('resnet'):
            file.add('fullgrad', full_grad(model, inputs, classes).astype(np.float32))
        size = file.write(arguments.out / name, {
            'network': golden['network'],
            'versions': {'torch': torch.__version__, 'grad-cam': '1.5.7'},
            'classes': classes,
            'layers': layers,
        })
        print(f'{name}: {size} bytes')


if __name__ == '__main__':
    main()
