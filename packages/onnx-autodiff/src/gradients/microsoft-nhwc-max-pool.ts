import type { Decomposition } from '../gradient-rule.ts';
import { channelsFirst } from '../support/channels-last.ts';
import { dequantised } from '../support/whole-numbers.ts';
import { poolingAttributes } from '../support/window-attributes.ts';

export const microsoftNhwcMaxPool: Decomposition = {
  operator: 'NhwcMaxPool',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'As MaxPool, channels last: of whole numbers, whose gradient is a floating-point one with respect to a step of one.',
  inputs: [0],
  straightThrough: true,
  decompose: (context) => {
    const { node, graph } = context;
    const steps = dequantised(context, { tensor: 0, zero: 1, axis: 1 });
    return [channelsFirst(graph, node, steps, true, (a) => graph.op('MaxPool', [a], poolingAttributes(node)))];
  },
};
