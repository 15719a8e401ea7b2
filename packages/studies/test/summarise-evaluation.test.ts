import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { meanText, splitComparisons, summarise, verdict } from '../src/evaluation/summarise-evaluation.ts';
import type { MetricSummary } from '../src/index.ts';
import { row, runRows } from './support/rows.ts';

const metrics = [{ name: 'deletion', better: 'lower' }] as const;

describe('summarise', () => {
  it('gives means, intervals and the paired difference from random order', async () => {
    const { summary } = await summarise(runRows(), { metrics, order: ['cam', 'random-order'] });
    const [deletion] = summary.metrics;
    expect(deletion!.reference).toBe('random-order');
    const wobble =
      Array.from({ length: 40 }, (_, at) => ((at * 7) % 11) / 100).reduce((sum, each) => sum + each, 0) / 40;
    const [cam, random] = deletion!.explainers;
    expect(cam).toMatchObject({ explainer: 'cam', n: 40, undefined: 0 });
    expect(cam!.mean).toBeCloseTo(0.2 + wobble, 12);
    expect(random!.mean).toBeCloseTo(0.4 - wobble / 2, 12);
    expect(cam!.interval![0]).toBeLessThan(cam!.mean!);
    expect(cam!.interval![1]).toBeGreaterThan(cam!.mean!);
    const [difference] = deletion!.comparisons;
    expect(difference!.difference).toBeCloseTo(-0.2 + 1.5 * wobble, 12);
    expect(verdict(difference!, 'lower')).toBe('better');
    expect(verdict(difference!, 'higher')).toBe('worse');
    expect(verdict(difference!, 'neither')).toBe('differs');
    expect(summary.accuracy).toMatchObject({ correct: 32, n: 40, share: 0.8 });
  });

  it('counts what is undefined, with its reasons, and pairs only what both have', async () => {
    const rows = [
      ...['a', 'b', 'c'].map((item, at) => row({ item, value: at })),
      row({ item: 'd', value: null, reason: 'the anchors coincide' }),
      ...['a', 'b', 'c', 'd'].map((item, at) => row({ item, explainer: 'random', value: at + 1 })),
    ];
    const { summary } = await summarise(rows, { metrics });
    const [cam] = summary.metrics[0]!.explainers;
    expect(cam).toMatchObject({ n: 3, undefined: 1, reasons: [{ reason: 'the anchors coincide', count: 1 }] });
    expect(summary.metrics[0]!.comparisons).toMatchObject([
      { explainer: 'cam', reference: 'random', n: 3, difference: -1 },
    ]);
  });

  it('counts flat maps apart, leaves them out of comparisons and says how many', async () => {
    const rows = [
      row({ item: 'a', value: 1 }),
      row({ item: 'b', value: null, reason: flatMap }),
      row({ item: 'c', value: null, reason: 'the anchors coincide' }),
      ...['a', 'b', 'c'].map((item) => row({ item, explainer: 'gradcam', value: null, reason: flatMap })),
      ...['a', 'b', 'c'].map((item) => row({ item, explainer: 'random', value: 3 })),
    ];
    const { summary } = await summarise(rows, { metrics });
    const { explainers, comparisons } = summary.metrics[0]!;
    const [cam, gradcam, random] = explainers;
    expect(cam).toMatchObject({ n: 1, undefined: 2, flat: 1 });
    expect(meanText(cam!)).toBe('1.000');
    expect(gradcam).toMatchObject({ n: 0, mean: null, undefined: 3, flat: 3 });
    expect(meanText(gradcam!)).toBe('flat maps only');
    expect(random).toMatchObject({ n: 3, undefined: 0, flat: 0 });
    expect(comparisons.map(({ explainer, n, excluded }) => [explainer, n, excluded])).toEqual([
      ['cam', 1, 2],
      ['gradcam', 0, 3],
      ['cam', 0, 3],
    ]);
    expect(comparisons[1]).toMatchObject({ reference: 'random', difference: null, pValue: null });
    expect(verdict(comparisons[1]!, 'lower')).toBe('undecided');
  });

  it('corrects over all comparisons of the run', async () => {
    const rows = runRows().flatMap((each) => [each, { ...each, metric: 'insertion' }]);
    const { summary } = await summarise(rows, { metrics: [...metrics, { name: 'insertion', better: 'higher' }] });
    for (const { comparisons } of summary.metrics) {
      for (const { pValue, correctedPValue } of comparisons) expect(correctedPValue).toBeCloseTo(2 * pValue!, 12);
    }
  });

  it('compares every pair of explainers once, those with the reference first', async () => {
    const levels = { cam: 1, random: 5, gradcam: 2, sobel: 2 };
    const rows = ['a', 'b', 'c'].flatMap((item, at) =>
      Object.entries(levels).map(([explainer, level]) => row({ item, explainer, value: level * (at + 1) })),
    );
    const { summary } = await summarise(rows, { metrics });
    const [{ reference, comparisons }] = summary.metrics as [MetricSummary];
    expect(reference).toBe('random');
    expect(
      comparisons.map((each) => `${each.explainer} - ${each.reference}: ${each.difference}, p ${each.correctedPValue}`),
    ).toEqual([
      // Of three differences of one sign every pattern counts: p is 2 / 8, six times that is above 1, and equal ones have p 1.
      'cam - random: -8, p 1',
      'gradcam - random: -6, p 1',
      'sobel - random: -6, p 1',
      'cam - gradcam: -2, p 1',
      'cam - sobel: -2, p 1',
      'gradcam - sobel: 0, p 1',
    ]);
    expect(comparisons.map(({ pValue }) => pValue)).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 1]);
    const { withReference, others } = splitComparisons(summary.metrics[0]!);
    expect([withReference.length, others.length]).toEqual([3, 3]);
  });

  it('can still show a difference among very many pairs', async () => {
    const explainers = Array.from({ length: 33 }, (_, at) => `explainer-${at}`);
    const rows = Array.from({ length: 33 }, (_, image) => image).flatMap((image) =>
      explainers.map((explainer, at) => row({ item: `test/${image}`, explainer, value: at === 0 ? 1 : 0 })),
    );
    const { summary } = await summarise(rows, { metrics });
    const [{ comparisons }] = summary.metrics as [MetricSummary];
    expect(comparisons).toHaveLength((33 * 32) / 2);
    for (const each of comparisons) {
      expect(verdict(each, 'lower')).toBe(each.reference === 'explainer-0' ? 'better' : 'undecided');
    }
  });

  it('compares with the first where there is no baseline, and with nothing where there is one explainer', async () => {
    const two = [row({ explainer: 'one' }), row({ explainer: 'two' })];
    expect((await summarise(two, { metrics, order: ['two', 'one'] })).summary.metrics[0]!.reference).toBe('two');
    const [alone] = (await summarise([row()], { metrics })).summary.metrics;
    expect(alone).toMatchObject({ reference: null, comparisons: [] });
  });

  it('takes the interval of a share where a metric says that its values are 0 or 1', async () => {
    const hits = Array.from({ length: 10 }, (_, at) => row({ item: `test/${at}`, metric: 'hit', value: 1 }));
    const declared = { name: 'hit', better: 'higher', values: 'binary' } as const;
    const of = async (rows: ReturnType<typeof row>[], metric: { name: string; better: 'higher'; values?: 'binary' }) =>
      (await summarise(rows, { metrics: [metric] })).summary.metrics[0]!.explainers[0]!;
    const { mean, interval } = await of(hits, declared);
    expect(mean).toBe(1);
    expect(interval![0]).toBeCloseTo(0.7225, 4);
    expect(interval![1]).toBe(1);
    expect((await of(hits, { name: 'hit', better: 'higher' })).interval).toBeNull();
    const between = await of([...hits, row({ item: 'test/10', metric: 'hit', value: 0.5 })], declared);
    expect(between.interval![1]).toBeLessThanOrEqual(1);
    expect(between.mean).toBeCloseTo(10.5 / 11, 12);
  });

  it('does not depend on the order of the rows', async () => {
    const options = { metrics, order: ['cam', 'random-order'] };
    const forwards = await summarise(runRows(), options);
    const backwards = await summarise(runRows().reverse(), options);
    expect(backwards.summary).toEqual(forwards.summary);
  });

  it('knows no accuracy without labels', async () => {
    const { summary } = await summarise([row({ correct: null, label: null })], { metrics });
    expect(summary.accuracy).toEqual({ correct: 0, n: 0, share: null, interval: null });
  });
});
