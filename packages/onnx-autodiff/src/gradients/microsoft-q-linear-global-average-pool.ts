import { channelsFirst } from '../support/channels-last.ts';
import { quantisedUnary } from '../support/quantised-operator.ts';

export const microsoftQLinearGlobalAveragePool = quantisedUnary(
  'QLinearGlobalAveragePool',
  'GlobalAveragePool',
  (graph, a, { node }) =>
    channelsFirst(graph, node, a, node.int('channels_last', 0) === 1, (x) => graph.op('GlobalAveragePool', [x])),
);
