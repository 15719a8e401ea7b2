"""Exports the networks of the conformance run with random weights, beside what PyTorch computes of them.

    python tools/conformance/export.py --list
    python tools/conformance/export.py resnet18/torchscript-17-dynamic ...

Each folder `tmp/conformance/<network>/<setting>/` holds `model.onnx` and a golden of the format of `fixtures/golden`:
`inputs`, `outputs` and `questions` name tensors of `golden.bin`. A question is an objective (`index`, the class of each
sample whose score is explained, or `cotangents` by output) with the gradient of the first input and the Grad-CAM at
`layer`, the ONNX tensor that holds the output of `module`. Everything is computed in float64 and rounded once.

What is up to date is left as it is: the key in the golden is a hash of these tools, of the versions and of the setting.
On stdout comes one JSON line for each setting as it is done: `id` with `folder`, or with `error`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from conformance.network import Network, label, settings_of
from conformance.networks import NETWORKS
from conformance.reference_values import Reference, reference_of
from reference.golden_file import GoldenFile
from reference.onnx_activations import activations, tensor_of
from reference.onnx_export import Export, export_named
from reference.shared_data import REPOSITORY

OUTPUT = REPOSITORY / 'tmp' / 'conformance'
TOOLS = Path(__file__).resolve().parents[1]
CLOSE = 1e-3
"""How far a deep network's rounding may take a layer from its value, relative to the largest element."""
LIBRARIES = ('torch', 'torchvision', 'timm', 'onnx', 'onnxscript')


def cases(everything: bool) -> dict[str, tuple[Network, Export]]:
    """By `<network>/<setting>`; slow networks only count among everything."""
    return {
        f'{network.name}/{label(how)}': (network, how)
        for position, network in enumerate(NETWORKS) if everything or not network.slow
        for how in settings_of(network, position, everything and not network.slow)
    }


@cache
def tools_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted([*TOOLS.glob('conformance/**/*.py'), *TOOLS.glob('reference/*.py')]):
        digest.update(path.read_bytes())
    for library in LIBRARIES:
        digest.update(f'{library} {version(library)}'.encode())
    return digest.hexdigest()


def key_of(identifier: str) -> str:
    return hashlib.sha256(f'{tools_hash()} {identifier}'.encode()).hexdigest()


def is_current(folder: Path, key: str) -> bool:
    try:
        return json.loads((folder / 'golden.json').read_text(encoding='utf-8'))['key'] == key
    except FileNotFoundError:
        return False


def write_model(network: Network, reference: Reference, path: Path, how: Export) -> None:
    path.parent.mkdir(parents=True)
    inputs = {name: value[:how.batch] if how.batch else value for name, value in reference.inputs.items()}
    if network.write:
        network.write(reference.model, inputs, path, how)
        return
    for module in reference.model.modules():
        if hasattr(module, 'fused_attn'):  # timm's choice, which the TorchScript exporter writes from opset 14 on
            module.fused_attn = how.opset >= 14
    export_named(reference.model, inputs, network.outputs, path, how)
    torch._dynamo.reset()


def write(network: Network, how: Export, reference: Reference, folder: Path, key: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    path = folder / 'model.onnx'
    write_model(network, reference, path, how)
    values = activations(path, {name: value.numpy() for name, value in reference.inputs.items()})
    file = GoldenFile()

    def add(name: str, value: torch.Tensor) -> str:
        array = value.numpy()
        return file.add(name, array.astype(np.float32) if array.dtype == np.float64 else array)

    file.write(folder, {
        'key': key,
        'network': network.name,
        'exporter': how.exporter,
        'opset': how.opset,
        'batch': how.batch or 'dynamic',
        'seed': reference.seed,
        'rounding': reference.rounding,
        'module': reference.layer,
        **({'subject': network.subject} if network.subject else {}),
        'layer': getattr(reference.model, 'tensor', None)
        or tensor_of(reference.activation.numpy(), values, f'the output of {reference.layer}', CLOSE),
        'inputs': {name: add(f'input.{name}', value) for name, value in reference.inputs.items()},
        'outputs': {name: add(f'output.{name}', value) for name, value in reference.outputs.items()},
        'questions': [
            {
                'name': question.name,
                **({'index': question.index} if question.index else {
                    'cotangents': {name: add(f'{question.name}.cotangent.{name}', value)
                                   for name, value in question.cotangents.items()}}),
                'inputGradient': add(f'{question.name}.inputGradient', question.input_gradient),
                'gradcam': add(f'{question.name}.gradcam', question.map),
            }
            for question in reference.questions
        ],
    })


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('cases', nargs='*', metavar='NETWORK/SETTING')
    parser.add_argument('--all', action='store_true', help='every setting of every network, and the networks of real size')
    parser.add_argument('--list', action='store_true', help='print the settings as JSON and do nothing')
    parser.add_argument('--threads', type=int, default=1)
    arguments = parser.parse_args()
    known = cases(everything=True)
    if arguments.list:
        print(json.dumps(list(cases(arguments.all))))
        return
    unknown = [case for case in arguments.cases if case not in known]
    if unknown:
        parser.error(f'unknown: {", ".join(unknown)}')
    torch.set_num_threads(arguments.threads)
    torch.backends.mha.set_fastpath_enabled(False)
    # Nothing that an exporter prints may pass for a reply.
    replies, sys.stdout = os.fdopen(os.dup(1), 'w'), sys.stderr
    os.dup2(2, 1)
    current: tuple[Network, Reference] | None = None
    for case in arguments.cases or cases(arguments.all):
        network, how = known[case]
        folder, key = OUTPUT / case, key_of(case)
        reply: dict[str, str] = {'id': case, 'folder': str(folder)}
        try:
            if not is_current(folder, key):
                if current is None or current[0] is not network:
                    current = (network, reference_of(network))
                write(network, how, current[1], folder, key)
        except (Exception, SystemExit) as error:  # the others are still to come
            reply = {'id': case, 'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == '__main__':
    main()
