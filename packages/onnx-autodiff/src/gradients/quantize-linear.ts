import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { castGradient } from '../support/cast-gradient.ts';
import { alongAxis, totalAlongAxis } from '../support/quantisation.ts';
import type { Value } from '../types.ts';

const ranges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

export const quantizeLinear: GradientRule = {
  operator: 'QuantizeLinear',
  opsets: [10, 26],
  covers:
    'By the straight-through rule, as fake quantisation in PyTorch: rounding counts as the identity, and the gradient passes where the ' +
    'rounded value is in the range of the type, ends included. Of the tensor and the scale; per tensor, per axis and per block, to 8 ' +
    'and 16 bits.',
  refuses: {
    'fewer than 8 bits, and floats of 8 bits': 'ONNX Runtime has them for weights, which are quantised ahead',
  },
  inputs: [0, 1],
  straightThrough: true,
  gradient({ node, inputs: [x, scale, zeroPoint], outputs: [q], gradients: [dq], graph }) {
    const range = ranges[q!.type ?? ''];
    if (!range) {
      const found = q!.type ?? 'a type of fewer than 8 bits or a float of 8 bits';
      throw errors.ruleLimit(node.operator, node.name, `quantisation to ${found}`, Object.keys(ranges).join(', '));
    }
    const type = dq!.type ?? 'float32';
    const step = graph.cast(alongAxis(graph, node, x!, scale!), type);
    const real = graph.cast(x!, type);
    const zero = zeroPoint && graph.cast(alongAxis(graph, node, x!, zeroPoint), type);
    const bound = (end: number): Value => {
      const value = graph.scalarLike(dq!, end);
      return zero ? graph.sub(value, zero) : value;
    };
    let shared: Value | undefined;
    const inside = (): Value => {
      if (shared) return shared;
      const rounded = graph.op('Round', [graph.div(real, step)]);
      const high = graph.op('LessOrEqual', [rounded, bound(range[1])]);
      shared = graph.op('And', [graph.op('GreaterOrEqual', [rounded, bound(range[0])]), high]);
      return shared;
    };
    const passing = (gradient: Value) => graph.where(inside(), gradient, graph.scalarLike(dq!, 0));
    return {
      0: () => castGradient(graph, passing(graph.div(dq!, step)), x!),
      1: () => {
        const slope = passing(graph.mul(dq!, graph.div(real, graph.mul(step, step))));
        const total = totalAlongAxis(graph, node, { tensor: x!, step, scale: scale! }, slope);
        return castGradient(graph, graph.neg(total), scale!);
      },
    };
  },
};
