"""Runs differentiated graphs as any user of ONNX Runtime would, and writes the gradient of their first input.

    python tools/conformance/run_differentiated.py FOLDER ...

Each folder holds `differentiated.onnx`, `differentiated.json` and a golden; `differentiated.bin` is written there. On stdout
comes one JSON line a folder, with `error` where it failed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime


def tensors_of(folder: Path) -> tuple[dict, dict[str, np.ndarray]]:
    facts = json.loads((folder / 'golden.json').read_text(encoding='utf-8'))
    data = (folder / 'golden.bin').read_bytes()
    return facts, {
        entry['name']: np.frombuffer(data, entry['type'], int(np.prod(entry['dims'])), entry['offset']).reshape(entry['dims'])
        for entry in facts['tensors']
    }


def gradient(folder: Path, threads: int) -> np.ndarray:
    facts, tensors = tensors_of(folder)
    differentiated = json.loads((folder / 'differentiated.json').read_text(encoding='utf-8'))
    question = facts['questions'][0]
    feeds = {name: tensors[tensor] for name, tensor in facts['inputs'].items()}
    for entry in differentiated['inputs']:
        if entry['role'] == 'index':
            feeds[entry['name']] = np.array(question['index'], np.int64)
        else:
            feeds[entry['name']] = tensors[question['cotangents'][entry['output']]]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(folder / 'differentiated.onnx', options, providers=['CPUExecutionProvider'])
    known = {value.name for value in session.get_inputs()}
    samples = len(next(iter(feeds.values())))
    size = facts['batch'] if isinstance(facts['batch'], int) else samples
    parts = [
        session.run([differentiated['gradient']],
                    {name: value[start:start + size] for name, value in feeds.items() if name in known})[0]
        for start in range(0, samples, size)
    ]
    return np.concatenate(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folders', nargs='+', type=Path)
    parser.add_argument('--threads', type=int, default=1)
    arguments = parser.parse_args()
    for folder in arguments.folders:
        reply = {}
        try:
            (folder / 'differentiated.bin').write_bytes(gradient(folder, arguments.threads).astype('<f4').tobytes())
        except Exception as error:  # the others are still to come
            reply = {'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    main()
