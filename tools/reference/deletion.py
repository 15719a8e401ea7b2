"""The paper's deletion metric, section 4.1, as it is usually written: one forward a step."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from .torchvision_networks import torchvision  # noqa: F401  torchvision has to be imported its way

from torchvision.transforms import GaussianBlur  # noqa: E402


def deletion_area(model: torch.nn.Module, image: torch.Tensor, heat: torch.Tensor, fraction: float = 0.5,
                  steps: int = 100) -> float:
    """The area under the normalised logit of the predicted class; `image` is `[C, H, W]`, `heat` `[h, w]`."""
    _, height, width = image.shape
    scores = F.interpolate(heat[None, None], size=(height, width), mode='bicubic', align_corners=False).flatten()
    order = torch.argsort(scores, descending=True, stable=True)
    blurred = GaussianBlur(11, 15.0)(image).flatten(1)
    current = image.flatten(1).clone()
    total = int(fraction * height * width)
    size = -(-total // steps)

    def logits(pixels: torch.Tensor) -> torch.Tensor:
        return model(pixels.view(1, *image.shape))[0]

    first = logits(current)
    target = int(first.argmax())
    x, y = [0.0], [float(first[target])]
    for start in range(0, total, size):
        places = order[start:min(start + size, total)]
        current[:, places] = blurred[:, places]
        x.append(min(start + size, total) / (height * width))
        y.append(float(logits(current)[target]))
    final = float(logits(blurred)[target])
    curve = (torch.tensor(y) - final) / (y[0] - final)
    return float(torch.trapezoid(curve, torch.tensor(x)))
