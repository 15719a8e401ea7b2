import { describe, expect, it } from '@jest/globals';
import type { ComparisonSummary, MeasureComparison } from '@understory/studies';
import { comparisonFindings } from '../src/comparison-report/findings.ts';

const estimate = (mean: number | null) => ({ n: mean === null ? 0 : 6, mean, interval: null });
const found = (changed: Partial<ComparisonSummary>) =>
  comparisonFindings({
    ...{ agreement: { count: 0, n: 0, share: null, interval: null }, maps: [], missing: [], measures: [] },
    ...{ blindness: null, transfers: [], ...changed },
  });

describe('the sentences about two networks', () => {
  it('give the difference of two fractions in points, and that of other numbers as it is', () => {
    const accuracy = {
      ...{ part: 'prediction', measure: 'accuracy', title: 'accuracy', unit: 'share', better: 'higher' },
      ...{ n: 6, excluded: 0, first: estimate(5 / 6), second: estimate(1) },
      ...{ difference: 1 / 6, interval: [0, 5 / 6], pValue: 1, correctedPValue: 1 },
    } as unknown as MeasureComparison;
    expect(found({ measures: [accuracy] })[0]!.replaceAll('\u00a0', ' ')).toBe(
      'Accuracy: 83.3 % for the first, 100.0 % for the second (difference +16.7 points, 95 % interval 0.0 to +83.3 points, corrected p 1.000): no difference can be told.',
    );
    expect(found({ measures: [{ ...accuracy, unit: 'number' }] })[0]).toContain(
      'difference +0.167, 95 % interval 0.000 to 0.833,',
    );
  });

  it('say in words where neither network has a score of blindness', () => {
    const blindness = { title: 'spatial blindness', condition: 'all places', difference: null, interval: null };
    expect(found({ blindness: { ...blindness, first: estimate(null), second: estimate(null) } })).toEqual([
      'Blindness, spatial blindness (all places): these images do not tell it of either network.',
    ]);
    expect(found({ blindness: { ...blindness, first: estimate(0.5), second: estimate(null) } })[0]).toMatch(
      /: 0\.50 for the first, – for the second; the difference cannot be told\.$/,
    );
  });
});
