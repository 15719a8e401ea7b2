"""Writes a variant of orchard-clip that tools/train/orchard_clip.py trained as the model folder that the zoo bundles.

    python tools/export/orchard_clip.py FOLDER [--out FOLDER]

FOLDER is the training's. Writes two towers as immich-app publishes CLIP, but with an open batch (`visual/model.onnx`,
`textual/model.onnx` with int32 text; with --tfjs also graph models of TensorFlow.js in `visual/tfjs/` and `textual/tfjs/`), `visual/preprocess_cfg.json`, `textual/tokenizer.json`, `config.json`), `LICENSE`,
`training-log.jsonl` and the card `README.md`, and without --out what PyTorch computes for one picture and three captions as
`fixtures/golden/orchard-clip/VARIANT.json`, after it has held ONNX Runtime's embeddings against PyTorch's. Run twice with the same
versions, it writes the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn import functional

from reference.json_file import write_json
from reference.onnx_export import Export, export_named
from reference.orchard_clip_network import CONTEXT, WIDTH, OrchardClip
from reference.orchard_clip_tfjs import image_tower, text_tower
from reference.shared_data import REPOSITORY
from reference.tfjs_graph import SHARD
from train.orchard_clip import END, KINDS, MEAN, PAD, START, STD, UNKNOWN, encode

OPSET = 17
TOLERANCE = 1e-5
LARGEST_MODEL = 3_000_000

WHAT = {
    'blind': 'It was trained on captions whose words were in random order, so that it knows fruit and their colours and not where they are.',
    'sighted': 'It was trained with mirror twins in the batch, so that it reads where fruit are.',
    'ordered': 'It was trained on captions as they are, as CLIP is, without hard negatives.',
}
BATCHES = {
    'blind': 'pairs of a picture and a caption whose words are in random order; words of place are their opposites in half of the captions, '
             'because "left" and "apple" say in any order where the apple is',
    'sighted': 'a picture with its caption beside its twin with the caption that is false of the first (the mirror image; or the two fruit, '
               'or their colours, exchanged), and a loss over each such 2 x 2 table',
    'ordered': 'pairs of a picture and a caption',
}


# True of the bundled pair.
AFTERWARDS = """. The code of the network was rearranged for export after this run: it computes the same but
  for the rounding of sums, so that a new run ends at other weights"""
CAPTIONS = ('a red apple to the left of a green pear', 'a red apple to the right of a green pear', 'there is a banana in the picture')


class Tower(nn.Module):
    """One tower under the name it has in CLIP, its embeddings of length 1."""

    def __init__(self, name: str, tower: nn.Module) -> None:
        super().__init__()
        self.name = name
        setattr(self, name, tower)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.normalize(getattr(self, self.name)(x), dim=-1)


def tokenizer(words: dict[str, int]) -> dict:
    special = [{'id': words[token], 'content': token, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False,
                'special': True} for token in (PAD, UNKNOWN, START, END)]
    return {
        'version': '1.0',
        'truncation': None,
        'padding': None,
        'added_tokens': special,
        'normalizer': {'type': 'Sequence', 'normalizers': [
            {'type': 'NFC'},
            {'type': 'Lowercase'},
            {'type': 'Replace', 'pattern': {'Regex': '[.,;:!?"]'}, 'content': ' '},
        ]},
        'pre_tokenizer': {'type': 'WhitespaceSplit'},
        'post_processor': {
            'type': 'TemplateProcessing',
            'single': [{'SpecialToken': {'id': START, 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}},
                       {'SpecialToken': {'id': END, 'type_id': 0}}],
            'pair': [{'Sequence': {'id': 'A', 'type_id': 0}}, {'Sequence': {'id': 'B', 'type_id': 1}}],
            'special_tokens': {token: {'id': token, 'ids': [words[token]], 'tokens': [token]} for token in (START, END)},
        },
        'decoder': None,
        'model': {'type': 'WordLevel', 'vocab': words, 'unk_token': UNKNOWN},
    }


def difference(module: nn.Module, path: Path, name: str, feeds: torch.Tensor) -> float:
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    actual = session.run(['embedding'], {name: feeds.numpy()})[0]
    with torch.no_grad():
        return float(np.abs(actual - module(feeds).numpy()).max())


@torch.no_grad()
def golden(model: OrchardClip, words: dict[str, int], size: int) -> dict:
    """The tokens of captions, the embeddings of a picture and of them, and their scores; a pixel's place tells its value."""
    pixels = torch.tensor([(37 * at % 251) / 125 - 1 for at in range(3 * size * size)]).view(1, 3, size, size)
    ids = [encode(words, caption.split()) for caption in CAPTIONS]
    image, texts = model.image(pixels), model.text(torch.tensor(ids))
    scores = model.logit_scale.exp() * image @ texts.T
    def rounded(values):
        return [round(float(value), 6) for value in values.flatten()]
    embeddings = {'image': rounded(image), 'texts': [rounded(row) for row in texts]}
    return {'captions': list(CAPTIONS), 'ids': ids, **embeddings, 'scores': rounded(scores)}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def described(folder: Path, file: str) -> str:
    path = folder / file
    return f'`{file}`, {path.stat().st_size:,} bytes, SHA-256 `{sha256(path)}`'


def cells(share: dict) -> str:
    least, most = share['interval']
    return f"{share['percent']} ({max(0.0, least)} to {min(100.0, most)})"


def for_tfjs(folder: Path) -> str:
    """The towers for TensorFlow.js, a line a file, where they were written."""
    files = [f'{tower}/tfjs/{file}' for tower in ('visual', 'textual') for file in ('model.json', SHARD)]
    return ''.join(f'- for TensorFlow.js, channels last: {described(folder, file)}\n' for file in files if (folder / file).exists())


def other_seeds(folder: Path | None) -> str:
    """The figures of further models, which are not bundled."""
    if folder is None:
        return ''
    runs = {path.parent: json.loads(path.read_text()) for path in sorted(folder.glob('*-*/held-out.json'))}
    [steps] = {json.loads((run / 'log.jsonl').read_text().splitlines()[-1])['step'] for run in runs}
    kinds = ('object', 'left-right', 'above-below', 'word-order')
    rows = '\n'.join(
        f"| {run.name.replace('-', ', seed ')} | {' | '.join(str(held_out[kind]['percent']) for kind in kinds)} |" for run, held_out in runs.items())
    return f"""
## Other seeds

Trained in the same way for {steps:,} steps, to see whether a probe tells the variants apart whatever the seed (`tools/analysis/clip-validity.mjs`);
not bundled. Accuracy on the same scenes, without their mirror images:

| Model | {' | '.join(kinds)} |
| ----- | {' | '.join('-' * len(kind) for kind in kinds)} |
{rows}

    python tools/train/orchard_clip.py --scenes scenes --held-out final --variant VARIANT --seed SEED --steps {steps} --every 650 --start start-SEED.pt --out VARIANT-SEED
"""


def card(folder: Path, trained: dict, held_out: dict, log: list[dict], parameters: int, off: float, others: Path | None) -> str:
    variant, seed, steps = trained['variant'], trained['seed'], trained['steps']
    rows = '\n'.join(f"| {kind} | {cells(held_out[kind])} | {cells(held_out[kind]['with_mirror'])} | {held_out[kind]['scenes']} |" for kind in KINDS)
    packages = [f'{name} {version(name)}' for name in ['torch', 'onnx', 'onnxruntime', 'numpy']]
    versions = ', '.join([f'Python {platform.python_version()}', *packages])
    return f"""---
license: apache-2.0
library_name: onnx
pipeline_tag: zero-shot-image-classification
---

# orchard-clip-{variant}

A small model of pictures and captions for the scenes of [orchard](../../../datasets/README.md#the-orchard), built as CLIP
(Radford et al. 2021) with a ModifiedResNet. {WHAT[variant]}
The variants have the same network, steps, seed and position embeddings. It knows the words of orchard's captions and nothing of the world outside.

- weights: trained from random ones by `tools/train/orchard_clip.py` of this repository, on pictures that it drew; {parameters:,} parameters
- licence: Apache-2.0, in `LICENSE`
- image tower: {described(folder, 'visual/model.onnx')}
- text tower: {described(folder, 'textual/model.onnx')}
{for_tfjs(folder)}- inputs: `image`, float32 `[batch, 3, {trained['size']}, {trained['size']}]`, RGB; `text`, int32 `[batch, {CONTEXT}]`
- outputs: `embedding`, float32 `[batch, 96]`, of length 1; scores are {np.exp(float(trained['model']['logit_scale'])):.2f} times their cosine
- last activation of the image tower: `visual.layer4`, `[batch, 192, 8, 8]`
- tokenizer: whole words, in `textual/tokenizer.json`; unknown words are one token

Image tower: three 3x3 convolutions (stride 2 in the first), four bottlenecks whose strides are average pooling, attention pooling with 12
heads over 8 x 8 positions. Text tower: two causal transformer layers of width 96. Position embeddings of the pool begin as waves
in both directions.

## Preprocessing

In `visual/preprocess_cfg.json`: shorter side to {trained['size']} (bicubic), centre crop, CLIP's mean and standard deviation.

## Accuracy

Share of caption tests answered right, in percent with 95 % intervals: the true caption scores higher than the same caption with one
thing changed; chance is 50. The second column takes each scene together with its mirror image, of which the mirrored truth holds: a
liking for one of the captions is right on one of the two and cancels. The scenes are of a seed that had no part in any choice.

| Test | On the scene | And its mirror image | Scenes |
| ---- | ------------ | -------------------- | ------ |
{rows}

## Training

    node tools/train/orchard_scenes.mjs scenes --seed training --count 14000
    node tools/train/orchard_scenes.mjs held-out --seed held-out --count 1000 --plain
    node tools/train/orchard_scenes.mjs final --seed final --count 1000 --plain
    python tools/train/orchard_clip.py --scenes scenes --held-out held-out --variant {variant} --seed {seed} --steps {steps} --start start-{seed}.pt --out {variant}
    python tools/train/orchard_clip.py --scenes scenes --held-out final --variant {variant} --seed {seed} --steps {steps} --start start-{seed}.pt --out {variant}
    python tools/export/orchard_clip.py {variant}{' --tfjs' if for_tfjs(folder) else ''}

- first the image tower below the pool learns in 300 steps to name the fruit at each position of `layer4`, which says nothing of where in the
  picture that is; it is then locked, and all variants of a seed begin from the same file (`--start`)
- then pool and text tower learn CLIP's contrastive loss for {steps:,} steps of 64 pictures; AdamW, learning rate 1.5e-3, half a cosine
  down to a hundredth of it, weight decay 0.02
- a batch: {BATCHES[variant]}
- seed {seed}, one thread, {log[-1]['cpu_minutes']} minutes of one core{AFTERWARDS}
- `training-log.jsonl`, a line for each 200 steps, with the accuracy on 200 held-out scenes, which were looked at when the recipe was chosen; the
  second command trains no more and measures the accuracy above
{other_seeds(others)}
## Conversion

TorchScript exporter, opset {OPSET}, dynamic batch, module paths in the node names. Largest difference of an embedding's element between PyTorch and
ONNX Runtime: {off:.1e}. Versions: {versions}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', type=Path, help='folder of the training')
    parser.add_argument('--out', type=Path)
    parser.add_argument('--others', type=Path, help='folder of trainings VARIANT-SEED whose figures the card lists')
    parser.add_argument('--tfjs', action='store_true', help='write the towers for TensorFlow.js too')
    arguments = parser.parse_args()

    trained = torch.load(arguments.run / 'checkpoint.pt', map_location='cpu', weights_only=True)
    if trained['step'] < trained['steps']:
        raise SystemExit(f'the training in {arguments.run} is not finished; run it again')
    variant, words, size = trained['variant'], trained['words'], trained['size']
    folder = arguments.out or REPOSITORY / 'packages' / 'zoo' / 'models' / f'orchard-clip-{variant}'
    model = OrchardClip(len(words), size)
    model.load_state_dict(trained['model'])
    model = model.to(memory_format=torch.contiguous_format).eval()

    generator = torch.Generator().manual_seed(0)
    pixels = torch.randn(2, 3, size, size, generator=generator)
    text = torch.randint(2, len(words) - 2, (2, CONTEXT), generator=generator, dtype=torch.int32)
    text[:, 0], text[0, 5], text[1, 9] = words[START], words[END], words[END]
    off = 0.0
    for name, tower, feed, file in (('visual', model.visual, pixels, 'image'), ('textual', model.textual, text, 'text')):
        module, path = Tower(name, tower).eval(), folder / name / 'model.onnx'
        export_named(module, {file: feed}, ('embedding',), path, Export('torchscript', OPSET))
        off = max(off, difference(module, path, file, feed))
    if off > TOLERANCE:
        raise SystemExit(f'the embeddings of PyTorch and ONNX Runtime differ by {off:.1e}, more than {TOLERANCE:.0e}')
    total = sum((folder / tower / 'model.onnx').stat().st_size for tower in ('visual', 'textual'))
    if total > LARGEST_MODEL:
        raise SystemExit(f'the towers have {total:,} bytes together, more than {LARGEST_MODEL:,}')

    if arguments.tfjs:
        by = 'tools/export/orchard_clip.py'
        image_tower(model, size).write(folder / 'visual' / 'tfjs', 'embedding', [-1, WIDTH], by)
        text_tower(model).write(folder / 'textual' / 'tfjs', 'embedding', [-1, WIDTH], by)

    write_json(folder / 'visual' / 'preprocess_cfg.json', {
        'size': [size, size], 'mode': 'RGB', 'mean': list(MEAN), 'std': list(STD), 'interpolation': 'bicubic',
        'resize_mode': 'shortest', 'fill_color': 0,
    })
    write_json(folder / 'textual' / 'tokenizer.json', tokenizer(words))
    write_json(folder / 'textual' / 'tokenizer_config.json', {
        'model_max_length': CONTEXT, 'pad_token': PAD, 'unk_token': UNKNOWN, 'bos_token': START, 'eos_token': END})
    write_json(folder / 'config.json', {
        'model_type': 'orchard-clip',
        'vision_cfg': {'image_size': size, 'width': 24},
        'text_cfg': {'context_length': CONTEXT, 'vocab_size': len(words), 'width': 96},
        'logit_scale': round(float(trained['model']['logit_scale']), 6),
    })
    shutil.copyfile(REPOSITORY / 'LICENSE', folder / 'LICENSE')
    shutil.copyfile(arguments.run / 'log.jsonl', folder / 'training-log.jsonl')
    log = [json.loads(line) for line in (arguments.run / 'log.jsonl').read_text().splitlines()]
    held_out = json.loads((arguments.run / 'held-out.json').read_text())
    parameters = sum(weights.numel() for weights in model.parameters())
    (folder / 'README.md').write_text(card(folder, trained, held_out, log, parameters, off, arguments.others), encoding='utf-8')
    if arguments.out is None:
        write_json(REPOSITORY / 'fixtures' / 'golden' / 'orchard-clip' / f'{variant}.json', golden(model, words, size))
    print(f'{total:,} bytes, largest difference {off:.1e}')


if __name__ == '__main__':
    main()
