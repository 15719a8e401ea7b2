import { errors } from '../errors.ts';
import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 12 turned the ratio from an attribute into an input that only training reads; before opset 10 the mask was no bool. */
export const dropout: UpgradeRule = {
  operator: 'Dropout',
  changedIn: 12,
  upgrade(node, { from, isUsed }) {
    const mask = node.outputs[1];
    if (mask && isUsed(mask) && from < 10) {
      throw errors.upgrade('Dropout', node.name, `the mask "${mask}" is read`, 'only the first output to be read');
    }
    const outputs = mask && isUsed(mask) ? node.outputs : [node.outputs[0]!];
    return node.with({ outputs, attributes: { ratio: undefined } });
  },
};
