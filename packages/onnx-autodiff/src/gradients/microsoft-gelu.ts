import type { GradientRule } from '../gradient-rule.ts';
import { geluSlope } from '../support/gelu-slope.ts';

export const microsoftGelu: GradientRule = {
  operator: 'Gelu',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: 'Everything.',
  gradient({ inputs: [x], gradients: [dy], graph }) {
    return { 0: () => graph.mul(dy!, geluSlope(graph, x!)) };
  },
};
