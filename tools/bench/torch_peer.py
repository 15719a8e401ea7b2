"""PyTorch as the peer of a benchmark: one process that times one request a line, so that measurements can be interleaved.

    python tools/bench/torch_peer.py --threads 2

Each line of stdin is a JSON request, each line of stdout its JSON reply, with `seconds` where something is timed and
`error` where the request failed:

- `{"op": "load", "network": "resnet50", "seed": 0, "size": 224}`: weights as `tools/export/random_network.py` exports them;
  replies with the versions and with `layer`, the last module whose output still has places;
- `{"op": "forward", "batch": 1}`: logits, without a graph;
- `{"op": "input_gradient", "batch": 1}`: gradient of the cross-entropy with respect to the input, weights frozen;
- `{"op": "gradcam_full_backward", "batch": 1, "layer": "layer4"}`: Grad-CAM as pytorch-grad-cam does it, with weights that
  require gradients, hooks on the layer and a backward pass through the whole network, but without its resizing of the map;
- `{"op": "gradcam_package", "batch": 1, "layer": "layer4"}`: Grad-CAM by pytorch-grad-cam itself;
- `{"op": "deletion", "batch": 4}`: the paper's deletion of `batch` images and random 8x8 maps, one image and one forward after
  the other;
- `{"op": "pgd", "batch": 1, "steps": 5}`: that many steps of Algorithm 1 of the paper on pixels in 0..1, weights frozen;
- `{"op": "peak_memory"}`: `bytes`, the highest resident size of the process so far;
- `{"op": "quit"}`, or the end of stdin.

`batch` is 1 and `layer` the one that `load` replied where absent.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch.nn import functional as F

from reference.class_activation import grad_cam
from reference.deletion import deletion_area
from reference.masked_pgd import masked_pgd
from reference.random_weights import random_images
from reference.torchvision_networks import random_network, torchvision


def last_spatial_module(model: torch.nn.Module, inputs: torch.Tensor) -> str:
    """The module path of the last module to finish whose output is `[N, K, h, w]` with more than one place."""
    finished: list[str] = []

    def note(name: str) -> Callable:
        def hook(_module: torch.nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, torch.Tensor) and output.dim() == 4 and output.shape[2] * output.shape[3] > 1:
                finished.append(name)

        return hook

    handles = [module.register_forward_hook(note(name)) for name, module in model.named_modules() if name]
    with torch.no_grad():
        model(inputs)
    for handle in handles:
        handle.remove()
    if not finished:
        raise ValueError('no module of this network has an output with places')
    return finished[-1]


class Peer:
    """A loaded network and the inputs made for it; one method a request."""

    def load(self, network: str, seed: int = 0, size: int = 224) -> dict:
        self.model = random_network(network, seed, size)
        self.size, self.images = size, {}
        self.layer = last_spatial_module(self.model, self.inputs(1))
        return {'layer': self.layer, 'torch': torch.__version__, 'torchvision': torchvision.__version__,
                'threads': torch.get_num_threads()}

    def inputs(self, batch: int) -> torch.Tensor:
        if batch not in self.images:
            self.images[batch] = random_images(batch, self.size, seed=0)
        return self.images[batch]

    def forward(self, batch: int = 1) -> dict:
        inputs = self.inputs(batch)
        self.model.requires_grad_(False)

        def work() -> None:
            with torch.inference_mode():
                self.model(inputs)

        return timed(work)

    def input_gradient(self, batch: int = 1) -> dict:
        inputs = self.inputs(batch).clone().requires_grad_()
        target = torch.zeros(batch, dtype=torch.long)
        self.model.requires_grad_(False)

        def work() -> None:
            torch.autograd.grad(F.cross_entropy(self.model(inputs), target, reduction='sum'), inputs)

        return timed(work)

    def gradcam_full_backward(self, batch: int = 1, layer: str | None = None) -> dict:
        inputs, module, kept = self.inputs(batch), self.model.get_submodule(layer or self.layer), {}
        self.model.requires_grad_(True)

        def hook(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
            kept['activations'] = output.detach()
            output.register_hook(lambda gradient: kept.update(gradients=gradient.detach()))

        def work() -> None:
            self.model.zero_grad()
            logits = self.model(inputs)
            logits.gather(1, logits.argmax(1, keepdim=True)).sum().backward()
            grad_cam(kept['activations'], kept['gradients'])

        handle = module.register_forward_hook(hook)
        try:
            return timed(work)
        finally:
            handle.remove()
            self.model.zero_grad()

    def gradcam_package(self, batch: int = 1, layer: str | None = None) -> dict:
        from pytorch_grad_cam import GradCAM

        self.model.requires_grad_(True)
        try:
            with GradCAM(model=self.model, target_layers=[self.model.get_submodule(layer or self.layer)]) as explainer:
                return timed(lambda: explainer(input_tensor=self.inputs(batch), targets=None))
        finally:
            self.model.zero_grad()

    def deletion(self, batch: int = 1) -> dict:
        images = self.inputs(batch)
        maps = torch.randn(batch, 8, 8, generator=torch.Generator().manual_seed(1))
        self.model.requires_grad_(False)

        def work() -> None:
            with torch.inference_mode():
                for image, heat in zip(images, maps):
                    deletion_area(self.model, image, heat)

        return timed(work)

    def pgd(self, batch: int = 1, steps: int = 5) -> dict:
        pixels = torch.rand(batch, 3, self.size, self.size, generator=torch.Generator().manual_seed(1))
        targets, mask = torch.full((batch,), 42), torch.ones(self.size, self.size)
        self.model.requires_grad_(False)

        def work() -> None:
            for _ in masked_pgd(lambda x: self.model((x - 0.5) / 0.25), pixels, targets, mask, steps, dtype=torch.float32):
                pass

        return timed(work)

    def peak_memory(self) -> dict:
        unit = 1 if sys.platform == 'darwin' else 1024
        return {'bytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}


OPERATIONS = ('load', 'forward', 'input_gradient', 'gradcam_full_backward', 'gradcam_package', 'deletion', 'pgd',
              'peak_memory')


def timed(work: Callable[[], object]) -> dict:
    start = time.perf_counter()
    work()
    return {'seconds': time.perf_counter() - start}


def answer(peer: Peer, operations: tuple[str, ...], request: dict) -> dict:
    operation = request.pop('op', None)
    if operation not in operations:
        raise ValueError(f"unknown op '{operation}'; there are {', '.join(operations)} and quit")
    if operation not in ('load', 'peak_memory') and not hasattr(peer, 'model'):
        raise ValueError(f"'{operation}' needs a network: send 'load' first")
    return getattr(peer, operation)(**request)


def main(peer: Peer, operations: tuple[str, ...]) -> None:
    """Answers the requests of stdin until its end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--threads', type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    replies, sys.stdout = sys.stdout, sys.stderr  # nothing a library prints may pass for a reply
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            if request.get('op') == 'quit':
                break
            reply = answer(peer, operations, request)
        except Exception as error:  # the peer lives on; the caller decides what a failed request means
            reply = {'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == '__main__':
    main(Peer(), OPERATIONS)
