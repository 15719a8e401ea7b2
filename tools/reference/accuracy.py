"""Top-1 and top-5 of a model folder on labelled images, measured with PIL and ONNX Runtime."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from .preprocess import preprocess


@dataclass(frozen=True)
class Accuracy:
    images: int
    top1: float
    top5: float

    def __str__(self) -> str:
        return f'{self.images} images: top-1 {self.top1:.1%}, top-5 {self.top5:.1%}'


def measure_accuracy(model: Path, preprocessor: dict, data: Path, threads: int = 2) -> Accuracy:
    """`data` holds `images/` and `labels.csv` with the columns `file` and `class_index`."""
    with (data / 'labels.csv').open(newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    name = session.get_inputs()[0].name
    ranks = []
    for row in rows:
        logits = session.run(None, {name: preprocess(data / 'images' / row['file'], preprocessor)})[0][0]
        ranks.append(int(np.sum(logits > logits[int(row['class_index'])])))
    return Accuracy(len(rows), float(np.mean([rank < 1 for rank in ranks])), float(np.mean([rank < 5 for rank in ranks])))
