import { describe, expect, it } from '@jest/globals';
import type { ComparisonRow } from '../src/comparison/comparison-rows.ts';
import { summariseComparison } from '../src/comparison/summarise-comparison.ts';
import type { Examination } from '../src/examination/examination.ts';
import type { AttackRow } from '../src/attack/attack-rows.ts';

interface Said {
  readonly correct?: boolean | null;
  readonly probability?: number;
  readonly kept?: readonly boolean[];
  /** Whether each budget that was tried succeeded. */
  readonly attacks?: readonly (boolean | null)[];
}

const examination = ({ correct = true, probability = 0.5, kept = [], attacks = [] }: Said): Examination => ({
  ...{ predicted: 0, predictedLabel: 'cat', probability, correct, target: 0, targetLabel: 'cat' },
  ...{ options: [], targetProbability: probability, measurements: [], budgets: 4, asked: null, probed: [] },
  disturbances: kept.map((sameTop1) => ({ control: 'shuffle', grid: 4, sameTop1, probabilityChange: -0.25 })),
  attacks: attacks.map((success, at) => ({ attack: `random epsilon=${at + 1}/255`, success }) as AttackRow),
});

const rowOf = (item: number, first: Said, second: Said, more: Partial<ComparisonRow> = {}): ComparisonRow => ({
  ...{ item: `image-${item}`, label: 'cat', same: true, reason: null, maps: [], transfers: [], missing: [] },
  ...{ first: examination(first), second: examination(second), ...more },
});

const settings = { metrics: [], tolerances: {}, seed: 0 };
const measureOf = (name: string, { measures }: Awaited<ReturnType<typeof summariseComparison>>) =>
  measures.find(({ measure }) => measure === name)!;

describe('summariseComparison', () => {
  it('tests decisions that are right or wrong as McNemar does, second minus first', async () => {
    // Six images that only the first gets right, and one that only the second does.
    const rows = [1, 2, 3, 4, 5, 6, 7].map((item) => rowOf(item, { correct: item < 7 }, { correct: item === 7 }));
    const accuracy = measureOf('accuracy', await summariseComparison(rows, settings));
    expect(accuracy).toMatchObject({ n: 7, better: 'higher', difference: -5 / 7 });
    expect(accuracy.first.mean).toBeCloseTo(6 / 7, 12);
    // 2 (1 + 7) / 2 ** 7.
    expect(accuracy.pValue).toBeCloseTo(0.125, 12);
  });

  it('counts an image by the share of its repeats, and a budget above one that succeeds as one that does', async () => {
    const rows = [
      rowOf(1, { kept: [true, false], attacks: [false, true] }, { kept: [true, true], attacks: [true] }),
      rowOf(
        2,
        { kept: [false, false], attacks: [false, false, false, false] },
        { kept: [false, true], attacks: [true] },
      ),
    ];
    const summary = await summariseComparison(rows, settings);
    expect(measureOf('kept shuffle 4 x 4', summary)).toMatchObject({
      ...{ part: 'blindness', n: 2, difference: 0.5 },
      ...{ first: { mean: 0.25 }, second: { mean: 0.75 } },
    });
    // Of four budgets: three and none, against four and four.
    expect(measureOf('fooled random', summary)).toMatchObject({ first: { mean: 0.375 }, second: { mean: 1 } });
  });

  it('counts what of the adversarial images of one network fools the other, by mask and direction', async () => {
    const shown = (from: 'first' | 'second', fooled: boolean | null) => ({ from, mask: 'random', fooled });
    const rows = [
      rowOf(1, {}, {}, { transfers: [shown('first', true), shown('second', false)] }),
      rowOf(2, {}, {}, { transfers: [shown('first', false), shown('second', null)] }),
    ];
    const { transfers } = await summariseComparison(rows, settings);
    // What the other says nothing of that could be lost counts for nothing.
    expect(transfers).toMatchObject([
      { from: 'first', mask: 'random', n: 2, fooled: 1, share: 0.5 },
      { from: 'second', mask: 'random', n: 1, fooled: 0, share: 0 },
    ]);
  });

  it('holds the difference of the scores of a probe against a limit, with an interval made of both', async () => {
    const scored = (estimate: number, interval: readonly [number, number]) => async () => ({
      ...{ images: 1, verdict: { statement: '', estimate, interval }, curves: [], examples: [] },
      estimates: [
        {
          measure: 'told-apart',
          title: 'told apart',
          condition: 'left',
          n: 1,
          estimate: 1,
          interval,
          unit: 'share' as const,
        },
        {
          measure: 'blindness',
          title: 'blindness',
          condition: 'all',
          n: 1,
          estimate,
          interval,
          unit: 'number' as const,
        },
      ],
    });
    const rows = [rowOf(1, { kept: [true] }, { kept: [true] })];
    const { blindness, tolerances } = await summariseComparison(rows, {
      ...settings,
      tolerances: { maxBlindness: 0.2 },
      probes: [scored(0.1, [0, 0.5]), scored(0.7, [0.4, 0.9])],
    });
    expect(blindness).toMatchObject({ first: { mean: 0.1 }, second: { mean: 0.7 } });
    expect(blindness!.difference).toBeCloseTo(0.6, 12);
    // 0.6 - hypot(0.3, 0.4) and 0.6 + hypot(0.2, 0.1).
    expect(blindness!.interval![0]).toBeCloseTo(0.1, 12);
    expect(blindness!.interval![1]).toBeCloseTo(0.6 + Math.sqrt(0.05), 12);
    expect(tolerances).toMatchObject([{ name: 'maxBlindness', isExceeded: true, isCertain: false }]);
  });

  it('leaves images out that one of the two has no value for, and says how many', async () => {
    const rows = [
      rowOf(1, { attacks: [true] }, { attacks: [null] }),
      rowOf(2, { attacks: [true] }, { attacks: [true] }),
      rowOf(3, { probability: 0.9 }, { probability: 0.1 }, { reason: 'no such class' }),
    ];
    const summary = await summariseComparison(rows, settings);
    expect(measureOf('fooled random', summary)).toMatchObject({ n: 1, excluded: 1 });
    // What the second says of a class that it does not have is no probability of it.
    expect(measureOf('target-probability', summary).n).toBe(2);
  });

  it('holds maps of one image against the other network for other images', async () => {
    const cells = Array.from({ length: 20 }, (_, at) => at);
    const turned = (by: number) => cells.map((at) => (at + 5 * by) % 20);
    const rows = [0, 1, 2, 3].map((item) => {
      const pair = { explainer: 'cam', height: 4, width: 5, first: turned(item), second: turned(item) };
      return rowOf(item, {}, {}, { maps: [pair] });
    });
    const [maps] = (await summariseComparison(rows, settings)).maps;
    expect(maps).toMatchObject({ explainer: 'cam', n: 4 });
    expect(maps!.correlation.same.mean).toBe(1);
    // Each image meets turns by 5, 10 and 15 of 20 cells: Spearman's formula of squared differences of ranks.
    const expected = [5, 10, 15].map((by) => 1 - (6 * (by * (20 - by) * 20)) / (20 * 399));
    expect(maps!.correlation.control.mean).toBeCloseTo((expected[0]! + expected[1]! + expected[2]!) / 3, 12);
    expect(maps!.overlap.control.mean).toBe(0);
    expect(maps!.correlation.difference).toBeCloseTo(1 - maps!.correlation.control.mean!, 12);
  });

  it('does not depend on the order of rows', async () => {
    const rows = [1, 2, 3, 4, 5].map((item) => rowOf(item, { probability: item / 10 }, { probability: item / 20 }));
    expect(await summariseComparison(rows.toReversed(), settings)).toEqual(await summariseComparison(rows, settings));
  });
});

describe('tolerances', () => {
  const rows = [1, 2, 3, 4].map((item) =>
    rowOf(item, { correct: true, kept: [false] }, { correct: item > 1, kept: [item < 3] }, { same: item > 1 }),
  );
  const judged = async (tolerances: Parameters<typeof summariseComparison>[1]['tolerances'], own = rows) =>
    (await summariseComparison(own, { ...settings, tolerances })).tolerances;

  it('are exceeded by a value beyond them, and not by one that is the limit itself', async () => {
    expect(await judged({ maxDrop: 0.25, maxBlindness: 0.49, minAgreement: 0.76 })).toMatchObject([
      { name: 'maxDrop', value: 0.25, isExceeded: false },
      { name: 'maxBlindness', value: 0.5, isExceeded: true, isCertain: false },
      { name: 'minAgreement', value: 0.75, isExceeded: true, isCertain: false },
    ]);
  });

  it('are of the probability where no image has a label', async () => {
    const unlabelled = [1, 2, 3].map((item) =>
      rowOf(item, { correct: null, probability: 0.8 }, { correct: null, probability: 0.5 }),
    );
    const [drop] = await judged({ maxDrop: 0.2 }, unlabelled);
    expect(drop).toMatchObject({ of: 'the drop of the probability of the explained class', isExceeded: true });
    expect(drop!.value).toBeCloseTo(0.3, 12);
  });

  it('are neither kept nor exceeded where nothing was measured', async () => {
    expect(await judged({ minCorrelation: 0.5 })).toMatchObject([
      { name: 'minCorrelation', value: null, isExceeded: null },
    ]);
  });
});
