"""Makes small models that answer questions about pictures, or box what a text names, with what PyTorch says of them.

    python tools/golden/mdetr.py [--only NAME]

Each folder of `packages/probe-mdetr/fixtures/` is a model folder with a golden, computed in float64 from float32 weights. The golden's `inputs` and
`outputs` name tensors, `text` is what the ids were made of, and `layer` the ONNX tensor of the module that Grad-CAM reads. Each of `maps` is a number,
explained: `index` in an output without the batch, or `weights` of several such places (`[[weight, output, index...], ...]`), its `value`, and the tensor of
its map `[1, h, w]`. A second case is the first with `padding` more pixels of zero on the right and below, where the pixel mask, else one everywhere, is
zero; its maps are those of the whole padded picture. `held` are the outputs where attention reads no token of the picture outside a box (those of parts
that `box`, in pixels, touches stay), while positions are counted over the whole picture.

Maps of MDETR: the best answer of each head, the forced answer attr:red, for the best box `objectness`, which is the log-odds of there being an object
(its linear form at this picture), and for that box `phrase`, the scores of the phrase's tokens together. `said` is what follows from the outputs: the
answer with P(type), P(answer) and their product, and boxes with 1 - P(no object) over 0.7, in pixels of the picture without padding, with the parts of the text whose
tokens have a probability over 0.1.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from export.mdetr import OPEN, export_mdetr, write_folder
from reference import mdetr_network
from reference import question_networks as networks
from reference.class_activation import grad_cam
from reference.golden_file import GoldenFile
from reference.json_file import write_json
from reference.mdetr_network import INPUTS, Mdetr, randomise_mdetr, sine_positions, tiny_config, tiny_efficientnet
from reference.onnx_activations import activations, tensor_of
from reference.onnx_export import Export, export_named
from reference.random_weights import random_images, randomise
from reference.shared_data import REPOSITORY

OUT = REPOSITORY / 'packages' / 'probe-mdetr' / 'fixtures'
COLOURS = ['red', 'green', 'blue', 'yellow']
KINDS = ['apple', 'pear', 'banana', 'car', 'dog']
SENTENCES = [
    *(f'What color is the {side} {kind}?' for side in ('left', 'right') for kind in KINDS),
    *(f'Is the {colour} {kind} to the left or to the right of the dog?' for colour in COLOURS for kind in KINDS),
    'What is on the left?', 'How many apples are in the picture?', 'a photo of a cat', 'two dogs beside a red chair .',
]
QUESTION = 'What color is the left apple?'
ANSWERS = {
    'obj': ['yes', 'no', 'unknown'], 'attr': ['unknown', 'red', 'green', 'blue', 'yellow', 'left', 'right', 'large', 'small', 'open', 'closed', 'wet'],
    'rel': ['unknown', 'left', 'right', 'man', 'table', 'above', 'below', 'behind', 'dog', 'in front', 'chair', 'car', 'grass', 'sky'],
    'global': ['unknown', 'indoors', 'outdoors', 'kitchen', 'field'], 'cat': ['unknown', 'apple', 'pear', 'banana', 'dog', 'car', 'chair', 'man'],
}
ONE_HEAD = ['yes', 'no', 'red', 'green', 'blue', 'left', 'right', '1', '2', 'apple']
CLEVR = ['yes', 'no', 'large', 'small', 'gray', 'red', 'blue', 'green', 'brown', 'purple', 'cyan', 'yellow', 'cube', 'sphere', 'cylinder', 'rubber', 'metal',
         *map(str, range(11))]
CLEVR_WORDS = ['is', 'there', 'a', 'the', 'what', 'color', 'shape', 'left', 'right', 'of', 'front', 'behind', 'thing', 'that', 'how', 'many', 'on', 'side', 'are',
               *CLEVR[2:17], '?']
CLEVR_QUESTION = 'What color is the metal cube left of the red sphere?'
OBJECT, TOKEN = 0.7, 0.1
SIZE = {'height': 48, 'width': 64}
BOX = (18, 9, 25, 22)
"""Left, top, width and height."""
TOKEN_SIDE = 8
"""Of the part of the picture that a token stands for, in pixels."""
PADDING = 16
MODULE = 'backbone.0.body.blocks.6.2'
Explained = dict[str, list[tuple[float, str, tuple[int, ...]]]]
"""By name, a weighted sum of elements of outputs."""


def train(kind: str) -> tuple[Tokenizer, dict]:
    """A small tokenizer as families have them, with its `tokenizer_config.json`."""
    if kind == 'bert':
        tokenizer = Tokenizer(models.WordPiece(unk_token='[UNK]'))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=['[PAD]', '[UNK]', '[CLS]', '[SEP]'], show_progress=False)
        tokenizer.train_from_iterator(SENTENCES, trainer)
        tokenizer.post_processor = processors.TemplateProcessing('[CLS] $A [SEP]', None, [('[CLS]', 2), ('[SEP]', 3)])
        return tokenizer, {'tokenizer_class': 'BertTokenizer', 'model_max_length': 40, 'pad_token': '[PAD]'}
    clip = kind == 'clip'
    special = ['!', '<|startoftext|>', '<|endoftext|>'] if clip else ['<s>', '<pad>', '</s>', '<unk>', '<mask>']
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix='</w>', unk_token=special[2]) if clip else models.BPE(unk_token='<unk>'))
    if clip:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]) if clip else pre_tokenizers.ByteLevel(
            add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=special, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
                                  show_progress=False, **({'end_of_word_suffix': '</w>'} if clip else {}))
    tokenizer.train_from_iterator(SENTENCES, trainer)
    if clip:
        tokenizer.post_processor = processors.TemplateProcessing(f'{special[1]} $A {special[2]}', None, [(special[1], 1), (special[2], 2)])
        return tokenizer, {'tokenizer_class': 'CLIPTokenizer', 'model_max_length': 16, 'pad_token': '!'}
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(('</s>', 2), ('<s>', 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer, {'tokenizer_class': 'RobertaTokenizer', 'model_max_length': 64, 'pad_token': '<pad>'}


def ids_of(tokenizer: Tokenizer, text: str) -> torch.Tensor:
    return torch.tensor([tokenizer.encode(text).ids])


def padded(pixels: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """With more pixels on the right and below, which are padding."""
    return torch.nn.functional.pad(pixels, (0, PADDING, 0, PADDING)), torch.nn.functional.pad(mask, (0, PADDING, 0, PADDING))


def explained(terms: list[tuple[float, str, tuple[int, ...]]], outputs: dict[str, torch.Tensor]) -> torch.Tensor:
    return sum(weight * outputs[name][(0, *index)] for weight, name, index in terms)


@dataclass
class Fixture:
    name: str
    model: torch.nn.Module
    inputs: dict[str, torch.Tensor]
    module: str
    choose: Callable[[dict[str, torch.Tensor]], Explained]
    write: Callable[[Path], None]
    facts: dict
    said: Callable[[dict[str, torch.Tensor]], dict]
    also: dict[str, torch.Tensor] | None = None
    """The same with padding."""


def has_maps(model: torch.nn.Module, module: str, choose: Callable[[dict[str, torch.Tensor]], Explained], cases: list[dict[str, torch.Tensor]]) -> bool:
    """Whether no map of the cases is empty."""
    for inputs in cases:
        kept: dict[str, torch.Tensor] = {}
        handle = model.get_submodule(module).register_forward_hook(lambda _m, _i, output: kept.update(layer=output))
        said = model(*inputs.values())
        outputs = dict(zip(model.outputs, said if isinstance(said, tuple) else (said,)))
        handle.remove()
        for terms in choose(outputs).values():
            (gradient,) = torch.autograd.grad(explained(terms, outputs), kept['layer'], retain_graph=True)
            if not grad_cam(kept['layer'], gradient).max() > 1e-3 * gradient.abs().max() * kept['layer'].abs().max():
                return False
    return True


def run(fixture: Fixture, inputs: dict[str, torch.Tensor], exact: bool) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Outputs, and the layer that is explained."""
    model = fixture.model.double() if exact else fixture.model.float()
    kept: dict[str, torch.Tensor] = {}
    handle = model.get_submodule(fixture.module).register_forward_hook(lambda _m, _i, output: kept.update(layer=output))
    fed = {name: value.double() if exact and value.is_floating_point() else value for name, value in inputs.items()}
    outputs = model(*fed.values())
    handle.remove()
    return dict(zip(fixture.model.outputs, outputs if isinstance(outputs, tuple) else (outputs,))), kept['layer']


def held(fixture: Fixture) -> dict[str, torch.Tensor]:
    """Outputs with the tokens outside the box hidden from attention and from nothing else."""
    left, top, width, height = BOX
    mask = torch.zeros_like(fixture.inputs['pixel_mask'])
    for y in range(0, mask.shape[1], TOKEN_SIDE):
        for x in range(0, mask.shape[2], TOKEN_SIDE):
            if top - TOKEN_SIDE < y < top + height and left - TOKEN_SIDE < x < left + width:
                mask[:, y:y + TOKEN_SIDE, x:x + TOKEN_SIDE] = 1

    def of_the_whole(hidden: torch.Tensor, channels: int) -> torch.Tensor:
        return sine_positions(torch.zeros_like(hidden), channels)

    with patch.object(mdetr_network, 'sine_positions', of_the_whole), patch.object(networks, 'sine_positions', of_the_whole):
        return run(fixture, {**fixture.inputs, 'pixel_mask': mask}, True)[0]


def make(fixture: Fixture, folder: Path) -> None:
    fixture.model.eval()
    fixture.model.float()
    fixture.write(folder)
    path = folder / 'model.onnx'
    file, cases = GoldenFile(), []
    for case, inputs in enumerate([fixture.inputs, *([fixture.also] if fixture.also else [])]):
        prefix = 'padded.' if case else ''
        rounded, layer = run(fixture, inputs, False)
        tensor = tensor_of(layer.detach().numpy(), activations(path, {name: value.numpy() for name, value in inputs.items()}), fixture.module)
        outputs, layer = run(fixture, inputs, True)
        maps = []
        for name, terms in fixture.choose(outputs).items():
            value = explained(terms, outputs)
            (gradient,) = torch.autograd.grad(value, layer, retain_graph=True)
            heat = grad_cam(layer, gradient).detach()
            if not heat.max() > 1e-6 * layer.abs().max():
                raise SystemExit(f'{fixture.name}: the map of {name} is empty')
            one = len(terms) == 1 and terms[0][0] == 1
            maps.append({
                'name': name, **({'output': terms[0][1], 'index': list(terms[0][2])} if one else {
                    'weights': [[round(weight, 9), output, *index] for weight, output, index in terms]}),
                'value': value.item(), 'map': file.add(f'{prefix}gradcam.{name}', heat.numpy().astype(np.float32)),
            })
        differences = [float((outputs[name] - rounded[name].double()).detach().nan_to_num().abs().max()) for name in outputs]
        print(f'{fixture.name}{" padded" if case else ""}: {len(maps)} maps, float32 {max(differences):.1e} away')
        cases.append({
            **({'padding': PADDING} if case else {'inputs': {
                name: file.add(f'input.{name}', value.numpy()) for name, value in inputs.items() if name not in ('pixel_mask', 'token_type_ids')}}),
            'outputs': {name: file.add(f'{prefix}output.{name}', value.detach().numpy().astype(np.float32)) for name, value in outputs.items()},
            'layer': tensor, 'maps': maps, **fixture.said(outputs),
        })
    restricted = {'held': {'box': BOX, 'outputs': {
        name: file.add(f'held.output.{name}', value.detach().numpy().astype(np.float32)) for name, value in held(fixture).items()
    }}} if 'pixel_mask' in fixture.inputs else {}
    size = file.write(folder, {
        'network': fixture.name, **fixture.facts, 'module': fixture.module, 'cases': cases, **restricted, 'versions': {'torch': torch.__version__}})
    print(f'{fixture.name}: model {path.stat().st_size / 1024:.0f} KiB, golden {size / 1024:.0f} KiB')


def spans(tokenizer: Tokenizer, text: str, tokens: list[int]) -> list[str]:
    """The parts of a text that tokens stand for; neighbours are joined."""
    parts: list[list[int]] = []
    offsets = tokenizer.encode(text).offsets
    for token in tokens:
        if token >= len(offsets) or offsets[token][0] == offsets[token][1]:
            continue
        start, end = offsets[token]
        if parts and parts[-1][2] == token - 1:
            parts[-1][1:] = [end, token]
        else:
            parts.append([start, end, token])
    return [text[start:end] for start, end, _ in parts]


def in_pixels(box: torch.Tensor) -> list[float]:
    x, y, width, height = box.tolist()
    return [(x - width / 2) * SIZE['width'], (y - height / 2) * SIZE['height'], width * SIZE['width'], height * SIZE['height']]


def mdetr(exporter: str) -> Fixture:
    tokenizer, config = train('roberta')
    model = Mdetr(tiny_config(tokenizer.get_vocab_size(), {name: len(each) for name, each in ANSWERS.items()}), *tiny_efficientnet())
    torch.manual_seed(0)
    randomise_mdetr(model, 0)
    ids = ids_of(tokenizer, QUESTION)
    asked = [token for token, (start, end) in enumerate(tokenizer.encode(QUESTION).offsets) if start >= QUESTION.index('left') and end < len(QUESTION)]
    with torch.no_grad():
        model.class_embed.weight *= 4
        model.bbox_embed.layers[-1].weight *= 2
        model.answer_type_head.weight *= 2
        # As if it were trained: boxes stand for words of the question, and for none behind its end.
        eight = [random_images(8, 64, 0), torch.ones(8, 64, 64, dtype=torch.long), ids.expand(8, -1), torch.ones_like(ids).expand(8, -1)]
        usual = model(*eight)[-2].mean((0, 1))
        wanted = torch.full_like(usual, -12)
        wanted[:ids.shape[1]] = -1
        wanted[asked] = 3
        wanted[-1] = 3
        model.class_embed.bias += wanted - usual
    def choose(outputs: dict[str, torch.Tensor]) -> Explained:
        terms: Explained = {head: [(1.0, f'pred_answer_{head}', (int(outputs[f'pred_answer_{head}'][0].argmax()),))] for head in ANSWERS}
        terms['attr:red'] = [(1.0, 'pred_answer_attr', (ANSWERS['attr'].index('red'),))]
        box = best_box(outputs)
        scores = outputs['pred_logits'][0, box].detach()
        odds = scores[:-1].softmax(0)
        terms['objectness'] = [*((float(share), 'pred_logits', (box, token)) for token, share in enumerate(odds)), (-1.0, 'pred_logits', (box, len(odds)))]
        tokens = [token for token, share in enumerate(scores.softmax(0)[:-1]) if share > TOKEN]
        terms['phrase'] = [(1.0, 'pred_logits', (box, token)) for token in tokens]
        return terms

    mask = torch.ones(1, 48, 64, dtype=torch.long)
    for seed in range(300):
        pixels = random_images(1, 64, seed)[:, :, :48]
        inputs = dict(zip(INPUTS, (pixels, mask, ids, torch.ones_like(ids))))
        also = {**inputs, **dict(zip(INPUTS, padded(pixels, mask)))}
        with torch.no_grad():
            both = [dict(zip(model.outputs, model(*each.values()))) for each in (inputs, also)]
            found = [said_by_mdetr(tokenizer, outputs) for outputs in both]
        phrases = [[box['phrases'] for box in each['boxes']] for each in found]
        if found[0]['answer']['target'] == found[1]['answer']['target'] and phrases[0] == phrases[1] and any(phrases[0]) and len(phrases[0]) < 6 and \
                has_maps(model, MODULE, choose, [inputs, also]):
            break
    else:
        raise SystemExit('mdetr: no seed finds boxes')

    def write(folder: Path) -> None:
        export_mdetr(model, folder / 'model.onnx', exporter, (64, 48))
        write_folder(folder, model, (48, 80), {name: {word: at for at, word in enumerate(each)} for name, each in ANSWERS.items()})
        write_tokenizer(folder, tokenizer, config)

    return Fixture(f'mdetr-{exporter}', model, inputs, MODULE, choose, write, {'text': QUESTION, 'seed': seed},
                   lambda outputs: {'said': said_by_mdetr(tokenizer, outputs)}, also)


def best_box(outputs: dict[str, torch.Tensor]) -> int:
    return int(outputs['pred_logits'][0].softmax(-1)[:, -1].argmin())


def said_by_mdetr(tokenizer: Tokenizer, outputs: dict[str, torch.Tensor]) -> dict:
    types = outputs['pred_answer_type'][0].softmax(0)
    kind = list(ANSWERS)[int(types.argmax())]
    answers = outputs[f'pred_answer_{kind}'][0].softmax(0)
    best = int(answers.argmax())
    scores = outputs['pred_logits'][0].softmax(-1)
    boxes = [
        {'query': query, 'box': in_pixels(outputs['pred_boxes'][0, query]), 'probability': float(1 - row[-1]),
         'phrases': spans(tokenizer, QUESTION, [token for token, share in enumerate(row[:-1]) if share > TOKEN])}
        for query, row in enumerate(scores) if 1 - row[-1] > OBJECT
    ]
    return {
        'answer': {'type': kind, 'typeProbability': float(types.max()), 'word': ANSWERS[kind][best], 'target': f'{kind}:{ANSWERS[kind][best]}',
                   'probability': float(answers[best]), 'confidence': float(types.max() * answers[best])},
        'boxes': sorted(boxes, key=lambda box: -box['probability']),
    }


def write_tokenizer(folder: Path, tokenizer: Tokenizer, config: dict) -> None:
    (folder / 'tokenizer.json').write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False) + '\n', encoding='utf-8')
    write_json(folder / 'tokenizer_config.json', config)


def drawn(model: torch.nn.Module, seed: int, inputs: dict[str, torch.Tensor]) -> torch.nn.Module:
    return randomise(model, seed, 64, tuple(inputs.values()))


def fed(names: tuple[str, ...], tokenizer: Tokenizer, text: str, pixels: torch.Tensor) -> dict[str, torch.Tensor]:
    ids = ids_of(tokenizer, text)
    values = {'input_ids': ids, 'attention_mask': torch.ones_like(ids), 'token_type_ids': torch.zeros_like(ids), 'pixel_values': pixels,
              'pixel_mask': torch.ones(1, *pixels.shape[2:], dtype=torch.long)}
    return {name: values[name] for name in names}


def sizes_of(names: tuple[str, ...]) -> dict[str, dict[int, str]]:
    return {name: {**OPEN, 'token_type_ids': {1: 'tokens'}}[name] for name in names}


def write_open(model: torch.nn.Module, folder: Path, inputs: dict[str, torch.Tensor]) -> None:
    twice = {name: torch.cat([value, value]) for name, value in inputs.items()}
    export_named(model, twice, model.outputs, folder / 'model.onnx', Export('torchscript', 17), sizes_of(tuple(inputs)))


PROCESSOR = {'do_resize': True, 'do_rescale': True, 'rescale_factor': 1 / 255, 'do_normalize': True, 'image_mean': [0.5] * 3, 'image_std': [0.5] * 3, 'resample': 3}


def vilt() -> Fixture:
    tokenizer, config = train('bert')
    model = networks.ViltLike(tokenizer.get_vocab_size(), len(ONE_HEAD))
    inputs = fed(model.inputs, tokenizer, QUESTION, random_images(1, 64, 3)[:, :, :48])
    drawn(model, 3, inputs)
    pixels, mask = padded(inputs['pixel_values'], inputs['pixel_mask'])

    def write(folder: Path) -> None:
        write_open(model, folder, inputs)
        write_json(folder / 'config.json', {'model_type': 'vilt', 'architectures': ['ViltForQuestionAnswering'],
                                            'id2label': {str(at): word for at, word in enumerate(ONE_HEAD)}})
        write_json(folder / 'preprocessor_config.json', {
            'image_processor_type': 'ViltImageProcessor', **PROCESSOR, 'size': {'shortest_edge': 48}, 'size_divisor': 16, 'do_pad': True})
        write_tokenizer(folder, tokenizer, config)

    def choose(outputs: dict[str, torch.Tensor]) -> Explained:
        return {'answer': [(1.0, 'logits', (int(outputs['logits'][0].argmax()),))], 'left': [(1.0, 'logits', (ONE_HEAD.index('left'),))]}

    def said(outputs: dict[str, torch.Tensor]) -> dict:
        shares = outputs['logits'][0].softmax(0)
        return {'said': {'word': ONE_HEAD[int(shares.argmax())], 'probability': float(shares.max())}}

    return Fixture('vilt', model, inputs, model.layer, choose, write, {'text': QUESTION}, said, {**inputs, 'pixel_values': pixels, 'pixel_mask': mask})


def grounding_dino() -> Fixture:
    text = 'a red apple . the left dog .'
    tokenizer, config = train('bert')
    model = networks.GroundingLike(tokenizer.get_vocab_size())
    inputs = fed(model.inputs, tokenizer, text, random_images(1, 64, 5)[:, :, :48])
    drawn(model, 5, inputs)
    pixels, mask = padded(inputs['pixel_values'], inputs['pixel_mask'])
    with torch.no_grad():
        model.queries *= 0.3

    def write(folder: Path) -> None:
        write_open(model, folder, inputs)
        write_json(folder / 'config.json', {'model_type': 'grounding-dino', 'architectures': ['GroundingDinoForObjectDetection'],
                                            'max_text_len': networks.TOKENS, 'num_queries': networks.QUERIES})
        write_json(folder / 'preprocessor_config.json', {
            'image_processor_type': 'GroundingDinoImageProcessor', **PROCESSOR, 'size': {'shortest_edge': 48, 'longest_edge': 80}, 'do_pad': True})
        write_tokenizer(folder, tokenizer, config)

    def choose(outputs: dict[str, torch.Tensor]) -> Explained:
        box = int(outputs['logits'][0].amax(-1).argmax())
        token = int(outputs['logits'][0, box].argmax())
        return {'token': [(1.0, 'logits', (box, token))], 'phrase': [(1 / 2, 'logits', (box, at)) for at in (2, 3)]}

    def said(outputs: dict[str, torch.Tensor]) -> dict:
        shares = outputs['logits'][0].sigmoid()
        boxes = [{'query': query, 'box': in_pixels(outputs['pred_boxes'][0, query]), 'probability': float(row.max()),
                  'phrases': spans(tokenizer, text, [token for token, share in enumerate(row) if share > 0.25])}
                 for query, row in enumerate(shares) if row.max() > 0.3]
        return {'said': {'boxes': sorted(boxes, key=lambda box: -box['probability'])}}

    return Fixture('grounding-dino', model, inputs, model.layer, choose, write, {'text': text}, said, {**inputs, 'pixel_values': pixels, 'pixel_mask': mask})


def owl_vit() -> Fixture:
    texts = ['the left dog']  # several texts for one picture are a batch of their own, and do not change each other's scores
    tokenizer, config = train('clip')
    model = networks.OwlLike(tokenizer.get_vocab_size())
    rows = [tokenizer.encode(text).ids for text in texts]
    ids = torch.tensor([row + [0] * (16 - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (16 - len(row)) for row in rows])
    inputs = {'input_ids': ids, 'pixel_values': random_images(1, 64, 7), 'attention_mask': mask}
    drawn(model, 7, inputs)

    def write(folder: Path) -> None:
        twice = {name: value if name == 'pixel_values' else torch.cat([value, value]) for name, value in inputs.items()}
        open_sizes = {'input_ids': {0: 'texts'}, 'attention_mask': {0: 'texts'}, 'logits': {2: 'texts'}}
        export_named(model, twice, model.outputs, folder / 'model.onnx', Export('torchscript', 17, 1), open_sizes)
        write_json(folder / 'config.json', {'model_type': 'owlvit', 'architectures': ['OwlViTForObjectDetection']})
        write_json(folder / 'preprocessor_config.json', {
            'image_processor_type': 'OwlViTImageProcessor', **PROCESSOR, 'size': {'height': 64, 'width': 64}})
        write_tokenizer(folder, tokenizer, config)

    def best(outputs: dict[str, torch.Tensor], text: int) -> int:
        return int(outputs['logits'][0, :, text].argmax())

    def choose(outputs: dict[str, torch.Tensor]) -> Explained:
        return {'text': [(1.0, 'logits', (best(outputs, 0), 0))]}

    def said(outputs: dict[str, torch.Tensor]) -> dict:
        place = best(outputs, 0)
        x, y, width, height = (64 * outputs['pred_boxes'][0, place]).tolist()
        box = [x - width / 2, y - height / 2, width, height]
        return {'said': {'best': {'query': place, 'box': box, 'probability': outputs['logits'][0, place, 0].sigmoid().item()}}}

    return Fixture('owl-vit', model, inputs, model.layer, choose, write, {'text': texts[0]}, said)


def relation_network(seed: int = 0) -> Fixture:
    words = {word: at + 1 for at, word in enumerate(CLEVR_WORDS)}
    model = networks.RelationNetwork(len(CLEVR), len(words) + 1)
    spoken = [word for word in CLEVR_QUESTION[:-1].lower().split()] + ['?']
    inputs = {'image': random_images(1, 128, seed), 'question': torch.tensor([[words[word] for word in spoken]])}
    drawn(model, seed, inputs)

    def write(folder: Path) -> None:
        export_named(model, inputs, model.outputs, folder / 'model.onnx', Export('torchscript', 17, 1), {'question': {1: 'length'}})
        write_json(folder / 'vocabulary.json', words)
        write_json(folder / 'answers.json', CLEVR)
        write_json(folder / 'preprocessor_config.json', {**PROCESSOR, 'size': {'height': 128, 'width': 128}})

    return Fixture('relation-network', model, inputs, model.layer, best_answer, write, {'text': CLEVR_QUESTION}, said_in_one_head(CLEVR))


def relation_network_vector(seed: int = 0) -> Fixture:
    model = networks.RelationNetwork(len(ONE_HEAD))
    inputs = {'image': random_images(1, 64, seed), 'question': torch.tensor([[1.0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0]])}
    drawn(model, seed, inputs)

    def write(folder: Path) -> None:
        twice = {name: torch.cat([value, value]) for name, value in inputs.items()}
        export_named(model, twice, model.outputs, folder / 'model.onnx', Export('torchscript', 17))
        write_json(folder / 'answers.json', ONE_HEAD)
        write_json(folder / 'preprocessor_config.json', {**PROCESSOR, 'size': {'height': 64, 'width': 64}})

    return Fixture('relation-network-vector', model, inputs, model.layer, best_answer, write, {}, said_in_one_head(ONE_HEAD))


def best_answer(outputs: dict[str, torch.Tensor]) -> Explained:
    best, second = outputs['log_probs'][0].argsort(descending=True)[:2].tolist()
    return {'answer': [(1.0, 'log_probs', (best,))], 'second': [(1.0, 'log_probs', (second,))]}


def said_in_one_head(words: list[str]) -> Callable[[dict[str, torch.Tensor]], dict]:
    def said(outputs: dict[str, torch.Tensor]) -> dict:
        best = int(outputs['log_probs'][0].argmax())
        return {'said': {'word': words[best], 'probability': float(outputs['log_probs'][0, best].exp())}}

    return said


def alive(build: Callable[[int], Fixture]) -> Fixture:
    """The first seed whose maps are not empty."""
    for seed in range(100):
        fixture = build(seed)
        fixture.model.eval()
        if has_maps(fixture.model, fixture.module, fixture.choose, [fixture.inputs]):
            return fixture
    raise SystemExit('every seed has an empty map')


FIXTURES: dict[str, Callable[[], Fixture]] = {
    'mdetr': lambda: mdetr('torchscript'), 'vilt': vilt, 'grounding-dino': grounding_dino, 'owl-vit': owl_vit, 'relation-network': lambda: alive(relation_network),
    'relation-network-vector': lambda: alive(relation_network_vector),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--only', choices=tuple(FIXTURES))
    parser.add_argument('--out', type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    for name, build in FIXTURES.items():
        if arguments.only in (None, name):
            make(build(), arguments.out / name)


if __name__ == '__main__':
    main()
