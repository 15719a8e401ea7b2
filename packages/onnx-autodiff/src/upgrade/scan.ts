import { errors } from '../errors.ts';
import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 8 scanned the sequences of a batch, each with a length of its own. */
export const scan: UpgradeRule = {
  operator: 'Scan',
  changedIn: 9,
  upgrade(node) {
    throw errors.upgrade('Scan', node.name, 'a Scan over a batch of sequences (opset 8)', 'a Scan of opset 9 or later');
  },
};
