"""Preprocessing with PIL as a model folder's `preprocessor_config.json` describes it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image


def load_preprocessor(path: Path) -> dict:
    return json.loads(path.read_text(encoding='utf-8'))


def resized_size(width: int, height: int, size: dict) -> tuple[int, int]:
    """`(width, height)` after the resize; the longer side is cut to a whole pixel, as transformers and torchvision do."""
    if 'shortest_edge' not in size:
        return size['width'], size['height']
    edge = size['shortest_edge']
    if width <= height:
        return edge, int(edge * height / width)
    return int(edge * width / height), edge


def pixels(image: Image.Image, config: dict) -> np.ndarray:
    """The resized and cropped image, `[H, W, 3]` uint8, before rescaling and normalisation."""
    image = image.convert('RGB')
    if config.get('do_resize', False):
        image = image.resize(resized_size(*image.size, config['size']), resample=config['resample'])
    if config.get('do_center_crop', False):
        width, height = config['crop_size']['width'], config['crop_size']['height']
        left, top = (image.width - width) // 2, (image.height - height) // 2
        image = image.crop((left, top, left + width, top + height))
    return np.asarray(image, dtype=np.uint8)


def normalise(values: np.ndarray, config: dict) -> np.ndarray:
    """`[H, W, 3]` uint8 to `[1, 3, H, W]` float32."""
    result = values.astype(np.float64)
    if config.get('do_rescale', False):
        result = result * config['rescale_factor']
    if config.get('do_normalize', False):
        result = (result - np.array(config['image_mean'])) / np.array(config['image_std'])
    return np.ascontiguousarray(result.astype(np.float32).transpose(2, 0, 1)[None])


def preprocess(path: Path, config: dict) -> np.ndarray:
    """An image file as the network's input, `[1, 3, H, W]` float32."""
    with Image.open(path) as image:
        return normalise(pixels(image, config), config)
