"""Networks of every kind that a vision toolkit meets as Keras has them, small and with random weights."""

from __future__ import annotations

from functools import partial
from typing import Callable

import keras
import numpy as np
from keras import layers, ops

CLASSES = 12
CHARACTERS = 11


def block(x: keras.KerasTensor, width: int, stride: int = 1, dilation: int = 1, name: str | None = None) -> keras.KerasTensor:
    x = layers.Conv2D(width, 3, stride, 'same', dilation_rate=dilation, use_bias=False)(x)
    return layers.ReLU(name=name)(layers.BatchNormalization()(x))


def line() -> keras.KerasTensor:
    return keras.Input((32, 96, 3))


def columns(x: keras.KerasTensor) -> keras.KerasTensor:
    """`[N, 24, 24]`: what stands in each column, from left to right."""
    x = layers.MaxPooling2D((2, 2))(block(x, 8))
    x = layers.MaxPooling2D((4, 2))(block(x, 16))
    x = block(x, 24, name='last')
    return layers.Permute((2, 1, 3))(layers.AveragePooling2D((4, 1))(x))


def crnn() -> keras.Model:
    x = line()
    y = layers.Reshape((24, 24))(columns(x))
    for _ in range(2):
        y = layers.Bidirectional(layers.LSTM(12, return_sequences=True))(y)
    return keras.Model(x, layers.Dense(CHARACTERS, 'softmax')(y))


def gru_reader(reset_after: bool = True) -> keras.Model:
    """Either form of Keras' GRU, both of which tf2onnx writes as Loops."""
    x = line()
    y = layers.Reshape((24, 24))(columns(x))
    y = layers.Bidirectional(layers.GRU(12, return_sequences=True, reset_after=reset_after))(y)
    return keras.Model(x, layers.Dense(CHARACTERS, 'softmax')(y))


def pyramid(x: keras.KerasTensor) -> list[keras.KerasTensor]:
    """Maps of 8, 16 and 32 pixels a cell."""
    x = block(block(x, 8, 2), 12, 2)
    first = block(x, 16, 2, name='last')
    second = block(first, 16, 2)
    return [first, second, block(second, 16, 2)]


def cells(sides: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The middle of each cell `[A, 2]`, x before y, in cells, and its side in pixels `[A, 1]`."""
    middles, strides = [], []
    for side in sides:
        y, x = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5, indexing='ij')
        middles.append(np.stack([x, y], -1).reshape(-1, 2))
        strides.append(np.full((side * side, 1), 64 / side))
    return np.concatenate(middles), np.concatenate(strides)


def yolo() -> keras.Model:
    """Distances to the four sides, decoded to centre and size in pixels beside sigmoid scores: `[N, 4 + C, A]`."""
    x = keras.Input((64, 64, 3))
    rows = layers.Concatenate(1)([layers.Reshape((-1, 4 + CLASSES))(layers.Conv2D(4 + CLASSES, 1)(each)) for each in pyramid(x)])
    middles, strides = cells((8, 4, 2))

    def decoded(rows: keras.KerasTensor) -> keras.KerasTensor:
        sides = ops.softplus(rows[..., :4])
        left, right = ops.cast(middles, rows.dtype) - sides[..., :2], ops.cast(middles, rows.dtype) + sides[..., 2:]
        boxes = ops.concatenate([(left + right) / 2, right - left], -1) * ops.cast(strides, rows.dtype)
        return ops.transpose(ops.concatenate([boxes, ops.sigmoid(rows[..., 4:])], -1), (0, 2, 1))

    return keras.Model(x, layers.Lambda(decoded)(rows))


def ssd() -> keras.Model:
    """Corners of decoded boxes, and a softmax over the background and the classes."""
    x = keras.Input((64, 64, 3))
    maps = pyramid(x)[:2]
    offsets = layers.Concatenate(1)([layers.Reshape((-1, 4))(layers.Conv2D(4, 3, padding='same')(each)) for each in maps])
    scores = layers.Concatenate(1)([layers.Reshape((-1, 1 + CLASSES))(layers.Conv2D(1 + CLASSES, 3, padding='same')(each)) for each in maps])
    middles, strides = cells((8, 4))

    def corners(offsets: keras.KerasTensor) -> keras.KerasTensor:
        step = ops.cast(strides, offsets.dtype) / 64
        centre = (ops.cast(middles, offsets.dtype) + offsets[..., :2] * 0.1) * step
        half = ops.exp(offsets[..., 2:] * 0.2) * step
        return ops.concatenate([centre - half, centre + half], -1)

    return keras.Model(x, [layers.Lambda(corners)(offsets), layers.Softmax()(scores)])


class Learned(layers.Layer):
    """Adds a vector of its own at each place of a sequence; an Embedding of constants would become an input of the exported file."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.vectors = self.add_weight(shape=shape[1:], name='vectors')

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x + self.vectors


def detr() -> keras.Model:
    """A transformer from places to queries."""
    x = keras.Input((64, 64, 3))
    y = layers.Conv2D(16, 1)(pyramid(x)[0])
    places = layers.Reshape((64, 16))(y)
    counted = Learned()(ops.zeros_like(places))
    y = layers.LayerNormalization()(places + layers.MultiHeadAttention(2, 8)(places + counted, places + counted, places))
    y = layers.LayerNormalization()(y + layers.Dense(16)(layers.Dense(32, 'relu')(y)))
    queries = Learned()(ops.zeros_like(y[:, :6]))
    found = layers.LayerNormalization()(queries + layers.MultiHeadAttention(2, 8)(queries, y + counted, y))
    return keras.Model(x, [layers.Dense(CLASSES + 1)(found), layers.Dense(4, 'sigmoid')(layers.Dense(16, 'relu')(found))])


def unet() -> keras.Model:
    x = keras.Input((64, 64, 3))
    first = block(x, 8)
    second = block(layers.MaxPooling2D()(first), 12)
    y = block(layers.MaxPooling2D()(second), 16, name='last')
    y = block(layers.Concatenate()([layers.Conv2DTranspose(12, 2, 2)(y), second]), 12)
    y = block(layers.Concatenate()([layers.Conv2DTranspose(8, 3, 2, 'same')(y), first]), 8)
    return keras.Model(x, layers.Conv2D(CLASSES, 1, activation='softmax')(y))


def deeplab() -> keras.Model:
    """A pyramid of dilated convolutions and the mean of all places, and what lay before in the decoder."""
    x = keras.Input((64, 64, 3))
    low = block(block(x, 8, 2), 12, 2)
    y = block(low, 16, 2, name='last')
    mean = layers.Conv2D(12, 1, activation='relu')(layers.GlobalAveragePooling2D(keepdims=True)(y))
    branches = [layers.UpSampling2D(8, interpolation='bilinear')(mean), layers.Conv2D(12, 1, activation='relu')(y)]
    branches += [block(y, 12, dilation=rate) for rate in (2, 3)]
    y = layers.UpSampling2D(2, interpolation='bilinear')(layers.Conv2D(16, 1, activation='relu')(layers.Concatenate()(branches)))
    y = block(layers.Concatenate()([y, layers.Conv2D(6, 1)(low)]), 16)
    return keras.Model(x, layers.UpSampling2D(4, interpolation='bilinear')(layers.Conv2D(CLASSES, 1)(y)))


def embedding() -> keras.Model:
    x = keras.Input((64, 64, 3))
    y = layers.GlobalAveragePooling2D()(pyramid(x)[0])
    return keras.Model(x, layers.UnitNormalization()(layers.Dense(64)(y)))


class Rounded(layers.Layer):
    """Rounds to the whole numbers of 8 bits in a fixed range and passes gradients inside it."""

    def __init__(self, low: float, high: float, **options: object) -> None:
        super().__init__(**options)
        self.low, self.high = low, high

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        import tensorflow as tf

        kept = tf.quantization.fake_quant_with_min_max_args(tf.cast(x, tf.float32), self.low, self.high)
        return tf.cast(kept, x.dtype)


def quantised() -> keras.Model:
    """As it is after training aware of quantisation."""
    x = keras.Input((64, 64, 3))
    y = Rounded(-4, 4)(x)
    for width in (8, 12, 16):
        y = layers.Conv2D(width, 3, 2, 'same')(y)
        y = Rounded(0, 6)(layers.ReLU(name='last' if width == 16 else None)(y))
    return keras.Model(x, layers.Dense(10)(Rounded(0, 6)(layers.GlobalAveragePooling2D()(y))))


SUBJECTS: dict[str, tuple[Callable[[], keras.Model], str, str | None, tuple[str, ...]]] = {
    'crnn': (crnn, 'last', 'text-recognition', ('characters',)),
    'gru-reader': (gru_reader, 'last', 'text-recognition', ('characters',)),
    'gru-loop': (partial(gru_reader, False), 'last', 'text-recognition', ('characters',)),
    'yolo': (yolo, 'last', 'object-detection', ('output0',)),
    'ssd': (ssd, 'last', 'object-detection', ('boxes', 'scores')),
    'detr': (detr, 'last', 'object-detection:detr', ('pred_logits', 'pred_boxes')),
    'unet': (unet, 'last', 'image-segmentation', ('pixels',)),
    'deeplab': (deeplab, 'last', 'image-segmentation', ('pixels',)),
    'embedding': (embedding, 'last', 'image-feature-extraction', ('embedding',)),
    'quantised': (quantised, 'last', 'image-classification', ('logits',)),
}
"""Builds by name, with the layer that Grad-CAM reads, the task and the outputs; one named `logits` holds class scores."""
