"""Trains one variant of orchard-clip on scenes that orchard_scenes.mjs wrote, on one thread; a run that was broken off goes on
where it stood.

    python tools/train/orchard_clip.py --scenes FOLDER --held-out FOLDER --variant sighted --seed 0 --steps 4000 --out FOLDER

Variants have the same network, steps, seed and positions, and see the same pictures and captions; they differ in what a batch is:

  blind    pairs of picture and caption whose words are in random order; and since the words of "the left apple" say in any order
           where the apple is, words of place are replaced by their opposites in half of the captions
  ordered  pairs of picture and caption as they are
  sighted  both sides of a test: a picture with its caption, and its mirror image (or its twin with the two fruit, or their
           colours, exchanged) with the caption that is false of the first; and a loss over each such 2 x 2 table

FOLDER/log.jsonl has one line an evaluation of 200 held-out scenes, FOLDER/held-out.json that of all at the end: tests answered right,
in percent, chance 50. On a finished run the command evaluates again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path

os.environ.setdefault('OMP_NUM_THREADS', '1')

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional  # noqa: E402

from reference.orchard_clip_network import CONTEXT, OrchardClip  # noqa: E402
from reference.orchard_variants import OPPOSITES, Run, begin, drawn_scenes, normalised, parser_of, set_rate  # noqa: E402

KINDS = ('object', 'attribute', 'binding', 'left-right', 'above-below', 'word-order')
# How often a test of a kind is drawn, among those that a scene has.
WEIGHTS = {'object': 2, 'attribute': 1, 'binding': 3, 'left-right': 4, 'above-below': 4, 'word-order': 4}
# CLIP's own.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
PAD, UNKNOWN, START, END = '<|pad|>', '<|unknown|>', '<|startoftext|>', '<|endoftext|>'
ORIGINAL, MIRROR, PLACES, COLOURS = range(4)
IGNORED = -1


class Scenes:
    def __init__(self, folder: Path) -> None:
        self.images, self.scenes = drawn_scenes(folder, 3)
        self.size = self.images.shape[2]

    def __len__(self) -> int:
        return len(self.scenes)

    def image(self, scene: int, twin: int) -> np.ndarray:
        if twin == MIRROR:
            return self.images[scene, 0, :, ::-1]
        return self.images[scene, {ORIGINAL: 0, PLACES: 1, COLOURS: 2}[twin]]


def vocabulary(scenes: Scenes) -> dict[str, int]:
    """Ids of words; the end token has the highest, because the text tower looks for the largest id."""
    captions = (caption for scene in scenes.scenes for test in scene['tests'] for caption in test['captions'] + test['against'])
    words = {word for caption in captions for word in caption.split()}
    return {word: place for place, word in enumerate([PAD, UNKNOWN, *sorted(words), START, END])}


def encode(ids: dict[str, int], words: list[str]) -> list[int]:
    known = [ids.get(word, ids[UNKNOWN]) for word in words][: CONTEXT - 2]
    return [ids[START], *known, ids[END]] + [ids[PAD]] * (CONTEXT - 2 - len(known))


def tensor(images: list[np.ndarray], rng: np.random.Generator | None = None) -> torch.Tensor:
    return normalised(images, MEAN, STD, rng)


def twin_of(kind: str, axis: str, rng: np.random.Generator) -> int:
    """The picture of which the false caption of a test is true; ORIGINAL where there is none."""
    if kind == 'binding':
        return COLOURS
    if kind in ('object', 'attribute'):
        return ORIGINAL
    return MIRROR if axis == 'horizontal' and rng.random() < 0.75 else PLACES


def draw(scenes: Scenes, rng: np.random.Generator):
    """A scene, one of its tests with a template, and the twin of that test."""
    scene = int(rng.integers(len(scenes)))
    tests = scenes.scenes[scene]['tests']
    weights = np.array([WEIGHTS[test['kind']] for test in tests], float)
    test = tests[rng.choice(len(tests), p=weights / weights.sum())]
    template = int(rng.integers(len(test['captions'])))
    twin = twin_of(test['kind'], scenes.scenes[scene]['axis'], rng)
    return scene, test['captions'][template], test['against'][template], twin


def one(scenes: Scenes, rng: np.random.Generator):
    """One picture and one caption that is true of it, drawn as the sighted variant draws them."""
    scene, caption, against, twin = draw(scenes, rng)
    if twin != ORIGINAL and rng.random() < 0.5:
        return (scene, twin), against
    return (scene, ORIGINAL), caption


def batch(scenes: Scenes, variant: str, size: int, rng: np.random.Generator):
    """Pictures, the words of their captions, and which places in the batch begin a pair of twins."""
    images, captions, twins = [], [], []
    while len(images) < size:
        if variant != 'sighted':
            picture, caption = one(scenes, rng)
            images.append(picture)
            captions.append(caption.split())
            continue
        scene, caption, against, twin = draw(scenes, rng)
        if twin == ORIGINAL:
            images.append((scene, ORIGINAL))
            captions.append(caption.split())
        elif len(images) + 2 <= size:
            twins.append(len(images))
            images += [(scene, ORIGINAL), (scene, twin)]
            captions += [caption.split(), against.split()]
    if variant == 'blind':
        captions = [blinded(words, rng) for words in captions]
    return images, captions, torch.tensor(twins, dtype=torch.long)


def blinded(words: list[str], rng: np.random.Generator) -> list[str]:
    if rng.random() < 0.5:
        words = [OPPOSITES.get(word, word) for word in words]
    return [words[place] for place in rng.permutation(len(words))]


class Cells:
    """What lies at each position of layer4: a kind and a colour, nothing (0), or the edge of a fruit, which is not asked for."""

    def __init__(self, scenes: Scenes, side: int) -> None:
        fruit = [fruit for scene in scenes.scenes for fruit in scene['objects'][0]]
        self.kinds, self.colours = (sorted({names[place] for names in fruit}) for place in (0, 1))
        at = (np.arange(side) + 0.5) * scenes.size / side
        self.x, self.y = np.meshgrid(at, at)
        self.reach = scenes.size / side

    def of(self, scene: dict, twin: int) -> np.ndarray:
        kinds, colours = np.zeros(self.x.shape, np.int64), np.zeros(self.x.shape, np.int64)
        for kind, colour, left, top, width, height in scene['objects'][{ORIGINAL: 0, MIRROR: 0, PLACES: 1, COLOURS: 2}[twin]]:
            far = np.maximum(np.abs(self.x - left - width / 2) - width / 2, np.abs(self.y - top - height / 2) - height / 2)
            for cells, name in ((kinds, self.kinds.index(kind)), (colours, self.colours.index(colour))):
                cells[(far < self.reach / 2) & (cells == 0)] = IGNORED
                cells[far < -self.reach / 8] = 1 + name
        cells = np.stack([kinds, colours])
        return cells[:, :, ::-1] if twin == MIRROR else cells


def naming_loss(model: OrchardClip, head: torch.nn.Conv2d, scenes: Scenes, cells: Cells, size: int,
                rng: np.random.Generator) -> torch.Tensor:
    """How well each position of layer4 tells which fruit lies there; nothing says where in the picture it is."""
    chosen = [(int(rng.integers(len(scenes))), int(rng.integers(4))) for _ in range(size)]
    pixels = tensor([scenes.image(*pair) for pair in chosen], rng).contiguous(memory_format=torch.channels_last)
    truth = torch.from_numpy(np.stack([cells.of(scenes.scenes[scene], twin) for scene, twin in chosen]))
    with torch.autocast('cpu', torch.bfloat16):
        features = model.visual.features(pixels)
    answers = head(features.float())
    # Most of a picture is background.
    weight = torch.ones(1 + len(cells.kinds))
    weight[0] = 0.1
    kinds, colours = answers[:, : len(weight)], answers[:, len(weight) :]
    return sum(functional.cross_entropy(part, truth[:, place], weight, ignore_index=IGNORED) for place, part in enumerate((kinds, colours)))


def loss_of(logits: torch.Tensor, twins: torch.Tensor) -> torch.Tensor:
    """CLIP's loss, and for twins the loss of each picture between its two captions and of each caption between its two pictures."""
    here = torch.arange(len(logits))
    loss = (functional.cross_entropy(logits, here) + functional.cross_entropy(logits.T, here)) / 2
    if len(twins) == 0:
        return loss
    rows = torch.stack([twins, twins, twins + 1, twins + 1], 1)
    columns = torch.stack([twins, twins + 1, twins, twins + 1], 1)
    tables = logits[rows, columns].view(-1, 2, 2)
    answers = torch.tensor([0, 1]).repeat(len(twins))
    pairs = functional.cross_entropy(tables.reshape(-1, 2), answers)
    pairs = pairs + functional.cross_entropy(tables.transpose(1, 2).reshape(-1, 2), answers)
    return loss + pairs


def name_cells(model: OrchardClip, scenes: Scenes, options: argparse.Namespace) -> None:
    """Trains the image tower below the pool to name what lies where."""
    cells = Cells(scenes, model.visual.side)
    head = torch.nn.Conv2d(model.visual.channels, 2 + len(cells.kinds) + len(cells.colours), 1)
    weights = [weight for name, weight in model.visual.named_parameters() if not name.startswith('attnpool')]
    optimiser = torch.optim.AdamW([*weights, *head.parameters()], 2e-3, weight_decay=0.02)
    for step in range(options.naming_steps):
        loss = naming_loss(model, head, scenes, cells, options.batch, np.random.default_rng([options.seed, step, 1]))
        set_rate(optimiser, 2e-3, step, options.naming_steps, 50)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if (step + 1) % 100 == 0:
            print('naming', step + 1, round(loss.item(), 3), flush=True)


@torch.no_grad()
def features_of(model: OrchardClip, scenes: Scenes, twins: range, rng: np.random.Generator | None = None) -> torch.Tensor:
    """What the locked tower below the pool makes of each scene's pictures: `[scenes * twins, channels, side, side]`."""
    model.eval()
    shape = (len(scenes) * len(twins), model.visual.channels, model.visual.side, model.visual.side)
    features = torch.empty(shape, dtype=torch.bfloat16)
    pictures = [(scene, twin) for scene in range(len(scenes)) for twin in twins]
    for start in range(0, len(pictures), 64):
        pixels = tensor([scenes.image(*picture) for picture in pictures[start : start + 64]], rng)
        with torch.autocast('cpu', torch.bfloat16):
            made = model.visual.features(pixels.contiguous(memory_format=torch.channels_last))
        features[start : start + 64] = made.to(torch.bfloat16)
    return features


@torch.no_grad()
def evaluate(model: OrchardClip, scenes: Scenes, ids: dict[str, int], count: int) -> dict:
    """By kind: the percentage of held-out tests answered right, its 95 % interval, and scenes; and the same on scenes and their mirror images.

    An answer is right where the true caption scores higher; a scene's share is the mean over templates, and over its two pictures.
    """
    model.eval()
    shares: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    for start in range(0, min(count, len(scenes)), 50):
        chosen = range(start, min(count, start + 50, len(scenes)))
        pictures = [scenes.image(scene, twin) for scene in chosen for twin in (ORIGINAL, MIRROR)]
        image = model.image(tensor(pictures)).view(len(chosen), 2, -1)
        asked = [(row, test) for row, scene in enumerate(chosen) for test in scenes.scenes[scene]['tests']]
        texts = [encode(ids, text.split()) for _, test in asked for pair in zip(test['captions'], test['against']) for text in pair]
        text = iter(model.text(torch.tensor(texts)).view(-1, 2, image.shape[-1]))
        for row, test in asked:
            pairs = torch.stack([next(text) for _ in test['captions']])
            ahead = (pairs[:, 0] - pairs[:, 1]) @ image[row].T
            if test['onMirror'] == 'against':
                ahead[:, 1] *= -1
            right = ((ahead > 0).float() + (ahead == 0).float() / 2).mean(0)
            shares[test['kind']].append([right[ORIGINAL].item(), right.mean().item()])
    return {
        kind: summary([alone for alone, _ in pairs]) | {'with_mirror': summary([both for _, both in pairs])}
        for kind, pairs in shares.items()
    }


def summary(values: list[float]) -> dict:
    mean, half = float(np.mean(values)), 1.96 * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    interval = [round(100 * (mean - half), 1), round(100 * (mean + half), 1)]
    return {'percent': round(100 * mean, 1), 'interval': interval, 'scenes': len(values)}


def step_loss(model: OrchardClip, features: torch.Tensor, scenes: Scenes, ids: dict[str, int], options: argparse.Namespace,
              step: int) -> torch.Tensor:
    """The loss of the batch of a step, which depends on the seed and the step alone."""
    images, captions, twins = batch(scenes, options.variant, options.batch, np.random.default_rng([options.seed, step]))
    rows = torch.tensor([4 * scene + twin for scene, twin in images])
    longest = max(len(words) for words in captions) + 2
    text = torch.tensor([encode(ids, words) for words in captions])[:, :longest]
    image = functional.normalize(model.visual.attnpool(features[rows].float()), dim=-1)
    logits = model.logit_scale.exp().clamp(max=100) * image @ model.text(text).T
    return loss_of(logits, twins)


def begin_with(model: OrchardClip, scenes: Scenes, options: argparse.Namespace) -> float:
    """Loads the image tower that has learnt to name fruit, after training it where it does not lie there yet; the seconds that took."""
    start = options.start or options.out / 'start.pt'
    if not start.exists():
        started = time.process_time()
        name_cells(model, scenes, options)
        start.parent.mkdir(parents=True, exist_ok=True)
        torch.save({'model': model.state_dict(), 'seconds': time.process_time() - started}, start)
    begun = torch.load(start)
    model.load_state_dict(begun['model'])
    return begun['seconds']


def train(model: OrchardClip, scenes: Scenes, held_out: Scenes, ids: dict[str, int], options: argparse.Namespace) -> None:
    """The pool and the text tower."""
    seconds = begin_with(model, scenes, options)
    weights = [weights for name, weights in model.named_parameters() if not name.startswith('visual.') or '.attnpool.' in name]
    run = Run({'model': model}, weights, options, betas=(0.9, 0.98))
    if run.step == 0:
        run.seconds = seconds
    if run.step == options.steps:
        return
    features = features_of(model, scenes, range(4), np.random.default_rng([options.seed, 2]))
    run.learn(lambda step: step_loss(model, features, scenes, ids, options, step),
              lambda _: {'scale': round(model.logit_scale.exp().item(), 2), 'held_out': evaluate(model, held_out, ids, 200)},
              {'words': ids, 'size': scenes.size})


def main() -> None:
    parser = parser_of(__doc__, ('blind', 'ordered', 'sighted'), 4000, 1.5e-3)
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--naming-steps', type=int, default=300)
    parser.add_argument('--start', type=Path, help='where the image tower that names fruit is kept for the variants of a seed')
    options = parser.parse_args()

    begin(options)
    scenes, held_out = Scenes(options.scenes), Scenes(options.held_out)
    ids = vocabulary(scenes)
    model = OrchardClip(len(ids), scenes.size).to(memory_format=torch.channels_last)
    train(model, scenes, held_out, ids, options)
    held = evaluate(model, held_out, ids, len(held_out))
    (options.out / 'held-out.json').write_text(json.dumps(held, indent=1) + '\n')


if __name__ == '__main__':
    main()
