"""Makes the goldens of models that compare pictures with captions: small ones with random weights in every layout, and what PyTorch computes of them.

    python tools/golden/clip.py

Each folder `fixtures/golden/clip/<model>/` holds the model in the layouts of `tools/export/clip.py`, one folder each, and a golden:

- `captions`, and `ids` and `mask` `[captions, context]` that they become;
- `image` `[2, 3, S, S]`, as the model is fed (float16); `imageEmbeds` `[2, D]` and `textEmbeds` `[captions, D]`, of length 1; `logits` `[2, captions]`,
  which are `scale` times the cosine, plus `bias`;
- `inputGradient` of the logits of the first caption, every fourth row and column of it;
- `layers`: of each `module`, `gradcam` `[2, captions, h, w]` of each logit, and `contrast` `[2, h, w]` of the first caption's logit minus the second's;
  Grad-CAM as `reference/class_activation.py` states it, not normalised.

Everything is computed in float64 from float32 weights and rounded once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from copy import deepcopy
from dataclasses import dataclass
from math import isqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from tokenizers import Tokenizer

from golden.tokenized_texts import trained
from reference.class_activation import grad_cam
from reference.clip_layouts import LAYOUTS, How
from reference.clip_network import unit
from reference.clip_towers import Towers, random_clip
from reference.golden_file import GoldenFile
from reference.random_weights import random_images
from reference.shared_data import REPOSITORY
from reference.siglip import random_siglip

CLOSE = 1e-5
TORCHSCRIPT, DYNAMO = How('torchscript', 17), How('dynamo', 18)


@dataclass(frozen=True)
class Model:
    captions: tuple[str, ...]
    layers: tuple[str, ...]
    layouts: dict[str, tuple[str, How, tuple[str, ...]]]
    """By folder: the layout, how it is exported and its other precisions."""


CLIP_CAPTIONS = ('the left apple is red', 'the right apple is red', 'a photo of a green pear')
MODELS = {
    'resnet': Model(CLIP_CAPTIONS, ('visual.layer4', 'visual.layer3'), {
        'one-graph': ('one-graph', TORCHSCRIPT, ()),
        'immich': ('immich', TORCHSCRIPT, ()),
    }),
    'vit': Model(CLIP_CAPTIONS, ('visual.transformer.resblocks.0', 'visual.ln_pre', 'visual.conv1'), {
        'one-graph': ('one-graph', DYNAMO, ()),
        'immich': ('immich', DYNAMO, ()),
        'transformers': ('transformers', TORCHSCRIPT, ('fp16', 'quantized')),
        'qdrant/tiny': ('qdrant', TORCHSCRIPT, ()),
    }),
    'siglip': Model(('the left apple is red', 'the right apple is red', 'a photo of a cat'), ('vision_model.encoder.layers.1',), {
        'transformers': ('transformers', TORCHSCRIPT, ()),
    }),
}


def build(name: str, seed: int) -> Towers:
    if name != 'siglip':
        return random_clip(name, True, seed)
    tokenizer, _ = trained('unigram')
    return random_siglip(True, seed, json.loads(tokenizer.to_str()))


def rows(towers: Towers, captions: tuple[str, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    tokenizer = Tokenizer.from_str(json.dumps(towers.tokenizer))
    padding = tokenizer.token_to_id(towers.padding)
    ids = torch.full((len(captions), towers.context), padding)
    mask = torch.zeros_like(ids)
    for row, caption in enumerate(captions):
        tokens = tokenizer.encode(caption).ids
        ids[row, :len(tokens)], mask[row, :len(tokens)] = torch.tensor(tokens), 1
    return ids, mask


def places(value: torch.Tensor, module: str) -> torch.Tensor:
    """`[N, channels, h, w]` of a feature map or of tokens, which openai's transformers put first; a class token is left out."""
    if value.dim() == 4:
        return value
    tokens = value.transpose(0, 1) if 'resblocks' in module else value
    side = isqrt(tokens.shape[1])
    return tokens[:, tokens.shape[1] - side * side:].transpose(1, 2).unflatten(2, (side, side))


def compute(towers: Towers, model: torch.nn.Module, image: torch.Tensor, ids: torch.Tensor, layers: tuple[str, ...],
            ) -> dict[str, torch.Tensor]:
    kept: dict[str, torch.Tensor] = {}
    handles = [model.get_submodule(name).register_forward_hook(lambda _m, _i, output, name=name: kept.update({name: output}))
               for name in layers]
    image = image.clone().requires_grad_()
    logits, _ = model(image, ids)
    for handle in handles:
        handle.remove()

    def maps(values: torch.Tensor, module: str) -> torch.Tensor:
        (gradient,) = torch.autograd.grad(values.sum(), kept[module], retain_graph=True)
        return grad_cam(places(kept[module], module), places(gradient, module))

    result = {
        'imageEmbeds': unit(model.encode_image(image)), 'textEmbeds': unit(model.encode_text(ids)), 'logits': logits,
        'inputGradient': torch.autograd.grad(logits[:, 0].sum(), image, retain_graph=True)[0][:, :, ::4, ::4],
    }
    for module in layers:
        result[f'{module}.gradcam'] = torch.stack([maps(logits[:, caption], module) for caption in range(logits.shape[1])], 1)
        result[f'{module}.contrast'] = maps(logits[:, 0] - logits[:, 1], module)
    return {key: value.detach() for key, value in result.items()}


def apart(exact: dict[str, torch.Tensor], rounded: dict[str, torch.Tensor]) -> float:
    """The largest difference, relative to the largest element."""
    return max(float((exact[key] - rounded[key]).abs().max() / exact[key].abs().max()) for key in exact)


def is_alive(values: dict[str, torch.Tensor]) -> bool:
    maps = [value.flatten(0, -3) for key, value in values.items() if key.endswith(('gradcam', 'contrast'))]
    return all(bool((each.amax((1, 2)) > 1e-3 * each.max()).all()) for each in maps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'fixtures' / 'golden' / 'clip')
    parser.add_argument('models', nargs='*', metavar='MODEL', help=', '.join(MODELS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    for name in arguments.models or MODELS:
        described = MODELS[name]
        for seed in range(200):
            towers = build(name, seed)
            ids, mask = rows(towers, described.captions)
            image = random_images(2, towers.size, seed + 1000).half()
            exact = compute(towers, deepcopy(towers.model).double(), image.double(), ids, described.layers)
            rounded = compute(towers, towers.model, image.float(), ids, described.layers)
            if is_alive(exact) and apart(exact, rounded) < CLOSE:
                break
        else:
            raise SystemExit(f'{name}: no seed gives maps that float32 keeps')
        folder = arguments.out / name
        shutil.rmtree(folder, ignore_errors=True)
        towers.model.requires_grad_(False)
        for layout, (writer, how, precisions) in described.layouts.items():
            LAYOUTS[writer](towers, folder / layout, how, precisions)
            for precision in precisions:  # the towers are enough
                (folder / layout / 'onnx' / f'model_{precision}.onnx').unlink()
        file = GoldenFile()
        file.add('image', image.numpy())
        for key, value in exact.items():
            file.add(key, value.numpy().astype(np.float32))
        model = towers.model
        size = file.write(folder, {
            'captions': list(described.captions),
            'ids': ids.tolist(),
            'mask': mask.tolist(),
            'seed': seed,
            'scale': float(model.logit_scale.exp()),
            'bias': float(getattr(model, 'logit_bias', 0)),
            'layers': [{'module': module, 'gradcam': f'{module}.gradcam', 'contrast': f'{module}.contrast'}
                       for module in described.layers],
            'versions': {'torch': torch.__version__},
        })
        total = sum(path.stat().st_size for path in folder.rglob('*') if path.is_file())
        print(f'{name}: seed {seed}, golden {size / 1024:.0f} KiB, all {total / 1024:.0f} KiB, '
              f'{apart(exact, rounded):.1e} from float32')


if __name__ == '__main__':
    main()
