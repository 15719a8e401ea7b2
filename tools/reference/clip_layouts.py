"""Writes a pair of towers in the layouts in which models of images and text are published."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from torch import nn

from .clip_towers import Towers
from .clip_tokenizer import END, START
from .json_file import write_json
from .onnx_export import strip_notes

Axes = dict[int, str]


@dataclass(frozen=True)
class How:
    exporter: str
    """`torchscript` or `dynamo`."""
    opset: int


@dataclass(frozen=True)
class Side:
    """An input or output of a graph."""

    name: str
    example: torch.Tensor | None
    axes: Axes
    """Which of its dimensions are open, by name; a batch of one is written where none is."""


def write_graph(module: nn.Module, inputs: list[Side], outputs: list[Side], path: Path, how: How) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # An output may not have the name of a value inside; PyTorch's dynamo exporter does not see to it.
    names = [f'output.{side.name}' for side in outputs]
    example = tuple(side.example for side in inputs)
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        if how.exporter == 'torchscript':
            axes = {side.name: side.axes for side in inputs} | {name: side.axes for name, side in zip(names, outputs)}
            torch.onnx.export(
                module, example, path, dynamo=False, opset_version=how.opset, input_names=[side.name for side in inputs],
                output_names=names, dynamic_axes=axes,
            )
        else:
            dims = {name: torch.export.Dim(name) for side in inputs for name in side.axes.values()}
            shapes = tuple({axis: dims[name] for axis, name in side.axes.items()} for side in inputs)
            torch.onnx.export(
                module, example, path, dynamo=True, opset_version=how.opset, input_names=[side.name for side in inputs],
                output_names=names, dynamic_shapes=shapes, external_data=False, verbose=False,
            )
            torch._dynamo.reset()
    strip_notes(path)
    rename_outputs(path, [side.name for side in outputs])


def rename_outputs(path: Path, names: list[str]) -> None:
    """Gives the outputs these names, and another one to values inside that have them."""
    model = onnx.load(path)
    graph = model.graph
    new = {output.name: name for output, name in zip(graph.output, names)}
    new |= {name: f'{name}.inside' for name in names if name not in new}
    for node in graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
    for value in [*graph.output, *graph.value_info, *graph.initializer]:
        value.name = new.get(value.name, value.name)
    onnx.checker.check_model(model, full_check=False)
    onnx.save(model, path)


Writer = Callable[[Towers, Path, How, tuple[str, ...]], None]


def one_graph(towers: Towers, folder: Path, how: How, _precisions: tuple[str, ...]) -> None:
    """As the code of openai/CLIP is exported whole: `model.onnx` with `image` and int64 `text`."""
    scores = [Side('logits_per_image', None, {0: 'images', 1: 'texts'}), Side('logits_per_text', None, {0: 'texts', 1: 'images'})]
    inputs = [images('image', towers, 2, {0: 'images'}), texts('text', towers, 3, {0: 'texts'})]
    write_graph(towers.model, inputs, scores, folder / 'model.onnx', how)
    write_preprocessor(towers, folder)
    write_tokenizer(towers, folder)


def immich(towers: Towers, folder: Path, how: How, _precisions: tuple[str, ...]) -> None:
    """As immich-app publishes open_clip's models: two files of batch 1 whose embeddings have length 1, text as int32."""
    write_graph(towers.tower('image', True), [images('image', towers, 1, {})], [Side('embedding', None, {})],
                folder / 'visual' / 'model.onnx', how)
    write_graph(towers.tower('text', True), [texts('text', towers, 1, {}, torch.int32)], [Side('embedding', None, {})],
                folder / 'textual' / 'model.onnx', how)
    size = towers.size
    write_json(folder / 'visual' / 'preprocess_cfg.json', {
        'size': [size, size], 'mode': 'RGB', 'mean': list(towers.mean), 'std': list(towers.std), 'interpolation': 'bicubic',
        'resize_mode': 'shortest' if towers.kind == 'clip' else 'squash', 'fill_color': 0,
    })
    options = {} if towers.kind == 'clip' else {'hf_tokenizer_name': 'siglip', 'tokenizer_kwargs': {'clean': 'canonicalize'}}
    text, vision = towers.config['text_config'], towers.config['vision_config']
    write_json(folder / 'config.json', {
        'vision_cfg': {'image_size': size, 'width': vision['hidden_size']},
        'text_cfg': {'context_length': towers.context, 'vocab_size': text['vocab_size'], 'width': text['hidden_size'], **options},
    })
    write_tokenizer(towers, folder / 'textual')


def transformers(towers: Towers, folder: Path, how: How, precisions: tuple[str, ...]) -> None:
    """As Xenova and onnx-community publish models of transformers: three files in `onnx/`, in every precision."""
    write_split(towers, folder / 'onnx', how, 'vision_model.onnx', 'text_model.onnx', masked=False)
    inputs = [texts('input_ids', towers, 3, {0: 'text_batch_size', 1: 'sequence_length'}),
              images('pixel_values', towers, 2, {0: 'image_batch_size'})]
    outputs = [('logits_per_image', 'image_batch_size'), ('logits_per_text', 'text_batch_size'), ('text_embeds', 'text_batch_size'),
               ('image_embeds', 'image_batch_size')]
    if towers.kind == 'clip':
        inputs.append(mask_of(towers, 3, {0: 'text_batch_size', 1: 'sequence_length'}))
    write_graph(Everything(towers.model), inputs, [Side(name, None, {0: axis}) for name, axis in outputs],
                folder / 'onnx' / 'model.onnx', how)
    for precision in precisions:
        for name in ('model', 'vision_model', 'text_model'):
            PRECISIONS[precision](folder / 'onnx' / f'{name}.onnx', folder / 'onnx' / f'{name}_{precision}.onnx')
    write_json(folder / 'config.json', towers.config)
    write_preprocessor(towers, folder)
    write_tokenizer(towers, folder)


def qdrant(towers: Towers, folder: Path, how: How, _precisions: tuple[str, ...]) -> None:
    """As Qdrant publishes them: two folders side by side, `<name>-vision` and `<name>-text`."""
    vision, text = (folder.with_name(f'{folder.name}-{of}') for of in ('vision', 'text'))
    write_split(towers, folder.parent, how, f'{vision.name}/model.onnx', f'{text.name}/model.onnx', masked=towers.kind == 'clip')
    kind = {'clip': 'CLIP', 'siglip': 'Siglip'}[towers.kind]
    projection = 'WithProjection' if towers.kind == 'clip' else ''
    write_json(vision / 'config.json', {
        'architectures': [f'{kind}VisionModel{projection}'], **towers.config['vision_config']})
    write_json(text / 'config.json', {'architectures': [f'{kind}TextModel{projection}'], **towers.config['text_config']})
    write_preprocessor(towers, vision)
    write_tokenizer(towers, text)


LAYOUTS: dict[str, Writer] = {'one-graph': one_graph, 'immich': immich, 'transformers': transformers, 'qdrant': qdrant}


def write_split(towers: Towers, folder: Path, how: How, vision: str, text: str, masked: bool) -> None:
    image_output, text_output = ('image_embeds', 'text_embeds') if towers.kind == 'clip' else ('pooler_output', 'pooler_output')
    write_graph(towers.tower('image', False), [images('pixel_values', towers, 2, {0: 'batch_size'})],
                [Side(image_output, None, {0: 'batch_size'})], folder / vision, how)
    open_axes = {0: 'batch_size', 1: 'sequence_length'}
    mask = [mask_of(towers, 3, open_axes)] if masked else []
    write_graph(towers.tower('text', False), [texts('input_ids', towers, 3, open_axes), *mask],
                [Side(text_output, None, {0: 'batch_size'})], folder / text, how)


class Everything(nn.Module):
    """What transformers.js reads of the whole model; text comes first, as in the files of optimum."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.__dict__['_modules'].update(model._modules)
        self._parameters.update(model._parameters)
        self.__dict__['inner'] = model

    def forward(self, text: torch.Tensor, image: torch.Tensor, attended: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        images, written = self.inner.encode_image(image), self.inner.encode_text(text, attended)
        images, written = (x / x.norm(dim=-1, keepdim=True) for x in (images, written))
        per_image = images @ written.t() * self.logit_scale.exp()
        if 'logit_bias' in self._parameters:
            per_image = per_image + self.logit_bias
        return per_image, per_image.t(), written, images


def images(name: str, towers: Towers, count: int, axes: Axes) -> Side:
    return Side(name, torch.zeros(count, 3, towers.size, towers.size), axes)


def texts(name: str, towers: Towers, count: int, axes: Axes, dtype: torch.dtype = torch.int64) -> Side:
    example = torch.ones(count, towers.context, dtype=dtype)
    example[:, -1] = 2
    return Side(name, example, axes)


def mask_of(towers: Towers, count: int, axes: Axes) -> Side:
    return Side('attention_mask', torch.ones(count, towers.context, dtype=torch.int64), axes)


def write_preprocessor(towers: Towers, folder: Path) -> None:
    size = {'height': towers.size, 'width': towers.size}
    shared = {'do_normalize': True, 'do_rescale': True, 'do_resize': True, 'image_mean': list(towers.mean),
              'image_std': list(towers.std), 'resample': 3, 'rescale_factor': 1 / 255}
    own = {'image_processor_type': 'SiglipImageProcessor', 'size': size} if towers.kind == 'siglip' else {
        'image_processor_type': 'CLIPImageProcessor', 'do_center_crop': True, 'do_convert_rgb': True, 'crop_size': size,
        'size': {'shortest_edge': towers.size}}
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / 'preprocessor_config.json', {**own, **shared})


def write_tokenizer(towers: Towers, folder: Path) -> None:
    """Nothing where there is no vocabulary."""
    if towers.tokenizer is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / 'tokenizer.json', towers.tokenizer)
    special = {'bos_token': START, 'eos_token': END, 'unk_token': END} if towers.kind == 'clip' else {
        'eos_token': '</s>', 'unk_token': '<unk>'}
    write_json(folder / 'tokenizer_config.json', {
        'tokenizer_class': 'CLIPTokenizer' if towers.kind == 'clip' else 'SiglipTokenizer', 'model_max_length': towers.context,
        'pad_token': towers.padding, **special})


def write_half(source: Path, target: Path) -> None:
    """Inputs and outputs stay in single precision, as in the files of transformers.js."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = onnx.load(source)
    onnx.save(convert_float_to_float16(model, keep_io_types=True, disable_shape_infer=True), target)


def write_quantised(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(source, target, weight_type=QuantType.QUInt8)


PRECISIONS = {'fp16': write_half, 'quantized': write_quantised}
