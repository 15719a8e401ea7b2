"""Top-1 and top-5 of a model folder on labelled images, measured with PIL and ONNX Runtime."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from . import cifar10
from .preprocess import normalise, pixels


@dataclass(frozen=True)
class Accuracy:
    images: int
    top1: float
    top5: float

    def __str__(self) -> str:
        decimals = 1 if self.images < 1000 else 2
        return f'{self.images} images: top-1 {self.top1:.{decimals}%}, top-5 {self.top5:.{decimals}%}'


def labelled_images(data: Path) -> Iterator[tuple[Image.Image, int]]:
    """Of `images/` with `labels.csv` (columns `file` and `class_index`), or of the test split of CIFAR-10's Parquet files."""
    if not (data / 'labels.csv').exists():
        yield from cifar10.labelled_images(data, 'test')
        return
    with (data / 'labels.csv').open(newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            with Image.open(data / 'images' / row['file']) as image:
                yield image, int(row['class_index'])


def measure_accuracy(model: Path, preprocessor: dict, data: Path, threads: int = 2) -> Accuracy:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    name = session.get_inputs()[0].name
    ranks = []
    for image, label in labelled_images(data):
        logits = session.run(None, {name: normalise(pixels(image, preprocessor), preprocessor)})[0][0]
        ranks.append(int(np.sum(logits > logits[label])))
    return Accuracy(len(ranks), float(np.mean([rank < 1 for rank in ranks])), float(np.mean([rank < 5 for rank in ranks])))
