"""Prints top-1 and top-5 of a model folder on a folder of labelled images.

    python tools/export/accuracy.py packages/zoo/models/efficientnet-lite0
    python tools/export/accuracy.py packages/zoo/models/efficientnet-lite0 --override '{"resample": 2}'
    python tools/export/accuracy.py packages/zoo/models/cifar10-resnet --data ../shared/data/cifar10
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reference.accuracy import measure_accuracy
from reference.preprocess import load_preprocessor
from reference.shared_data import shared_data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path, help='model folder in the Hugging Face layout')
    parser.add_argument('--data', type=Path, default=shared_data() / 'data' / 'imagenet-sample',
                        help='folder with images/ and labels.csv, or with test-*.parquet of CIFAR-10')
    parser.add_argument('--override', type=json.loads, default={},
                        help='JSON that replaces keys of preprocessor_config.json')
    arguments = parser.parse_args()
    preprocessor = {**load_preprocessor(arguments.folder / 'preprocessor_config.json'), **arguments.override}
    print(measure_accuracy(arguments.folder / 'onnx' / 'model.onnx', preprocessor, arguments.data))


if __name__ == '__main__':
    main()
