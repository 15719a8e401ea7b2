import { describe, expect, it } from '@jest/globals';
import { blindnessOf } from '../../src/probe/blindness.ts';
import type { CaptionRow } from '../../src/probe/row.ts';
import { Tally } from '../../src/probe/tally.ts';

/** A row whose true caption is preferred or not on the image, and on the grey picture; without a picture that turns it round. */
function row(item: string, kind: string, right: boolean, byWords: boolean): CaptionRow {
  const none = { rightOnMirror: null, wrongOnMirror: null, rightOnCounterpart: null, wrongOnCounterpart: null };
  return {
    ...{ item, test: 0, kind, part: null, caption: 'a', against: 'b', onMirror: null, counterpart: null, ...none },
    ...{ rightOnImage: [right ? 1 : 0], wrongOnImage: [right ? 0 : 1] },
    ...{ rightOnGrey: [byWords ? 1 : 0], wrongOnGrey: [byWords ? 0 : 1] },
    ...{ choices: 2, isBest: right, mapInBox: null, centreInBox: null, boxShare: null, mapReason: null },
  };
}

/** Images with a row of each kind, of which shares are right, and right by words. */
function tallyOf(n: number, kinds: Readonly<Record<string, readonly [right: number, byWords: number]>>): Tally {
  const tally = new Tally();
  for (let image = 0; image < n; image += 1) {
    const rows = Object.entries(kinds).map(([kind, [right, words]]) =>
      // In different images of each kind.
      row(`${image}`, kind, ((image * 7) % n) / n < right, ((image * 3) % n) / n < words),
    );
    tally.add(`${image}`, rows);
  }
  return tally;
}

const scoreOf = (n: number, kinds: Parameters<typeof tallyOf>[1]) => blindnessOf(tallyOf(n, kinds).kinds, { seed: 3 });

describe('spatial blindness', () => {
  it.each([
    // Half right is nothing seen; all right is all seen; three quarters right is half seen.
    [0.5, 1, 1],
    [1, 1, 0],
    [0.75, 1, 0.5],
    // Relative to the things: of what is known of things, as much is known of places.
    [0.75, 0.75, 0],
    [0.6, 0.9, 1 - 0.2 / 0.8],
    // Less than half is no more than blind.
    [0.3, 1, 1],
  ])('of places %d and things %d is %d', (places, things, score) => {
    const found = scoreOf(200, { object: [things, 0.5], 'left-right': [places, 0.5], 'above-below': [places, 0.5] });
    expect(found.score).toBeCloseTo(score, 10);
    expect(found.interval![0]).toBeLessThanOrEqual(score);
    expect(found.interval![1]).toBeGreaterThanOrEqual(score);
  });

  it('takes off what the words alone give, and no less than half', () => {
    const of = (right: number, words: number) => scoreOf(200, { object: [1, 0.5], 'left-right': [right, words] }).score;
    expect(of(0.9, 0.8)).toBeCloseTo(0.5, 10);
    expect(of(0.8, 0.8)).toBe(1);
    expect(of(1, 0.8)).toBe(0);
    expect(of(0.75, 0.2)).toBeCloseTo(0.5, 10);
    // What the words tell wholly cannot show sight.
    expect(of(1, 1)).toBe(1);
  });

  it('counts kinds of places alike, however many images have them', () => {
    const tally = tallyOf(200, { object: [1, 0.5], 'left-right': [1, 0.5] });
    for (let image = 0; image < 50; image += 1)
      tally.add(`more ${image}`, [row(`more ${image}`, 'above-below', image % 2 === 0, false)]);
    expect(blindnessOf(tally.kinds, { seed: 0 }).score).toBeCloseTo(0.5, 10);
    expect(blindnessOf(tally.kinds, { seed: 0, about: (kind) => kind === 'above-below' }).score).toBe(1);
  });

  it('is surer of more images', () => {
    const width = (n: number) => {
      const [low, high] = scoreOf(n, { object: [0.95, 0.5], 'left-right': [0.75, 0.5] }).interval!;
      return high - low;
    };
    expect(width(80)).toBeLessThan(1);
    expect(width(800)).toBeLessThan(width(80) / 2);
  });

  it('is measured against a perfect reader without things, and not at all where things are not known', () => {
    expect(scoreOf(100, { 'left-right': [0.75, 0.5] })).toMatchObject({
      score: 0.5,
      hasControl: false,
      knowsObjects: true,
    });
    expect(scoreOf(100, { object: [0.5, 0.5], 'left-right': [1, 0.5] })).toMatchObject({
      score: null,
      knowsObjects: false,
    });
    expect(scoreOf(100, { object: [1, 0.5] })).toMatchObject({ score: null, n: 0, knowsObjects: true });
    expect(scoreOf(100, { object: [0.9, 0.9], 'left-right': [1, 0.5] })).toMatchObject({
      score: null,
      knowsObjects: false,
    });
  });
});
