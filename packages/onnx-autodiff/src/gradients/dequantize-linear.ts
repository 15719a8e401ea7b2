import type { GradientRule } from '../gradient-rule.ts';
import { castGradient } from '../support/cast-gradient.ts';
import { alongAxis, totalAlongAxis } from '../support/quantisation.ts';

export const dequantizeLinear: GradientRule = {
  operator: 'DequantizeLinear',
  opsets: [10, 26],
  covers:
    'Of the quantised tensor, whose gradient is a floating-point one with respect to a step of one (the straight-through rule), and of the ' +
    'scale; per tensor, per axis and per block.',
  inputs: [0, 1],
  straightThrough: true,
  gradient({ node, inputs: [q, scale, zeroPoint], gradients: [dy], graph }) {
    const type = dy!.type ?? 'float32';
    const step = graph.cast(alongAxis(graph, node, q!, scale!), type);
    return {
      0: () => graph.mul(dy!, step),
      1: () => {
        const whole = graph.cast(q!, type);
        const zero = zeroPoint && graph.cast(alongAxis(graph, node, q!, zeroPoint), type);
        const steps = zero ? graph.sub(whole, zero) : whole;
        const total = totalAlongAxis(graph, node, { tensor: q!, step, scale: scale! }, graph.mul(dy!, steps));
        return castGradient(graph, total, scale!);
      },
    };
  },
};
