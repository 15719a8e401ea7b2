import type { GradientRule } from '../gradient-rule.ts';
import { scatterAlong } from '../support/placement.ts';

export const topK: GradientRule = {
  operator: 'TopK',
  opsets: [7, 26],
  covers: 'The values, largest or smallest, sorted or not; the indices have no gradient.',
  inputs: [0],
  gradient({ node, inputs: [x], outputs: [, indices], gradients: [dy], graph }) {
    return { 0: () => scatterAlong(graph, x!, indices!, dy!, node.int('axis', -1)) };
  },
};
