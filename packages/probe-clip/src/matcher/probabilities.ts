import { largestOf } from '@understory/core';
import type { Head } from './scale.ts';

/** Of each caption of a picture, of its scaled cosine; undefined where the model's bias is not known. */
export function probabilitiesOf(
  scores: readonly number[],
  { probabilities, bias }: Pick<Head, 'probabilities' | 'bias'>,
): readonly number[] | undefined {
  if (bias === undefined) return undefined;
  if (probabilities === 'sigmoid') return scores.map((score) => 1 / (1 + Math.exp(-score - bias)));
  const most = largestOf(scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
