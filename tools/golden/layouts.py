"""Exports one member of each family of torchvision and timm, small and with random weights, for `layouts.mjs` to write down what it shows.

    python tools/golden/layouts.py [--exporter torchscript|dynamo] [--describe] [NAME ...]

Each network `NAME` goes to `tmp/layouts/NAME-EXPORTER.onnx`, beside a `.json` with the last module that sees places, how its output is
laid out and the height and width that it has in PyTorch; the module that documentation recommends (pytorch-grad-cam's README where it
names the family, the last of timm's `feature_info` elsewhere), and which module `auto` is expected to take, with a reason where that is another.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from conformance.networks.torchvision_families import TORCHVISION
from reference import torchvision_networks  # noqa: F401  (timm imports torchvision)
from reference.onnx_export import Export, export
from reference.shared_data import REPOSITORY

import timm

OUTPUT = REPOSITORY / 'tmp' / 'layouts'
OPSETS = {'torchscript': 17, 'dynamo': 18}


@dataclass(frozen=True)
class Family:
    module: str
    """What the documentation recommends."""
    layout: str = 'nchw'
    """`nchw`, `nhwc`, or `tokens` with the number of tokens in front."""
    size: int = 64
    options: dict[str, object] = field(default_factory=dict)


def tokens(module: str, before: int, size: int = 64, **options: object) -> Family:
    return Family(module, f'tokens+{before}', size, options)


def last(module: str, size: int = 64, **options: object) -> Family:
    return Family(module, 'nchw', size, options)


def turned(module: str, size: int = 64, **options: object) -> Family:
    return Family(module, 'nhwc', size, options)


VIT = {'img_size': 64, 'depth': 2, 'embed_dim': 48, 'num_heads': 4}

TIMM: dict[str, Family] = {
    'resnet18': last('layer4'),
    'densenet121': last('features', block_config=(2, 2, 2, 2)),
    'mobilenetv1_100': last('blocks'),
    'mobilenetv3_small_050': last('blocks'),
    'efficientnet_b0': last('bn2'),
    'mixnet_s': last('bn2'),
    'convnext_atto': last('stages'),
    'convnextv2_atto': last('stages'),
    'swin_tiny_patch4_window7_224': turned('layers.3.blocks.0.norm1', img_size=64, window_size=2, depths=(1, 2, 2, 1), embed_dim=24),
    'swinv2_tiny_window8_256': turned('layers.3.blocks.0.norm1', img_size=64, window_size=2, depths=(1, 2, 2, 1), embed_dim=24),
    'swinv2_cr_tiny_224': turned('stages.3.blocks.0.norm1', img_size=64, window_size=2, depths=(1, 2, 2, 1), embed_dim=24),
    'vit_tiny_patch16_224': tokens('blocks.1.norm1', 1, **VIT),
    'vit_base_patch16_gap_224': tokens('blocks.1.norm1', 0, **VIT),
    'vit_small_patch14_reg4_dinov2': tokens('blocks.1.norm1', 5, 56, **VIT | {'img_size': 56}),
    'vit_base_patch16_siglip_224': tokens('blocks.1.norm1', 0, **VIT),
    'deit_tiny_patch16_224': tokens('blocks.1.norm1', 1, **VIT),
    'deit_tiny_distilled_patch16_224': tokens('blocks.1.norm1', 2, **VIT),
    'deit3_small_patch16_224': tokens('blocks.1.norm1', 1, **VIT),
    'beit_base_patch16_224': tokens('blocks.1.norm1', 1, **VIT),
    'beitv2_base_patch16_224': tokens('blocks.1.norm1', 1, **VIT),
    'eva02_tiny_patch14_224': tokens('blocks.1.norm1', 1, 56, **VIT | {'img_size': 56}),
    'levit_128s': tokens('stages.2', 0, 224),
    'mobilevit_xxs': last('final_conv'),
    'mobilevitv2_050': last('stages'),
    'maxvit_pico_rw_256': last('stages', img_size=64),
    'coatnet_pico_rw_224': last('stages', img_size=64),
    'coat_tiny': tokens('norm4', 1, 64, img_size=64),
    'coat_lite_tiny': tokens('norm4', 1, 64, img_size=64),
    'pvt_v2_b0': last('stages'),
    'poolformer_s12': last('stages'),
    'poolformerv2_s12': last('stages'),
    'caformer_s18': last('stages'),
    'regnetx_002': last('s4'),
    'regnety_002': last('s4'),
    'inception_v3': last('Mixed_7c', 107),
    'inception_resnet_v2': last('conv2d_7b', 107),
    'mnasnet_small': last('bn2'),
    'repvgg_a0': last('stages'),
    'ghostnet_050': last('blocks'),
    'ghostnetv2_100': last('blocks'),
    'mixer_s32_224': tokens('norm', 0, 64, img_size=64),
    'resmlp_12_224': tokens('norm', 0, 64, img_size=64),
    'gmlp_ti16_224': tokens('norm', 0, 64, img_size=64),
    'edgenext_xx_small': last('stages'),
    'efficientformer_l1': tokens('norm', 0, 224),
    'efficientformerv2_s0': last('stages', 224),
    'cait_xxs24_224': tokens('blocks.1', 0, **VIT),
    'xcit_nano_12_p16_224': tokens('blocks.1', 0, **VIT),
    'twins_svt_small': tokens('norm', 0, 64, img_size=64, depths=(1, 2, 2, 1), embed_dims=(16, 32, 32, 64)),
    'twins_pcpvt_small': tokens('norm', 0, 64, img_size=64, depths=(1, 1, 1, 1)),
    'nf_regnet_b0': last('final_conv'),
    'eca_nfnet_l0': last('final_conv'),
    'convmixer_768_32': last('blocks'),
    'nextvit_small': last('norm'),
    'pit_ti_224': tokens('transformers.2.blocks.3.norm1', 1, 224),
    'tf_efficientnetv2_b0': last('bn2'),
    'tnt_s_legacy_patch16_224': tokens('blocks.1.norm_out', 1, 64, img_size=64, depth=2),
    'hrnet_w18_small': last('final_layer'),
    'focalnet_tiny_srf': last('layers', 64),
    'davit_tiny': last('stages', 64, depths=(1, 1, 1, 1)),
    'hiera_tiny_224': tokens('blocks.3', 0, 224, stages=(1, 1, 1, 1)),
    'mvitv2_tiny': tokens('norm', 0, 64, img_size=64),
    'nest_tiny': turned('norm', 64, img_size=64),
    'visformer_tiny': last('norm', 64, img_size=64),
    'convit_tiny': tokens('blocks.11.norm1', 1, 64, img_size=64),
    'gcvit_xxtiny': last('stages', 224),
    'fastvit_t8': last('final_conv'),
    'repvit_m0_9': last('stages'),
    'tiny_vit_5m_224': last('stages', 224),
    'mambaout_femto': turned('stages', 64),
    'cspresnet50': last('stages'),
    'dla34': last('level5'),
    'dpn48b': last('features'),
    'res2net50d': last('layer4'),
    'resnest14d': last('layer4'),
    'skresnet18': last('layer4'),
    'xception41': last('act'),
    'ese_vovnet19b_slim': last('stages'),
    'hgnetv2_b0': last('stages'),
    'rexnet_100': last('features'),
    'selecsls42b': last('head', 128),
    'botnet26t_256': last('final_conv', 256),
    'inception_next_atto': last('stages'),
    'starnet_s1': last('norm'),
    'efficientvit_b0': last('stages'),
    'efficientvit_m0': last('stages', 224),
    'shvit_s1': last('stages', 128),
    'sequencer2d_s': turned('norm', 224, layers=(1, 1, 1, 1)),
    'resnetv2_50d_gn': last('norm', layers=[1, 1, 1, 1]),
    'samvit_base_patch16_224': last('neck', 64, img_size=64, depth=3, embed_dim=48, num_heads=4, global_attn_indexes=(2,), window_size=2),
}
"""By the name of the member, which is built with `options`."""

VISION: dict[str, Family] = {
    'alexnet': last('features', 224),
    'vgg11': last('features', 224),
    'vgg11_bn': last('features', 224),
    'resnet18': last('layer4'),
    'densenet121': last('features'),
    'googlenet': last('inception5b'),
    'inception_v3': last('Mixed_7c', 107),
    'squeezenet1_0': last('features'),
    'shufflenet_v2_x0_5': last('conv5'),
    'mobilenet_v2': last('features'),
    'mobilenet_v3_small': last('features'),
    'mnasnet0_5': last('layers'),
    'efficientnet_b0': last('features'),
    'efficientnet_v2_s': last('features'),
    'regnet_x_400mf': last('trunk_output'),
    'regnet_y_400mf': last('trunk_output'),
    'convnext-narrow': last('features'),
    'vit-small': tokens('encoder.layers.encoder_layer_2.ln_1', 1, 32),
    'swin-narrow': turned('norm'),
    'swin-uneven': turned('norm'),
    'swin_v2-narrow': turned('norm'),
    'maxvit-narrow': last('blocks.1'),
}
"""By the name that the conformance run gives it."""

GRAD_CAM = ('resnet18', 'densenet', 'vit_', 'deit', 'convit', 'swin_', 'swinv2_tiny', 'torchvision-alexnet', 'torchvision-densenet',
            'torchvision-mnasnet', 'torchvision-mobilenet', 'torchvision-resnet', 'torchvision-swin', 'torchvision-vgg',
            'torchvision-vit')
"""What pytorch-grad-cam's README names a target for, or is built alike; of `features[-1]` the output is that of `features`."""

NORM = 'the normalisation behind the last stage still has places, and the pooling reads it'
POOLED_TOKENS = 'patch tokens are averaged, so all that follows on the last attention counts, and the last of it is its norm'
CLASS_TOKEN = 'the class token is read, and the last layer that all tokens reach it from is the norm in front of the last attention'
HEAD_CONVOLUTION = 'a further convolution stands between the last stage and the pooling, at the same places'
ACTIVATION = 'the activation behind the module'
POOLING = 'the adaptive pooling that keeps 7 x 7 (6 x 6) places comes last; at the size of training it changes nothing'
TURNED = 'the module writes channels last, and the same values are turned to channels first behind it'

OTHERS: dict[str, tuple[str | None, str]] = {
    'beit_base_patch16_224': (None, 'patch tokens of the last block are cut off from the class token and averaged'),
    'beitv2_base_patch16_224': (None, 'patch tokens of the last block are cut off from the class token and averaged'),
    'botnet26t_256': ('stages.3', 'the module is an identity here, so that no node is called by its name'),
    'cait_xxs24_224': ('blocks_token_only.1.norm1', CLASS_TOKEN),
    'coat_lite_tiny': ('serial_blocks4.1.norm1', CLASS_TOKEN),
    'coat_tiny': ('parallel_blocks.5.norm14', CLASS_TOKEN),
    'coatnet_pico_rw_224': ('norm', NORM),
    'dpn48b': ('features', 'the norm and activation behind the last block'),
    'eca_nfnet_l0': ('final_act', ACTIVATION),
    'efficientformer_l1': ('norm', NORM),
    'efficientformerv2_s0': ('norm', NORM),
    'efficientnet_b0': ('bn2', HEAD_CONVOLUTION),
    'efficientvit_b0': ('head.in_conv', HEAD_CONVOLUTION),
    'eva02_tiny_patch14_224': (None, 'patch tokens of the last block are cut off from the class token and averaged'),
    'fastvit_t8': ('final_conv', HEAD_CONVOLUTION),
    'focalnet_tiny_srf': ('norm', NORM),
    'ghostnet_050': ('blocks.9', HEAD_CONVOLUTION),
    'ghostnetv2_100': ('blocks.9', HEAD_CONVOLUTION),
    'gmlp_ti16_224': ('norm', POOLED_TOKENS),
    'hrnet_w18_small': ('final_layer', HEAD_CONVOLUTION),
    'maxvit_pico_rw_256': ('norm', NORM),
    'mixer_s32_224': ('norm', POOLED_TOKENS),
    'mixnet_s': ('bn2', HEAD_CONVOLUTION),
    'mnasnet_small': ('bn2', HEAD_CONVOLUTION),
    'mobilevitv2_050': ('stages.4', 'the module is an identity here, so that no node is called by its name'),
    'mvitv2_tiny': ('norm', POOLED_TOKENS),
    'nest_tiny': (None, TURNED),
    'nextvit_small': ('norm', NORM),
    'nf_regnet_b0': ('final_act', ACTIVATION),
    'pit_ti_224': ('transformers.2.blocks.3.norm1', CLASS_TOKEN),
    'repvgg_a0': ('stages.3', 'the module is an identity here, so that no node is called by its name'),
    'resmlp_12_224': ('norm', POOLED_TOKENS),
    'resnetv2_50d_gn': ('norm', NORM),
    'rexnet_100': ('features', HEAD_CONVOLUTION),
    'samvit_base_patch16_224': ('neck', HEAD_CONVOLUTION),
    'sequencer2d_s': ('norm', NORM),
    'starnet_s1': ('norm', NORM),
    'swin_tiny_patch4_window7_224': ('norm', NORM),
    'swinv2_tiny_window8_256': ('norm', NORM),
    'tf_efficientnetv2_b0': ('bn2', HEAD_CONVOLUTION),
    'tnt_s_legacy_patch16_224': ('blocks.1.norm_out', CLASS_TOKEN),
    'torchvision-alexnet': ('avgpool', POOLING),
    'torchvision-densenet121': (None, 'the activation behind the module is a function, which has no name'),
    'torchvision-squeezenet1_0': ('classifier.2', 'the convolution that scores classes at each place, rectified, is what is pooled'),
    'torchvision-swin-narrow': ('permute', TURNED),
    'torchvision-swin-uneven': ('permute', TURNED),
    'torchvision-swin_v2-narrow': ('permute', TURNED),
    'torchvision-vgg11': ('avgpool', POOLING),
    'torchvision-vgg11_bn': ('avgpool', POOLING),
    'twins_pcpvt_small': ('norm', POOLED_TOKENS),
    'twins_svt_small': ('norm', POOLED_TOKENS),
    'vit_base_patch16_gap_224': ('norm', POOLED_TOKENS),
    'vit_base_patch16_siglip_224': ('norm', POOLED_TOKENS),
    'xcit_nano_12_p16_224': ('cls_attn_blocks.1.norm1', CLASS_TOKEN),
}
"""
Where the last layer with places is another than what is recommended: the module by the network's `forward` (None where it has no name), and why.
"""


def recommendation(name: str, model: torch.nn.Module, family: Family) -> dict[str, object]:
    """The target that documentation names, read from the network's definition, beside what `auto` is expected to take."""
    told = getattr(model, 'feature_info', None)
    if name.startswith(GRAD_CAM):
        module, source = family.module, 'pytorch-grad-cam'
    elif told and told[-1]['module']:
        module, source = told[-1]['module'], 'feature_info'
    else:
        module, source = family.module, 'definition'
    expected, because = OTHERS.get(name, (module, None))
    return {'recommended': module, 'source': source, 'expected': expected, 'because': because}


def built(name: str) -> tuple[torch.nn.Module, Family]:
    if name.startswith('torchvision-'):
        short = name.removeprefix('torchvision-')
        network = next(each for each in TORCHVISION if each.name == short)
        return network.build(), VISION[short]
    family = TIMM[name]
    return timm.create_model(name, pretrained=False, num_classes=10, exportable=True, **family.options), family


def size_of(model: torch.nn.Module, family: Family) -> tuple[int, int]:
    shapes: list[tuple[int, ...]] = []

    def keep(_module: torch.nn.Module, _inputs: object, output: torch.Tensor | tuple[torch.Tensor, ...]) -> None:
        shapes.append(tuple((output if isinstance(output, torch.Tensor) else output[0]).shape))

    handle = model.get_submodule(family.module).register_forward_hook(keep)
    with torch.no_grad():
        model(torch.zeros(1, 3, family.size, family.size))
    handle.remove()
    shape = shapes[-1]
    if family.layout == 'nchw':
        return shape[2], shape[3]
    if family.layout == 'nhwc':
        return shape[1], shape[2]
    side = round((shape[1] - int(family.layout.removeprefix('tokens+'))) ** 0.5)
    assert side * side + int(family.layout.removeprefix('tokens+')) == shape[1], shape
    return side, side


def write(name: str, exporter: str) -> None:
    torch.manual_seed(0)
    model, family = built(name)
    model.eval().requires_grad_(False)
    for module in model.modules():
        if hasattr(module, 'fused_attn'):
            module.fused_attn = False
    height, width = size_of(model, family)
    path = OUTPUT / f'{name}-{exporter}.onnx'
    export(model, family.size, path, Export(exporter, OPSETS[exporter]))
    torch._dynamo.reset()
    path.with_suffix('.json').write_text(json.dumps({
        'network': name, 'exporter': exporter, 'module': family.module, 'layout': family.layout, 'map': [height, width],
        **recommendation(name, model, family),
    }) + '\n', encoding='utf-8')


def describe(name: str) -> None:
    """Writes the recommendation once more, beside what was exported before."""
    model, family = built(name)
    for exporter in OPSETS:
        path = OUTPUT / f'{name}-{exporter}.json'
        if path.exists():
            known = json.loads(path.read_text(encoding='utf-8')) | recommendation(name, model, family)
            path.write_text(json.dumps(known) + '\n', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--exporter', choices=OPSETS, action='append')
    parser.add_argument('--describe', action='store_true', help='export nothing, only say once more what is recommended')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    failed = 0
    for name in arguments.names or [*(f'torchvision-{each}' for each in VISION), *TIMM]:
        if arguments.describe:
            describe(name)
            continue
        for exporter in arguments.exporter or OPSETS:
            try:
                write(name, exporter)
                print(f'{name} {exporter}', flush=True)
            except Exception as error:  # the others are still to come
                failed += 1
                traceback.print_exc(limit=-2)
                print(f'{name} {exporter} failed: {type(error).__name__}: {str(error)[:300]}', flush=True)
    sys.exit(failed > 0)


if __name__ == '__main__':
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    main()
