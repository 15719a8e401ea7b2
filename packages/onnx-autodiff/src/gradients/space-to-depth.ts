import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const spaceToDepth: GradientRule = {
  operator: 'SpaceToDepth',
  opsets: [7, 26],
  covers: 'Every block size.',
  gradient({ node, gradients: [dy], graph }) {
    const block = node.int('blocksize');
    if (!block) throw errors.ruleLimit(node.operator, node.name, 'no blocksize', 'the attribute blocksize');
    return { 0: () => graph.op('DepthToSpace', [dy], { blocksize: block, mode: 'DCR' }) };
  },
};
