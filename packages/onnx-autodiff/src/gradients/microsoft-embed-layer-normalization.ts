import type { Decomposition } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { countUp } from '../support/placement.ts';

export const microsoftEmbedLayerNormalization: Decomposition = {
  operator: 'EmbedLayerNormalization',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'The embeddings of words, positions and segments, scale and bias; gradients from the result and from the sum.',
  inputs: [2, 3, 4, 5, 6],
  decompose: ({ node, inputs, graph }) => {
    const [words, segments, wordTable, positionTable, segmentTable, scale, bias, , positions] = inputs;
    const places = positions ?? countUp(graph, graph.sizes(words!, [1]));
    const terms = [
      [wordTable, words],
      [positionTable, places],
      [segmentTable, segments],
    ].flatMap(([table, ids]) => (table && ids ? [graph.op('Gather', [table, ids], { axis: 0 })] : []));
    const sum = range(1, terms.length).reduce((total, at) => graph.add(total, terms[at]!), terms[0]!);
    const epsilon = { float: node.float('epsilon', 1e-12) };
    return [graph.op('LayerNormalization', [sum, scale, bias], { axis: -1, epsilon }), undefined, sum];
  },
};
