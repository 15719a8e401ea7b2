"""Makes MDETR at full size with random weights (EfficientNet-B5, RoBERTa-base), a picture of 800 x 1066, and what PyTorch says of it.

    python tools/golden/mdetr_full.py FOLDER [--code CHECKOUT]
    node tools/conformance/answers.mjs FOLDER

FOLDER becomes a model folder of 680 MB with `picture.png` and a golden: outputs, and Grad-CAM at `blocks.6.2` of the best answer of each head, a
forced answer, the objectness of the best box and its phrase, in float64. How far PyTorch's own float32 is away from it is printed; with --code
also how far the official code of a checkout of https://github.com/ashkamath/mdetr is, in float32. `answers.mjs` then compares `understory explain`.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from PIL import Image

from export.mdetr import BACKBONE, MEAN, STD, export_mdetr, official, write_folder
from golden.mdetr import MODULE, OBJECT, QUESTION, TOKEN, Explained, explained, ids_of, spans, train, write_tokenizer
from reference.class_activation import grad_cam
from reference.golden_file import GoldenFile
from reference.mdetr_network import GQA, INPUTS, Mdetr, MdetrConfig, efficientnet, randomise_mdetr, smooth_pixels

HEIGHT, WIDTH = 800, 1066
FORCED = ('attr', 91)


def make_model(inputs: tuple[torch.Tensor, ...], asked: list[int]) -> Mdetr:
    """Random weights whose boxes stand for words of the question, as those of a trained network do; three of them are above the threshold."""
    ids = inputs[2]
    model = Mdetr(MdetrConfig(answers=GQA), *efficientnet(BACKBONE)).eval()
    randomise_mdetr(model, 0, (320, 448))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        usual = model(smooth_pixels(2, 320, 448, generator), torch.ones(2, 320, 448, dtype=torch.long), ids.expand(2, -1), torch.ones_like(ids).expand(2, -1))
        wanted = torch.full((model.config.tokens + 1,), -12.0)
        wanted[:ids.shape[1]] = -1
        wanted[asked] = 3
        wanted[-1] = 3
        model.class_embed.bias += wanted - usual[-2].mean((0, 1))
        scores = model(*inputs)[-2][0]
        odds = (scores[:, :-1].logsumexp(1) - scores[:, -1]).sort(descending=True).values
        model.class_embed.bias[-1] += float(odds[2:4].mean()) - math.log(OBJECT / (1 - OBJECT))
    return model.requires_grad_(False)


def run(model: torch.nn.Module, body: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Outputs, and the layer that is explained; what lies in front of it is not remembered."""
    kept: dict[str, torch.Tensor] = {}

    def hook(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        kept['layer'] = output.detach().requires_grad_()
        return kept['layer']

    handle = body.get_submodule(MODULE).register_forward_hook(hook)
    outputs = model(*inputs)
    handle.remove()
    return outputs, kept['layer']


def maps_of(outputs: dict[str, torch.Tensor], layer: torch.Tensor, chosen: dict[str, Explained]) -> dict[str, np.ndarray]:
    maps = {}
    for name, terms in chosen.items():
        (gradient,) = torch.autograd.grad(explained(terms, outputs), layer, retain_graph=True)
        maps[name] = grad_cam(layer, gradient).detach().numpy()
    return maps


def choose(tokenizer: object, outputs: dict[str, torch.Tensor]) -> tuple[dict, dict]:
    """What is explained, by the words that name it as a target; and what follows from the outputs."""
    terms = {}
    for head in GQA:
        best = int(outputs[f'pred_answer_{head}'][0].argmax())
        terms[f'answer:{head}:{head} {best}'] = [(1.0, f'pred_answer_{head}', (best,))]
    terms[f'answer:{FORCED[0]}:{FORCED[0]} {FORCED[1]}'] = [(1.0, f'pred_answer_{FORCED[0]}', (FORCED[1],))]
    rows = outputs['pred_logits'][0].detach()
    found = sorted((query for query, row in enumerate(rows.softmax(-1)) if 1 - row[-1] > OBJECT), key=lambda query: float(rows[query].softmax(-1)[-1]))
    boxes = []
    for query in found:
        shares = rows[query].softmax(-1)
        x, y, width, height = outputs['pred_boxes'][0, query].tolist()
        tokens = [token for token, share in enumerate(shares[:-1]) if share > TOKEN]
        boxes.append({'box': [(x - width / 2) * WIDTH, (y - height / 2) * HEIGHT, width * WIDTH, height * HEIGHT],
                      'probability': float(1 - shares[-1]), 'phrases': spans(tokenizer, QUESTION, tokens)})
    best = found[0]
    odds = rows[best][:-1].softmax(0)
    terms['box:0'] = [*((float(share), 'pred_logits', (best, token)) for token, share in enumerate(odds)), (-1.0, 'pred_logits', (best, len(odds)))]
    phrase = boxes[0]['phrases'][0]
    start = QUESTION.index(phrase)
    offsets = tokenizer.encode(QUESTION).offsets
    tokens = [token for token, (first, last) in enumerate(offsets) if last > first and first < start + len(phrase) and last > start]
    terms[f'phrase:{phrase}'] = [(1.0, 'pred_logits', (best, token)) for token in tokens]
    types = outputs['pred_answer_type'][0].detach().softmax(0)
    kind = list(GQA)[int(types.argmax())]
    answers = outputs[f'pred_answer_{kind}'][0].detach().softmax(0)
    said = {'answer': f'{kind} {int(answers.argmax())}', 'confidence': float(types.max() * answers.max()), 'boxes': boxes}
    return terms, said


def farthest(actual: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> float:
    """Of the largest number of each."""
    return max(float(np.abs(actual[name] - each).max() / np.abs(each).max()) for name, each in expected.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--code', type=Path, help='checkout of the official code to compare with')
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)

    tokenizer, config = train('roberta')
    ids = ids_of(tokenizer, QUESTION)
    asked = [token for token, (start, end) in enumerate(tokenizer.encode(QUESTION).offsets) if start >= QUESTION.index('left') and end < len(QUESTION)]
    smooth = smooth_pixels(1, HEIGHT, WIDTH, torch.Generator().manual_seed(2))[0].permute(1, 2, 0)
    mean, std = (torch.tensor(each, dtype=torch.float64) for each in (MEAN, STD))
    picture = ((smooth * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)
    pixels = ((picture.double() / 255 - mean) / std).permute(2, 0, 1)[None]
    inputs = dict(zip(INPUTS, (pixels, torch.ones(1, HEIGHT, WIDTH, dtype=torch.long), ids, torch.ones_like(ids))))
    rounded = tuple(each.float() if each.is_floating_point() else each for each in inputs.values())
    model = make_model(rounded, asked)
    export_mdetr(model, options.folder / 'model.onnx', 'torchscript', (256, 320))
    write_folder(options.folder, model, (800, 1333), {name: {f'{name} {place}': place for place in range(count)} for name, count in GQA.items()})
    write_tokenizer(options.folder, tokenizer, config)
    Image.fromarray(picture.numpy()).save(options.folder / 'picture.png')

    def explain(network: torch.nn.Module, body: torch.nn.Module, fed: tuple[torch.Tensor, ...], chosen: dict | None = None) -> tuple[dict, dict, dict, dict]:
        outputs, layer = run(network, body, fed)
        named = dict(zip(model.outputs, outputs))
        terms, said = choose(tokenizer, named)
        maps = maps_of(named, layer, chosen or terms)
        return {name: value.detach().numpy() for name, value in named.items()}, maps, terms, said

    single, single_maps, chosen, _ = explain(model, model, rounded)
    others = {'float32': (single, single_maps)}
    if options.code:
        other = official(options.code, model, BACKBONE).requires_grad_(False)
        others['the official code'] = explain(other, other.network, rounded, chosen)[:2]
    values, maps, _, said = explain(model.double(), model, tuple(inputs.values()), chosen)
    for name, (its_values, its_maps) in others.items():
        print(f'{name} from float64: outputs {farthest(its_values, values):.1e}, maps {farthest(its_maps, maps):.1e} of their largest numbers', flush=True)
    file = GoldenFile()
    golden = {'text': QUESTION, 'module': MODULE, 'said': said, 'rounding': farthest(single_maps, maps),
              'outputs': {name: file.add(name, value.astype(np.float32)) for name, value in values.items()},
              'maps': {name: file.add(f'map {name}', value.astype(np.float32)) for name, value in maps.items()}}
    file.write(options.folder, golden)
    size = (options.folder / 'model.onnx').stat().st_size
    print(f'{options.folder}: {size:,} bytes, {len(maps)} maps of {maps["box:0"].shape[1]} x {maps["box:0"].shape[2]}, {len(said["boxes"])} boxes')


if __name__ == '__main__':
    main()
