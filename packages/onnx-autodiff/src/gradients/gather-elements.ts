import type { GradientRule } from '../gradient-rule.ts';
import { scatterAlong } from '../support/placement.ts';

export const gatherElements: GradientRule = {
  operator: 'GatherElements',
  opsets: [11, 26],
  covers: 'Every axis; negative and repeated indices.',
  inputs: [0],
  gradient({ node, inputs: [x, indices], gradients: [dy], graph }) {
    return { 0: () => scatterAlong(graph, x!, indices!, dy!, node.int('axis', 0)) };
  },
};
