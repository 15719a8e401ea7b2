import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { range } from '../range.ts';

export const batchNormalization: GradientRule = {
  operator: 'BatchNormalization',
  opsets: [7, 26],
  covers:
    'The inference form, with gradients of scale, bias, mean and variance; training_mode where no running statistics are read.',
  refuses: {
    'training_mode with running statistics that are read':
      'the samples of a batch would take part in the explanations of each other',
    'spatial = 0': 'gone since opset 9',
  },
  gradient({ node, inputs: [x, scale, , mean, variance], outputs, gradients: [dy], graph }) {
    const limit = (found: string) =>
      errors.ruleLimit(node.operator, node.name, found, 'the inference form: fixed statistics, one output');
    if (node.int('training_mode', 0) !== 0) throw limit('training_mode = 1');
    if (outputs.filter(Boolean).length > 1) throw limit(`${outputs.filter(Boolean).length} outputs`);
    if (node.int('spatial', 1) === 0) throw limit('spatial = 0');
    const rank = x!.shape?.length;
    if (rank === undefined) throw limit('an input of unknown rank');
    const channels = [-1, ...range(2, rank).map(() => 1)];
    const others = [0, ...range(2, rank)];
    // Only weights enter here, so the runtime computes these vectors once, when it loads the model.
    const inverse = () => {
      const guarded = graph.add(variance!, graph.scalarLike(variance!, node.float('epsilon', 1e-5)));
      return graph.op('Reciprocal', [graph.op('Sqrt', [guarded])]);
    };
    const multiplier = () => graph.mul(scale!, graph.cast(inverse(), scale!.type ?? 'float32'));
    const centred = () => graph.sub(x!, graph.cast(graph.reshape(mean!, channels), x!.type ?? 'float32'));
    const total = () => graph.reduceSum(dy!, others, false);
    const correlation = () => graph.reduceSum(graph.mul(dy!, centred()), others, false);
    const like = (gradient: ReturnType<typeof total>, input: typeof x) =>
      graph.cast(gradient, input!.type ?? 'float32');
    return {
      0: () => graph.mul(dy!, graph.cast(graph.reshape(multiplier(), channels), dy!.type ?? 'float32')),
      1: () => graph.mul(like(correlation(), scale), like(inverse(), scale)),
      2: () => like(total(), scale),
      3: () => graph.neg(graph.mul(like(total(), mean), like(multiplier(), mean))),
      4: () => {
        const root = inverse();
        const slope = graph.mul(graph.mul(root, root), like(multiplier(), variance));
        return graph.scale(graph.mul(like(correlation(), variance), slope), -0.5);
      },
    };
  },
};
