import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttackSetting } from '../src/attack/attack-rows.ts';
import { summariseAttack } from '../src/attack/summarise-attack.ts';
import type { AttackRow, RunAttack } from '../src/index.ts';

function attackOf(mask: string, over: Partial<Omit<RunAttack, 'mask'>> & { fraction?: number | null } = {}): RunAttack {
  const { fraction = null, ...others } = over;
  return {
    ...{ name: mask, attack: 'pgd', title: 'PGD', preset: 'paper', options: { steps: 50 } },
    budget: { norm: 'linf', epsilon: 0.05 },
    mask: { id: mask, title: mask, options: fraction === null ? {} : { fraction }, fraction },
    ...others,
  };
}

function row(item: string, attack: string, over: Partial<AttackRow> = {}): AttackRow {
  return {
    ...{ item, label: 'cat', original: 3, originalLabel: 'cat', originalProbability: 0.9, correct: true },
    ...{ target: 42, targetLabel: 'agama', attack, maskPixels: 10, success: true, reason: null },
    ...{ evaluations: 10, updates: 9, targetProbability: 0.8, finalOriginalProbability: 0.1 },
    ...{
      linf: 0.04,
      l2: 1,
      l0: 8,
      ssim: 0.9,
      savedSuccess: true,
      savedTargetProbability: 0.8,
      savedRounding: 'nearest',
      trajectory: null,
    },
    checks: { withinEpsilon: true, withinPixels: true, zeroOutsideMask: true, savedWithinEpsilon: true },
    ...{ warnings: [], transfer: null },
    ...over,
  };
}

const papers = { goal: 'targeted', explainer: { name: 'gradcam', options: {} }, layer: 'auto' } as const;
const failed = { success: false, evaluations: 7, savedSuccess: false };
const all = attackOf('all');
const top = attackOf('origin-top', { fraction: 0.1 });
const items = Array.from({ length: 12 }, (_, at) => `test/${at}`);

/** The full attack always succeeds after ten steps, the masked one on a third of the images after twenty. */
const rows = items.flatMap((item, at) => [
  row(item, 'all'),
  row(item, 'origin-top', at % 3 === 0 ? { evaluations: 20 } : failed),
]);

describe('summariseAttack', () => {
  it('tells shares with intervals, and steps of successes and of all, a failure counted as all that were allowed', async () => {
    const { images, accuracy, attacks } = await summariseAttack(rows, { ...papers, attacks: [all, top] });
    expect([images, accuracy.count, accuracy.n]).toEqual([12, 12, 12]);
    expect(attacks[0]).toMatchObject({
      ...{ attack: 'all', n: 12, success: { count: 12, n: 12, share: 1 } },
      ...{ stepsOfSuccesses: { n: 12, mean: 10, interval: null }, stepsOfAll: { mean: 10 } },
      ...{ saved: { count: 12, n: 12 }, transfer: null, distances: { linf: 0.04, l2: 1, l0: 8, ssim: 0.9 } },
    });
    expect(attacks[1]).toMatchObject({
      ...{ success: { count: 4, n: 12 }, stepsOfSuccesses: { n: 4, mean: 20 }, stepsOfAll: { n: 12, mean: 40 } },
      saved: { count: 4, n: 4 },
    });
    // Wilson's interval of 4 of 12 at 95 %.
    expect(attacks[1]!.success.interval![0]).toBeCloseTo(0.1381, 4);
    expect(attacks[1]!.success.interval![1]).toBeCloseTo(0.6094, 4);
  });

  it('compares masks on the same images: McNemar of success, sign flips of steps, Holm over both', async () => {
    const { comparisons } = await summariseAttack(rows, { ...papers, attacks: [all, top] });
    // Eight images of one kind, none of the other: p = 2 / 2^8; all differences of steps have one sign: 2 / 2^12.
    const close = (value: number): unknown => expect.closeTo(value, 12);
    expect(comparisons).toMatchObject([
      {
        ...{ first: 'all', second: 'origin-top', n: 12 },
        success: { onlyFirst: 8, onlySecond: 0, pValue: close(2 ** -7), correctedPValue: close(2 ** -7) },
        steps: { difference: -30, pValue: close(2 ** -11), correctedPValue: close(2 ** -10) },
      },
    ]);
    expect(comparisons[0]!.success.difference).toBeCloseTo(2 / 3, 12);
  });

  it('pairs only images that both attacked, and keeps what was not attacked apart with its reason', async () => {
    const some = rows.map((each) =>
      each.item === 'test/0' && each.attack === 'all' ? { ...each, success: null, reason: 'no', checks: null } : each,
    );
    const { attacks, comparisons } = await summariseAttack(some, { ...papers, attacks: [all, top] });
    expect(attacks[0]).toMatchObject({ n: 11, excluded: [{ reason: 'no', count: 1 }] });
    expect(comparisons[0]!.n).toBe(11);
  });

  it('compares no two fractions and no two epsilons', async () => {
    const attacks = [
      ...[all, top, attackOf('uniform', { fraction: 0.1 }), attackOf('uniform', { name: 'more', fraction: 0.2 })],
      attackOf('all', { name: 'farther', options: { steps: 50, epsilon: 0.1 } }),
    ];
    const { comparisons } = await summariseAttack([], { ...papers, attacks });
    expect(comparisons.map(({ first, second }) => `${first} ${second}`)).toEqual([
      ...['all origin-top', 'all uniform', 'all more', 'origin-top uniform'],
    ]);
    expect(comparisons[0]).toMatchObject({
      n: 0,
      success: { difference: null, pValue: null },
      steps: { pValue: null },
    });
  });

  it('has the rates of what was saved and of another network over the successes alone', async () => {
    const answer = (success: boolean) => ({ success, targetProbability: 0.5, predicted: 42 });
    const found = [
      row('a', 'all', { savedSuccess: false, transfer: answer(true) }),
      row('b', 'all', { transfer: answer(false) }),
      row('c', 'all', { transfer: null }),
      row('d', 'all', { ...failed, savedSuccess: true, transfer: answer(true) }),
    ];
    const { attacks } = await summariseAttack(found, { ...papers, attacks: [all] });
    expect(attacks[0]).toMatchObject({ saved: { count: 2, n: 3 }, transfer: { count: 1, n: 2 } });
    const none = await summariseAttack([row('a', 'all')], { ...papers, attacks: [all], transfer: true });
    expect(none.attacks[0]!.transfer).toMatchObject({ count: 0, n: 0, share: null });
  });

  it("shows the paper's numbers only beside its own settings and masks", async () => {
    const paperOf = async (attack: RunAttack) =>
      (await summariseAttack([], { ...papers, attacks: [attack] })).attacks[0]!.paper;
    expect(await paperOf(all)).toEqual({ success: 1, steps: 8.5 });
    expect(await paperOf(top)).toEqual({ success: 0.52, steps: 33.2 });
    expect(await paperOf(attackOf('origin-top', { fraction: 0.2 }))).toBeNull();
    expect(await paperOf(attackOf('random', { fraction: 0.1 }))).toBeNull();
    expect(await paperOf(attackOf('all', { preset: null }))).toBeNull();
    expect(await paperOf(attackOf('all', { attack: 'fgsm' }))).toBeNull();
    const under = async (attack: RunAttack, setting: Partial<AttackSetting>) =>
      (await summariseAttack([], { ...papers, ...setting, attacks: [attack] })).attacks[0]!.paper;
    expect(await under(all, { goal: 'untargeted' })).toBeNull();
    expect(await under(top, { layer: 'features.3' })).toBeNull();
    expect(await under(top, { explainer: { name: 'layercam', options: {} } })).toBeNull();
    expect(await under(all, { explainer: null, layer: null })).toEqual({ success: 1, steps: 8.5 });
  });

  it('counts broken rules, and a warning once an image', async () => {
    const checks = { withinEpsilon: false, withinPixels: true, zeroOutsideMask: false, savedWithinEpsilon: true };
    const found = [
      row('a', 'all', { checks, warnings: ['odd', 'odd'] }),
      row('b', 'all', { warnings: ['odd', 'strange'] }),
      row('c', 'all'),
    ];
    const { attacks, warnings } = await summariseAttack(found, { ...papers, attacks: [all] });
    expect(attacks[0]!.broken).toEqual({
      ...{ withinEpsilon: 1, withinPixels: 0, zeroOutsideMask: 1, savedWithinEpsilon: 0 },
    });
    expect(warnings).toEqual([
      { attack: 'all', warning: 'odd', count: 2 },
      { attack: 'all', warning: 'strange', count: 1 },
    ]);
  });

  it('draws success along what is swept, in order, other settings of a mask apart', async () => {
    const swept = [0.2, 0.1].map((fraction) => attackOf('uniform', { name: `uniform ${fraction}`, fraction }));
    const found = [row('a', 'uniform 0.1', failed), row('a', 'uniform 0.2'), row('a', 'all')];
    const { curves } = await summariseAttack(found, { ...papers, attacks: [all, ...swept] });
    expect(curves).toMatchObject([
      {
        ...{ mask: 'uniform', along: 'fraction', at: 0.05 },
        points: [
          { x: 0.1, attack: 'uniform 0.1', share: 0, n: 1 },
          { x: 0.2, attack: 'uniform 0.2', share: 1 },
        ],
      },
    ]);
  });

  it('refuses rows of another run', async () => {
    await expect(summariseAttack([row('a', 'other')], { ...papers, attacks: [all] })).rejects.toThrow(RangeError);
  });

  it('is the same in any order of the rows', async () => {
    const mixed = rows.map((each, at) => ({
      ...each,
      ...{ l2: Math.sin(at) ** 2, evaluations: 1 + ((7 * at) % 40), warnings: at % 4 === 0 ? ['odd'] : ['strange'] },
    }));
    const expected = await summariseAttack(mixed, { ...papers, attacks: [all, top] });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(mixed, { minLength: mixed.length }), async (shuffled) => {
        expect(await summariseAttack(shuffled, { ...papers, attacks: [all, top] })).toEqual(expected);
      }),
      { seed: 1, numRuns: 10 },
    );
  });
});
