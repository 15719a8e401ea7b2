"""Class activation maps in the plain formulas of their papers, on activations and gradients of a logit.

A is the activation `[N, K, h, w]` of a layer, tokens laid out as `places` does, and G = d logit / d A, of the same shape. Sums
over hw run over places, sums over k over channels. Every map is `[N, h, w]` at the layer's resolution, not normalised.

- gradcam: ReLU(sum_k mean_hw(G_k) A_k). Selvaraju et al. 2017, equations 1 and 2.
- gradcam++: ReLU(sum_k w_k A_k) with w_k = sum_hw(alpha_k ReLU(G_k)) and
  alpha_k = G_k^2 / (2 G_k^2 + sum_hw(A_k) G_k^3 + 1e-6), zero where G_k is zero. Chattopadhay et al. 2018, equations 5, 7
  and 19. The 1e-6 is that of pytorch-grad-cam and matters where gradients are small.
- layercam: ReLU(sum_k ReLU(G_k) A_k). Jiang et al. 2021, equations 6 to 8.
- hirescam: ReLU(sum_k G_k A_k). Draelos and Carin 2020; the ReLU is pytorch-grad-cam's.
- xgradcam: ReLU(sum_k w_k A_k) with w_k = sum_hw(G_k A_k) / (sum_hw(A_k) + 1e-7). Fu et al. 2020, equation 8; the ReLU is
  Grad-CAM's.
- cam: sum_k W[c, k] A_k with the weights of the linear layer behind the pooling, no ReLU, no bias. Zhou et al. 2016,
  equation 2.
"""

from __future__ import annotations

from math import isqrt

import torch


def places(activations: torch.Tensor) -> torch.Tensor:
    """`[N, K, h, w]`: a feature map as it stands, and of tokens `[N, 1 + h * w, K]` those behind the class token, row by row."""
    if activations.dim() == 4:
        return activations
    side = isqrt(activations.shape[1] - 1)
    return activations[:, 1:].transpose(1, 2).unflatten(2, (side, side))


def weighted(weights: torch.Tensor, activations: torch.Tensor) -> torch.Tensor:
    return torch.einsum('nk,nkhw->nhw', weights, activations)


def grad_cam(activations: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    return weighted(gradients.mean((2, 3)), activations).relu()


def grad_cam_plus_plus(activations: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    sums = activations.sum((2, 3), keepdim=True)
    alpha = gradients**2 / (2 * gradients**2 + sums * gradients**3 + 1e-6)
    alpha = torch.where(gradients == 0, torch.zeros_like(alpha), alpha)
    return weighted((alpha * gradients.relu()).sum((2, 3)), activations).relu()


def layer_cam(activations: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    return (gradients.relu() * activations).sum(1).relu()


def hires_cam(activations: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    return (gradients * activations).sum(1).relu()


def x_grad_cam(activations: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    weights = (gradients * activations).sum((2, 3)) / (activations.sum((2, 3)) + 1e-7)
    return weighted(weights, activations).relu()


def cam(activations: torch.Tensor, weights: torch.Tensor, classes: list[int]) -> torch.Tensor:
    """`weights` are those of the linear layer, `[classes, K]`."""
    return weighted(weights[classes], activations)


GRADIENT_MAPS = {
    'gradcam': grad_cam,
    'gradcam++': grad_cam_plus_plus,
    'layercam': layer_cam,
    'hirescam': hires_cam,
    'xgradcam': x_grad_cam,
}
