import type { Decomposition } from '../gradient-rule.ts';
import { channelsFirst } from '../support/channels-last.ts';
import { quantisedConvolution } from '../support/quantised-convolution.ts';
import { qLinearConv } from './q-linear-conv.ts';

export const microsoftQLinearConv: Decomposition = {
  ...qLinearConv,
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: `${qLinearConv.covers} Channels in front or last.`,
  decompose: (context) => [
    quantisedConvolution(context, (x, convolved) =>
      channelsFirst(context.graph, context.node, x, context.node.int('channels_last', 0) === 1, convolved),
    ),
  ],
};
