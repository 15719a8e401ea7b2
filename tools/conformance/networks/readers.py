"""Readers of text lines: convolutions down to one row, whose columns recurrent layers read in both directions."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from reference.random_weights import random_images

from ..network import Inputs, Network

CLASSES = 11
WIDE = 24
HIDDEN = 12


def lines(seed: int) -> Inputs:
    """Three times as wide as high; numbers that float16 holds, so that goldens are small."""
    return {'input': random_images(2, 96, seed)[:, :, :32].half().float().contiguous()}


def columns(batch_norm: bool = True) -> nn.Sequential:
    """`[N, 3, 32, W]` to `[N, WIDE, 1, W / 4]`."""
    def block(before: int, after: int, pool: tuple[int, int]) -> list[nn.Module]:
        norm = [nn.BatchNorm2d(after)] if batch_norm else []
        return [nn.Conv2d(before, after, 3, padding=1, bias=not batch_norm), *norm, nn.ReLU(), nn.MaxPool2d(pool)]

    return nn.Sequential(*block(3, 8, (2, 2)), *block(8, 16, (2, 2)), *block(16, WIDE, (4, 1)), nn.Conv2d(WIDE, WIDE, (2, 1)))


class Crnn(nn.Module):
    """The CRNN of Shi et al. 2015: two bidirectional LSTM, columns first; beside the scores of every column those of the final states."""

    def __init__(self) -> None:
        super().__init__()
        self.features = columns()
        self.sequence = nn.LSTM(WIDE, HIDDEN, num_layers=2, bidirectional=True)
        self.head = nn.Linear(2 * HIDDEN, CLASSES)
        self.whole = nn.Linear(8 * HIDDEN, CLASSES)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        read, (hidden, cell) = self.sequence(self.features(x).squeeze(2).permute(2, 0, 1))
        states = torch.cat([hidden, cell]).transpose(0, 1).flatten(1)
        return self.head(read).transpose(0, 1), self.whole(states)


class GruReader(nn.Module):
    """A bidirectional GRU, batch first, that starts from learned states."""

    def __init__(self) -> None:
        super().__init__()
        self.features = columns(batch_norm=False)
        self.sequence = nn.GRU(WIDE, HIDDEN, bidirectional=True, batch_first=True)
        self.start = nn.Parameter(torch.zeros(2, 1, HIDDEN))
        self.head = nn.Linear(2 * HIDDEN, CLASSES)
        self.whole = nn.Linear(2 * HIDDEN, CLASSES)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        start = self.start.expand(-1, x.shape[0], -1).contiguous()
        read, hidden = self.sequence(self.features(x).squeeze(2).transpose(1, 2), start)
        return self.head(read), self.whole(hidden.transpose(0, 1).flatten(1))


class RnnReader(nn.Module):
    """Elman's layers of either activation, the second without a bias, in one direction."""

    def __init__(self, nonlinearity: str) -> None:
        super().__init__()
        self.features = columns()
        self.first = nn.RNN(WIDE, HIDDEN, nonlinearity=nonlinearity)
        self.second = nn.RNN(HIDDEN, HIDDEN, nonlinearity='tanh', bias=False, bidirectional=True)
        self.head = nn.Linear(2 * HIDDEN, CLASSES)
        self.whole = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        read, hidden = self.first(self.features(x).squeeze(2).permute(2, 0, 1))
        return self.head(self.second(read)[0]).transpose(0, 1), self.whole(hidden[-1])


READING = 'text-recognition'
OUTPUTS = ('columns', 'line')
READERS = (
    Network('crnn', Crnn, 96, 'features.11', lines, OUTPUTS, subject=READING),
    Network('gru-reader', GruReader, 96, 'features.8', lines, OUTPUTS, subject=READING),
    Network('rnn-reader', partial(RnnReader, 'relu'), 96, 'features.11', lines, OUTPUTS, subject=READING),
)
