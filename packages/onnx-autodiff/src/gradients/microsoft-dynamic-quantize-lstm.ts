import type { Decomposition, GradientContext } from '../gradient-rule.ts';
import type { Value } from '../types.ts';
import { lstm } from './lstm.ts';

export const microsoftDynamicQuantizeLstm: Decomposition = {
  operator: 'DynamicQuantizeLSTM',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'By the straight-through rule, as LSTM with the dequantised weights: what is rounded while it runs, the input and the hidden states, ' +
    'counts as it is. Of everything that LSTM covers but the quantised weights, and of their scales.',
  inputs: [0, 3, 5, 6, 7, 8, 10],
  straightThrough: true,
  decompose: (context) => {
    const [x, w, r, bias, lengths, hidden, cell, peepholes, ...parameters] = context.inputs;
    const [weightScale, weightZero, recurrentScale, recurrentZero] = parameters;
    const inputs = [
      x,
      weightsOf(context, w!, weightScale!, weightZero),
      weightsOf(context, r!, recurrentScale!, recurrentZero),
      ...[bias, lengths, hidden, cell, peepholes],
    ];
    return lstm.decompose({ ...context, inputs });
  },
};

/** Weights `[D, in, 4H]` as those of LSTM, `[D, 4H, in]`; a scale is that of a direction or of each column. */
function weightsOf({ graph }: GradientContext, steps: Value, scale: Value, zero: Value | undefined): Value {
  const type = scale.type ?? 'float32';
  const along = (parameter: Value) => graph.reshape(parameter, [steps.shape?.[0] === 2 ? 2 : 1, 1, -1]);
  const whole = graph.cast(steps, type);
  const moved = zero ? graph.sub(whole, along(graph.cast(zero, type))) : whole;
  return graph.transpose(graph.mul(moved, along(scale)), [0, 2, 1]);
}
