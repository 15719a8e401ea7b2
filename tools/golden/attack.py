"""Makes the goldens of attacks: Algorithm 1 of the paper in PyTorch on the two bundled networks.

    python tools/golden/attack.py

Writes `fixtures/golden/attack/<network>.json` and `.bin`. The network runs in float64 and the pixels stay float32, so that a sign which
float32 may get wrong can be told: one whose gradient is smaller than `undecidedBelow`, or that is smaller than what the gradient
changes by when rectifiers let it through up to `kinkMargin` beyond their kinks, or end it that far before them. The `.bin` holds, one after the other,
`pixels` uint8 `[N, 3, H, W]`, and for each step the bits, most significant first, of `positive` (the gradient of the cross-entropy is larger
than 0) and of `undecided`, of all components in order. The `.json` has masks as `weight(y, x) = 1 where (7 x + 13 y) mod 5 < 3`, the
target's probability before each step, and the SHA-256 of the float32 pixels after the last one. No gradient within a mask is exactly 0.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from PIL import Image

from reference.cifar10_network import Cifar10ResNet
from reference.efficientnet_lite0 import efficientnet_lite0
from reference.json_file import write_json
from reference.kinks import kinks_moved, with_movable_kinks
from reference.masked_pgd import gradient_of, masked_pgd
from reference.onnx_weights import with_onnx_weights
from reference.preprocess import load_preprocessor, pixels
from reference.shared_data import REPOSITORY

MODELS = REPOSITORY / 'packages' / 'zoo' / 'models'
IMAGES = REPOSITORY / 'fixtures' / 'images'
UNDECIDED = 1e-7
KINK_MARGIN = 1e-5


def mask_of(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return ((7 * x + 13 * y) % 5 < 3).astype(np.float32)


def golden(folder: Path, network: str, model: torch.nn.Module, names: list[str], targets: list[int], steps: int) -> None:
    config = load_preprocessor(MODELS / network / 'preprocessor_config.json')
    batch = []
    for name in names:
        with Image.open(IMAGES / name) as image:
            batch.append(pixels(image, config).transpose(2, 0, 1))
    values = np.stack(batch)
    x = torch.from_numpy(values.astype(np.float32) / np.float32(255))
    mask = torch.from_numpy(mask_of(*x.shape[2:]))
    mean, deviation = (torch.tensor(config[key], dtype=torch.float64)[:, None, None] for key in ('image_mean', 'image_std'))

    def classify(dtype: torch.dtype):
        return lambda inputs: model.to(dtype)((inputs - mean.to(dtype)) / deviation.to(dtype))

    labels = torch.tensor(targets)
    exact = list(masked_pgd(classify(torch.float64), x, labels, mask, steps))
    rounded = list(masked_pgd(classify(torch.float32), x, labels, mask, steps, dtype=torch.float32))
    data = bytearray(values.tobytes())
    inside = mask.bool().expand_as(x)
    before, undecided, small, kinked = x, torch.zeros_like(inside), 0, 0
    for step in exact:
        assert bool((step.gradient != 0).logical_or(mask == 0).all()), 'a gradient is exactly zero'
        bound = torch.zeros_like(step.gradient)
        for margin in (KINK_MARGIN, -KINK_MARGIN):
            with kinks_moved(model, margin):
                moved, _ = gradient_of(classify(torch.float64), before, labels, torch.float64)
            bound = torch.maximum(bound, (moved - step.gradient).abs())
        size = step.gradient.abs()
        open_ = ((size < UNDECIDED) | (size < bound)) & inside
        small += int(((size < UNDECIDED) & inside).sum())
        kinked += int((open_ & (size >= UNDECIDED)).sum())
        undecided |= open_
        for bits in (step.gradient > 0, open_):
            data.extend(np.packbits(bits.numpy().ravel()).tobytes())
        before = step.pixels
    final = exact[-1].pixels.numpy()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f'{network}.bin').write_bytes(data)
    write_json(folder / f'{network}.json', {
        'network': network,
        'images': names,
        'versions': {'torch': torch.__version__, 'pillow': Image.__version__},
        'dims': list(x.shape),
        'targets': targets,
        'steps': steps,
        'epsilon': 12 / 255,
        'alpha': 3 / 255,
        'alphaMin': 0.1 / 255,
        'undecidedBelow': UNDECIDED,
        'kinkMargin': KINK_MARGIN,
        'undecided': {'compared': steps * int(inside.sum()), 'small': small, 'kinked': kinked},
        'probability': [[float(value) for value in step.probability] for step in exact],
        'sha256': hashlib.sha256(np.ascontiguousarray(final).tobytes()).hexdigest(),
    })
    differs = exact[-1].pixels != rounded[-1].pixels
    print(f'{network}: {len(data) / 1024:.0f} KiB; {small} of {steps * int(inside.sum())} signs hang on a gradient below {UNDECIDED} and '
          f'{kinked} on kinks; PyTorch in float32 ends otherwise at {int(differs.sum())}')
    print(json.dumps([[round(float(value), 4) for value in step.probability] for step in exact]))
    for step in exact:
        sizes = step.gradient.abs()[inside].float()
        print('gradient magnitudes, quantiles of 1, 50 and 99 %:', *(f'{float(value):.1e}' for value in np.quantile(sizes, [0.01, 0.5, 0.99])))


def main() -> None:
    folder = REPOSITORY / 'fixtures' / 'golden' / 'attack'
    names = ['chelsea.png', 'coffee.png', 'rocket.jpg']
    cifar = with_onnx_weights(Cifar10ResNet((16, 32, 64, 128)), MODELS / 'cifar10-resnet' / 'onnx' / 'model.onnx')
    golden(folder, 'cifar10-resnet', with_movable_kinks(cifar), names, [5, 0, 8], steps=12)
    golden(folder, 'efficientnet-lite0', with_movable_kinks(efficientnet_lite0()), names[:1], [42], steps=3)


if __name__ == '__main__':
    main()
