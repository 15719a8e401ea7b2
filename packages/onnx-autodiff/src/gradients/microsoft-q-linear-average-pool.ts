import { channelsFirst } from '../support/channels-last.ts';
import { quantisedUnary } from '../support/quantised-operator.ts';
import { poolingAttributes } from '../support/window-attributes.ts';

export const microsoftQLinearAveragePool = quantisedUnary('QLinearAveragePool', 'AveragePool', (graph, a, { node }) => {
  const attributes = { ...poolingAttributes(node), count_include_pad: node.int('count_include_pad', 0) };
  const isLast = node.int('channels_last', 0) === 1;
  return channelsFirst(graph, node, a, isLast, (x) => graph.op('AveragePool', [x], attributes));
});
