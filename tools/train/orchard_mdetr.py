"""Trains one variant of orchard-mdetr on questions about scenes that orchard_questions.mjs wrote, on one thread; a run that was broken
off goes on where it stood.

    python tools/train/orchard_mdetr.py --scenes FOLDER --held-out FOLDER --variant sighted --seed 0 --steps 4500 --out FOLDER

Variants have the same network, steps and seed, and see the same pictures and questions:

  sighted  the questions as they are
  blind    each word of place in a question, and an answer that is one, is replaced by its opposite in half of the cases: "Is the red apple to the
           left or to the right of the blue pear?" has both words, and with its true answer would teach the side

First the backbone and the text encoder learn which words belong to which place of an image, as MDETR's have learned from ImageNet and from text; then come
questions that speak of no place, then all. The first two are the same for both variants. Without them a network finds the fruit that is meant by its place
and never by its kind, since it can in most questions. Every question comes with the boxes of what it speaks of and with the words that speak of it, as in
MDETR. FOLDER/log.jsonl has one line an evaluation, of held-out scenes with true questions: the percentage answered right by kind of question, with its 95 %
interval; `colour-at, two of a kind` are those in which the place alone decides; `box` is the percentage of questions about one fruit whose best box overlaps
it by half.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path

os.environ.setdefault('OMP_NUM_THREADS', '1')
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from reference.mdetr_network import Mdetr  # noqa: E402
from reference.orchard_mdetr_network import orchard_mdetr  # noqa: E402
from reference.orchard_variants import OPPOSITES, Run, begin, drawn_scenes, normalised, parser_of, set_rate  # noqa: E402

ANSWERS = {
    'attr': ('red', 'orange', 'yellow', 'green', 'blue', 'purple'),
    'obj': ('apple', 'banana', 'lemon', 'pear', 'pineapple', 'strawberry'),
    'rel': ('left', 'right', 'above', 'below'),
    'num': ('0', '1', '2', '3', '4', '5'),
}
PLACE = re.compile('|'.join(rf'\b{word}\b' for word in OPPOSITES))
TWO_OF_A_KIND = 'colour-at, two of a kind'
OF_A_KIND = 'count, of a kind'
KINDS = ('colour', 'kind', 'count', OF_A_KIND, 'colour-at', TWO_OF_A_KIND, 'relation', 'fruit-at')
PLAIN_WEIGHTS = {'colour': 4, 'kind': 2, 'count': 1, OF_A_KIND: 2}
WEIGHTS = {'colour': 1, 'kind': 1, 'count': 1, OF_A_KIND: 1, 'colour-at': 1, TWO_OF_A_KIND: 6, 'relation': 3, 'fruit-at': 3}
"""How often a question of a kind is drawn, among those of a scene: first those that speak of no place, then all."""
PER_PICTURE = 3
NO_OBJECT = 0.1
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WHERE = r'(?:on the (?:left|right)|at the (?:top|bottom))'


def spoken_of(kind: str, text: str) -> list[tuple[int, int]]:
    """Where in a question the words are that speak of the fruit asked about."""
    pattern = {
        'colour': r'(?<=the )\w+(?=\?)',
        'kind': r'\w+(?=\?)|\w+ one(?=\?)',
        'count': r'(?<=How many ).+(?= are)',
        'colour-at': rf'(?<=is the )\w+ \w+(?=\?)|(?<=is the )\w+ {WHERE}',
        'relation': r'(?<=the )(?:{0}) (?:{1})'.format('|'.join(ANSWERS['attr']), '|'.join(ANSWERS['obj'])),
        'fruit-at': WHERE,
    }[kind]
    if kind == 'kind' and text.endswith(' one?'):
        pattern = r'\w+ one(?=\?)'
    return [found.span() for found in re.finditer(pattern, text)]


def singular(plural: str) -> str:
    return f'{plural[:-3]}y' if plural.endswith('ies') else plural.removesuffix('s')


@dataclass(frozen=True)
class Asked:
    kind: str
    phrasings: tuple[str, ...]
    type: str
    answer: str
    objects: tuple[tuple[str, str, tuple[float, ...]], ...]
    """Kind, colour and box (middle and size as fractions of the picture) of every fruit."""
    box: tuple[float, ...] | None

    @property
    def group(self) -> str:
        kinds = [kind for kind, _, _ in self.objects]
        if self.kind == 'colour-at' and kinds[0] == kinds[1]:
            return TWO_OF_A_KIND
        if self.kind == 'count' and 'pieces' not in self.phrasings[0]:
            return OF_A_KIND
        return self.kind

    def targets(self, text: str) -> list[tuple[tuple[int, int], tuple[float, ...]]]:
        """Boxes with the words of `text` that speak of them."""
        spans = spoken_of(self.kind, text)
        if self.kind == 'relation':
            named = {f'{colour} {kind}': box for kind, colour, box in self.objects}
            return [(span, named[text[slice(*span)]]) for span in spans]
        if self.kind == 'count':
            what = text[slice(*spans[0])]
            return [(spans[0], box) for kind, _, box in self.objects if what.startswith('pieces') or singular(what) == kind]
        return [(spans[0], self.box)] if self.box else []


class Scenes:
    """Four pictures a scene: the scene, the one with its two fruit in each other's place, and the mirror images of both."""

    def __init__(self, folder: Path) -> None:
        self.images, lines = drawn_scenes(folder, 2)
        self.size = self.images.shape[2]
        self.questions = [[self.asked(picture) for picture in pictures] for pictures in lines]

    def asked(self, picture: dict) -> list[Asked]:
        def fractions(box: list[float]) -> tuple[float, ...]:
            x, y, width, height = (side / self.size for side in box)
            return (x + width / 2, y + height / 2, width, height)

        objects = tuple((each['kind'], each['colour'], fractions(each['box'])) for each in picture['objects'])
        return [
            Asked(each['kind'], tuple(each['phrasings']), each['answerType'], each['answer'], objects,
                  fractions(each['box']) if 'box' in each else None)
            for each in picture['questions']
        ]

    def image(self, scene: int, picture: int) -> np.ndarray:
        image = self.images[scene, picture % 2]
        return image[:, ::-1] if picture >= 2 else image


def train_tokenizer(scenes: Scenes) -> Tokenizer:
    """Of RoBERTa's form: pieces of bytes, with its special tokens at its places."""
    special = ['<s>', '<pad>', '</s>', '<unk>', '<mask>']
    tokenizer = Tokenizer(models.BPE(unk_token='<unk>'))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=520, special_tokens=special, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
                                  show_progress=False)
    texts = [text for pictures in scenes.questions[:1000] for picture in pictures for each in picture for text in each.phrasings]
    tokenizer.train_from_iterator(sorted(texts), trainer)
    tokenizer.post_processor = processors.RobertaProcessing(('</s>', 2), ('<s>', 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer


class Reader:
    """Tokens of questions, remembered."""

    def __init__(self, tokenizer: Tokenizer, tokens: int) -> None:
        self.tokenizer, self.tokens, self.known = tokenizer, tokens, {}

    def __call__(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        if text not in self.known:
            encoded = self.tokenizer.encode(text)
            self.known[text] = (encoded.ids, encoded.offsets)
        return self.known[text]

    def standing_for(self, text: str, span: tuple[int, int]) -> list[float]:
        """The share of each token in the words of `span`."""
        inside = [start < span[1] and end > span[0] and end > start for start, end in self(text)[1]]
        row = [float(each) / sum(inside) for each in inside]
        return row + [0.0] * (self.tokens + 1 - len(row))


def blinded(text: str, rng: np.random.Generator) -> str:
    return PLACE.sub(lambda found: OPPOSITES[found[0]] if rng.random() < 0.5 else found[0], text)


def tensor(images: list[np.ndarray], rng: np.random.Generator | None = None) -> torch.Tensor:
    return normalised(images, MEAN, STD, rng).contiguous(memory_format=torch.channels_last)


def fed(texts: list[str], reader: Reader) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [reader(text)[0] for text in texts]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [1] * (longest - len(row)) for row in rows])
    return ids, (ids != 1).long()


def corners(boxes: torch.Tensor) -> torch.Tensor:
    middle, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([middle - half, middle + half], -1)


def overlaps(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Intersection over union of boxes, and generalised (Rezatofighi et al. 2019); leading dimensions broadcast."""
    one, other = corners(one), corners(other)
    def area(box):
        return (box[..., 2:] - box[..., :2]).clamp(min=0).prod(-1)

    shared = area(torch.cat([torch.maximum(one[..., :2], other[..., :2]), torch.minimum(one[..., 2:], other[..., 2:])], -1))
    hull = area(torch.cat([torch.minimum(one[..., :2], other[..., :2]), torch.maximum(one[..., 2:], other[..., 2:])], -1))
    union = area(one) + area(other) - shared
    iou = shared / union.clamp(min=1e-9)
    return iou, iou - (hull - union) / hull.clamp(min=1e-9)


@cache
def ways(queries: int, targets: int) -> torch.Tensor:
    return torch.tensor(list(permutations(range(queries), targets)))


def best_match(cost: torch.Tensor) -> list[int]:
    """One query for each target at the least cost; `cost` is `[queries, targets]`, and there are few of both."""
    tried = ways(*cost.shape)
    return tried[cost[tried, torch.arange(cost.shape[1])].sum(1).argmin()].tolist()


def box_loss(logits: torch.Tensor, boxes: torch.Tensor, targets: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
    """MDETR's losses of soft tokens and boxes, of queries matched to targets at the least cost (section 2.2.2)."""
    scores = logits.log_softmax(-1)
    wanted = torch.zeros_like(scores)
    wanted[..., -1] = NO_OBJECT
    rows, queries, places = [], [], []
    with torch.no_grad():
        for row, (maps, truths) in enumerate(targets):
            if len(truths) == 0:
                continue
            cost = 5 * (boxes[row][:, None] - truths[None]).abs().sum(-1) - 2 * overlaps(boxes[row][:, None], truths[None])[1]
            cost = cost - scores[row].exp() @ maps.T
            for place, query in enumerate(best_match(cost)):
                rows.append(row), queries.append(query), places.append(place)
                wanted[row, query] = maps[place]
    loss = -(wanted * scores).sum() / max(len(rows), 1)
    if rows:
        found = boxes[rows, queries]
        truths = torch.stack([targets[row][1][place] for row, place in zip(rows, places)])
        loss = loss + (5 * (found - truths).abs().sum() + 2 * (1 - overlaps(found, truths)[1]).sum()) / len(rows)
    return loss


@dataclass(frozen=True)
class Batch:
    pixels: torch.Tensor
    texts: list[str]
    types: torch.Tensor
    answers: torch.Tensor
    targets: list[tuple[torch.Tensor, torch.Tensor]]
    spoken_of: torch.Tensor
    """`[N, h, w]`, 1 at the places that the question is about."""


def draw(scenes: Scenes, reader: Reader, variant: str, kinds: dict[str, int], pictures: int, rng: np.random.Generator) -> Batch:
    """`PER_PICTURE` questions about each picture; pictures come in pairs in which the two fruit have changed places."""
    images, texts, types, answers, targets, places = [], [], [], [], [], []
    for _ in range(pictures // 2):
        scene, side = int(rng.integers(len(scenes.questions))), 2 * int(rng.integers(2))
        twin = int(rng.integers(2))
        for picture in (side + twin, side + 1 - twin):
            images.append(scenes.image(scene, picture))
            asked = scenes.questions[scene][picture]
            weights = np.array([kinds.get(each.group, 0) for each in asked], float)
            for place in rng.choice(len(asked), PER_PICTURE, p=weights / weights.sum()):
                each = asked[place]
                text, answer = each.phrasings[int(rng.integers(2))], each.answer
                if variant == 'blind':
                    text, answer = blinded(text, rng), blinded(answer, rng)
                known = each.targets(text)
                places.append(covered([box for _, box in known] if each.box is None else [each.box], scenes.size // 8))
                texts.append(text)
                types.append(list(ANSWERS).index(each.type))
                answers.append(ANSWERS[each.type].index(answer))
                targets.append((torch.tensor([reader.standing_for(text, span) for span, _ in known]).reshape(len(known), reader.tokens + 1),
                                torch.tensor([box for _, box in known]).reshape(len(known), 4)))
    return Batch(tensor(images, rng), texts, torch.tensor(types), torch.tensor(answers), targets, torch.tensor(np.array(places)).float())


def weight_of(loss: str, done: float) -> float:
    """Boxes count little in the first half, in which the encoder learns what a question speaks of; their loss is large and would drown it."""
    return {'type': 1.0, 'answer': 2.0, 'places': 4.0, 'boxes': 0.03 if done < 0.5 else 0.3}[loss]


def loss_of(model: Mdetr, pointer: torch.nn.Linear, batch: Batch, reader: Reader) -> dict[str, torch.Tensor]:
    """`pointer` reads in the encoder's places of the image whether the question speaks of what lies there; the trained model is without it."""
    with torch.autocast('cpu', torch.bfloat16):
        features, hidden = model.backbone[0](batch.pixels, torch.zeros(len(batch.pixels), *batch.pixels.shape[2:], dtype=torch.bool))
    features, hidden = (each.repeat_interleave(PER_PICTURE, 0) for each in (features.float(), hidden))
    memory, *after = model.decode(features, hidden, *fed(batch.texts, reader))
    outputs = dict(zip(model.outputs, model.read(after)))
    answer = torch.zeros(())
    for place, name in enumerate(ANSWERS):
        rows = batch.types == place
        if rows.any():
            answer = answer + F.cross_entropy(outputs[f'pred_answer_{name}'][rows], batch.answers[rows], reduction='sum')
    boxes = box_loss(outputs['pred_logits'], outputs['pred_boxes'], batch.targets) + box_loss(*model.boxes(after[0]), batch.targets)
    wanted = batch.spoken_of.flatten(1)
    pointed = pointer(memory[:wanted.shape[1]])[..., 0].T
    return {'type': F.cross_entropy(outputs['pred_answer_type'], batch.types), 'answer': answer / len(batch.texts), 'boxes': boxes,
            'places': F.binary_cross_entropy_with_logits(pointed, wanted, pos_weight=torch.tensor(4.0))}


def learn_words(model: Mdetr, scenes: Scenes, reader: Reader, options: argparse.Namespace) -> float:
    """At each place of the image the words for kind and colour of the fruit there are the closest to it, or none where there is no fruit; in seconds."""
    started = time.process_time()
    words = [*ANSWERS['obj'], *ANSWERS['attr']]
    ids, mask = fed([f'the {word}' for word in words], reader)
    inside = torch.tensor([reader.standing_for(f'the {word}', (4, 4 + len(word)))[:ids.shape[1]] for word in words])
    text, body = model.transformer, model.backbone[0].body
    parts = [body, model.input_proj, text.text_encoder, text.resizer]
    optimiser = torch.optim.AdamW([weight for part in parts for weight in part.parameters()], 3e-3, weight_decay=0.02)
    for step in range(options.word_steps):
        rng = np.random.default_rng([options.seed, 1, step])
        set_rate(optimiser, 3e-3, step, options.word_steps, 50, least=0)
        images, kinds, colours = [], [], []
        for _ in range(2 * options.pictures):
            scene, picture = int(rng.integers(len(scenes.questions))), int(rng.integers(4))
            images.append(scenes.image(scene, picture))
            for rows, of in ((kinds, 0), (colours, 1)):
                rows.append(at_places(scenes.questions[scene][picture][0].objects, of, scenes.size // 8))
        with torch.autocast('cpu', torch.bfloat16):
            features = body(tensor(images, rng))
        meant = torch.einsum('kt,ktc->kc', inside, text.resizer['layer_norm'](text.resizer['fc'](text.text_encoder(ids, mask))))
        scores = torch.einsum('nchw,kc->nkhw', model.input_proj(features.float()), meant) / meant.shape[1] ** 0.5
        none = torch.zeros_like(scores[:, :1])
        kind, colour = scores.split((len(ANSWERS['obj']), len(ANSWERS['attr'])), 1)
        loss = sum(F.cross_entropy(torch.cat([each, none], 1), torch.tensor(np.array(truth))) for each, truth in ((kind, kinds), (colour, colours)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if (step + 1) % 50 == 0:
            print('words', step + 1, round(loss.item(), 3), flush=True)
    # What resembles each other looks at each other from the beginning.
    with torch.no_grad():
        for layer in text.encoder['layers']:
            query, key, _ = layer.self_attn.in_proj_weight.chunk(3)
            key.copy_(query)
    return time.process_time() - started


def at_places(objects: tuple, of: int, side: int) -> np.ndarray:
    """The number of each place's kind (`of` 0) or colour (1), `[side, side]`; the last number where the middle of the place is in no box."""
    names = ANSWERS['attr' if of else 'obj']
    grid = np.full((side, side), len(names))
    for each in objects:
        grid[covered([each[2]], side)] = names.index(each[of])
    return grid


def covered(boxes: list[tuple[float, ...]], side: int) -> np.ndarray:
    """Whether the middle of each place of a grid lies in a box, `[side, side]`."""
    result, middles = np.zeros((side, side), bool), (np.arange(side) + 0.5) / side
    for x, y, width, height in boxes:
        result |= (np.abs(middles[:, None] - y) < height / 2) & (np.abs(middles[None] - x) < width / 2)
    return result


Answers = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], dict[str, torch.Tensor]]
"""Outputs by name, for one picture `[1, 3, H, W]` and the tokens and mask of some questions about it `[N, T]`."""


def answers_of(model: Mdetr) -> Answers:
    @torch.no_grad()
    def answers(pixels: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        features, hidden = model.backbone[0](pixels, torch.zeros(1, *pixels.shape[2:], dtype=torch.bool))
        features, hidden = (part.expand(len(ids), *part.shape[1:]) for part in (features, hidden))
        return dict(zip(model.outputs, model.read(model.decode(features, hidden, ids, mask)[1:])))

    return answers


def evaluate(answers: Answers, scenes: Scenes, reader: Reader, count: int) -> dict:
    right: dict[str, list[float]] = {kind: [] for kind in KINDS}
    boxes: list[float] = []
    for scene in range(min(count, len(scenes.questions))):
        asked = [(each, text) for each in scenes.questions[scene][0] for text in each.phrasings]
        outputs = answers(tensor([scenes.image(scene, 0)]), *fed([text for _, text in asked], reader))
        objects = 1 - outputs['pred_logits'].softmax(-1)[..., -1]
        for row, (each, _) in enumerate(asked):
            kind = list(ANSWERS)[outputs['pred_answer_type'][row].argmax()]
            answer = ANSWERS[kind][outputs[f'pred_answer_{kind}'][row].argmax()]
            right[each.group].append(float((kind, answer) == (each.type, each.answer)))
            if each.box and each.kind != 'relation':
                best = outputs['pred_boxes'][row, objects[row].argmax()]
                boxes.append(float(overlaps(best, torch.tensor(each.box))[0] > 0.5))
    return {kind: percentage(values) for kind, values in {**right, 'box': boxes}.items() if values}


def percentage(values: list[float]) -> dict:
    """With the 95 % interval of Wilson."""
    count, share, z = len(values), float(np.mean(values)), 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return {'percent': round(100 * share, 1), 'interval': [round(100 * (middle - half), 1), round(100 * (middle + half), 1)], 'questions': count}


class Means:
    """Each loss as the mean over about the last fifty steps."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def take(self, losses: dict[str, torch.Tensor]) -> None:
        for name, loss in losses.items():
            self.values[name] = 0.98 * self.values.get(name, loss.item()) + 0.02 * loss.item()

    def rounded(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in self.values.items()}


def main() -> None:
    parser = parser_of(__doc__, ('blind', 'sighted'), 4500, 1e-3)
    parser.add_argument('--word-steps', type=int, default=400, help='before the others, of backbone and text encoder')
    parser.add_argument('--plain-steps', type=int, default=1000, help='the first steps, with questions that speak of no place')
    parser.add_argument('--pictures', type=int, default=16, help='in a batch, each with three questions')
    options = parser.parse_args()

    begin(options)
    scenes, held_out = Scenes(options.scenes), Scenes(options.held_out)
    words = options.out / 'tokenizer.json'
    tokenizer = Tokenizer.from_file(str(words)) if words.exists() else train_tokenizer(scenes)
    tokenizer.save(str(words))
    model = orchard_mdetr(tokenizer.get_vocab_size(), {name: len(each) for name, each in ANSWERS.items()})
    model = model.to(memory_format=torch.channels_last)
    reader = Reader(tokenizer, model.config.tokens)
    seconds = learn_words(model, scenes, reader, options) if not (options.out / 'checkpoint.pt').exists() else 0
    pointer, means = torch.nn.Linear(model.config.width, 1), Means()
    run = Run({'model': model, 'pointer': pointer}, [*model.parameters(), *pointer.parameters()], options)
    run.seconds += seconds

    def loss_at(step: int) -> torch.Tensor:
        kinds = PLAIN_WEIGHTS if step < options.plain_steps else WEIGHTS
        batch = draw(scenes, reader, options.variant, kinds, options.pictures, np.random.default_rng([options.seed, step]))
        losses = loss_of(model, pointer, batch, reader)
        means.take(losses)
        return sum(weight_of(name, step / options.steps) * loss for name, loss in losses.items())

    def line(is_last: bool) -> dict:
        model.eval()
        held = evaluate(answers_of(model), held_out, reader, len(held_out.questions) if is_last else 40)
        model.train()
        return means.rounded() | {'held_out': held}

    run.learn(loss_at, line, {'plain_steps': options.plain_steps, 'word_steps': options.word_steps, 'size': scenes.size})


if __name__ == '__main__':
    main()
