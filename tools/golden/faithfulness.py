"""Writes fixtures/golden/faithfulness: blurs of torchvision, and deletion curves of the bundled network made with PyTorch and ONNX Runtime.

    python tools/golden/faithfulness.py

`blurs.json` holds a small random picture `[channels, height, width]` and what `GaussianBlur` makes of it. `deletion.json` holds a heat map of 7x7 and
the points of its deletion curve on `fixtures/golden/efficientnet-lite0`'s picture: bicubic to 224x224, a stable descending
argsort, `GaussianBlur(11, 15)` on the normalised picture, one forward a point. Floats are base64 of little-endian float32.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnxruntime
import torch

# A CPU build of PyTorch lacks two operators that torchvision looks for on import.
stubs = torch.library.Library('torchvision', 'DEF')
for name in ('nms', 'qnms'):
    stubs.define(f'{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
from torchvision.transforms import GaussianBlur  # noqa: E402

from reference.json_file import write_json  # noqa: E402
from reference.shared_data import REPOSITORY  # noqa: E402

GOLDENS = REPOSITORY / 'fixtures' / 'golden'
MODEL = REPOSITORY / 'packages' / 'zoo' / 'models' / 'efficientnet-lite0' / 'onnx' / 'model.onnx'
STEPS = 10


def encoded(values: torch.Tensor) -> str:
    return base64.b64encode(np.ascontiguousarray(values.numpy().astype('<f4')).tobytes()).decode()


def blurred(pixels: torch.Tensor, kernel: int, sigma: float) -> torch.Tensor:
    return GaussianBlur(kernel, (sigma, sigma))(pixels)


def blurs() -> dict:
    generator = torch.Generator().manual_seed(4)
    pixels = torch.randn(2, 9, 13, generator=generator)
    cases = [{'kernel': kernel, 'sigma': sigma, 'pixels': encoded(blurred(pixels, kernel, sigma))}
             for kernel, sigma in ((11, 15.0), (11, 5.0), (3, 0.7), (1, 2.0))]
    return {'dims': list(pixels.shape), 'pixels': encoded(pixels), 'blurs': cases}


def deletion() -> dict:
    folder = GOLDENS / 'efficientnet-lite0'
    entries = {entry['name']: entry for entry in json.loads((folder / 'golden.json').read_text())['tensors']}
    image = np.frombuffer((folder / 'golden.bin').read_bytes(), np.uint8, 224 * 224 * 3, entries['pixels']['offset'])
    pixels = torch.from_numpy((image.reshape(224, 224, 3).transpose(2, 0, 1).astype(np.float32) - 127) / 128)
    heat = torch.randn(7, 7, generator=torch.Generator().manual_seed(5))
    scores = torch.nn.functional.interpolate(heat[None, None], size=(224, 224), mode='bicubic', align_corners=False)
    order = torch.argsort(scores.flatten(), descending=True, stable=True)

    session = onnxruntime.InferenceSession(str(MODEL), providers=['CPUExecutionProvider'])
    target = 282

    def logit(picture: torch.Tensor) -> float:
        [logits] = session.run(None, {session.get_inputs()[0].name: picture[None].numpy()})
        return float(logits[0, target])

    replaced = blurred(pixels, 11, 15.0)
    initial, final = logit(pixels), logit(replaced)
    total = order.numel() // 2
    size = -(-total // STEPS)
    x, y = [], []
    for count in [min(step * size, total) for step in range(-(-total // size) + 1)]:
        picture = pixels.clone().flatten(1)
        picture[:, order[:count]] = replaced.flatten(1)[:, order[:count]]
        x.append(count / order.numel())
        y.append((logit(picture.view_as(pixels)) - final) / (initial - final))
    return {'target': target, 'steps': STEPS, 'map': encoded(heat), 'x': x, 'y': y, 'area': float(np.trapezoid(y, x))}


def main() -> None:
    folder = GOLDENS / 'faithfulness'
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / 'blurs.json', blurs())
    write_json(folder / 'deletion.json', deletion())


if __name__ == '__main__':
    main()
