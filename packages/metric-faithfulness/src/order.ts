import type { SeededRandom } from '@understory/core';
import { rememberedFor } from './remembered.ts';

/** Places from the first to be changed to the last. */
export type Order = 'descending' | 'ascending' | 'random';

/** The places of `scores` by value; of equal ones the lower index first, whichever way. Neither is to be changed. */
export const orderOf = rememberedFor((scores: Float32Array, order: 'descending' | 'ascending'): Uint32Array => {
  const sign = order === 'descending' ? 1 : -1;
  const places = Uint32Array.from(scores, (_, place) => place);
  return places.sort((left, right) => sign * (scores[right]! - scores[left]!) || left - right);
});

/** `repeats` orders that no score decides. */
export function randomOrders(length: number, repeats: number, random: SeededRandom): readonly Uint32Array[] {
  return Array.from({ length: repeats }, (_, repeat) =>
    Uint32Array.from(random.fork(`order ${repeat}`).permutation(length)),
  );
}
