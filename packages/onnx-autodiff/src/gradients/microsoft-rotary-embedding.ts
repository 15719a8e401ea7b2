import { errors } from '../errors.ts';
import type { Decomposition } from '../gradient-rule.ts';
import { countUp } from '../support/placement.ts';
import { rotated } from '../support/rotation.ts';

export const microsoftRotaryEmbedding: Decomposition = {
  operator: 'RotaryEmbedding',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Three and four axes, interleaved or not, rotary_embedding_dim, positions given or counted from a first one; gradients of the input and of ' +
    'the caches.',
  refuses: {
    'is_packed_batching and scale': 'language models alone have it',
  },
  inputs: [0, 2, 3],
  decompose: (context) => {
    const { node, inputs, graph } = context;
    const [x, positions, cosines, sines] = inputs;
    if (node.int('is_packed_batching', 0) !== 0 || node.float('scale', 1) !== 1)
      throw errors.ruleLimit(node.operator, node.name, 'a packed batch or a scale', 'samples of equal length, scale 1');
    const isFirst = positions!.shape?.length === 1;
    const places = graph.sizes(x!, [x!.shape?.length === 4 ? 2 : 1]);
    const counted = () => graph.unsqueeze(graph.add(countUp(graph, places), positions!), [0]);
    return [rotated(context, { x: x!, cosines: cosines!, sines: sines!, positions: isFirst ? counted() : positions })];
  },
};
