"""Writes MDETR (Kamath et al. 2021) with answer heads as a model folder: GQA's, or one that only finds boxes.

    python tools/export/mdetr.py FOLDER --checkpoint gqa_EB5_checkpoint.pth --answers gqa_answer2id_by_type.json --tokenizer DIR
    python tools/export/mdetr.py FOLDER --random [--size tiny]

The checkpoint is that of https://github.com/ashkamath/mdetr, the answers lie in its annotations, and DIR holds `tokenizer.json` of RoBERTa as Hugging
Face has it. With --code CHECKOUT the official code is run on the same picture, and how far the two lie apart is printed (it needs its own
requirements). Random weights keep activations and gradients alive, so that a network of this size can be measured without a checkpoint.

FOLDER gets `model.onnx`, `config.json` with the order of the answer types, `preprocessor_config.json`, `answer2id_by_type.json` and the tokenizer's
files. Inputs are `pixel_values` `[N, 3, H, W]`, `pixel_mask` `[N, H, W]`, `input_ids` and `attention_mask` `[N, T]`, all sizes open; outputs are
`pred_answer_type`, `pred_answer_<type>` `[N, answers]`, `pred_logits` `[N, 100, 256]` and `pred_boxes` `[N, 100, 4]`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import onnxruntime
import torch

from reference.json_file import write_json
from reference.mdetr_network import GQA, INPUTS, Mdetr, MdetrConfig, efficientnet, randomise_mdetr, smooth_pixels, tiny_config, tiny_efficientnet
from reference.onnx_export import Export, export_named

BACKBONE = 'tf_efficientnet_b5'
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
OPEN = {
    'pixel_values': {2: 'height', 3: 'width'}, 'pixel_mask': {1: 'height', 2: 'width'},
    'input_ids': {1: 'tokens'}, 'attention_mask': {1: 'tokens'},
}
OPSETS = {'torchscript': 17, 'dynamo': 18}
TINY_ANSWERS = {'obj': 3, 'attr': 12, 'rel': 14, 'global': 5, 'cat': 8}


def example(batch: int, height: int, width: int, tokens: int, vocabulary: int) -> dict[str, torch.Tensor]:
    """Inputs in which the last picture is padded on the right, and its text at the end."""
    generator = torch.Generator().manual_seed(0)
    pixels = smooth_pixels(batch, height, width, generator)
    mask = torch.ones(batch, height, width, dtype=torch.long)
    ids = torch.randint(4, vocabulary, (batch, tokens), generator=generator)
    seen = torch.ones(batch, tokens, dtype=torch.long)
    if batch > 1:
        mask[-1, :, width * 3 // 4:] = 0
        ids[-1, -2:], seen[-1, -2:] = 1, 0
    return dict(zip(INPUTS, (pixels * mask[:, None], mask, ids, seen)))


def export_mdetr(model: Mdetr, path: Path, exporter: str, size: tuple[int, int]) -> None:
    # No two sizes are the same, so that the exporter cannot take one for the other.
    inputs = example(2, *size, 9, model.config.text.vocabulary)
    export_named(model, inputs, model.outputs, path, Export(exporter, OPSETS[exporter]), OPEN)


def processor(shorter: int, longer: int) -> dict:
    return {
        'image_processor_type': 'DetrImageProcessor', 'do_resize': True, 'size': {'shortest_edge': shorter, 'longest_edge': longer}, 'resample': 2,
        'do_rescale': True, 'rescale_factor': 1 / 255, 'do_normalize': True, 'image_mean': list(MEAN), 'image_std': list(STD), 'do_pad': True,
    }


def write_folder(folder: Path, model: Mdetr, sides: tuple[int, int], answers: dict[str, dict[str, int]]) -> None:
    """What lies beside the model: `sides` are the shorter side of a picture and the longest it may have; `answers` those of each head."""
    write_json(folder / 'config.json', {
        'model_type': 'mdetr', 'architectures': ['MdetrForQuestionAnswering'], 'answer_types': list(model.config.answers),
        'num_queries': model.config.queries, 'max_text_len': model.config.tokens + 1,
    })
    write_json(folder / 'preprocessor_config.json', processor(*sides))
    if answers:
        path = folder / 'answer2id_by_type.json'
        path.write_text(json.dumps({f'answer_{name}': answers[name] for name in model.config.answers}, ensure_ascii=False) + '\n', encoding='utf-8')


def load_checkpoint(model: Mdetr, path: Path, part: str) -> None:
    with torch.serialization.safe_globals([argparse.Namespace]):
        weights = torch.load(path, map_location='cpu', weights_only=True)[part]
    known = model.state_dict()
    left = [name for name in weights if name not in known and not name.endswith(('position_ids', 'num_batches_tracked'))
            and '.pooler.' not in name and not name.startswith('contrastive_align')]
    missing = [name for name in known if name not in weights]
    if left or missing:
        raise SystemExit(f'{path} is of another architecture; left over: {left[:5]}; missing: {missing[:5]}; see --backbone and --boxes-only')
    model.load_state_dict({name: weights[name] for name in known})


def official(code: Path, model: Mdetr, backbone: str) -> torch.nn.Module:
    """The official network with the weights of `model`, built by the user's checkout and fed as ours is."""
    sys.path.insert(0, str(code))
    import timm
    import transformers
    from unittest.mock import patch

    text = model.config.text
    roberta = transformers.RobertaModel(transformers.RobertaConfig(
        vocab_size=text.vocabulary, hidden_size=text.width, num_hidden_layers=text.layers, num_attention_heads=text.heads,
        intermediate_size=text.hidden, max_position_embeddings=text.length, type_vocab_size=1, layer_norm_eps=1e-5))
    create = timm.create_model

    def without_weights(name: str, **options: object) -> torch.nn.Module:
        return create(backbone, **{**options, 'pretrained': False})

    with patch.object(transformers.RobertaModel, 'from_pretrained', lambda _name: roberta), \
            patch.object(transformers.RobertaTokenizerFast, 'from_pretrained', lambda _name: None), \
            patch('timm.models.create_model', without_weights), patch('timm.create_model', without_weights):
        import hubconf
        import models.backbone as backbones
        # The code of then froze batch normalisation that had no activation in it.
        from reference.mdetr_network import freeze
        with patch.object(backbones, 'replace_bn', freeze):
            network = hubconf._make_detr(f'timm_{backbone}', qa_dataset='gqa' if model.config.answers else None, contrastive_align_loss=False)
    network.load_state_dict({f'{name}': value for name, value in model.state_dict().items()}, strict=False)
    return Official(network.eval(), model.outputs)


class Official(torch.nn.Module):
    """Both passes of the official network in one, with the text already tokenized."""

    def __init__(self, network: torch.nn.Module, outputs: tuple[str, ...]) -> None:
        super().__init__()
        self.network, self.outputs = network, outputs

    def forward(self, pixel_values: torch.Tensor, pixel_mask: torch.Tensor, input_ids: torch.Tensor, attention_mask: torch.Tensor,
                ) -> tuple[torch.Tensor, ...]:
        from util.misc import NestedTensor

        transformer = self.network.transformer
        encoded = transformer.text_encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.transpose(0, 1)
        text = (attention_mask.ne(1).bool(), transformer.resizer(encoded), None)
        samples = NestedTensor(pixel_values, pixel_mask == 0)
        memory = self.network(samples, text, encode_and_save=True)
        outputs = self.network(samples, text, encode_and_save=False, memory_cache=memory)
        return tuple(outputs[name] for name in self.outputs)


def apart(one: tuple[np.ndarray, ...], other: tuple[torch.Tensor, ...]) -> float:
    """The largest difference, relative to the largest element of its output."""
    return max(float(np.abs(a - b.numpy()).max() / np.abs(b.numpy()).max()) for a, b in zip(one, other))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument('--checkpoint', type=Path, help='of the official code')
    weights.add_argument('--random', action='store_true', help='seeded random weights')
    parser.add_argument('--part', default='model', choices=('model', 'model_ema'), help='which weights of the checkpoint')
    parser.add_argument('--answers', type=Path, help='gqa_answer2id_by_type.json')
    parser.add_argument('--tokenizer', type=Path, help='folder with tokenizer.json')
    parser.add_argument('--backbone', default=BACKBONE, help="timm's name")
    parser.add_argument('--boxes-only', action='store_true', help='a checkpoint without answer heads')
    parser.add_argument('--size', choices=('full', 'tiny'), default='full', help='tiny: the same architecture in small')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--exporter', choices=tuple(OPSETS), default='torchscript')
    parser.add_argument('--picture', type=int, nargs=2, metavar=('H', 'W'), help='size of the picture that is tried')
    parser.add_argument('--code', type=Path, help='checkout of the official code to compare with')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)

    if arguments.size == 'tiny':
        model = Mdetr(tiny_config(330, {} if arguments.boxes_only else TINY_ANSWERS), *tiny_efficientnet())
        sides, picture = (64, 107), arguments.picture or (64, 80)
    else:
        model = Mdetr(MdetrConfig(answers={} if arguments.boxes_only else GQA), *efficientnet(arguments.backbone))
        sides, picture = (800, 1333), arguments.picture or (800, 1066)
    if arguments.random:
        randomise_mdetr(model, arguments.seed, (64, 64) if arguments.size == 'tiny' else (320, 448))
    else:
        load_checkpoint(model, arguments.checkpoint, arguments.part)
    model.eval()

    answers = {name: {f'{name} {place}': place for place in range(count)} for name, count in model.config.answers.items()}
    if arguments.answers:
        read = json.loads(arguments.answers.read_text(encoding='utf-8'))
        answers = {name: read[f'answer_{name}'] for name in model.config.answers}
    elif arguments.checkpoint and model.config.answers:
        parser.error('give the answers of the heads with --answers')
    path = arguments.folder / 'model.onnx'
    export_mdetr(model, path, arguments.exporter, (64, 48) if arguments.size == 'tiny' else (256, 320))
    write_folder(arguments.folder, model, sides, answers)
    for name in ('tokenizer.json', 'tokenizer_config.json'):
        if arguments.tokenizer and (arguments.tokenizer / name).exists():
            shutil.copyfile(arguments.tokenizer / name, arguments.folder / name)

    inputs = example(1, *picture, 12, model.config.text.vocabulary)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    actual = session.run(list(model.outputs), {name: value.numpy() for name, value in inputs.items()})
    with torch.no_grad():
        expected = model(*inputs.values())
        print(f'{path}: {path.stat().st_size:,} bytes, {sum(each.numel() for each in model.parameters()):,} parameters; '
              f'ONNX Runtime is {apart(actual, expected):.1e} from PyTorch at {picture[0]} x {picture[1]}')
        if arguments.code:
            other = official(arguments.code, model, arguments.backbone)(*inputs.values())
            print(f'the official code is {apart([each.numpy() for each in expected], other):.1e} from ours')


if __name__ == '__main__':
    main()
