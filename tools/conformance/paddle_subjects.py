"""Networks of every kind that a vision toolkit meets as Paddle has them, small and with random weights."""

from __future__ import annotations

from typing import Callable

import numpy as np
import paddle
from paddle import nn
from paddle.nn import functional as F

CLASSES = 12
CHARACTERS = 11


def block(into: int, out: int, stride: int | tuple[int, int] = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2D(into, out, 3, stride, dilation, dilation, bias_attr=False), nn.BatchNorm2D(out), nn.ReLU())


class Columns(nn.Sequential):
    """`[N, 24, 1, 32]` of a line of 32 by 128 pixels."""

    def __init__(self) -> None:
        super().__init__(block(3, 8), nn.MaxPool2D(2, 2), block(8, 16), nn.MaxPool2D((4, 2), (4, 2)), block(16, 24), nn.AvgPool2D((4, 1), (4, 1)))


class Crnn(nn.Layer):
    """As PP-OCR reads: columns, two bidirectional LSTM, a softmax over the characters."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Columns()
        self.sequence = nn.LSTM(24, 12, 2, 'bidirect')
        self.head = nn.Linear(24, CHARACTERS)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return F.softmax(self.head(self.sequence(self.features(x).squeeze(2).transpose([0, 2, 1]))[0]), 2)


class GruReader(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.features = Columns()
        self.sequence = nn.GRU(24, 12, 1, 'bidirect')
        self.head = nn.Linear(24, CHARACTERS)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return F.softmax(self.head(self.sequence(self.features(x).squeeze(2).transpose([0, 2, 1]))[0]), 2)


class Pyramid(nn.Layer):
    """Maps of 8, 16 and 32 pixels a cell."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(block(3, 8, 2), block(8, 12, 2))
        self.stages = block(12, 16, 2)
        self.down = nn.LayerList([block(16, 16, 2), block(16, 16, 2)])

    def forward(self, x: paddle.Tensor) -> list[paddle.Tensor]:
        maps = [self.stages(self.stem(x))]
        for layer in self.down:
            maps.append(layer(maps[-1]))
        return maps


def cells(sides: tuple[int, ...]) -> tuple[paddle.Tensor, paddle.Tensor]:
    """The middle of each cell `[A, 2]`, x before y, and its side `[A, 1]`, in pixels."""
    middles, strides = [], []
    for side in sides:
        y, x = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5, indexing='ij')
        middles.append(np.stack([x, y], -1).reshape(-1, 2) * 64 / side)
        strides.append(np.full((side * side, 1), 64 / side))
    kind = paddle.get_default_dtype()
    return paddle.to_tensor(np.concatenate(middles).astype(kind)), paddle.to_tensor(np.concatenate(strides).astype(kind))


class PpYolo(nn.Layer):
    """PP-YOLOE: distances to the four sides as means of a distribution, corners `[N, A, 4]` and sigmoid scores `[N, C, A]`."""

    BINS = 4

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Pyramid()
        self.boxes = nn.LayerList([nn.Conv2D(16, 4 * self.BINS, 1) for _ in range(3)])
        self.scores = nn.LayerList([nn.Conv2D(16, CLASSES, 1) for _ in range(3)])
        self.middles, self.strides = cells((8, 4, 2))

    def forward(self, x: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        maps = self.backbone(x)
        rows = paddle.concat([head(each).flatten(2) for head, each in zip(self.boxes, maps)], 2).transpose([0, 2, 1])
        bins = F.softmax(rows.reshape([-1, 84, 4, self.BINS]), 3)
        sides = paddle.matmul(bins, paddle.arange(self.BINS).astype(x.dtype)) * self.strides
        corners = paddle.concat([self.middles - sides[:, :, :2], self.middles + sides[:, :, 2:]], 2)
        return corners, F.sigmoid(paddle.concat([head(each).flatten(2) for head, each in zip(self.scores, maps)], 2))


class Ssd(nn.Layer):
    """Corners of decoded boxes, and a softmax over the background and the classes."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Pyramid()
        self.boxes = nn.LayerList([nn.Conv2D(16, 4, 3, padding=1) for _ in range(2)])
        self.scores = nn.LayerList([nn.Conv2D(16, 1 + CLASSES, 3, padding=1) for _ in range(2)])
        self.middles, self.strides = cells((8, 4))

    def forward(self, x: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        maps = self.backbone(x)[:2]

        def rows(heads: nn.LayerList, width: int) -> paddle.Tensor:
            return paddle.concat([head(each).transpose([0, 2, 3, 1]).reshape([0, -1, width]) for head, each in zip(heads, maps)], 1)

        offsets = rows(self.boxes, 4)
        centre = self.middles + offsets[:, :, :2] * 0.1 * self.strides
        half = paddle.exp(offsets[:, :, 2:] * 0.2) * self.strides
        return paddle.concat([centre - half, centre + half], 2) / 64, F.softmax(rows(self.scores, 1 + CLASSES), 2)


class Detr(nn.Layer):
    """A transformer from places to queries, as RT-DETR hands out a sigmoid of each class."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Pyramid()
        self.project = nn.Conv2D(16, 16, 1)
        self.places = self.create_parameter([1, 64, 16])
        self.queries = self.create_parameter([1, 6, 16])
        self.encoder = nn.TransformerEncoderLayer(16, 2, 32, 0.0)
        self.decoder = nn.TransformerDecoderLayer(16, 2, 32, 0.0)
        self.classes, self.boxes = nn.Linear(16, CLASSES), nn.Linear(16, 4)

    def forward(self, x: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
        memory = self.encoder(self.project(self.backbone(x)[0]).flatten(2).transpose([0, 2, 1]) + self.places)
        found = self.decoder(memory[:, :6] * 0 + self.queries, memory)
        return F.sigmoid(self.classes(found)), F.sigmoid(self.boxes(found))


class UNet(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.stages = block(3, 8), block(8, 12), block(12, 16)
        self.up = nn.LayerList([nn.Conv2DTranspose(16, 12, 2, 2), nn.Conv2DTranspose(12, 8, 2, 2)])
        self.join = nn.LayerList([block(24, 12), block(16, 8)])
        self.head = nn.Conv2D(8, CLASSES, 1)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        first = self.first(x)
        second = self.second(F.max_pool2d(first, 2))
        y = self.stages(F.max_pool2d(second, 2))
        for up, join, skip in zip(self.up, self.join, (second, first)):
            y = join(paddle.concat([skip, up(y)], 1))
        return self.head(y)


class DeepLab(nn.Layer):
    """As PaddleSeg: a pyramid of dilated convolutions and the mean of all places, and what lay before in the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.stages = nn.Sequential(block(3, 8, 2), block(8, 12, 2)), block(12, 16, 2)
        self.branches = nn.LayerList([nn.Conv2D(16, 12, 1), block(16, 12, 1, 2), block(16, 12, 1, 3)])
        self.mean, self.mix, self.narrow = nn.Conv2D(16, 12, 1), block(48, 16), nn.Conv2D(12, 6, 1)
        self.last, self.head = block(22, 16), nn.Conv2D(16, CLASSES, 1)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        low = self.low(x)
        y = self.stages(low)
        mean = F.interpolate(F.relu(self.mean(F.adaptive_avg_pool2d(y, 1))), size=[8, 8], mode='bilinear')
        y = self.mix(paddle.concat([mean, *(branch(y) for branch in self.branches)], 1))
        y = F.interpolate(y, size=[16, 16], mode='bilinear', align_corners=False)
        y = self.head(self.last(paddle.concat([y, self.narrow(low)], 1)))
        return F.interpolate(y, size=[64, 64], mode='bilinear', align_corners=False)


class Embedding(nn.Layer):
    """As PP-ShiTu: an embedding of length one."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Pyramid()
        self.dense = nn.Linear(16, 64)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return F.normalize(self.dense(self.backbone(x)[0].mean([2, 3])), axis=1)


class Classifier(nn.Layer):
    """As PP-LCNet: depthwise convolutions, channels weighed by what all places say, HardSwish."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2D(3, 12, 3, 2, 1, bias_attr=False), nn.BatchNorm2D(12)
        self.depth, self.point = nn.Conv2D(12, 12, 5, 2, 2, groups=12), nn.Conv2D(12, 24, 1)
        self.less, self.more = nn.Conv2D(24, 6, 1), nn.Conv2D(6, 24, 1)
        self.last, self.head = nn.Conv2D(24, 32, 3, 2, 1), nn.Linear(32, 10)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = F.hardswish(self.point(F.hardswish(self.depth(F.hardswish(self.norm(self.stem(x)))))))
        x = x * F.hardsigmoid(self.more(F.relu(self.less(F.adaptive_avg_pool2d(x, 1)))), slope=0.2, offset=0.5)
        return self.head(F.adaptive_avg_pool2d(self.last(x), 1).flatten(1))


LINE, PICTURE = (32, 128), (64, 64)
READING, DETECTION, SEGMENTATION = 'text-recognition', 'object-detection', 'image-segmentation'
SUBJECTS: dict[str, tuple[Callable[[], nn.Layer], tuple[int, int], str, str | None, tuple[str, ...]]] = {
    'crnn': (Crnn, LINE, 'features.4', READING, ('characters',)),
    'gru-reader': (GruReader, LINE, 'features.4', READING, ('characters',)),
    'pp-yolo': (PpYolo, PICTURE, 'backbone.stages', DETECTION, ('boxes', 'scores')),
    'ssd': (Ssd, PICTURE, 'backbone.stages', DETECTION, ('boxes', 'scores')),
    'detr': (Detr, PICTURE, 'backbone.stages', DETECTION, ('classes', 'boxes')),
    'unet': (UNet, PICTURE, 'stages', SEGMENTATION, ('pixels',)),
    'deeplab': (DeepLab, PICTURE, 'stages', SEGMENTATION, ('pixels',)),
    'embedding': (Embedding, PICTURE, 'backbone.stages', 'image-feature-extraction', ('embedding',)),
    'classifier': (Classifier, PICTURE, 'last', 'image-classification', ('logits',)),
}
"""Builds by name, with the size of the picture, the layer that Grad-CAM reads, the task and the outputs; one named `logits` holds class scores."""
