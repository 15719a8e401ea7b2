"""The towers of orchard-clip as graph models of TensorFlow.js, images with channels last."""

from __future__ import annotations

import numpy as np
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .orchard_clip_network import CONTEXT, WIDTH, AttentionPool, Bottleneck, OrchardClip, ResidualAttentionBlock
from .tfjs_graph import Graph


def array(weights) -> np.ndarray:
    return weights.detach().numpy()


def linear(graph: Graph, name: str, x: str, layer: nn.Linear) -> str:
    return graph.linear(name, x, array(layer.weight), array(layer.bias))


def folded(graph: Graph, name: str, x: str, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> str:
    fused = fuse_conv_bn_eval(convolution, norm)
    return graph.convolution(name, x, array(fused.weight), array(fused.bias), fused.stride[0])


def average(graph: Graph, name: str, x: str, pool: nn.Module) -> str:
    if isinstance(pool, nn.Identity):
        return x
    side = pool.kernel_size
    window = {'list': {'i': ['1', str(side), str(side), '1']}}
    return graph.add('AvgPool', name, x, ksize=window, strides=window, padding={'s': 'VkFMSUQ='}, data_format={'s': 'TkhXQw=='})


def bottleneck(graph: Graph, name: str, x: str, block: Bottleneck) -> str:
    y = graph.add('Relu', f'{name}/relu1/Relu', folded(graph, f'{name}/conv1', x, block.conv1, block.bn1))
    y = graph.add('Relu', f'{name}/relu2/Relu', folded(graph, f'{name}/conv2', y, block.conv2, block.bn2))
    y = folded(graph, f'{name}/conv3', average(graph, f'{name}/avgpool', y, block.avgpool), block.conv3, block.bn3)
    pool, convolution, norm = block.downsample
    short = folded(graph, f'{name}/downsample/downsample.1', average(graph, f'{name}/downsample/downsample.0', x, pool), convolution, norm)
    return graph.add('Relu', f'{name}/relu3/Relu', graph.binary('AddV2', f'{name}/Add', y, short))


def heads(graph: Graph, name: str, x: str, tokens: int, width: int, count: int) -> str:
    split = graph.reshape(f'{name}/split', x, [-1, tokens, count, width // count])
    return graph.transpose(f'{name}/heads', split, [0, 2, 1, 3])


def attended(graph: Graph, name: str, q: str, k: str, v: str, width: int, count: int, mask: str | None = None) -> str:
    scale = graph.scalar(f'{name}/scale', (width // count) ** -0.5)
    weights = graph.binary('Mul', f'{name}/Mul', graph.product(f'{name}/scores', q, k, True), scale)
    if mask is not None:
        weights = graph.binary('AddV2', f'{name}/masked', weights, mask)
    weights = graph.add('Softmax', f'{name}/Softmax', weights)
    return graph.transpose(f'{name}/merged', graph.product(f'{name}/values', weights, v), [0, 2, 1, 3])


def attention_pool(graph: Graph, name: str, x: str, pool: AttentionPool) -> str:
    positions = array(pool.positional_embedding)
    tokens, channels = positions.shape
    x = graph.reshape(f'{name}/Reshape', x, [-1, tokens - 1, channels])
    mean = graph.reduce('Mean', f'{name}/Mean', x, 1)
    asking = graph.binary('AddV2', f'{name}/asking', mean, graph.constant(f'{name}/position', positions[:1]))
    axis = graph.constant(f'{name}/axis', np.array(1, np.int32))
    x = graph.add('ConcatV2', f'{name}/Concat', mean, x, axis, N={'i': '2'}, Tidx={'type': 'DT_INT32'})
    x = graph.binary('AddV2', f'{name}/Add', x, graph.constant(f'{name}/positional_embedding', positions))
    projected = {}
    for part, source, length in (('q', asking, 1), ('k', x, tokens), ('v', x, tokens)):
        y = linear(graph, f'{name}/{part}_proj', source, getattr(pool, f'{part}_proj'))
        projected[part] = heads(graph, f'{name}/{part}', y, length, channels, pool.heads)
    y = attended(graph, name, *projected.values(), channels, pool.heads)
    y = graph.reshape(f'{name}/flat', y, [-1, channels])
    return linear(graph, f'{name}/c_proj', y, pool.c_proj)


def normalised(graph: Graph, x: str) -> str:
    squares = graph.reduce('Sum', 'normalize/Sum', graph.add('Square', 'normalize/Square', x), 1)
    least = graph.binary('Maximum', 'normalize/Maximum', squares, graph.scalar('normalize/least', 1e-24))
    return graph.binary('RealDiv', 'embedding', x, graph.add('Sqrt', 'normalize/Sqrt', least))


def image_tower(model: OrchardClip, size: int) -> Graph:
    visual, graph = model.visual, Graph()
    x = graph.input('image', [-1, size, size, 3])
    for number in (1, 2, 3):
        convolution, norm = getattr(visual, f'conv{number}'), getattr(visual, f'bn{number}')
        x = graph.add('Relu', f'visual/relu{number}/Relu', folded(graph, f'visual/conv{number}', x, convolution, norm))
    for number in (1, 2, 3, 4):
        x = bottleneck(graph, f'visual/layer{number}/layer{number}.0', x, getattr(visual, f'layer{number}')[0])
    normalised(graph, attention_pool(graph, 'visual/attnpool', x, visual.attnpool))
    return graph


def layer_norm(graph: Graph, name: str, x: str, norm: nn.LayerNorm) -> str:
    centred = graph.binary('Sub', f'{name}/Sub', x, graph.reduce('Mean', f'{name}/Mean', x, 2))
    variance = graph.reduce('Mean', f'{name}/variance', graph.add('Square', f'{name}/Square', centred), 2)
    steady = graph.binary('AddV2', f'{name}/steady', variance, graph.scalar(f'{name}/epsilon', norm.eps))
    y = graph.binary('Mul', f'{name}/unit', centred, graph.add('Rsqrt', f'{name}/Rsqrt', steady))
    y = graph.binary('Mul', f'{name}/Mul', y, graph.constant(f'{name}/weight', array(norm.weight)))
    return graph.binary('AddV2', f'{name}/Add', y, graph.constant(f'{name}/bias', array(norm.bias)))


def block(graph: Graph, name: str, x: str, mask: str, own: ResidualAttentionBlock) -> str:
    y = layer_norm(graph, f'{name}/ln_1', x, own.ln_1)
    parts = {}
    for at, part in enumerate('qkv'):
        rows = slice(at * WIDTH, (at + 1) * WIDTH)
        projected = graph.linear(f'{name}/in_proj/{part}', y, array(own.in_proj.weight)[rows], array(own.in_proj.bias)[rows])
        parts[part] = heads(graph, f'{name}/{part}', projected, CONTEXT, WIDTH, own.heads)
    y = graph.reshape(f'{name}/flat', attended(graph, name, *parts.values(), WIDTH, own.heads, mask), [-1, CONTEXT, WIDTH])
    x = graph.binary('AddV2', f'{name}/attended', x, linear(graph, f'{name}/out_proj', y, own.out_proj))
    y = linear(graph, f'{name}/c_fc', layer_norm(graph, f'{name}/ln_2', x, own.ln_2), own.c_fc)
    steeper = graph.binary('Mul', f'{name}/gelu/steeper', y, graph.scalar(f'{name}/gelu/slope', 1.702))
    y = graph.binary('Mul', f'{name}/gelu/Mul', y, graph.add('Sigmoid', f'{name}/gelu/Sigmoid', steeper))
    return graph.binary('AddV2', f'{name}/Add', x, linear(graph, f'{name}/c_proj', y, own.c_proj))


def text_tower(model: OrchardClip) -> Graph:
    textual, graph = model.textual, Graph()
    ids = graph.input('text', [-1, CONTEXT], 'int32')
    table = graph.constant('textual/token_embedding/weight', array(textual.token_embedding.weight))
    axis = graph.constant('textual/token_embedding/axis', np.array(0, np.int32))
    x = graph.add('GatherV2', 'textual/token_embedding/Gather', table, ids, axis, batch_dims={'i': '0'}, Tindices={'type': 'DT_INT32'},
                  Tparams={'type': 'DT_FLOAT'}, Taxis={'type': 'DT_INT32'})
    x = graph.binary('AddV2', 'textual/Add', x, graph.constant('textual/positional_embedding', array(textual.positional_embedding)))
    mask = graph.constant('textual/mask', array(textual.mask))
    for number, own in enumerate(textual.resblocks):
        x = block(graph, f'textual/resblocks.{number}', x, mask, own)
    x = layer_norm(graph, 'textual/ln_final', x, textual.ln_final)
    end = graph.add('ArgMax', 'textual/ArgMax', ids, graph.constant('textual/ArgMax/axis', np.array(1, np.int32)),
                    T={'type': 'DT_INT32'}, Tidx={'type': 'DT_INT32'}, output_type={'type': 'DT_INT32'})
    end = graph.reshape('textual/end', end, [-1, 1])
    graph.nodes[-1]['attr']['T'] = {'type': 'DT_INT32'}
    places = graph.constant('textual/places', np.arange(CONTEXT, dtype=np.int32)[None])
    is_end = graph.add('Equal', 'textual/Equal', places, end, T={'type': 'DT_INT32'})
    kept = graph.add('Cast', 'textual/Cast', is_end, SrcT={'type': 'DT_BOOL'}, DstT={'type': 'DT_FLOAT'})
    x = graph.binary('Mul', 'textual/Mul', x, graph.reshape('textual/kept', kept, [-1, CONTEXT, 1]))
    x = graph.reduce('Sum', 'textual/Sum', x, 1, keep=False)
    normalised(graph, graph.linear('textual/text_projection', x, array(textual.text_projection.weight), None))
    return graph
