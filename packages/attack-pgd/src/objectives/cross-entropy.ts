import { expression } from '@understory/core';
import type { AttackObjective } from './objective.ts';

/**
 * The logarithm of the target's probability, or less that of the class to leave: softmax cross-entropy with its sign.
 *
 * Goodfellow et al. 2015, section 4; Algorithm 1 of the paper descends it for a target.
 */
export const crossEntropy: AttackObjective = {
  id: 'cross-entropy',
  classes: () => 2,
  needsOriginal: () => false,
  value({ logits, goal, kind }) {
    const logarithm = expression.pick(expression.logSoftmax(logits), goal);
    return kind === 'targeted' ? logarithm : expression.negate(logarithm);
  },
};
