import type { GradientRule } from '../gradient-rule.ts';
import { tanhGeluSlope } from '../support/gelu-slope.ts';
import type { Value } from '../types.ts';

export const microsoftFastGelu: GradientRule = {
  operator: 'FastGelu',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: 'Both inputs; the bias may be omitted.',
  gradient({ inputs: [x, bias], outputs: [y], gradients: [dy], graph }) {
    let shared: Value | undefined;
    const before = () => (shared ??= graph.mul(dy!, tanhGeluSlope(graph, bias ? graph.add(x!, bias) : x!, y!)));
    return {
      0: before,
      1: () => graph.unbroadcast(before(), bias!),
    };
  },
};
