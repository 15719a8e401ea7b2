import { expression, type Expression } from '@understory/core';
import { bestOfOthers } from './margin.ts';
import type { AttackObjective } from './objective.ts';

/** Keeps the quotient finite where the logits in its denominator are the same. */
const SMALL = 1e-12;

/**
 * The difference of logits ratio, which neither a shift nor a scale of the logits changes.
 *
 * To leave a class, the best of the others less its own logit, over the largest less the third; for a target, the target's less that of
 * the untouched sample's class, over the largest less the mean of third and fourth. Croce and Hein 2020, equations 6 and 7.
 */
export const logitsRatio: AttackObjective = {
  id: 'dlr',
  classes: (kind) => (kind === 'targeted' ? 4 : 3),
  needsOriginal: (kind) => kind === 'targeted',
  value({ logits, goal, original, kind }) {
    const own = expression.pick(logits, goal);
    if (kind === 'untargeted') {
      const [first, third] = ranked(logits, 3, [0, 2]);
      return over(expression.subtract(bestOfOthers(logits, goal), own), expression.subtract(first!, third!));
    }
    const [first, third, fourth] = ranked(logits, 4, [0, 2, 3]);
    const middle = expression.divide(expression.add(third!, fourth!), 2);
    return over(expression.subtract(own, expression.pick(logits, original)), expression.subtract(first!, middle));
  },
};

/** The logits at some ranks from the largest on, each `[N, 1]`. */
function ranked(logits: Expression, count: number, ranks: readonly number[]): readonly Expression[] {
  const sorted = expression.sortDescending(logits, count);
  return ranks.map((rank) => expression.take(sorted, 1, [rank]));
}

function over(above: Expression, below: Expression): Expression {
  return expression.divide(above, expression.add(below, SMALL));
}
