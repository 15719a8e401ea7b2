import type { SeededRandom } from '@understory/core';

export interface Drawing {
  /** The most that is wanted. */
  readonly repeats: number;
  /** How many different results there are; no more than that come. */
  readonly possible: number;
  /** The stream of each repeat, so that the first ones are the same however many follow. */
  readonly random: (repeat: number) => SeededRandom;
  readonly draw: (random: SeededRandom) => readonly number[];
  readonly allowed?: (drawn: readonly number[]) => boolean;
}

/** Results that are allowed and differ from each other, each drawn again until it does. */
export function drawDistinct({
  repeats,
  possible,
  random,
  draw,
  allowed = () => true,
}: Drawing): readonly (readonly number[])[] {
  const seen = new Set<string>();
  return Array.from({ length: Math.min(repeats, possible) }, (_, repeat) => {
    const stream = random(repeat);
    for (;;) {
      const drawn = draw(stream);
      const key = drawn.join();
      if (seen.has(key) || !allowed(drawn)) continue;
      seen.add(key);
      return drawn;
    }
  });
}
