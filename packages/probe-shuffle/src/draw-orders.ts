import { drawDistinct, type Drawing } from './draw-distinct.ts';

/** Different orders of `length` things, never the one that they have, and without anything at its own place where `derangement` says so. */
export function drawOrders({
  length,
  derangement,
  ...drawing
}: Pick<Drawing, 'repeats' | 'random'> & {
  /** From 2. */
  readonly length: number;
  readonly derangement: boolean;
}): readonly (readonly number[])[] {
  const stays = (from: number, place: number) => from === place;
  return drawDistinct({
    ...drawing,
    possible: derangement ? derangements(length) : permutations(length) - 1,
    draw: (random) => random.permutation(length),
    allowed: (order) => (derangement ? !order.some(stays) : !order.every(stays)),
  });
}

/** Infinite beyond what a number holds, which is more than anybody draws. */
function permutations(length: number): number {
  let count = 1;
  for (let places = 2; places <= length; places += 1) count *= places;
  return count;
}

/** Permutations without a fixed point: one for none, none for one, then as many as places but one times those of one and of two fewer. */
function derangements(length: number): number {
  let [fewer, count] = [1, 0];
  for (let places = 2; places <= length; places += 1) [fewer, count] = [count, (places - 1) * (count + fewer)];
  return count;
}
