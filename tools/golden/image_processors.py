"""Writes fixtures/golden/imaging/image-processors.json: what image processors of transformers and OpenCV make of two tiny pictures.

    python tools/golden/image_processors.py

Run from the root of the repository with the versions in tools/requirements.txt, which the file states. The processors are those
that resize with Pillow. The tensors are kept as base64 of little-endian float32, `[C, H, W]`, and masks as base64 of bytes.
`linear` holds OpenCV's INTER_LINEAR, and `letterbox` pictures that are fitted into a size and padded with 114 as YOLO's are.
"""

import base64
import importlib
import json
from pathlib import Path

import cv2
import numpy as np
import PIL
import torch
from PIL import Image

# A CPU build of PyTorch lacks two operators that torchvision looks for on import.
stubs = torch.library.Library("torchvision", "DEF")
for operator in ("nms", "qnms"):
    stubs.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import transformers  # noqa: E402

OUTPUT = Path(__file__).resolve().parents[2] / "fixtures" / "golden" / "imaging" / "image-processors.json"
SMALL = {"size": {"shortest_edge": 20, "longest_edge": 30}}
# The module, the class and what its configuration says; what it leaves out is the processor's default.
CASES = [
    ("detr", "DetrImageProcessor", {**SMALL}),
    ("detr", "DetrImageProcessor", {"size": {"shortest_edge": 9, "longest_edge": 90}, "pad_size": {"height": 40, "width": 35}}),
    ("detr", "DetrImageProcessor", {"size": {"max_height": 21, "max_width": 26}, "do_normalize": False}),
    ("conditional_detr", "ConditionalDetrImageProcessor", {**SMALL, "resample": 3}),
    ("deformable_detr", "DeformableDetrImageProcessor", {**SMALL, "image_mean": [0.5, 0.4, 0.3]}),
    ("grounding_dino", "GroundingDinoImageProcessor", {**SMALL}),
    ("yolos", "YolosImageProcessor", {"size": {"shortest_edge": 20, "longest_edge": 50}}),
    ("rt_detr", "RTDetrImageProcessor", {"size": {"height": 24, "width": 24}}),
    ("segformer", "SegformerImageProcessor", {"size": {"height": 16, "width": 20}, "do_reduce_labels": True}),
    ("maskformer", "MaskFormerImageProcessor", {**SMALL, "size_divisor": 16}),
    ("mask2former", "Mask2FormerImageProcessor", {**SMALL, "size_divisor": 8}),
    ("dpt", "DPTImageProcessor", {"size": {"height": 30, "width": 26}, "keep_aspect_ratio": True, "ensure_multiple_of": 14}),
    ("dpt", "DPTImageProcessor", {"size": {"height": 30, "width": 26}, "keep_aspect_ratio": True}),
    ("dpt", "DPTImageProcessor", {"size": {"height": 30, "width": 26}, "ensure_multiple_of": 8}),
    ("dpt", "DPTImageProcessor", {"size": {"height": 13, "width": 15}, "do_pad": True, "size_divisor": 14}),
    ("glpn", "GLPNImageProcessor", {"size_divisor": 8}),
    ("textnet", "TextNetImageProcessor", {"size": {"shortest_edge": 20}, "size_divisor": 8}),
    ("sam", "SamImageProcessor", {"size": {"longest_edge": 28}, "pad_size": {"height": 28, "width": 28}}),
    ("levit", "LevitImageProcessor", {"size": {"shortest_edge": 21}, "crop_size": {"height": 20, "width": 20}}),
]


def encoded(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def processed(module: str, name: str, config: dict, picture: np.ndarray) -> dict:
    found = importlib.import_module(f"transformers.models.{module}.image_processing_pil_{module}")
    result = getattr(found, f"{name}Pil")(**config)(images=Image.fromarray(picture), return_tensors="np")
    values = np.asarray(result["pixel_values"])[0].astype("<f4")
    record = {"dims": list(values.shape), "values": encoded(values)}
    if "pixel_mask" in result:
        record["mask"] = encoded(np.asarray(result["pixel_mask"])[0].astype(np.uint8))
    return record


def letterboxed(picture: np.ndarray, side: tuple[int, int], stride: int | None) -> np.ndarray:
    """The picture as large as it fits, in the middle of `side` (width, height) or of the next multiples of `stride`."""
    height, width = picture.shape[:2]
    ratio = min(side[1] / height, side[0] / width)
    inner = (round(width * ratio), round(height * ratio))
    outer = side if stride is None else tuple(-(-length // stride) * stride for length in inner)
    left, top = ((outer[axis] - inner[axis]) // 2 for axis in (0, 1))
    right, bottom = outer[0] - inner[0] - left, outer[1] - inner[1] - top
    resized = cv2.resize(picture, inner, interpolation=cv2.INTER_LINEAR)
    return cv2.copyMakeBorder(resized, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))


def main() -> None:
    random = np.random.default_rng(30)
    pictures = {
        "wide": random.integers(0, 256, (19, 33, 3), dtype=np.uint8),
        "tall": random.integers(0, 256, (37, 17, 3), dtype=np.uint8),
    }
    cases = [
        {"source": source, "config": {**config, "image_processor_type": name}, **processed(module, name, config, picture)}
        for module, name, config in CASES
        for source, picture in pictures.items()
    ]
    linear = [
        {"source": source, "width": width, "height": height, "pixels": encoded(cv2.resize(picture, (width, height)))}
        for source, picture in pictures.items()
        for width, height in [(40, 50), (7, 31), (33, 5), (5, 5), (66, 38)]
    ]
    letterbox = []
    for source, picture in pictures.items():
        for side, stride in [((32, 32), None), ((40, 24), None), ((64, 64), 32), ((32, 32), 16)]:
            pixels = letterboxed(picture, side, stride)
            letterbox.append(
                {
                    **{"source": source, "side": side, "stride": stride},
                    **{"width": pixels.shape[1], "height": pixels.shape[0], "pixels": encoded(pixels)},
                }
            )
    versions = {"transformers": transformers.__version__, "pillow": PIL.__version__, "opencv": cv2.__version__}
    sources = {
        name: {"width": picture.shape[1], "height": picture.shape[0], "pixels": encoded(picture)}
        for name, picture in pictures.items()
    }
    document = {"versions": versions, "sources": sources, "cases": cases, "linear": linear, "letterbox": letterbox}
    OUTPUT.write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
