import { errors } from '../errors.ts';
import type { Decomposition } from '../gradient-rule.ts';
import { countUp } from '../support/placement.ts';
import { reshapeTo } from '../support/sizes.ts';
import type { Value } from '../types.ts';

export const deformConv: Decomposition = {
  operator: 'DeformConv',
  opsets: [19, 26],
  covers:
    'Pictures: groups, offset groups, dilations, pads, strides, mask and bias; gradients of the input, the weights, the bias, the offsets and ' +
    'the mask. Written by GridSample.',
  refuses: { 'kernels of one and of three axes': 'ONNX Runtime computes pictures alone' },
  decompose: ({ node, inputs: [x, weights, offset, bias, mask], graph }) => {
    const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
    const [channels, [filters, depth, ...kernel]] = [x!.shape?.[1], weights!.shape ?? []];
    const sizes = [channels, filters, depth, ...kernel];
    if (kernel.length !== 2 || !sizes.every((size) => typeof size === 'number'))
      throw limit('channels or a kernel whose sizes are not known ahead', 'known ones and a kernel of two axes');
    const [inputChannels, outputChannels, perGroup, height, width] = sizes as [number, number, number, number, number];
    const [group, offsetGroup, taps] = [node.int('group', 1), node.int('offset_group', 1), height * width];
    const type = x!.type ?? 'float32';
    const number = (value: number) => graph.constant({ type, dims: [], values: [value] });
    const apart = reshapeTo(graph, offset!, [-1, taps, 2, [offset!, [2, 3]]]);
    /** Where along an axis of the input each tap lies, as GridSample counts: -1 to 1 between the outer edges. */
    const coordinate = (axis: 0 | 1): Value => {
      const stride = node.ints('strides', [1, 1])[axis]!;
      const dilation = node.ints('dilations', [1, 1])[axis]!;
      const pad = node.ints('pads', [0, 0, 0, 0])[axis]!;
      const own = Array.from(
        { length: taps },
        (_, at) => (axis === 0 ? Math.floor(at / width) : at % width) * dilation - pad,
      );
      const tap = graph.constant({ type, dims: [taps, 1, 1], values: own });
      const places = graph.scale(graph.cast(countUp(graph, graph.sizes(offset!, [axis + 2])), type), stride);
      const moved = graph.squeeze(graph.slice(apart, [axis], [axis + 1], [2]), [2]);
      const along = graph.add(tap, axis === 0 ? graph.unsqueeze(places, [1]) : places);
      const position = graph.add(moved, along);
      const size = graph.cast(graph.sizes(x!, [axis + 2]), type);
      return graph.sub(graph.div(graph.add(graph.scale(position, 2), number(1)), size), number(1));
    };
    const pairs = graph.concat(
      [1, 0].map((axis) => graph.unsqueeze(coordinate(axis as 0 | 1), [4])),
      4,
    );
    const grid = graph.reshape(pairs, [0, taps, -1, 2]);
    const picture = reshapeTo(graph, x!, [-1, inputChannels / offsetGroup, [x!, [2, 3]]]);
    const sampled = graph.op('GridSample', [picture, grid]);
    const weighted = mask ? graph.mul(sampled, graph.unsqueeze(graph.reshape(mask, reshaped(taps)), [1])) : sampled;
    const columns = reshapeTo(graph, weighted, [[x!, [0]], group, perGroup * taps, -1]);
    const rows = graph.reshape(weights!, [group, outputChannels / group, perGroup * taps]);
    const product = reshapeTo(graph, graph.matmul(rows, columns), [[x!, [0]], outputChannels, [offset!, [2, 3]]]);
    return [bias ? graph.add(product, graph.reshape(bias, [-1, 1, 1])) : product];

    function reshaped(count: number): Value {
      const batch = graph.mul(graph.sizes(x!, [0]), graph.ints([offsetGroup]));
      return graph.concat([batch, graph.ints([count, -1])], 0);
    }
  },
};
