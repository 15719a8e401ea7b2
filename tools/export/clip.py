"""Exports CLIP for Understory, in the layouts in which such models are published.

    python tools/export/clip.py RN50.pt --vocabulary bpe_simple_vocab_16e6.txt.gz --layout immich --out models/RN50
    python tools/export/clip.py path/to/clip-vit-base-patch32 --layout transformers --precision fp16 quantized --out models/vit
    python tools/export/clip.py --random resnet --size tiny --layout one-graph --out models/tiny

A checkpoint is a file of openai/CLIP (RN50.pt, ViT-B-32.pt and the others), a state dict of open_clip whose towers are those of CLIP
(open_clip_pytorch_model.bin or .safetensors), or a folder of transformers (CLIPModel or SiglipModel). This tool downloads nothing. openai's files
are those that `clip.load` keeps in ~/.cache/clip, at the addresses in openai/CLIP's clip/clip.py; the vocabulary lies beside it. open_clip's and
transformers' are on huggingface.co, such as laion/CLIP-ViT-B-32-laion2B-s34B-b79K and openai/clip-vit-base-patch32. With --random the weights are
drawn from a seed: such a model has learned nothing, and shows only that files are read and differentiated correctly.

Layouts: `one-graph` (model.onnx with images and texts), `immich` (visual/ and textual/, batch 1, int32 text), `transformers` (onnx/model.onnx,
vision_model.onnx and text_model.onnx, as Xenova and onnx-community have them) and `qdrant` (two folders, OUT-vision and OUT-text).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from reference.clip_checkpoints import read_checkpoint, read_tokenizer
from reference.clip_layouts import LAYOUTS, PRECISIONS, How
from reference.clip_towers import Towers, random_clip
from reference.json_file import write_json
from reference.shared_data import shared_data

OPSETS = {'torchscript': 17, 'dynamo': 18}


def towers_of(arguments: argparse.Namespace) -> Towers:
    tokenizer = read_tokenizer(arguments.vocabulary)
    if arguments.checkpoint:
        return read_checkpoint(arguments.checkpoint, not arguments.gelu, tokenizer)
    tiny = arguments.size == 'tiny'
    if arguments.random == 'siglip':
        from golden.tokenized_texts import trained
        from reference.siglip import random_siglip

        own = arguments.vocabulary and arguments.vocabulary.suffix == '.json'
        return random_siglip(tiny, arguments.seed, json.loads(trained('unigram')[0].to_str()) if tiny else tokenizer if own else None)
    return random_clip(arguments.random, tiny, arguments.seed, tokenizer)


def write_scale(towers: Towers, out: Path) -> None:
    """Adds what was learned, as logarithm, to the configuration: the files of a split pair do not hold it."""
    for path in (out / 'config.json', out.with_name(f'{out.name}-vision') / 'config.json'):
        if path.exists():
            learned = {name: float(getattr(towers.model, name)) for name in ('logit_scale', 'logit_bias') if hasattr(towers.model, name)}
            write_json(path, {**json.loads(path.read_text(encoding='utf-8')), **learned})


def default_vocabulary() -> Path | None:
    path = shared_data() / 'data' / 'bpe_simple_vocab_16e6.txt.gz'
    return path if path.exists() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', nargs='?', type=Path)
    parser.add_argument('--random', choices=['resnet', 'vit', 'siglip'], help='seeded weights instead: RN50, ViT-B/32 or SigLIP base')
    parser.add_argument('--size', choices=['full', 'tiny'], default='full', help='of --random')
    parser.add_argument('--seed', type=int, default=0, help='of --random')
    parser.add_argument('--vocabulary', type=Path, default=default_vocabulary(),
                        help="bpe_simple_vocab_16e6.txt.gz of openai/CLIP, or a tokenizer.json")
    parser.add_argument('--gelu', action='store_true', help="for models of open_clip that use the exact GELU instead of openai's")
    parser.add_argument('--layout', choices=LAYOUTS, default='immich')
    parser.add_argument('--exporter', choices=OPSETS, default='torchscript')
    parser.add_argument('--opset', type=int)
    parser.add_argument('--precision', nargs='*', choices=PRECISIONS, default=[], help='further files of the layout transformers')
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    if (arguments.checkpoint is None) == (arguments.random is None):
        parser.error('give a checkpoint, or --random')
    if arguments.precision and arguments.layout != 'transformers':
        parser.error('--precision is for --layout transformers')
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        towers = towers_of(arguments)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    if towers.tokenizer is None:
        print('no tokenizer.json is written: give --vocabulary', file=sys.stderr)
    towers.model.requires_grad_(False)
    how = How(arguments.exporter, arguments.opset or OPSETS[arguments.exporter])
    LAYOUTS[arguments.layout](towers, arguments.out, how, tuple(arguments.precision))
    write_scale(towers, arguments.out)
    for path in sorted(arguments.out.parent.rglob('*.onnx')):
        if str(path).startswith(str(arguments.out)):
            print(f'{path}: {path.stat().st_size:,} bytes')


if __name__ == '__main__':
    main()
