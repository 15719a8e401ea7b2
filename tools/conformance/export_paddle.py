"""Exports networks of Paddle with random weights by paddle2onnx, beside what Paddle computes of them.

    python tools/conformance/export_paddle.py --list
    python tools/conformance/export_paddle.py paddle-crnn/paddle2onnx-17-dynamic ...

The folders and the replies are those of `export.py`; `module` is the path of a layer, whose output is `[N, K, h, w]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Callable

warnings.simplefilter('ignore')
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnx
import paddle

from conformance.paddle_subjects import SUBJECTS
from reference.golden_file import GoldenFile
from reference.onnx_activations import activations, tensor_of
from reference.shared_data import REPOSITORY

OUTPUT = REPOSITORY / 'tmp' / 'conformance'
TOOLS = Path(__file__).resolve().parents[1]
LIBRARIES = ('paddlepaddle', 'paddle2onnx', 'onnx')
ATTEMPTS = 8
CLOSE = 1e-6
SETTINGS = ((13, None), (17, None), (17, 1))


@dataclass(frozen=True)
class Case:
    name: str
    opset: int
    batch: int | None


def cases(everything: bool) -> dict[str, Case]:
    return {
        f'paddle-{name}/paddle2onnx-{opset}-{f"batch{batch}" if batch else "dynamic"}': Case(name, opset, batch)
        for position, name in enumerate(SUBJECTS)
        for opset, batch in (SETTINGS if everything else (SETTINGS[1], SETTINGS[position % 2 * 2]))
    }


def images(size: tuple[int, int], batch: int, seed: int) -> np.ndarray:
    """Smooth noise with some grain, `[batch, 3, H, W]`."""
    random = np.random.default_rng(seed)
    coarse = random.standard_normal((batch, 3, size[0] // 8, size[1] // 8)).astype(np.float32)
    smooth = paddle.nn.functional.interpolate(paddle.to_tensor(coarse), size=size, mode='bicubic').numpy()
    return (smooth + 0.3 * random.standard_normal(smooth.shape)).astype(np.float32)


def randomise(model: paddle.nn.Layer, size: tuple[int, int], seed: int) -> None:
    """Weights as `reference/random_weights.py` draws them, with statistics of what the network sees, slightly off."""
    random = np.random.default_rng(seed)
    for path, parameter in model.named_parameters():
        shape = tuple(parameter.shape)
        if len(shape) > 1:
            inputs = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
            value = random.normal(0, (2 / inputs) ** 0.5, shape)
        else:
            value = random.uniform(*((0.6, 1.4) if path.endswith('weight') else (-0.1, 0.2)), shape)
        parameter.set_value(value.astype(np.float32))
    normalisations = [layer for layer in model.sublayers() if isinstance(layer, paddle.nn.BatchNorm2D)]
    momenta = [layer._momentum for layer in normalisations]
    model.eval()
    for layer in normalisations:
        layer._momentum = 0.0
        layer.train()
    model(paddle.to_tensor(images(size, 8, seed + 1)))
    model.eval()
    for layer, momentum in zip(normalisations, momenta):
        layer._momentum = momentum
        mean, variance = layer._mean.numpy(), layer._variance.numpy()
        layer._mean.set_value(mean + (0.2 * np.sqrt(variance) * random.standard_normal(mean.shape)).astype(np.float32))
        layer._variance.set_value((variance * random.uniform(0.7, 1.4, variance.shape) + 1e-3).astype(np.float32))


@dataclass(frozen=True)
class Question:
    name: str
    cotangents: dict[str, np.ndarray]
    input_gradient: np.ndarray
    map: np.ndarray


@dataclass(frozen=True)
class Values:
    outputs: dict[str, np.ndarray]
    index: list[list[int]] | None
    activation: np.ndarray
    questions: list[Question]


def evaluate(model: paddle.nn.Layer, inputs: np.ndarray, subject: Subject, index: list[list[int]] | None) -> Values:
    kept: list[paddle.Tensor] = []
    layer = dict(model.named_sublayers())[subject.layer]
    handle = layer.register_forward_post_hook(lambda _layer, _inputs, output: kept.append(output))
    image = paddle.to_tensor(inputs, stop_gradient=False)
    # Paddle keeps what the gradient of a recurrent layer needs only in training, where without dropout it computes the same.
    recurrent = [each for each in model.sublayers() if isinstance(each, (paddle.nn.LSTM, paddle.nn.GRU, paddle.nn.SimpleRNN))]
    for each in recurrent:
        each.train()
    results = model(image)
    model.eval()
    handle.remove()
    outputs = dict(zip(subject.outputs, results if isinstance(results, tuple) else (results,), strict=True))
    if subject.outputs == ('logits',):
        scores = outputs['logits'].numpy()
        order = np.argsort(-scores, 1)
        index = index or [[int(row[sample])] for sample, row in enumerate(order)]
        asked = {'score': {'logits': np.eye(scores.shape[1], dtype=scores.dtype)[[place for place, in index]]}}
    else:
        index = None
        random = np.random.default_rng(1)
        every = {name: random.standard_normal(value.shape).astype(np.float32) for name, value in outputs.items()}
        asked = {name: {name: value} for name, value in every.items()} | ({'all': every} if len(every) > 1 else {})
    activation = kept[-1]
    questions = []
    for name, cotangents in asked.items():
        parts = [(outputs[key] * paddle.to_tensor(value.astype(inputs.dtype))).sum() for key, value in cotangents.items()]
        # All gradients, those of the weights too: Paddle's recurrent layers have no others.
        image.clear_gradient(False)
        activation.clear_gradient(False)
        activation.retain_grads()
        sum(parts).backward(retain_graph=True)
        of_image = image.grad
        weights = activation.grad.numpy().mean((2, 3))
        maps = np.maximum(np.einsum('nk,nkhw->nhw', weights, activation.numpy()), 0)
        questions.append(Question(name, cotangents, of_image.numpy().copy(), maps))
    return Values({name: value.numpy() for name, value in outputs.items()}, index, activation.numpy(), questions)


@dataclass(frozen=True)
class Subject:
    build: Callable[[], paddle.nn.Layer]
    size: tuple[int, int]
    layer: str
    task: str | None
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    model: paddle.nn.Layer
    subject: Subject
    inputs: np.ndarray
    exact: Values
    seed: int
    rounding: float


def built(subject: Subject, precision: str) -> paddle.nn.Layer:
    paddle.set_default_dtype(precision)
    try:
        model = subject.build()
        model.eval()
        return model
    finally:
        paddle.set_default_dtype('float32')


def reference_of(name: str) -> Reference:
    """As `reference_values.py` of PyTorch's networks."""
    subject = Subject(*SUBJECTS[name])
    best: Reference | None = None
    for seed in range(ATTEMPTS):
        model, double = built(subject, 'float32'), built(subject, 'float64')
        randomise(model, subject.size, seed)
        double.set_state_dict({path: value.astype('float64') if value.dtype == paddle.float32 else value
                               for path, value in model.state_dict().items()})
        inputs = images(subject.size, 2, seed + 1000)
        paddle.set_default_dtype('float64')
        try:
            exact = evaluate(double, inputs.astype(np.float64), subject, None)
        finally:
            paddle.set_default_dtype('float32')
        rounded = evaluate(model, inputs, subject, exact.index)
        pairs = [(a.input_gradient.ravel(), b.input_gradient.ravel().astype(np.float64)) for a, b in zip(exact.questions, rounded.questions)]
        rounding = max(float(1 - a @ b / np.sqrt((a @ a) * (b @ b))) for a, b in pairs)
        if all((each.map.max((1, 2)) > 0).all() for each in exact.questions) and (best is None or rounding < best.rounding):
            best = Reference(model, subject, inputs, exact, seed, rounding)
        if best is not None and best.rounding < CLOSE:
            return best
    if best is None:
        raise ValueError(f'{name}: every seed gives an empty map')
    return best


@cache
def tools_hash() -> str:
    digest = hashlib.sha256()
    for path in (Path(__file__), TOOLS / 'conformance' / 'paddle_subjects.py', TOOLS / 'reference' / 'golden_file.py',
                 TOOLS / 'reference' / 'onnx_activations.py'):
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


def write(case: Case, reference: Reference, folder: Path, key: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subject, exact = reference.subject, reference.exact
    spec = paddle.static.InputSpec([case.batch, 3, *subject.size], 'float32', 'x')
    paddle.onnx.export(reference.model, str(folder / 'model'), input_spec=[spec], opset_version=case.opset)
    path = folder / 'model.onnx'
    graph = onnx.load(path).graph
    image, names = graph.input[0].name, [output.name for output in graph.output]
    named = dict(zip(subject.outputs, names, strict=True))
    values = activations(path, {image: reference.inputs})
    file = GoldenFile()

    def add(name: str, value: np.ndarray) -> str:
        return file.add(name, value.astype(np.float32))

    file.write(folder, {
        'key': key,
        'network': f'paddle-{case.name}',
        'exporter': 'paddle2onnx',
        'opset': case.opset,
        'batch': case.batch or 'dynamic',
        'seed': reference.seed,
        'rounding': reference.rounding,
        'module': subject.layer,
        'layer': tensor_of(exact.activation.astype(np.float32), values, f'the output of {subject.layer}', 1e-3),
        **({'subject': subject.task} if subject.task else {}),
        'inputs': {image: add('input.input', reference.inputs)},
        'outputs': {named[name]: add(f'output.{name}', value) for name, value in exact.outputs.items()},
        'questions': [{
            'name': question.name,
            **({'index': exact.index} if exact.index else {
                'cotangents': {named[name]: add(f'{question.name}.cotangent.{name}', value) for name, value in question.cotangents.items()}}),
            'inputGradient': add(f'{question.name}.inputGradient', question.input_gradient),
            'gradcam': add(f'{question.name}.gradcam', question.map),
        } for question in exact.questions],
    })


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('cases', nargs='*', metavar='NETWORK/SETTING')
    parser.add_argument('--all', action='store_true', help='every setting of every network')
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
    # Nothing that an exporter prints may pass for a reply.
    replies, sys.stdout = os.fdopen(os.dup(1), 'w'), sys.stderr
    os.dup2(2, 1)
    current: tuple[str, Reference] | None = None
    for identifier in arguments.cases or cases(arguments.all):
        case = known[identifier]
        folder, key = OUTPUT / identifier, key_of(identifier)
        reply: dict[str, str] = {'id': identifier, 'folder': str(folder)}
        try:
            if not is_current(folder, key):
                if current is None or current[0] != case.name:
                    current = (case.name, reference_of(case.name))
                write(case, current[1], folder, key)
        except (Exception, SystemExit) as error:  # the others are still to come
            reply = {'id': identifier, 'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == '__main__':
    main()
