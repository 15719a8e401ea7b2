"""Trains the detector of orchard's fruit on a processor.

    node tools/train/orchard_objects.mjs tmp/orchard/train --seed orchard-objects --count 12000
    python tools/train/orchard_detector.py tmp/orchard/train

Writes `weights.pt` and `log.jsonl` under `tmp/orchard-detector`. The same options, versions and processor give the same weights.
A cell is a positive where its middle lies near that of a fruit that its level is for: of 8 pixels a cell those whose longer side is under
44 pixels, of 16 the larger ones. The probability that it learns is the overlap of its box with the fruit's (Li et al. 2020, Generalized Focal
Loss, equation 6); boxes learn by GIoU (Rezatofighi et al. 2019).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch.nn import functional

from reference.orchard_networks import Detector
from reference.orchard_objects import Objects, jittered, load_objects
from reference.orchard_training import add_options, train

LARGE = 44.0
REACH = 0.75  # in cells


def targets(boxes: torch.Tensor, labels: torch.Tensor, middles: torch.Tensor, strides: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The kind that each cell is to find, -1 for none, `[A]`, and its box `[A, 4]`."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = (boxes[:, 2:] - boxes[:, :2]).amax(1)
    away = (middles[:, None] - centre[None]).abs().amax(-1) / strides[:, None]
    level = torch.where(sides >= LARGE, 16.0, 8.0)
    fits = (away <= REACH) & (strides[:, None] == level[None])
    away = away.masked_fill(~fits, float('inf'))
    least, nearest = away.min(1)
    return torch.where(least.isfinite(), labels[nearest], -1), boxes[nearest]


def generalised_overlap(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """IoU and GIoU of pairs of corners `[..., 4]`."""
    low, high = torch.maximum(one[..., :2], other[..., :2]), torch.minimum(one[..., 2:], other[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    areas = sum((each[..., 2:] - each[..., :2]).clamp(min=0).prod(-1) for each in (one, other))
    union = (areas - shared).clamp(min=1e-6)
    hull = (torch.maximum(one[..., 2:], other[..., 2:]) - torch.minimum(one[..., :2], other[..., :2])).prod(-1).clamp(min=1e-6)
    overlap = shared / union
    return overlap, overlap - (hull - union) / hull


def loss_of(model: Detector, data: Objects, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    pixels = jittered(data.pictures[rows], generator)
    flipped = torch.rand(len(rows), generator=generator) < 0.5
    pixels = torch.where(flipped[:, None, None, None], pixels.flip(3), pixels)
    corners, logits = model.raw(pixels.contiguous(memory_format=torch.channels_last))
    kinds, wanted = [], []
    for row, flip in zip(rows.tolist(), flipped.tolist()):
        boxes = data.boxes[row]
        if flip:
            boxes = torch.stack([data.size - boxes[:, 2], boxes[:, 1], data.size - boxes[:, 0], boxes[:, 3]], 1)
        kind, box = targets(boxes, data.labels[row], model.middles, model.strides)
        kinds.append(kind)
        wanted.append(box)
    kind, box = torch.stack(kinds), torch.stack(wanted)
    found = kind >= 0
    overlap, generalised = generalised_overlap(corners[found], box[found])
    quality = torch.zeros_like(logits)
    quality[found] = functional.one_hot(kind[found], logits.shape[-1]) * overlap.detach().clamp(0, 1)[:, None]
    focus = (logits.detach().sigmoid() - quality).abs() ** 2
    scores = (focus * functional.binary_cross_entropy_with_logits(logits, quality, reduction='none')).sum()
    count = max(1, int(found.sum()))
    return (scores + 2 * (1 - generalised).sum()) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options = add_options(parser, 'orchard-detector', 900, 32)
    data = load_objects(options.data)
    torch.manual_seed(options.seed)
    train(Detector(len(data.kinds), data.size), data, loss_of, options)


if __name__ == '__main__':
    main()
