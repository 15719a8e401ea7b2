import { errors } from '../errors.ts';
import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 9 dropped `spatial`; opset 14 replaced the four outputs that meant training by an attribute. */
export const batchNormalization: UpgradeRule = {
  operator: 'BatchNormalization',
  changedIn: 14,
  upgrade(node, { before, constant, from, isUsed, typeOf }) {
    const statistics = node.outputs.slice(1).filter(isUsed);
    if (statistics.length > 0) {
      throw errors.upgrade(
        'BatchNormalization',
        node.name,
        `the outputs ${statistics.join(', ')} of a network in training`,
        'one output, as a network in evaluation has',
      );
    }
    const [x, scale, bias, mean, variance] = node.inputs as [string, string, string, string, string];
    const outputs = [node.outputs[0]!];
    // That there is room for the statistics is what tells training.
    const isTraining = node.outputs.slice(1).some(Boolean);
    if (isTraining && (from >= 9 || node.int('spatial', 1) === 1)) {
      return node.with({ outputs: node.outputs.slice(0, 3), attributes: { spatial: undefined, training_mode: 1 } });
    }
    if (from >= 9 || node.int('spatial', 1) === 1) return node.with({ outputs, attributes: { spatial: undefined } });
    // One statistic an activation: shapes [C, D1, ...] broadcast against [N, C, D1, ...].
    const epsilon = constant(typeOf(x), [node.float('epsilon', 1e-5)], []);
    const deviation = before('Sqrt', [before('Add', [variance, epsilon])]);
    const normalised = before('Div', [before('Sub', [x, mean]), deviation]);
    return node.with({
      operator: 'Add',
      inputs: [before('Mul', [normalised, scale]), bias],
      outputs,
      attributes: { epsilon: undefined, momentum: undefined, spatial: undefined },
    });
  },
};
