"""The packages that people use with PyTorch, as the peers of a benchmark; requests and replies as those of `torch_peer.py`.

    python tools/bench/packages_peer.py --threads 2

- `{"op": "load", "network": "resnet50", "seed": 0, "size": 224}`: the network as `torch_peer.py` has it, its weights as a user has them, which
  require gradients; replies with the versions of the packages;
- `{"op": "grad_cam", "batch": 1}` (pytorch-grad-cam), `{"op": "layer_grad_cam", "batch": 1}`, `{"op": "saliency", "batch": 1}`,
  `{"op": "integrated_gradients", "steps": 20}`, `{"op": "occlusion", "window": 32, "stride": 32}` (Captum), the last two of one image;
- `{"op": "rise", "masks": 200}`: the published loop, which none of the packages has, of one image;
- `{"op": "pgd_torchattacks", "batch": 1, "steps": 5}`, `{"op": "pgd_foolbox", "batch": 1, "steps": 5}`;
- `{"op": "table_torchattacks", "batch": 8, "masks": 6, "steps": 5}`: that many masks one after the other, with the loop of torchattacks' PGD on the
  whole batch, its step multiplied by the mask;
- `{"op": "pixel_flipping", "batch": 4, "steps": 100}`: Quantus' PixelFlipping in that many steps of equally many pixels.
"""

from __future__ import annotations

import importlib.metadata
import math

import torch_peer

import captum.attr
import foolbox
import numpy
import quantus
import torch
import torchattacks
from pytorch_grad_cam import GradCAM
from torch.nn import functional as F

PACKAGES = ('torch', 'grad-cam', 'captum', 'quantus', 'torchattacks', 'foolbox')
CLASS = 5
EPSILON, ALPHA = 8 / 255, 2 / 255
#: Images that go through the network at a time where a method makes many of one.
AT_A_TIME = 32


class MaskedPgd(torchattacks.PGD):
    """The loop of torchattacks' PGD, version 3.5, in which a mask says what may change."""

    def masked(self, images: torch.Tensor, labels: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        images, labels = images.clone().detach(), labels.clone().detach()
        loss, changed = torch.nn.CrossEntropyLoss(), images.clone().detach()
        for _ in range(self.steps):
            changed.requires_grad = True
            cost = loss(self.get_logits(changed), labels)
            gradient = torch.autograd.grad(cost, changed, retain_graph=False, create_graph=False)[0]
            changed = changed.detach() + self.alpha * gradient.sign() * mask
            delta = torch.clamp(changed - images, min=-self.eps, max=self.eps)
            changed = torch.clamp(images + delta, min=0, max=1).detach()
        return changed


class Packages(torch_peer.Peer):
    """A loaded network; one method a request."""

    def load(self, network: str, seed: int = 0, size: int = 224) -> dict:
        reply = super().load(network, seed, size)
        self.model.requires_grad_(True)
        return {'layer': reply['layer'], 'versions': {name: importlib.metadata.version(name) for name in PACKAGES}}

    def targets(self, batch: int) -> torch.Tensor:
        return torch.full((batch,), CLASS)

    def pixels(self, batch: int) -> torch.Tensor:
        return torch.rand(batch, 3, self.size, self.size, generator=torch.Generator().manual_seed(1))

    def grad_cam(self, batch: int = 1) -> dict:
        images, module = self.inputs(batch), self.model.get_submodule(self.layer)
        with GradCAM(model=self.model, target_layers=[module]) as explainer:
            return torch_peer.timed(lambda: explainer(input_tensor=images, targets=None))

    def layer_grad_cam(self, batch: int = 1) -> dict:
        explainer = captum.attr.LayerGradCam(self.model, self.model.get_submodule(self.layer))
        return self.attributed(explainer, batch, relu_attributions=True)

    def saliency(self, batch: int = 1) -> dict:
        return self.attributed(captum.attr.Saliency(self.model), batch)

    def integrated_gradients(self, steps: int) -> dict:
        explainer = captum.attr.IntegratedGradients(self.model)
        return self.attributed(explainer, 1, n_steps=steps, internal_batch_size=AT_A_TIME, return_convergence_delta=True)

    def occlusion(self, window: int, stride: int) -> dict:
        options = {'sliding_window_shapes': (3, window, window), 'strides': (3, stride, stride)}
        with torch.no_grad():
            return self.attributed(captum.attr.Occlusion(self.model), 1, perturbations_per_eval=AT_A_TIME, **options)

    def attributed(self, explainer: captum.attr.Attribution, batch: int, **options: object) -> dict:
        images, targets = self.inputs(batch).clone(), self.targets(batch)
        return torch_peer.timed(lambda: explainer.attribute(images, target=targets, **options))

    def rise(self, masks: int, grid: int = 7) -> dict:
        image, cell = self.inputs(1), math.ceil(self.size / grid)
        larger = (grid + 1) * cell

        def work() -> None:
            total = torch.zeros(self.size, self.size)
            with torch.inference_mode():
                for start in range(0, masks, AT_A_TIME):
                    count = min(AT_A_TIME, masks - start)
                    cells = (torch.rand(count, 1, grid, grid) < 0.5).float()
                    wide = F.interpolate(cells, size=(larger, larger), mode='bilinear', align_corners=False)
                    drawn = torch.stack([
                        one[:, top:top + self.size, left:left + self.size]
                        for one, (top, left) in zip(wide, torch.randint(cell, (count, 2)).tolist())
                    ])
                    scores = self.model(image * drawn).softmax(1)[:, CLASS]
                    total += (scores[:, None, None] * drawn[:, 0]).sum(0)

        return torch_peer.timed(work)

    def pgd_torchattacks(self, batch: int, steps: int) -> dict:
        images, targets = self.pixels(batch), self.targets(batch)
        attack = torchattacks.PGD(self.of_pixels(), eps=EPSILON, alpha=ALPHA, steps=steps)
        return torch_peer.timed(lambda: attack(images, targets))

    def pgd_foolbox(self, batch: int, steps: int) -> dict:
        images, targets = self.pixels(batch), self.targets(batch)
        attack = foolbox.attacks.LinfPGD(abs_stepsize=ALPHA, steps=steps)
        model = foolbox.PyTorchModel(self.of_pixels(), bounds=(0, 1), device='cpu')
        return torch_peer.timed(lambda: attack.run(model, images, targets, epsilon=EPSILON))

    def table_torchattacks(self, batch: int, masks: int, steps: int) -> dict:
        images, targets = self.pixels(batch), self.targets(batch)
        attack = MaskedPgd(self.of_pixels(), eps=EPSILON, alpha=ALPHA, steps=steps)
        generator = torch.Generator().manual_seed(2)
        drawn = [(torch.rand(batch, 1, self.size, self.size, generator=generator) < 0.1).float() for _ in range(masks)]
        return torch_peer.timed(lambda: [attack.masked(images, targets, mask) for mask in drawn])

    def pixel_flipping(self, batch: int, steps: int) -> dict:
        images = self.inputs(batch).numpy()
        maps = numpy.random.default_rng(1).normal(size=(batch, 1, self.size, self.size))
        features = self.size * self.size // steps
        metric = quantus.PixelFlipping(features_in_step=features, perturb_baseline='black', disable_warnings=True)
        targets = numpy.full(batch, CLASS)
        return torch_peer.timed(lambda: metric(model=self.model, x_batch=images, y_batch=targets, a_batch=maps, device='cpu',
                                               batch_size=batch))

    def of_pixels(self) -> torch.nn.Module:
        return OfPixels(self.model).eval()


class OfPixels(torch.nn.Module):
    """The network on pixels in 0..1."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.model((pixels - 0.5) / 0.25)


OPERATIONS = ('load', 'grad_cam', 'layer_grad_cam', 'saliency', 'integrated_gradients', 'occlusion', 'rise', 'pgd_torchattacks',
              'pgd_foolbox', 'table_torchattacks', 'pixel_flipping')


if __name__ == '__main__':
    torch_peer.main(Packages(), OPERATIONS)
