import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

export const lrn: GradientRule = {
  operator: 'LRN',
  opsets: [7, 26],
  covers: 'Every size and any number of spatial axes; ONNX Runtime itself runs odd sizes of images only.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const size = node.int('size');
    if (!size) throw errors.ruleLimit(node.operator, node.name, 'no size', 'the attribute size');
    const alpha = node.float('alpha', 1e-4);
    const beta = node.float('beta', 0.75);
    const before = Math.floor((size - 1) / 2);
    const after = size - 1 - before;
    // The mean over neighbouring channels, as a pooling of [N, 1, C, D1 * D2 * ...] that counts its padding.
    const mean = (a: Value, head: number, tail: number) => {
      const flat = graph.reshape(
        graph.reshape(a, [0, 0, -1]),
        graph.concat([graph.ints([0, 1]), graph.sizes(x!, [1]), graph.ints([-1])], 0),
      );
      const pooled = graph.op('AveragePool', [flat], {
        kernel_shape: [size, 1],
        pads: [head, 0, tail, 0],
        count_include_pad: 1,
      });
      return graph.withShape(graph.reshape(pooled, graph.shapeOf(x!)), x!);
    };
    return {
      0: () => {
        const base = graph.add(
          graph.scale(mean(graph.mul(x!, x!), before, after), alpha),
          graph.scalarLike(x!, node.float('bias', 1)),
        );
        const direct = graph.mul(dy!, graph.op('Pow', [base, graph.scalarLike(base, -beta)]));
        const across = mean(graph.div(graph.mul(dy!, y!), base), after, before);
        return graph.sub(direct, graph.mul(x!, graph.scale(across, 2 * alpha * beta)));
      },
    };
  },
};
