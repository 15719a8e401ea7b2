import type { GradientRule } from '../gradient-rule.ts';
import { geluSlope } from '../support/gelu-slope.ts';
import type { Value } from '../types.ts';

export const microsoftBiasGelu: GradientRule = {
  operator: 'BiasGelu',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: 'Both inputs.',
  gradient({ inputs: [x, bias], gradients: [dy], graph }) {
    let shared: Value | undefined;
    const before = () => (shared ??= graph.mul(dy!, geluSlope(graph, graph.add(x!, bias!))));
    return {
      0: before,
      1: () => graph.unbroadcast(before(), bias!),
    };
  },
};
