"""Trains the paper's CIFAR-10 network, narrowed, on a processor.

    python tools/train/cifar10_resnet.py

Reads the train split at `../shared/data/cifar10` and never the test split; the last 2,000 of its rows are held out for
the log. Writes `checkpoint.pt` and `log.jsonl` under `tmp/cifar10-resnet` after every epoch and continues from there when
run again, with another number of epochs too while the learning rate does not fall yet; `weights.pt`, the averaged
weights, when done. The same options, versions and processor give the same weights.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch.nn import functional

from reference.cifar10 import cifar10_folder, load_split
from reference.cifar10_network import IMAGE_SIZE, Cifar10ResNet
from reference.shared_data import REPOSITORY

WIDTHS = (16, 32, 64, 128)
HELD_OUT = 2000
MARGIN = 4
HOLE = 8
GREY = 128
LABEL_SMOOTHING = 0.1
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
WARM_UP_EPOCHS = 1
DECAY = 0.4  # of all epochs
AVERAGE_DECAY = 0.998  # a step


def normalise(images: torch.Tensor) -> torch.Tensor:
    """uint8 to (x - 0.5) / 0.5 of pixels in 0..1, channels last in memory, which is the faster layout here."""
    return (images.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def augment(windows: torch.Tensor, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Random crop, flip and a grey square for each image; `windows` is `[N, 9, 9, 3, 32, 32]` uint8."""
    count = len(rows)

    def draw(high: int) -> torch.Tensor:
        return torch.randint(high, (count,), generator=generator)

    images = windows[rows, draw(2 * MARGIN + 1), draw(2 * MARGIN + 1)]
    images = torch.where(draw(2).bool()[:, None, None, None], images.flip(3), images)
    position = torch.arange(IMAGE_SIZE)
    rows_inside, columns_inside = (
        (position - centre[:, None]).add(HOLE // 2).div(HOLE, rounding_mode='floor') == 0
        for centre in (draw(IMAGE_SIZE), draw(IMAGE_SIZE)))
    return normalise(images.masked_fill((rows_inside[:, :, None] & columns_inside[:, None, :])[:, None], GREY))


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Shuffled rows in batches of one size; the few rows left over wait for another epoch."""
    order = torch.randperm(count, generator=generator)
    yield from order[:count // size * size].split(size)


def decay_start(epochs: int) -> int:
    """The first epoch, counted from 0, in which the learning rate falls."""
    return math.floor((1 - DECAY) * epochs)


def rate(epoch: float, epochs: int, peak: float) -> float:
    """Linear warm-up, a constant stretch, linear decay to zero; `epoch` counts from 0 and has a fraction.

    Up to the decay nothing depends on `epochs`, so a run can still be made longer or shorter while it is there.
    """
    start = decay_start(epochs)
    return peak * min(epoch / WARM_UP_EPOCHS, 1.0, (epochs - epoch) / (epochs - start))


def continues(options: dict, made_with: dict, done: int) -> bool:
    """Whether a run with `options` passes through the state after `done` epochs of one with `made_with`."""
    epochs = {options['epochs'], made_with['epochs']}
    return {**made_with, 'epochs': options['epochs']} == options and (
        len(epochs) == 1 or done <= min(map(decay_start, epochs)))


def parameter_groups(model: torch.nn.Module) -> list[dict]:
    """Only the weights of convolutions and of the linear layer decay."""
    decayed = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    return [{'params': decayed, 'weight_decay': WEIGHT_DECAY}, {'params': others, 'weight_decay': 0.0}]


def floats(model: torch.nn.Module) -> list[torch.Tensor]:
    return [value for value in model.state_dict().values() if value.is_floating_point()]


@torch.no_grad()
def follow(average: torch.nn.Module, model: torch.nn.Module, step: int) -> None:
    """Moves the average of weights and batch statistics towards the model; early steps count more, as they are few."""
    decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
    torch._foreach_lerp_(floats(average), floats(model), 1 - decay)


@torch.no_grad()
def accuracy(model: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    hits = [(model(normalise(x)).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500))]
    return sum(hits) / len(labels)


def write_whole(path: Path, write) -> None:
    """Leaves either the old file or the whole new one, wherever the process is stopped."""
    partial = path.with_name(path.name + '.partial')
    write(partial)
    os.replace(partial, path)


def save(folder: Path, state: dict) -> None:
    write_whole(folder / 'checkpoint.pt', lambda path: torch.save(state, path))
    lines = ''.join(json.dumps(record) + '\n' for record in state['log'])
    write_whole(folder / 'log.jsonl', lambda path: path.write_text(lines, encoding='utf-8'))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, default=cifar10_folder(), help='folder with train-*.parquet')
    parser.add_argument('--run', type=Path, default=REPOSITORY / 'tmp' / 'cifar10-resnet', help='folder to write')
    parser.add_argument('--epochs', type=int, default=40)
    parser.add_argument('--widths', type=int, nargs=4, default=WIDTHS, help='channels of the stem and the three stages')
    parser.add_argument('--batch', type=int, default=256)
    parser.add_argument('--rate', type=float, default=0.3, help='peak learning rate')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--threads', type=int, default=1, help='one is nearly as fast as two where others use the machine')
    arguments = parser.parse_args()
    options = {'epochs': arguments.epochs, 'widths': list(arguments.widths), 'batch': arguments.batch,
               'rate': arguments.rate, 'seed': arguments.seed, 'threads': arguments.threads}

    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(arguments.seed)

    split = load_split(arguments.data, 'train')
    images, labels = torch.from_numpy(split.images), torch.from_numpy(split.labels)
    count = len(labels) - HELD_OUT
    held_out = images[count:], labels[count:]
    padded = functional.pad(images[:count], (MARGIN,) * 4, mode='reflect')
    windows = padded.unfold(2, IMAGE_SIZE, 1).unfold(3, IMAGE_SIZE, 1).permute(0, 2, 3, 1, 4, 5)

    model = Cifar10ResNet(tuple(arguments.widths)).to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.SGD(parameter_groups(model), lr=arguments.rate, momentum=MOMENTUM, nesterov=True)
    log: list[dict] = []

    arguments.run.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.run / 'checkpoint.pt'
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location='cpu', weights_only=True)
        if not continues(options, state['options'], len(state['log'])):
            raise SystemExit(f'{checkpoint} was made with {state["options"]}, not {options}; '
                             'give the same options or another folder with --run')
        model.load_state_dict(state['model'])
        average.load_state_dict(state['average'])
        optimizer.load_state_dict(state['optimizer'])
        log = state['log']

    steps = count // arguments.batch
    for epoch in range(len(log) + 1, arguments.epochs + 1):
        started = time.perf_counter()
        # A seed for each epoch, so that a run that was stopped continues with the draws it would have made.
        generator = torch.Generator().manual_seed(arguments.seed * 100_003 + epoch)
        model.train()
        loss_sum, hits, seen = 0.0, 0, 0
        for index, rows in enumerate(batches(count, arguments.batch, generator)):
            for group in optimizer.param_groups:
                group['lr'] = rate(epoch - 1 + index / steps, arguments.epochs, arguments.rate)
            inputs, targets = augment(windows, rows, generator), labels[rows]
            with torch.autocast('cpu', torch.bfloat16):
                logits = model(inputs)
            loss = functional.cross_entropy(logits.float(), targets, label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            follow(average, model, (epoch - 1) * steps + index)
            loss_sum += loss.item() * len(rows)
            hits += (logits.argmax(1) == targets).sum().item()
            seen += len(rows)
        record = {
            'epoch': epoch,
            'lr': round(optimizer.param_groups[0]['lr'], 6),
            'train_loss': round(loss_sum / seen, 4),
            'train_accuracy': round(hits / seen, 4),
            'held_out_accuracy': round(accuracy(average, *held_out), 4),
            'seconds': round(time.perf_counter() - started, 1),
        }
        log.append(record)
        save(arguments.run, {'options': options, 'model': model.state_dict(), 'average': average.state_dict(),
                             'optimizer': optimizer.state_dict(), 'log': log})
        print(json.dumps(record), file=sys.stderr, flush=True)

    write_whole(arguments.run / 'weights.pt', lambda path: torch.save(
        {'options': options, 'weights': average.state_dict(), 'log': log}, path))
    print(arguments.run / 'weights.pt')


if __name__ == '__main__':
    main()
