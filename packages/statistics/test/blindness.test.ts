import { describe, expect, it } from '@jest/globals';
import { blindness, blindnessInWords, type ToldApart } from '@understory/statistics';

/** So many items of which a share passes, and a share would by chance. */
function tests(n: number, passed: number, byChance = 0.5, name = 'item'): ToldApart {
  const order = Array.from({ length: n }, (_, at) => at);
  return {
    items: order.map((at) => `${name} ${String(at).padStart(4, '0')}`),
    toldApart: order.map((at) => Number(at < Math.round(n * passed))),
    byChance: order.map(() => byChance),
  };
}

const scoreOf = (places: readonly ToldApart[], objects?: ToldApart, chance?: number) =>
  blindness({ places, objects }, { seed: 0, ...(chance !== undefined && { chance }) });

describe('spatial blindness', () => {
  it('is one minus the share of places that is seen over that of things', () => {
    // 0.75 is half seen of what half is guessed, 0.9 is 0.8 seen.
    expect(scoreOf([tests(100, 0.75)], tests(100, 0.9)).score).toBeCloseTo(1 - 0.5 / 0.8, 12);
    expect(scoreOf([tests(100, 1), tests(100, 0.5)], tests(100, 1)).score).toBeCloseTo(0.5, 12);
    expect(scoreOf([tests(100, 0.4)], tests(100, 1)).score).toBe(1);
    expect(scoreOf([tests(100, 1)], tests(100, 0.8)).score).toBe(0);
  });

  it('takes what chance gives from each kind, and no less than is said', () => {
    expect(scoreOf([tests(100, 0.9, 0.8)], undefined).score).toBeCloseTo(0.5, 12);
    // Of many answers chance may be far below half.
    expect(scoreOf([tests(100, 0.6, 0.2)], tests(100, 0.6, 0.2), 0).score).toBeCloseTo(0, 12);
    expect(scoreOf([tests(100, 0.4, 0.2)], tests(100, 0.6, 0.2), 0).score).toBeCloseTo(0.5, 12);
    expect(scoreOf([tests(100, 0.6, 0.2)], undefined).score).toBeCloseTo(1 - 0.2, 12);
  });

  it('has an interval that Wilson widens where all items are alike', () => {
    const { interval, n } = scoreOf([tests(40, 1)], tests(40, 1));
    expect(n).toBe(40);
    expect(interval).toEqual([0, expect.closeTo(2 - (2 * 40) / (40 + 1.959964 ** 2), 5)]);
    const mixed = scoreOf([tests(400, 0.75)], tests(400, 0.9)).interval!;
    expect(mixed[0]).toBeGreaterThan(0.2);
    expect(mixed[1]).toBeLessThan(0.55);
  });

  it('is not known without places, and of a model that does not know things', () => {
    expect(scoreOf([], tests(10, 1))).toEqual({
      ...{ n: 0, score: null, interval: null, hasControl: true, knowsObjects: true },
    });
    expect(scoreOf([tests(10, 1)], tests(10, 0.5))).toMatchObject({ n: 10, score: null, knowsObjects: false });
    expect(scoreOf([tests(10, 1)], tests(0, 1))).toMatchObject({ hasControl: false, score: 0 });
    expect(scoreOf([tests(1, 1)])).toMatchObject({ score: 0, interval: [0, 1] });
  });

  it('is the same in any order of the items', () => {
    const { items, toldApart, byChance } = tests(60, 0.7);
    const turned = { items: items.toReversed(), toldApart: toldApart.toReversed(), byChance };
    expect(scoreOf([turned], tests(60, 0.9))).toEqual(scoreOf([tests(60, 0.7)], tests(60, 0.9)));
  });

  it.each([
    [[0, 0.1], 'reads where things are'],
    [[0.9, 1], 'is blind to where things are'],
    [[0.1, 0.4], 'reads where things are, at least more often than not'],
    [[0.6, 0.9], 'is blind to where things are, at least mostly'],
    [[0.1, 0.9], 'reads where things are to a degree that so few images do not tell'],
    // An interval that reaches an end does not exclude it.
    [[0, 0.55], 'reads where things are, at least in part'],
    [[0.45, 1], 'is blind to where things are, at least in part'],
    [[0.3, 0.6], 'reads where things are in part'],
  ] as const)('of %j %s', ([low, high], words) => {
    expect(blindnessInWords([low, high])).toBe(words);
  });
});
