import { pearson } from './pearson.ts';
import { ranks } from './ranks.ts';
import { checkPairs, type Estimate } from './sample.ts';

/** Spearman's rank correlation of pairs: Pearson's of the ranks, where equal values share their mean rank; undefined and throwing as `pearson`. */
export function spearman(first: readonly number[], second: readonly number[]): Estimate {
  checkPairs(first, second);
  return pearson(ranks(first), ranks(second));
}
