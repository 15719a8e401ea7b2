"""What the trainings of orchard's variants, blind and sighted, share."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

OPPOSITES = {'left': 'right', 'top': 'bottom', 'above': 'below'}
OPPOSITES.update({other: word for word, other in OPPOSITES.items()})
WARM_UP = 100  # steps
WEIGHT_DECAY = 0.02


def parser_of(description: str, variants: tuple[str, ...], steps: int, rate: float) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--scenes', type=Path, required=True)
    parser.add_argument('--held-out', type=Path, required=True)
    parser.add_argument('--variant', choices=variants, required=True)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--steps', type=int, default=steps)
    parser.add_argument('--rate', type=float, default=rate)
    parser.add_argument('--every', type=int, default=200, help='steps between evaluations')
    parser.add_argument('--out', type=Path, required=True)
    return parser


def begin(options: argparse.Namespace) -> None:
    """One thread, the same result for the same seed, and a folder to write to."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)


def drawn_scenes(folder: Path, pictures: int) -> tuple[np.ndarray, list]:
    """The pictures `[scenes, pictures, size, size, 3]` that orchard_pictures.mjs wrote, and what it says of each scene."""
    about = json.loads((folder / 'about.json').read_text())
    shape = (about['count'], pictures, about['size'], about['size'], 3)
    with (folder / 'scenes.jsonl').open() as lines:
        return np.memmap(folder / 'images.u8', np.uint8, 'r', shape=shape), [json.loads(line) for line in lines]


def normalised(images: list[np.ndarray], mean: tuple[float, ...], std: tuple[float, ...], rng: np.random.Generator | None) -> torch.Tensor:
    """With a generator each picture's brightness and contrast vary a little."""
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
    if rng is not None:
        gain = torch.from_numpy(rng.uniform(0.85, 1.15, (len(images), 1, 1, 1)).astype(np.float32))
        shift = torch.from_numpy(rng.uniform(-0.08, 0.08, (len(images), 3, 1, 1)).astype(np.float32))
        pixels = (pixels * gain + shift).clamp(0, 1)
    return (pixels - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)


def set_rate(optimiser: torch.optim.Optimizer, rate: float, step: int, steps: int, warm: int, least: float = 0.01) -> None:
    """A linear rise over the first steps, then half a cosine down to `least` of the rate."""
    cooled = 0.5 + 0.5 * math.cos(math.pi * step / steps)
    for group in optimiser.param_groups:
        group['lr'] = rate * min(1.0, (step + 1) / warm) * max(least, cooled)


class Run:
    """A training of some weights, that goes on where its folder says that it stood."""

    def __init__(self, modules: dict[str, torch.nn.Module], weights: list[torch.nn.Parameter], options: argparse.Namespace,
                 betas: tuple[float, float] = (0.9, 0.999)) -> None:
        """Vectors are not decayed."""
        self.modules, self.weights, self.options = modules, weights, options
        decayed, others = ([each for each in weights if (each.ndim > 1) == is_matrix] for is_matrix in (True, False))
        groups = [{'params': decayed, 'weight_decay': WEIGHT_DECAY}, {'params': others, 'weight_decay': 0}]
        self.optimiser = torch.optim.AdamW(groups, options.rate, betas)
        self.step, self.seconds, self.started, self.log = 0, 0.0, time.process_time(), options.out / 'log.jsonl'
        checkpoint = options.out / 'checkpoint.pt'
        if not checkpoint.exists():
            self.log.write_text('')
            return
        saved = torch.load(checkpoint)
        for name, module in modules.items():
            module.load_state_dict(saved[name])
        self.optimiser.load_state_dict(saved['optimiser'])
        self.step, self.seconds = saved['step'], saved['seconds']

    def learn(self, loss_of: Callable[[int], torch.Tensor], line_of: Callable[[bool], dict], known: dict) -> None:
        """The loss of each step; at evaluations a line for the log (told whether it is the last), and a checkpoint with what else is `known`."""
        options, before = self.options, self.seconds
        while self.step < options.steps:
            set_rate(self.optimiser, options.rate, self.step, options.steps, WARM_UP)
            loss = loss_of(self.step)
            self.optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
            self.optimiser.step()
            self.step += 1
            is_last = self.step == options.steps
            if self.step % options.every > 0 and not is_last:
                continue
            self.seconds = before + time.process_time() - self.started
            line = {'step': self.step, 'cpu_minutes': round(self.seconds / 60, 2), 'loss': round(loss.item(), 4)} | line_of(is_last)
            with self.log.open('a') as file:
                file.write(json.dumps(line) + '\n')
            held_out = {kind: of['percent'] for kind, of in line['held_out'].items()}
            print(*(value for name, value in line.items() if name != 'held_out'), held_out, flush=True)
            self.keep(known | {name: getattr(options, name) for name in ('variant', 'seed', 'steps')})

    def keep(self, known: dict) -> None:
        state = {name: module.state_dict() for name, module in self.modules.items()}
        state |= {'optimiser': self.optimiser.state_dict(), 'step': self.step, 'seconds': self.seconds}
        torch.save(state | known, self.options.out / 'new.pt')
        (self.options.out / 'new.pt').replace(self.options.out / 'checkpoint.pt')
