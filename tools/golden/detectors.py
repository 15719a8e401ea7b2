"""Makes the goldens of detectors: boxes as PyTorch and transformers find them, and Grad-CAM of the best one by PyTorch.

    python tools/golden/detectors.py

Each folder `fixtures/golden/detectors/<network>/` holds `model.onnx` and a golden with `input` `[2, 3, 64, 64]` and `gradcam` `[2, h, w]`, of the
best box of each picture at the module `layer`, whose ONNX tensor is `tensor`. `pictures` lists the boxes of each from best to worst: `box` as
x, y, width and height in pixels, `label` and `probability`; `scores` are the numbers that are explained: the logit of the class, with the
one of the objectness where there is one. Suppression is `tools/reference/suppression.py`; DETR's boxes are those of transformers' own image
processor. Computed in float64 from float32 weights.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from reference import detectors
from reference.class_activation import grad_cam
from reference.golden_file import GoldenFile

from reference.onnx_activations import activations, tensor_of
from reference.onnx_export import Export, export_named
from reference.shared_data import REPOSITORY
from reference.suppression import box_convert, suppress

LABELS = ['dog', 'person', 'bus']
CLOSE = 1e-5

NETWORKS = {
    'yolov8': (detectors.YoloV8, ('output0',), 0.7, 0.25),
    'yolov5': (detectors.YoloV5, ('output',), 0.45, 0.25),
    'yolox': (detectors.YoloX, ('output',), 0.45, 0.25),
    'boxes-scores': (detectors.RetinaLike, ('boxes', 'scores'), 0.45, 0.25),
    'detr': (detectors.Detr, ('logits', 'pred_boxes'), None, 0.5),
}


def build(name: str, seed: int) -> torch.nn.Module:
    torch.manual_seed(seed)
    model = NETWORKS[name][0]().eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            # Boxes that differ, some of them probable enough.
            if 'class_labels_classifier' in key:
                value.mul_(8)
            elif 'heads' in key:
                value.mul_(30 if 'weight' in key else 1)
                value.sub_(1.5 if 'bias' in key else 0)
    return model


def boxes_of(name: str, outputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Corners in pixels `[N, A, 4]` and probabilities `[N, A, C]`."""
    if name == 'boxes-scores':
        return outputs
    rows = outputs[0].transpose(1, 2) if name == 'yolov8' else outputs[0]
    if name == 'yolov8':
        return box_convert(rows[..., :4], 'cxcywh', 'xyxy'), rows[..., 4:]
    boxes = rows[..., :4]
    if name == 'yolox':
        grid = torch.cat([detectors.cells(stride) for stride in detectors.STRIDES])
        strides = torch.cat([torch.full(((64 // stride) ** 2, 1), float(stride)) for stride in detectors.STRIDES])
        boxes = torch.cat([(boxes[..., :2] + grid) * strides, boxes[..., 2:].exp() * strides], -1)
    return box_convert(boxes, 'cxcywh', 'xyxy'), rows[..., 5:] * rows[..., 4:5]


def found(name: str, model: torch.nn.Module, outputs: tuple[torch.Tensor, ...]) -> list[list[dict]]:
    _, _, overlap, threshold = NETWORKS[name]
    if name == 'detr':
        from transformers import DetrImageProcessor
        from transformers.models.detr.modeling_detr import DetrObjectDetectionOutput

        said = DetrObjectDetectionOutput(logits=outputs[0], pred_boxes=outputs[1])
        all_found = DetrImageProcessor().post_process_object_detection(said, threshold, [(64, 64)] * len(outputs[0]))
        pictures = [(each['boxes'], each['labels'], each['scores']) for each in all_found]
    else:
        pictures = []
        for boxes, probabilities in zip(*boxes_of(name, outputs)):
            best, labels = probabilities.max(-1)
            if name == 'boxes-scores':
                best, labels = probabilities.flatten(), torch.arange(3).repeat(len(boxes))
                boxes = boxes.repeat_interleave(3, 0)
            kept = best >= threshold
            boxes, best, labels = boxes[kept], best[kept], labels[kept]
            left = suppress(boxes, best, labels, overlap)
            pictures.append((boxes[left], labels[left], best[left]))
    return [
        [{'box': box_convert(box, 'xyxy', 'xywh').tolist(), 'label': LABELS[label], 'probability': float(score)}
         for box, label, score in sorted(zip(*picture), key=lambda each: -each[2])]
        for picture in pictures
    ]


def explained(name: str, model: torch.nn.Module, outputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The number of the best box of each picture `[N]`."""
    logits = model.logits()
    if name == 'detr':
        judged = logits.softmax(-1)[..., :-1]
    else:
        _, judged = boxes_of(name, outputs)
    places = judged.flatten(1).argmax(1)
    rows = torch.arange(len(places))
    place, label = places // 3, places % 3
    value = logits[rows, place, label]
    return value if model.objectness is None else value + model.objectness[rows, place]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'fixtures' / 'golden' / 'detectors')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, (_, names, _, _) in NETWORKS.items():
        for seed in range(100):
            model = build(name, seed)
            inputs = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(seed))
            with torch.no_grad():
                outputs = model(inputs)
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            pictures = found(name, model, outputs)
            if all(3 <= len(each) <= 60 for each in pictures) or (name == 'detr' and all(pictures)):
                break
        else:
            raise SystemExit(f'{name}: no seed finds boxes')
        folder = arguments.out / name
        export_named(model, {'input': torch.zeros(2, 3, 64, 64)}, names, folder / 'model.onnx', Export('torchscript', 17))
        kept: dict[str, torch.Tensor] = {}
        handle = model.get_submodule(model.layer).register_forward_hook(lambda _m, _i, output: kept.update(layer=output))
        exact = model(inputs)
        handle.remove()
        tensor = tensor_of(kept['layer'].detach().numpy(), activations(folder / 'model.onnx', inputs.numpy()), model.layer)
        model = model.double()
        handle = model.get_submodule(model.layer).register_forward_hook(lambda _m, _i, output: kept.update(layer=output))
        exact = model(inputs.double().requires_grad_())
        handle.remove()
        value = explained(name, model, exact if isinstance(exact, tuple) else (exact,))
        (gradient,) = torch.autograd.grad(value.sum(), kept['layer'])
        file = GoldenFile()
        file.add('input', inputs.numpy())
        file.add('gradcam', grad_cam(kept['layer'], gradient).detach().numpy().astype(np.float32))
        size = file.write(folder, {
            'network': name, 'labels': LABELS, 'layer': model.layer, 'tensor': tensor, 'scores': value.tolist(), 'pictures': pictures,
            'versions': {'torch': torch.__version__},
        })
        print(f'{name}: seed {seed}, boxes {[len(each) for each in pictures]}, {size / 1024:.0f} KiB, '
              f'model {(folder / "model.onnx").stat().st_size / 1024:.0f} KiB')


if __name__ == '__main__':
    main()
