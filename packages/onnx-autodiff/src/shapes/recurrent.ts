import type { Dim } from '../types.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

/** Y and the final states, of which an LSTM has two. */
const recurrent: ShapeRule = (c) => {
  const [x, weights] = [c.input(0), c.input(2)];
  const type = x?.type;
  const directions = c.node.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const hidden: Dim = c.node.int('hidden_size') ?? weights?.shape?.[2] ?? c.unknowns.dim();
  const isBatchFirst = c.node.int('layout', 0) === 1;
  const [first, second] = x?.shape ?? [c.unknowns.dim(), c.unknowns.dim()];
  const [steps, batch] = isBatchFirst ? [second!, first!] : [first!, second!];
  const state = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  c.set(0, type, isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]);
  c.set(1, type, state);
  c.set(2, type, state);
};

export const recurrentShapes: ShapeRules = {
  DynamicQuantizeLSTM: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
};
