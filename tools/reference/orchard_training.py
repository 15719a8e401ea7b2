"""The loop that the detector and the segmenter of orchard share."""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable
from pathlib import Path

import torch

from reference.orchard_objects import Objects
from reference.shared_data import REPOSITORY

WEIGHT_DECAY = 1e-3
AVERAGE_DECAY = 0.998  # a step
WARM_UP = 0.05  # of all steps
LOGGED = 50  # steps

Loss = Callable[[torch.nn.Module, Objects, torch.Tensor, torch.Generator], torch.Tensor]


def add_options(parser: argparse.ArgumentParser, name: str, steps: int, batch: int) -> argparse.Namespace:
    parser.add_argument('data', type=Path, help='folder that orchard_objects.mjs wrote')
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'tmp' / name)
    parser.add_argument('--steps', type=int, default=steps)
    parser.add_argument('--batch', type=int, default=batch)
    parser.add_argument('--rate', type=float, default=4e-3)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--threads', type=int, default=1)
    return parser.parse_args()


def train(model: torch.nn.Module, data: Objects, loss_of: Loss, options: argparse.Namespace) -> None:
    """AdamW, a rate that rises linearly and falls as a cosine, and the exponential moving average of the weights."""
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    model = model.to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(options.seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.rate, total_steps=options.steps, pct_start=WARM_UP, cycle_momentum=False)
    rows = torch.empty(0, dtype=torch.long)
    log: list[dict] = []
    sums, started = 0.0, time.monotonic()
    for step in range(1, options.steps + 1):
        if len(rows) < options.batch:
            rows = torch.cat([rows, torch.randperm(len(data.pictures), generator=generator)])
        own, rows = rows[:options.batch], rows[options.batch:]
        loss = loss_of(model.train(), data, own, generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        decay = min(AVERAGE_DECAY, step / (step + 20))
        with torch.no_grad():
            for mean, now in zip(average.state_dict().values(), model.state_dict().values()):
                mean.lerp_(now, 1 - decay) if mean.is_floating_point() else mean.copy_(now)
        sums += float(loss.detach())
        if step % LOGGED == 0 or step == options.steps:
            count = (step - 1) % LOGGED + 1
            record = {'step': step, 'loss': round(sums / count, 4), 'seconds': round(time.monotonic() - started, 1)}
            log.append(record)
            print(json.dumps(record), flush=True)
            sums = 0.0
    trained = {
        'options': {name: getattr(options, name) for name in ('steps', 'batch', 'rate', 'seed', 'threads')},
        'data': {'seed': data.seed, 'count': len(data.pictures), 'size': data.size},
        'log': log,
        'weights': average.state_dict(),
    }
    torch.save(trained, options.out / 'weights.pt')
    (options.out / 'log.jsonl').write_text(''.join(json.dumps(record) + '\n' for record in log), encoding='utf-8')
