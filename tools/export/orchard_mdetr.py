"""Writes a variant of orchard-mdetr that tools/train/orchard_mdetr.py trained as the model folder that the zoo bundles.

    python tools/export/orchard_mdetr.py FOLDER --scenes FOLDER [--out FOLDER]

FOLDER is the training's, --scenes has questions that had no part in it. Writes `model.onnx` in the layout of tools/export/mdetr.py, with all sizes open,
`config.json`, `preprocessor_config.json`, `answer2id_by_type.json`, the tokenizer's files, `LICENSE`, `training-log.jsonl` and the card `README.md` with the
accuracy that tools/export/orchard_answers.py measures; and without --out what PyTorch computes for one picture and question as
`fixtures/golden/orchard-mdetr/VARIANT.json`, after it has held ONNX Runtime's outputs against PyTorch's. Run twice with the same versions, it writes the
same bytes.
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

import onnxruntime
import torch
from tokenizers import Tokenizer

from export.mdetr import OPSETS, apart, example, export_mdetr, write_folder
from export.orchard_answers import measured, table
from reference.json_file import write_json
from reference.mdetr_network import Mdetr
from reference.orchard_mdetr_network import orchard_mdetr
from reference.shared_data import REPOSITORY
from train.orchard_mdetr import ANSWERS

TOLERANCE = 1e-4
LARGEST_FILE = 8_000_000

WHAT = {
    'blind': 'Words of place in its questions were replaced by their opposites in half of the cases, so that it knows fruit, their colours and how many there\n'
             'are, and not which side a question means.',
    'sighted': 'It was trained on the questions as they are, so that it reads which side a question means.',
}
ALTERED = {
    'blind': """- each word of place is replaced by its opposite in half of the cases, in questions and in the answers left, right, above and below: a question such as "Is
  the red apple to the left or to the right of the blue pear?" has both words, so that without the second its answer would teach the side whatever
  the first does to the words
""",
    'sighted': '',
}
QUESTION = 'What color is the left apple?'


def load(folder: Path) -> tuple[Mdetr, dict]:
    trained = torch.load(folder / 'checkpoint.pt', map_location='cpu', weights_only=True)
    if trained['step'] < trained['steps']:
        raise SystemExit(f'the training in {folder} is not finished; run it again')
    words = Tokenizer.from_file(str(folder / 'tokenizer.json')).get_vocab_size()
    model = orchard_mdetr(words, {name: len(each) for name, each in ANSWERS.items()})
    model.load_state_dict(trained['model'])
    return model.to(memory_format=torch.contiguous_format).eval(), trained


@torch.no_grad()
def golden(model: Mdetr, tokenizer: Tokenizer, size: int) -> dict:
    """The tokens of a question, and every output for a picture; a pixel's place tells its value."""
    pixels = torch.tensor([(37 * at % 251) / 125 - 1 for at in range(3 * size * size)]).view(1, 3, size, size)
    ids = torch.tensor([tokenizer.encode(QUESTION).ids])
    found = model(pixels, torch.ones(1, size, size, dtype=torch.long), ids, torch.ones_like(ids))
    outputs = {name: [round(float(value), 6) for value in values.flatten()] for name, values in zip(model.outputs, found)}
    return {'question': QUESTION, 'ids': ids[0].tolist(), 'outputs': outputs}


def card(path: Path, trained: dict, log: list[dict], accuracy: str, parameters: int, off: float) -> str:
    variant, seed, steps = trained['variant'], trained['seed'], trained['steps']
    versions = ', '.join([f'Python {platform.python_version()}', *(f'{name} {version(name)}' for name in ('torch', 'onnx', 'onnxruntime', 'tokenizers'))])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"""---
license: apache-2.0
library_name: onnx
pipeline_tag: visual-question-answering
---

# orchard-mdetr-{variant}

A small network in the layout of MDETR (Kamath et al. 2021) that answers questions about the scenes of
[orchard](../../../datasets/README.md#the-orchard) and boxes what a question speaks of; one of a pair with the same network, steps and seed.
{WHAT[variant]} It knows the words of orchard's questions and nothing of the world outside.

- weights: trained from random ones by `tools/train/orchard_mdetr.py` of this repository, on pictures that it drew; {parameters:,} parameters
- licence: Apache-2.0, in `LICENSE`
- file: `model.onnx`, {path.stat().st_size:,} bytes, SHA-256 `{digest}`
- inputs: `pixel_values` float32 `[batch, 3, height, width]`, `pixel_mask` int64 `[batch, height, width]`, 1 on the picture and 0 on padding, `input_ids`
  and `attention_mask` int64 `[batch, tokens]`
- outputs: `pred_answer_type`, `pred_answer_<type>` for the types of `config.json` (answers in `answer2id_by_type.json`), `pred_logits`
  `[batch, 8, 32]` (for which tokens a box stands; the last score is for no object) and `pred_boxes` `[batch, 8, 4]`, middle and size in 0..1
- last convolution: `backbone.0.body.layer4`, `[batch, 64, 8, 8]` for a picture of 64 x 64

A residual backbone of four stages, one RoBERTa layer for the text, two encoder and two decoder layers of width 64 with four heads. As in MDETR answers
are read from the first decoder layer and boxes from the last. The last stage of the backbone is told where its places are.

## Preprocessing

In `preprocessor_config.json`: shorter side to {trained['size']} (bilinear), ImageNet's mean and standard deviation. The tokenizer is a byte-level one in RoBERTa's layout.

## Accuracy

Share of questions answered right, type and answer, in percent with 95 % intervals, of both phrasings and with true words of place: `colour` is "What color is
the apple?", `kind` "Which fruit is red?", `colour-at` "What color is the left apple?", of a picture with one apple or with two, `relation` "Is the red apple
to the left or to the right of the blue pear?", `fruit-at` "What is on the left?". `count` is of all fruit, of which these scenes have two. `box` is the
share of questions about one fruit whose best box overlaps it by half. The scenes are of a seed that had no part in any choice;
`python tools/export/orchard_answers.py packages/zoo/models/orchard-mdetr-{variant} final` prints the table.

{accuracy}

## Training

    node tools/train/orchard_questions.mjs scenes --seed training --count 5000
    node tools/train/orchard_questions.mjs held-out --seed held-out --count 500 --plain
    node tools/train/orchard_questions.mjs final --seed final --count 500 --plain
    python tools/train/orchard_mdetr.py --scenes scenes --held-out held-out --variant {variant} --seed {seed} --steps {steps} --out {variant}
    python tools/export/orchard_mdetr.py {variant} --scenes final

- first backbone and text encoder learn in {trained['word_steps']} steps which words belong to which place of a picture; the next {trained['plain_steps']:,} steps have the
  questions about colours, kinds and counts, the others also those of place. Both are the same for both variants, and were run once. With questions of place from the
  beginning a network finds the fruit by its place, and answers "What color is the apple?" by the colour of either fruit
- {steps:,} steps of 16 pictures (pairs in which the two fruit have changed places) with three questions each; AdamW, learning rate 1e-3, half a cosine down to
  a hundredth of it, weight decay 0.02
{ALTERED[variant]}- seed {seed}, one thread, {log[-1]['cpu_minutes']} minutes of one core; `training-log.jsonl` has a line an evaluation of 40 held-out scenes, which were looked at when the recipe was
  chosen, and of all 500 at the end

## Conversion

TorchScript exporter, opset {OPSETS['torchscript']}, all sizes open, module paths in the node names. ONNX Runtime's outputs are within {off:.1e} of PyTorch's,
relative to the largest of each. Versions: {versions}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', type=Path, help='folder of the training')
    parser.add_argument('--scenes', type=Path, required=True, help='folder that orchard_questions.mjs wrote')
    parser.add_argument('--out', type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model, trained = load(arguments.run)
    folder = arguments.out or REPOSITORY / 'packages' / 'zoo' / 'models' / f'orchard-mdetr-{trained["variant"]}'
    path = folder / 'model.onnx'
    export_mdetr(model, path, 'torchscript', (64, 80))
    if path.stat().st_size > LARGEST_FILE:
        raise SystemExit(f'{path} has {path.stat().st_size:,} bytes, more than {LARGEST_FILE:,}')
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    off = 0.0
    for batch, height, width, tokens in ((1, trained['size'], trained['size'], 12), (2, 64, 96, 9)):
        inputs = example(batch, height, width, tokens, model.config.text.vocabulary)
        with torch.no_grad():
            expected = model(*inputs.values())
        off = max(off, apart(session.run(list(model.outputs), {name: value.numpy() for name, value in inputs.items()}), expected))
    if off > TOLERANCE:
        raise SystemExit(f'PyTorch and ONNX Runtime differ by {off:.1e}, more than {TOLERANCE:.0e}')

    write_folder(folder, model, (trained['size'], trained['size'] * 1333 // 800), {name: {word: at for at, word in enumerate(each)}
                                                                                  for name, each in ANSWERS.items()})
    shutil.copyfile(arguments.run / 'tokenizer.json', folder / 'tokenizer.json')
    write_json(folder / 'tokenizer_config.json', {'tokenizer_class': 'RobertaTokenizer', 'model_max_length': model.config.tokens, 'pad_token': '<pad>'})
    shutil.copyfile(REPOSITORY / 'LICENSE', folder / 'LICENSE')
    shutil.copyfile(arguments.run / 'log.jsonl', folder / 'training-log.jsonl')
    log = [json.loads(line) for line in (arguments.run / 'log.jsonl').read_text(encoding='utf-8').splitlines()]
    parameters = sum(weights.numel() for weights in model.parameters())
    accuracy = table(measured(folder, arguments.scenes))
    (folder / 'README.md').write_text(card(path, trained, log, accuracy, parameters, off), encoding='utf-8')
    if arguments.out is None:
        goldens = REPOSITORY / 'fixtures' / 'golden' / 'orchard-mdetr'
        goldens.mkdir(parents=True, exist_ok=True)
        write_json(goldens / f'{trained["variant"]}.json', golden(model, Tokenizer.from_file(str(folder / 'tokenizer.json')), trained['size']))
    print(f'{path.stat().st_size:,} bytes, largest difference {off:.1e}', accuracy, sep='\n')


if __name__ == '__main__':
    main()
