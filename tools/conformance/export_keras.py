"""Exports Keras networks with random weights by tf2onnx and as TensorFlow.js has them, beside what TensorFlow computes of them.

    python tools/conformance/export_keras.py --list
    python tools/conformance/export_keras.py keras-mobilenet_v2/tf2onnx-13-dynamic keras-mobilenet_v2/tfjs-layers ...

The folders and the replies are those of `export.py`; `module` is a Keras layer, whose output is `[N, h, w, K]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Callable

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import keras
import numpy as np
import tensorflow as tf
import tf2onnx
from keras import applications, layers

from conformance.keras_subjects import SUBJECTS
from reference.golden_file import GoldenFile
from reference.onnx_activations import activations, tensor_of
from reference.shared_data import REPOSITORY

OUTPUT = REPOSITORY / 'tmp' / 'conformance'
TOOLS = Path(__file__).resolve().parents[1]
LIBRARIES = ('tensorflow-cpu', 'keras', 'tf2onnx', 'onnx')
CLASSES = 10
ATTEMPTS = 8
CLOSE = 1e-6


@dataclass(frozen=True)
class Network:
    name: str
    build: Callable[[], keras.Model]
    size: int
    layer: str | None = None
    """Without it the last layer whose output has places."""
    scale: float = 1.0
    """What the images are multiplied by; networks that take 0..255 normalise inside."""
    slow: bool = False
    outputs: tuple[str, ...] = ('logits',)
    """A single one holds class scores; of several, each is differentiated by a random cotangent, and all together."""
    by_cotangents: bool = False
    """Whether a single output is differentiated by a random cotangent as well."""
    subject: str | None = None
    """The task that `understory inspect` finds in it, and `understory explain` explains; with a form, such as `object-detection:detr`, that is told to both."""
    only_onnx: bool = False
    close: float = 1e-3
    """How far rounding may take a layer from its value, relative to the largest element."""


def application(constructor: Callable[..., keras.Model], size: int, **options: object) -> Callable[[], keras.Model]:
    return partial(constructor, weights=None, classes=CLASSES, input_shape=(size, size, 3),
                   **({'classifier_activation': None} | options))


def without_constants(constructor: Callable[..., keras.Model], size: int) -> Callable[[], keras.Model]:
    """Normalisation with fixed statistics rescales instead: tf2onnx makes further inputs of such constants."""

    def replaced(layer: layers.Layer) -> layers.Layer:
        if isinstance(layer, layers.Normalization):
            return layers.Rescaling(1.1, -0.4, name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    original = application(constructor, size)
    return lambda: keras.models.clone_model(original(), clone_function=replaced)


def corners() -> keras.Model:
    """SAME padding on even and odd sizes, transposed and separable convolutions, resizing, padding, activations and norms."""
    image = keras.Input((33, 36, 3))
    x = layers.ZeroPadding2D(((0, 1), (1, 0)))(image)
    x = layers.Conv2D(12, 3, 2, 'same', use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(0.1)(x)
    x = layers.MaxPooling2D(3, 2, 'same')(x)
    y = layers.SeparableConv2D(16, 3, padding='same', activation='swish')(x)
    y = layers.DepthwiseConv2D(5, 2, 'same', use_bias=False)(y)
    y = layers.BatchNormalization(scale=False)(y)
    y = layers.PReLU(shared_axes=[1, 2])(y)
    up = layers.Conv2DTranspose(16, 3, 2, 'same', activation='elu')(y)
    bilinear = layers.UpSampling2D(2, interpolation='bilinear')(y)
    nearest = layers.UpSampling2D(2)(layers.Conv2D(16, 1, activation='relu6')(y))
    x = layers.Concatenate()([up, layers.Add()([bilinear, nearest])])
    x = layers.Cropping2D(((1, 0), (0, 1)))(x)
    x = layers.LayerNormalization()(x)
    x = layers.Conv2D(20, 3, dilation_rate=2, padding='same')(x)
    x = layers.Activation(partial(keras.activations.gelu, approximate=True))(x)
    x = layers.AveragePooling2D(2, 2, 'same')(x)
    x = layers.GroupNormalization(4)(x)
    x = layers.SpatialDropout2D(0.2)(layers.Activation('hard_swish')(x))
    x = layers.Conv2D(16, 1, activation='tanh', name='last')(x)
    tokens = layers.Reshape((-1, 16))(x)
    tokens = tokens + layers.MultiHeadAttention(2, 8)(tokens, tokens)
    pooled = layers.Concatenate()([
        layers.GlobalAveragePooling1D()(tokens), layers.GlobalMaxPooling2D()(x), layers.Flatten()(layers.Permute((3, 1, 2))(x)),
    ])
    return keras.Model(image, layers.Dense(CLASSES)(layers.Dense(16, 'softplus')(pooled)))


NETWORKS = (
    Network('keras-corners', corners, 0, 'last'),
    Network('keras-mobilenet', application(applications.MobileNet, 64, alpha=0.25, classifier_activation='softmax'), 64),
    Network('keras-mobilenet_v2', application(applications.MobileNetV2, 64, alpha=0.35), 64),
    Network('keras-mobilenet_v3_small', application(applications.MobileNetV3Small, 64), 64, scale=255),
    Network('keras-efficientnet_b0', without_constants(applications.EfficientNetB0, 64), 64, scale=255),
    Network('keras-efficientnet_v2_b0', without_constants(applications.EfficientNetV2B0, 64), 64, scale=255),
    Network('keras-densenet121', application(applications.DenseNet121, 64), 64),
    Network('keras-nasnet_mobile', application(applications.NASNetMobile, 64), 64),
    *(Network(f'keras-{name}', build, 64, layer, only_onnx=True, subject=subject, by_cotangents=outputs != ('logits',), outputs=outputs,
              # The runtime rounds a few numbers to the other of two neighbours of 255.
              close=1e-2 if name == 'quantised' else 1e-3)
      for name, (build, layer, subject, outputs) in SUBJECTS.items()),
    Network('keras-resnet50', application(applications.ResNet50, 64), 64, slow=True),
    Network('keras-resnet50_v2', application(applications.ResNet50V2, 64), 64, slow=True),
    Network('keras-inception_v3', application(applications.InceptionV3, 107), 107, slow=True),
    Network('keras-xception', application(applications.Xception, 71), 71, slow=True),
    Network('keras-convnext_tiny', application(applications.ConvNeXtTiny, 64), 64, scale=255, slow=True),
)
USUAL = ((13, None), (17, None))
OTHERS = ((11, None), (13, 1), (15, 1), (18, None))


def settings_of(position: int, everything: bool) -> tuple[tuple[int, int | None], ...]:
    return USUAL + OTHERS if everything else (*USUAL, OTHERS[position % len(OTHERS)])


@dataclass(frozen=True)
class Case:
    network: Network
    opset: int | None
    """None for the layers model of TensorFlow.js."""
    batch: int | None = None


def cases(everything: bool) -> dict[str, Case]:
    chosen = [(position, network) for position, network in enumerate(NETWORKS) if everything or not network.slow]
    return {
        f'{network.name}/tf2onnx-{opset}-{f"batch{batch}" if batch else "dynamic"}': Case(network, opset, batch)
        for position, network in chosen
        for opset, batch in settings_of(position, everything and not network.slow)
    } | {f'{network.name}/tfjs-layers': Case(network, None) for _, network in chosen if not network.only_onnx}


def images(network: Network, model: keras.Model, batch: int, seed: int) -> np.ndarray:
    """Smooth noise with some grain, `[batch, H, W, 3]`; numbers that float16 holds, so that goldens are small."""
    random = np.random.default_rng(seed)
    height, width = model.input_shape[1:3]
    coarse = random.standard_normal((batch, height // 8, width // 8, 3))
    smooth = tf.image.resize(coarse, (height, width), 'bicubic').numpy()
    values = smooth + 0.3 * random.standard_normal(smooth.shape)
    return ((values if network.scale == 1 else 0.5 + 0.25 * values) * network.scale).astype(np.float16).astype(np.float32)


def random_weights(network: Network, model: keras.Model, seed: int) -> list[np.ndarray]:
    """Weights as `reference/random_weights.py` draws them, with statistics of what the network sees, slightly off."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        shape, name = tuple(weight.shape), weight.path.rsplit('/', 1)[-1]
        if name == 'gamma' or name.startswith('variance'):
            value = random.uniform(0.6, 1.4, shape)
        elif len(shape) > 1:
            inputs = shape[0] * shape[1] if 'depthwise' in name else int(np.prod(shape[:-1]))
            value = random.normal(0, (2 / inputs) ** 0.5, shape)
        elif np.issubdtype(np.dtype(weight.dtype), np.floating):
            value = random.uniform(-0.1, 0.2, shape)
        else:
            continue
        weight.assign(value)
    normalisations = [layer for layer in flat(model) if isinstance(layer, layers.BatchNormalization)]
    momenta = [layer.momentum for layer in normalisations]
    for layer in normalisations:
        layer.momentum = 0.0
    model(images(network, model, 8, seed + 1), training=True)
    for layer, momentum in zip(normalisations, momenta):
        layer.momentum = momentum
        mean, variance = layer.moving_mean.numpy(), layer.moving_variance.numpy()
        layer.moving_mean.assign(mean + 0.2 * np.sqrt(variance) * random.standard_normal(mean.shape))
        layer.moving_variance.assign(variance * random.uniform(0.7, 1.4, variance.shape) + 1e-3)
    return model.get_weights()


def flat(model: keras.Model) -> list[layers.Layer]:
    return [layer for layer in model._flatten_layers() if layer is not model]


def last_spatial_layer(model: keras.Model) -> str:
    found = [layer.name for layer in model.layers
             if len(getattr(layer, 'output', np.empty(0)).shape) == 4 and layer.output.shape[1] * layer.output.shape[2] > 1]
    return found[-1]


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
    """Channels first."""
    questions: list[Question]


def evaluate(network: Network, model: keras.Model, inputs: np.ndarray, layer: str, index: list[list[int]] | None) -> Values:
    both = keras.Model(model.inputs, [model.get_layer(layer).output, *model.outputs])
    image = tf.constant(inputs)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        activation, *results = both(image, training=False)
        outputs = dict(zip(network.outputs, results, strict=True))
        if len(results) == 1 and not network.by_cotangents:
            order = np.argsort(-results[0].numpy(), 1)
            index = index or [[int(row[sample])] for sample, row in enumerate(order)]
            asked = {'score': {network.outputs[0]: np.eye(order.shape[1])[[place for place, in index]]}}
        else:
            random = np.random.default_rng(1)
            every = {name: random.standard_normal(value.shape).astype(np.float32) for name, value in outputs.items()}
            asked = {name: {name: value} for name, value in every.items()} | ({'all': every} if len(every) > 1 else {})
        objectives = {name: tf.add_n([tf.reduce_sum(outputs[key] * value) for key, value in cotangents.items()])
                      for name, cotangents in asked.items()}
    questions = []
    activations_ = np.moveaxis(activation.numpy(), 3, 1)
    for name, objective in objectives.items():
        of_image, of_layer = tape.gradient(objective, [image, activation])
        maps = np.maximum(np.einsum('nk,nkhw->nhw', np.moveaxis(of_layer.numpy(), 3, 1).mean((2, 3)), activations_), 0)
        questions.append(Question(name, asked[name], of_image.numpy(), maps))
    return Values({name: value.numpy() for name, value in outputs.items()}, index, activations_, questions)


@dataclass(frozen=True)
class Reference:
    model: keras.Model
    inputs: np.ndarray
    layer: str
    exact: Values
    seed: int
    rounding: float


def built(network: Network, precision: str) -> keras.Model:
    keras.config.set_floatx(precision)
    keras.utils.clear_session(free_memory=False)
    try:
        return network.build()
    finally:
        keras.config.set_floatx('float32')


def reference_of(network: Network) -> Reference:
    """As `reference_values.py` of PyTorch's networks."""
    double = built(network, 'float64')
    model = built(network, 'float32')
    best: Reference | None = None
    for seed in range(ATTEMPTS):
        double.set_weights(random_weights(network, model, seed))
        inputs = images(network, model, 2, seed + 1000)
        layer = network.layer or last_spatial_layer(model)
        place = [one.name for one in model.layers].index(layer)
        exact = evaluate(network, double, inputs.astype(np.float64), double.layers[place].name, None)
        rounded = evaluate(network, model, inputs, layer, exact.index)
        gradients = [(a.input_gradient.ravel(), b.input_gradient.ravel().astype(np.float64)) for a, b in zip(exact.questions, rounded.questions)]
        rounding = max(float(1 - a @ b / np.sqrt((a @ a) * (b @ b))) for a, b in gradients)
        if all((each.map.max((1, 2)) > 0).all() for each in exact.questions) and (best is None or rounding < best.rounding):
            best = Reference(model, inputs, layer, exact, seed, rounding)
            weights = model.get_weights()
        if best is not None and best.rounding < CLOSE:
            break
    if best is None:
        raise ValueError(f'{network.name}: every seed gives an empty map')
    model.set_weights(weights)
    return best


@cache
def tools_hash() -> str:
    digest = hashlib.sha256()
    for path in (Path(__file__), TOOLS / 'conformance' / 'keras_subjects.py', TOOLS / 'reference' / 'golden_file.py', TOOLS / 'reference' / 'onnx_activations.py'):
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


def write_onnx(network: Network, model: keras.Model, opset: int, batch: int | None, reference: Reference, folder: Path) -> dict[str, object]:
    path = folder / 'model.onnx'
    signature = (tf.TensorSpec((batch, *model.input_shape[1:]), tf.float32, name='input'),)
    function = tf.function(lambda image: dict(zip(network.outputs, tf.nest.flatten(model(image, training=False)))), input_signature=signature)
    tf2onnx.convert.from_function(function, input_signature=signature, opset=opset, output_path=str(path))
    values = activations(path, {'input': reference.inputs})
    return {
        'exporter': 'tf2onnx',
        'opset': opset,
        'layer': tensor_of(reference.exact.activation, values, f'the output of {reference.layer}', network.close),
        'names': ('input', *network.outputs),
    }


def write_tfjs(model: keras.Model, reference: Reference, folder: Path) -> dict[str, object]:
    """The files of tensorflowjs_converter for an .h5: the topology as Keras 3 has it, and weights by their paths."""
    config = json.loads(model.to_json())
    weights = [weight for weight in model.weights if np.issubdtype(np.dtype(weight.dtype), np.floating)]
    (folder / 'group1-shard1of1.bin').write_bytes(b''.join(weight.numpy().astype('<f4').tobytes() for weight in weights))
    manifest = [{'name': weight.path, 'shape': list(weight.shape), 'dtype': 'float32'} for weight in weights]
    (folder / 'model.json').write_text(json.dumps({
        'format': 'layers-model',
        'generatedBy': f'keras v{keras.__version__}',
        'modelTopology': {'keras_version': keras.__version__, 'backend': 'tensorflow', 'model_config': config},
        'weightsManifest': [{'paths': ['group1-shard1of1.bin'], 'weights': manifest}],
    }), encoding='utf-8')
    names = (config['config']['input_layers'][0], config['config']['output_layers'][0])
    return {'exporter': 'tfjs', 'opset': None, 'layer': reference.layer, 'names': names}


def write(case: Case, reference: Reference, folder: Path, key: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if case.opset is None:
        facts = write_tfjs(reference.model, reference, folder)
    else:
        facts = write_onnx(case.network, reference.model, case.opset, case.batch, reference, folder)
    exact = reference.exact
    file = GoldenFile()

    def add(name: str, value: np.ndarray) -> str:
        return file.add(name, value.astype(np.float32))

    image, *names = facts.pop('names')
    named = dict(zip(case.network.outputs, names, strict=True))
    file.write(folder, {
        'key': key,
        'network': case.network.name,
        **facts,
        'batch': case.batch or 'dynamic',
        'seed': reference.seed,
        'rounding': reference.rounding,
        'module': reference.layer,
        **({'subject': case.network.subject} if case.network.subject else {}),
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
    parser.add_argument('--all', action='store_true', help='every setting of every network, and the large networks')
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
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    # Nothing that an exporter prints may pass for a reply.
    replies, sys.stdout = os.fdopen(os.dup(1), 'w'), sys.stderr
    os.dup2(2, 1)
    current: tuple[Network, Reference] | None = None
    for case in arguments.cases or cases(arguments.all):
        network = known[case].network
        folder, key = OUTPUT / case, key_of(case)
        reply: dict[str, str] = {'id': case, 'folder': str(folder)}
        try:
            if not is_current(folder, key):
                if current is None or current[0] is not network:
                    current = (network, reference_of(network))
                write(known[case], current[1], folder, key)
        except (Exception, SystemExit) as error:  # the others are still to come
            reply = {'id': case, 'error': f'{type(error).__name__}: {error}'}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == '__main__':
    main()
