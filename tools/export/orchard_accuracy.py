"""Measures a detector or segmenter of orchard's fruit, as an ONNX file, on scenes that it was not trained on.

    node tools/train/orchard_objects.mjs tmp/orchard/held-out --seed orchard-held-out --count 600
    python tools/export/orchard_accuracy.py packages/zoo/models/orchard-detector tmp/orchard/held-out

Of a detector: the average precision at an overlap of 0.5 and the mean over 0.5, 0.55 ... 0.95, in the manner of COCO (101 recalls, boxes of one kind
that overlap by more than 0.7 suppressed, the mean over kinds); and the fraction of scenes whose boxes with a probability of at least 0.25 are just the
fruit. Of a segmenter: the overlap of each class over all pixels, and the fraction of pixels that are right.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnxruntime
import torch

from reference.orchard_objects import Objects, load_objects
from reference.suppression import box_convert, overlaps, suppress

OVERLAPS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
LEAST = 0.01
THRESHOLD = 0.25
SUPPRESSED = 0.7


def outputs(path: Path, data: Objects, batch: int = 50) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    (given,) = session.get_inputs()
    parts = []
    for pictures in data.pictures.split(batch):
        parts.append(session.run(None, {given.name: (pictures.permute(0, 3, 1, 2).float() / 255).numpy()})[0])
    return np.concatenate(parts)


def detections(rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Corners, kinds and probabilities of a picture's boxes, best first; `rows` is `[4 + C, A]`."""
    scores, kinds = torch.from_numpy(rows[4:]).max(0)
    kept = scores >= LEAST
    boxes = box_convert(torch.from_numpy(rows[:4]).T[kept], 'cxcywh', 'xyxy')
    scores, kinds = scores[kept], kinds[kept]
    order = suppress(boxes, scores, kinds, SUPPRESSED)
    return boxes[order], kinds[order], scores[order]


def matched(boxes: torch.Tensor, truth: torch.Tensor, least: float) -> np.ndarray:
    """Which boxes, best first, are the first to find a fruit of their kind."""
    hits = np.zeros(len(boxes), bool)
    if len(boxes) == 0 or len(truth) == 0:
        return hits
    table = overlaps(torch.cat([boxes, truth]))[:len(boxes), len(boxes):]
    free = torch.ones(len(truth), dtype=torch.bool)
    for at, row in enumerate(table):
        best = torch.where(free, row, -1.0).argmax()
        if free[best] and row[best] >= least:
            free[best] = False
            hits[at] = True
    return hits


def precision(hits: np.ndarray, scores: np.ndarray, count: int) -> float:
    """The mean of the best precision at each recall."""
    order = np.argsort(-scores, kind='stable')
    found = np.cumsum(hits[order])
    precisions = np.maximum.accumulate((found / np.arange(1, len(found) + 1))[::-1])[::-1]
    at = np.searchsorted(found / count, RECALLS, side='left')
    return float(np.append(precisions, 0.0)[np.minimum(at, len(precisions))].mean())


def measure_detector(path: Path, data: Objects) -> dict[str, float]:
    found = [detections(rows) for rows in outputs(path, data)]
    table = np.zeros((len(data.kinds), len(OVERLAPS)))
    for kind in range(len(data.kinds)):
        count = sum(int((own == kind).sum()) for own in data.labels)
        scores = np.concatenate([score[kinds == kind].numpy() for _, kinds, score in found])
        for at, least in enumerate(OVERLAPS):
            hits = [matched(boxes[kinds == kind], truth[own == kind], least)
                    for (boxes, kinds, _), truth, own in zip(found, data.boxes, data.labels)]
            table[kind, at] = precision(np.concatenate(hits), scores, count)
    whole = 0
    for (boxes, kinds, scores), truth, own in zip(found, data.boxes, data.labels):
        sure = scores >= THRESHOLD
        right = sum(int(matched(boxes[sure & (kinds == kind)], truth[own == kind], 0.5).sum()) for kind in range(len(data.kinds)))
        whole += right == len(truth) == int(sure.sum())
    return {'AP50': table[:, 0].mean(), 'AP50:95': table.mean(), 'scenes without a fault': whole / len(found)}


def measure_segmenter(path: Path, data: Objects) -> dict[str, float]:
    said = outputs(path, data).argmax(1)
    classes = data.classes.numpy()
    names = ['background', *data.kinds]
    shares = {name: float(((said == at) & (classes == at)).sum() / ((said == at) | (classes == at)).sum()) for at, name in enumerate(names)}
    return {**shares, 'mean overlap': float(np.mean(list(shares.values()))), 'pixels right': float((said == classes).mean())}


def measure(folder: Path, data: Objects) -> dict[str, float]:
    path = folder / 'onnx' / 'model.onnx'
    return (measure_detector if 'detector' in folder.name else measure_segmenter)(path, data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', type=Path, help='a folder of the zoo')
    parser.add_argument('data', type=Path, help='folder that orchard_objects.mjs wrote')
    arguments = parser.parse_args()
    for name, value in measure(arguments.model, load_objects(arguments.data)).items():
        print(f'{name}: {value:.3f}')


if __name__ == '__main__':
    main()
