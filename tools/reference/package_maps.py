"""The maps of the package pytorch-grad-cam, to hold our formulas against."""

from __future__ import annotations

import numpy as np
import torch

from . import torchvision_networks  # noqa: F401  (makes torchvision importable)

import pytorch_grad_cam
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from .class_activation import places

METHODS = {
    'gradcam': pytorch_grad_cam.GradCAM,
    'gradcam++': pytorch_grad_cam.GradCAMPlusPlus,
    'layercam': pytorch_grad_cam.LayerCAM,
    'hirescam': pytorch_grad_cam.HiResCAM,
    'xgradcam': pytorch_grad_cam.XGradCAM,
}


def package_maps(method: str, model: torch.nn.Module, layer: torch.nn.Module, inputs: torch.Tensor,
                 classes: list[int]) -> np.ndarray:
    """`[N, h, w]` at the layer's resolution, after the ReLU and before the scaling that the package adds."""
    targets = [ClassifierOutputTarget(index) for index in classes]
    with METHODS[method](model=model, target_layers=[layer], reshape_transform=places) as explainer:
        explainer(input_tensor=inputs, targets=targets)
        kept = explainer.activations_and_grads
        image = explainer.get_cam_image(inputs, layer, targets, kept.activations[-1].numpy(),
                                        kept.gradients[-1].numpy(), False)
    return np.maximum(image, 0)
