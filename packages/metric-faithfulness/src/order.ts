import type { SeededRandom } from '@understory/core';
import type { PictureFrame } from '@understory/imaging';

/** Places from the first to be changed to the last. */
export type Order = 'descending' | 'ascending' | 'random';

/** An order of all places that no score decides: the draw is for the content of the picture, whichever way up it is. */
function randomOrder({ places }: PictureFrame, random: SeededRandom): Uint32Array {
  return Uint32Array.from(random.permutation(places.length), (at) => places[at]!);
}

/** `repeats` of them. */
export function randomOrders(frame: PictureFrame, repeats: number, random: SeededRandom): readonly Uint32Array[] {
  return Array.from({ length: repeats }, (_, repeat) => randomOrder(frame, random.fork(`order ${repeat}`)));
}

/** The order in which pixels of equal scores follow each other, the same for every map of a picture. */
export function orderOfTies(frame: PictureFrame, random: SeededRandom): Uint32Array {
  return randomOrder(frame, random.fork('ties'));
}
