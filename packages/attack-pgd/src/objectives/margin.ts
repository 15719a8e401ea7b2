import { expression, type Expression } from '@understory/core';
import type { AttackObjective } from './objective.ts';

/** Farther below any logit than another logit is. */
const FAR = -1e30;

/** The largest logit of all classes but one, `[N, 1]`. */
export function bestOfOthers(logits: Expression, index: Expression): Expression {
  return expression.largest(expression.addAt(logits, index, FAR), [1]);
}

/**
 * How far the wanted logit lies above the best of the others, up to `confidence`, from where on it rests.
 *
 * Carlini and Wagner 2017, section V, objective 6; `confidence` is its kappa.
 */
export function margin(confidence: number): AttackObjective {
  return {
    id: 'margin',
    classes: () => 2,
    needsOriginal: () => false,
    value({ logits, goal, kind }) {
      const own = expression.pick(logits, goal);
      const others = bestOfOthers(logits, goal);
      const lead = kind === 'targeted' ? expression.subtract(own, others) : expression.subtract(others, own);
      return expression.minimum(lead, confidence);
    },
  };
}
