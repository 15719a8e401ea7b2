"""The format of a golden: `golden.json` says what lies where in `golden.bin`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .json_file import write_json


class GoldenFile:
    """Tensors one after the other, little endian, each at a multiple of four bytes."""

    def __init__(self) -> None:
        self._tensors: list[dict] = []
        self._bytes = bytearray()

    def add(self, name: str, value: np.ndarray, **facts: object) -> str:
        self._bytes.extend(b'\0' * (-len(self._bytes) % 4))
        value = np.ascontiguousarray(value)
        self._tensors.append({
            'name': name, 'type': value.dtype.name, 'dims': list(value.shape), 'offset': len(self._bytes), **facts,
        })
        self._bytes.extend(value.astype(value.dtype.newbyteorder('<')).tobytes())
        return name

    def write(self, folder: Path, facts: dict) -> int:
        """Writes both files and returns their size."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'golden.bin').write_bytes(self._bytes)
        write_json(folder / 'golden.json', {**facts, 'tensors': self._tensors})
        return len(self._bytes) + (folder / 'golden.json').stat().st_size
