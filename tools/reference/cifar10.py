"""CIFAR-10 as uint8 arrays, decoded once from a folder of Parquet files in the Hugging Face layout."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from PIL import Image

from .shared_data import REPOSITORY, shared_data

CACHE = REPOSITORY / 'tmp' / 'cifar10'


@dataclass(frozen=True)
class Split:
    images: np.ndarray
    """`[N, 3, 32, 32]` uint8, RGB, in the order of the file's rows."""
    labels: np.ndarray
    """`[N]` int64."""


def cifar10_folder() -> Path:
    return shared_data() / 'data' / 'cifar10'


def split_file(folder: Path, split: str) -> Path:
    found = sorted(folder.glob(f'{split}-*.parquet'))
    if len(found) != 1:
        raise SystemExit(f'{folder} holds {len(found)} files {split}-*.parquet where one was expected; '
                         'set UNDERSTORY_SHARED to the folder that holds data/cifar10')
    return found[0]


def class_names(folder: Path) -> list[str]:
    """The names in the order of the labels, as the file's own metadata gives them."""
    metadata = parquet.read_schema(split_file(folder, 'train')).metadata
    return json.loads(metadata[b'huggingface'])['info']['features']['label']['names']


def labelled_images(folder: Path, split: str) -> Iterator[tuple[Image.Image, int]]:
    for batch in parquet.ParquetFile(split_file(folder, split)).iter_batches(batch_size=1000):
        for image, label in zip(batch['img'], batch['label']):
            yield Image.open(io.BytesIO(image['bytes'].as_py())), label.as_py()


def load_split(folder: Path, split: str) -> Split:
    """Keeps the decoded pixels under `tmp/`, in a file named after the hash of what was decoded."""
    digest = hashlib.sha256(split_file(folder, split).read_bytes()).hexdigest()
    cached = CACHE / f'{split}-{digest[:16]}.npz'
    if not cached.exists():
        rows = [(np.asarray(image.convert('RGB')), label) for image, label in labelled_images(folder, split)]
        images, labels = zip(*rows)
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix('.partial.npz')
        np.savez(partial, images=np.stack(images).transpose(0, 3, 1, 2), labels=np.array(labels, dtype=np.int64))
        partial.replace(cached)
    with np.load(cached) as arrays:
        return Split(np.ascontiguousarray(arrays['images']), arrays['labels'])
