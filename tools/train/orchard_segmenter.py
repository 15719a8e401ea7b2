"""Trains the segmenter of orchard's fruit on a processor.

    node tools/train/orchard_objects.mjs tmp/orchard/train --seed orchard-objects --count 12000
    python tools/train/orchard_segmenter.py tmp/orchard/train

Writes `weights.pt` and `log.jsonl` under `tmp/orchard-segmenter`. The same options, versions and processor give the same weights.
It learns on windows of 96 x 96 pixels, others in every step. The loss is the cross entropy of the pixels and one less the Dice coefficient of the classes that are there (Milletari et al. 2016).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch.nn import functional

from reference.orchard_networks import Segmenter
from reference.orchard_objects import Objects, jittered, load_objects
from reference.orchard_training import add_options, train


CROP = 96


def loss_of(model: Segmenter, data: Objects, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    top, left = (torch.randint(data.size - CROP + 1, (len(rows),), generator=generator).tolist() for _ in range(2))
    windows = [(row, slice(y, y + CROP), slice(x, x + CROP)) for row, y, x in zip(rows.tolist(), top, left)]
    pixels = jittered(torch.stack([data.pictures[window] for window in windows]), generator)
    classes = torch.stack([data.classes[window] for window in windows]).long()
    flipped = torch.rand(len(rows), generator=generator) < 0.5
    pixels = torch.where(flipped[:, None, None, None], pixels.flip(3), pixels)
    classes = torch.where(flipped[:, None, None], classes.flip(2), classes)
    logits = model(pixels.contiguous(memory_format=torch.channels_last))
    wanted = functional.one_hot(classes, logits.shape[1]).permute(0, 3, 1, 2).float()
    said = logits.softmax(1)
    dice = (2 * (said * wanted).sum((0, 2, 3)) + 1) / ((said + wanted).sum((0, 2, 3)) + 1)
    return functional.cross_entropy(logits, classes) + (1 - dice).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options = add_options(parser, 'orchard-segmenter', 500, 16)
    data = load_objects(options.data)
    torch.manual_seed(options.seed)
    train(Segmenter(1 + len(data.kinds)), data, loss_of, options)


if __name__ == '__main__':
    main()
