"""Writes goldens of networks of the conformance run that hold what no other golden holds, to `fixtures/golden/exported/`.

    npm run conformance -- --filter quantised-reader,keras-gru-reader,keras-ssd,keras-detr
    python tools/golden/exported.py

Inputs are float16 without loss, gradients of the input every `STRIDE`th row and column in float16 with a `scale`; of networks that take any batch there is
the first sample alone.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from reference.golden_file import GoldenFile
from reference.shared_data import REPOSITORY

CASES = {
    'quantised-reader': 'quantised-reader/quantised-17-batch2',
    'keras-gru-reader': 'keras-gru-reader/tf2onnx-13-dynamic',
    'keras-ssd': 'keras-ssd/tf2onnx-17-dynamic',
    'keras-detr': 'keras-detr/tf2onnx-17-dynamic',
}
FROM = REPOSITORY / 'tmp' / 'conformance'
TO = REPOSITORY / 'fixtures' / 'golden' / 'exported'
STRIDE = 4
LARGEST = 1000
"""Of a gradient in float16, whose smallest numbers would be lost otherwise."""


def main() -> None:
    for name, case in CASES.items():
        folder = TO / name
        shutil.rmtree(folder, ignore_errors=True)
        size = write(FROM / case, folder)
        shutil.copy(FROM / case / 'model.onnx', folder)
        print(f'{name}: {(size + (folder / "model.onnx").stat().st_size) / 1000:.0f} kB')


def write(source: Path, folder: Path) -> int:
    facts = json.loads((source / 'golden.json').read_text(encoding='utf-8'))
    data = (source / 'golden.bin').read_bytes()
    entries = {entry['name']: entry for entry in facts['tensors']}
    samples = None if isinstance(facts['batch'], int) else 1

    def read(name: str) -> np.ndarray:
        entry = entries[name]
        count = int(np.prod(entry['dims']))
        return np.frombuffer(data, entry['type'], count, entry['offset']).reshape(entry['dims'])[:samples]

    file = GoldenFile()
    (image, values), = facts['inputs'].items()
    pixels = read(values)
    if (pixels.astype(np.float16).astype(np.float32) != pixels).any():
        raise ValueError(f'{source}: float16 does not hold the input')
    file.add('input', pixels.astype(np.float16))
    question = facts['questions'][-1]
    outputs = {name: file.add(f'output.{name}', read(each)) for name, each in facts['outputs'].items()}
    cotangents = {name: file.add(f'cotangent.{name}', read(each)) for name, each in question['cotangents'].items()}
    gradient = read(question['inputGradient'])
    rows = 1 if gradient.shape[3] == 3 else 2
    kept = gradient[:, ::STRIDE, ::STRIDE] if rows == 1 else gradient[:, :, ::STRIDE, ::STRIDE]
    scale = float(np.abs(kept).max()) / LARGEST
    file.add('inputGradient', (kept / scale).astype(np.float16), scale=scale, stride=STRIDE)
    file.add('gradcam', read(question['gradcam']))
    return file.write(folder, {
        'network': facts['network'], 'exporter': facts['exporter'], 'opset': facts['opset'], 'image': image, 'layer': facts['layer'],
        'outputs': outputs, 'cotangents': cotangents,
    })


if __name__ == '__main__':
    main()
