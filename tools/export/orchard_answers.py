"""Measures an exported orchard-mdetr on scenes that it was not trained on: answers right by kind of question, in percent with 95 % intervals.

    node tools/train/orchard_questions.mjs tmp/orchard-questions --seed final --count 500 --plain
    python tools/export/orchard_answers.py packages/zoo/models/orchard-mdetr-sighted tmp/orchard-questions

Both phrasings of each question are asked, with true words of place; an answer is right where its type is too. `colour-at, two of a kind` are those in
which the place alone decides; `box` is the percentage of questions about one fruit whose best box overlaps it by half.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from train.orchard_mdetr import KINDS, Answers, Reader, Scenes, evaluate

ROWS = (*KINDS, 'box')
BOX_FOR = 31
"""Tokens of a text that a box can stand for."""


def answers_of(path: Path) -> Answers:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]

    def answers(pixels: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        pixels = pixels.expand(len(ids), -1, -1, -1)
        feeds = {'pixel_values': pixels.contiguous().numpy(), 'pixel_mask': np.ones((len(ids), *pixels.shape[2:]), np.int64),
                 'input_ids': ids.numpy(), 'attention_mask': mask.numpy()}
        return {name: torch.from_numpy(value) for name, value in zip(names, session.run(names, feeds))}

    return answers


def measured(model: Path, scenes: Path) -> dict:
    """By kind of question, of the folder of a model."""
    asked = Scenes(scenes)
    reader = Reader(Tokenizer.from_file(str(model / 'tokenizer.json')), BOX_FOR)
    return evaluate(answers_of(model / 'model.onnx'), asked, reader, len(asked.questions))


def table(shares: dict) -> str:
    def row(kind: str) -> str:
        share = shares[kind]
        return '| {} | {} ({} to {}) | {} |'.format(kind, share['percent'], *share['interval'], share['questions'])

    return '\n'.join(['| Question | Right | Questions |', '| -------- | ----- | --------- |', *(row(kind) for kind in ROWS if kind in shares)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', type=Path, help='folder of the model')
    parser.add_argument('scenes', type=Path, help='folder that orchard_questions.mjs wrote')
    arguments = parser.parse_args()
    print(table(measured(arguments.model, arguments.scenes)))


if __name__ == '__main__':
    main()
