import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { reshapeTo } from '../support/sizes.ts';

export const depthToSpace: GradientRule = {
  operator: 'DepthToSpace',
  opsets: [7, 26],
  covers: 'Both modes, DCR and CRD.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    const block = node.int('blocksize');
    if (!block) throw errors.ruleLimit(node.operator, node.name, 'no blocksize', 'the attribute blocksize');
    return {
      0: () => {
        if (node.string('mode', 'DCR') === 'DCR') return graph.op('SpaceToDepth', [dy], { blocksize: block });
        const [height, width] = [
          [x!, [2]],
          [x!, [3]],
        ] as const;
        const blocks = reshapeTo(graph, dy!, [0, -1, height, block, width, block]);
        const gathered = graph.transpose(blocks, [0, 1, 3, 5, 2, 4]);
        return reshapeTo(graph, gathered, [[x!, [0, 1, 2, 3]]]);
      },
    };
  },
};
