"""Exports a torchvision classification network with seeded random weights, to measure speed on a network of real size.

    python tools/export/random_network.py resnet50 --opset 17 --batch dynamic --out resnet50.onnx

The same name, seed and size give the same weights here and in `tools/bench/torch_peer.py`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reference.onnx_export import Export, export
from reference.torchvision_networks import random_network


def batch_size(text: str) -> int | None:
    if text == 'dynamic':
        return None
    size = int(text)
    if size < 1:
        raise ValueError
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', help="torchvision's name")
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--exporter', choices=['torchscript', 'dynamo'], default='torchscript')
    parser.add_argument('--opset', type=int, default=17)
    parser.add_argument('--batch', type=batch_size, default=None, metavar='N|dynamic')
    parser.add_argument('--size', type=int, default=224, help='height and width of the input')
    parser.add_argument('--seed', type=int, default=0)
    arguments = parser.parse_args()
    try:
        model = random_network(arguments.network, arguments.seed, arguments.size)
    except ValueError as error:
        parser.error(str(error))
    export(model, arguments.size, arguments.out, Export(arguments.exporter, arguments.opset, arguments.batch))
    print(f'{arguments.out}: {arguments.out.stat().st_size:,} bytes')


if __name__ == '__main__':
    main()
