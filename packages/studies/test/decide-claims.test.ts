import { describe, expect, it } from '@jest/globals';
import type { Claim, Statistic } from '../src/index.ts';
import { decideClaims, measure } from '../src/results.ts';

const probe = (estimate: number, interval: readonly [number, number] | null, n = 20) => ({
  estimates: [{ measure: 'same', title: 'stays the same', condition: 'grid=4', n, estimate, interval, unit: 'share' }],
});
const same: Statistic = { kind: 'estimate', measure: 'same', condition: 'grid=4' };

const claim = (expected: Claim['tests'][number]['expected'], statistic: Statistic = same, study = 'a'): Claim => ({
  ...{ id: 'c', place: 'section 1', claim: 'So it is.' },
  tests: [{ study, statistic, expected }],
});

const verdictOf = (of: Claim, summary: unknown) => decideClaims([of], () => ({ summary }))[0]!.tests[0]!.verdict;

describe('a claim about a number with an interval', () => {
  it.each([
    [{ above: 0.5 }, [0.51, 0.7], 'holds'],
    [{ above: 0.5 }, [0.4, 0.7], 'untold'],
    [{ above: 0.5 }, [0.2, 0.49], 'fails'],
    [{ below: 0.5 }, [0.2, 0.49], 'holds'],
    [{ below: 0.5 }, [0.5, 0.7], 'untold'],
    [{ below: 0.5 }, [0.51, 0.7], 'fails'],
    [{ within: [0.4, 0.6] }, [0.4, 0.6], 'holds'],
    [{ within: [0.4, 0.6] }, [0.39, 0.5], 'untold'],
    [{ within: [0.4, 0.6] }, [0.61, 0.7], 'fails'],
  ] as const)('%j, with the interval %j: %s', (expected, interval, verdict) => {
    const asked = 'within' in expected ? { within: [...expected.within] as [number, number] } : expected;
    expect(verdictOf(claim(asked), probe(0.5, interval))).toBe(verdict);
  });

  it('cannot be told of five images, without an interval, and without a number', () => {
    expect(verdictOf(claim({ above: 0.5 }), probe(1, [0.57, 1], 5))).toBe('untold');
    expect(verdictOf(claim({ above: 0.5 }), probe(1, [0.61, 1], 6))).toBe('holds');
    expect(verdictOf(claim({ above: 0.5 }), probe(1, null))).toBe('untold');
    const [without] = decideClaims([claim({ above: 0 })], () => ({ summary: { estimates: [] } }));
    expect(without!.tests[0]).toMatchObject({ verdict: 'untold', because: 'the study has no such number' });
    const [stopped] = decideClaims([claim({ above: 0 })], () => ({ because: 'the study failed' }));
    expect(stopped!.tests[0]).toMatchObject({ verdict: 'untold', because: 'the study failed' });
  });

  it('without a test has no line of its own', () => {
    expect(decideClaims([{ ...claim({ above: 0 }), tests: [], why: 'By eye.' }], () => ({}))).toEqual([
      { id: 'c', place: 'section 1', claim: 'So it is.', tests: [], why: 'By eye.' },
    ]);
  });
});

const compared = (difference: number, pValue: number, n = 20) => ({
  comparisons: [
    {
      ...{ first: 'top', second: 'bottom', n },
      success: { difference, onlyFirst: 9, onlySecond: 1, pValue, correctedPValue: 1 },
      steps: { difference: -4, interval: [-6, -1], pValue, correctedPValue: 1 },
    },
  ],
});
const success = (first: string, second: string): Statistic => ({ kind: 'success-difference', first, second });

describe('a claim about a difference', () => {
  it('is decided by its paired test and its direction', () => {
    expect(verdictOf(claim({ above: 0 }, success('top', 'bottom')), compared(0.4, 0.01))).toBe('holds');
    expect(verdictOf(claim({ above: 0 }, success('bottom', 'top')), compared(0.4, 0.01))).toBe('fails');
    expect(verdictOf(claim({ below: 0 }, success('bottom', 'top')), compared(0.4, 0.01))).toBe('holds');
    expect(verdictOf(claim({ above: 0 }, success('top', 'bottom')), compared(0.4, 0.06))).toBe('untold');
    expect(verdictOf(claim({ above: 0 }, success('top', 'bottom')), compared(0.8, 0.01, 5))).toBe('untold');
  });

  it('is corrected by Holm over the tests of all claims, and not by the comparisons of its study', () => {
    const claims = [0, 1, 2].map((at) => claim({ above: 0 }, success('top', 'bottom'), `s${at}`));
    const p = [0.02, 0.03, 0.9];
    const found = decideClaims(claims, (study) => ({ summary: compared(0.4, p[Number(study.slice(1))]!) }));
    expect(found.map(({ tests: [test] }) => [test!.correctedPValue, test!.verdict])).toEqual([
      [expect.closeTo(0.06), 'untold'],
      [expect.closeTo(0.06), 'untold'],
      [0.9, 'untold'],
    ]);
    // A number that is no difference takes no part.
    const mixed = [claims[0]!, claim({ above: 0.5 })];
    const resultOf = (study: string) => ({ summary: study === 's0' ? compared(0.4, 0.04) : probe(0.6, [0.55, 0.7]) });
    const [first, second] = decideClaims(mixed, resultOf).map(({ tests: [test] }) => test!);
    expect([first!.correctedPValue, first!.verdict]).toEqual([0.04, 'holds']);
    expect([second!.correctedPValue, second!.verdict]).toEqual([undefined, 'holds']);
  });

  it('within a margin is decided by the interval alone', () => {
    const steps: Statistic = { kind: 'steps-difference', first: 'bottom', second: 'top' };
    expect(verdictOf(claim({ within: [0, 7] }, steps), compared(0.4, 0.9))).toBe('holds');
    expect(verdictOf(claim({ within: [7, 9] }, steps), compared(0.4, 0.001))).toBe('fails');
  });
});

describe('measure', () => {
  const evaluation = {
    accuracy: { correct: 3, n: 4, share: 0.75, interval: [0.3, 0.95] },
    metrics: [
      {
        metric: 'deletion',
        explainers: [{ explainer: 'cam', n: 4, mean: 0.2, interval: [0.1, 0.3] }],
        comparisons: [
          { explainer: 'cam', reference: 'random', n: 4, difference: -0.1, interval: [-0.2, -0.05], pValue: 0.02 },
        ],
      },
    ],
  };

  it('finds the numbers of an evaluation', () => {
    expect(measure({ kind: 'accuracy' }, evaluation)).toEqual({
      n: 4,
      estimate: 0.75,
      interval: [0.3, 0.95],
      unit: 'share',
    });
    const mean = { kind: 'mean', metric: 'deletion' } as const;
    expect(measure({ ...mean, explainer: 'cam' }, evaluation)).toMatchObject({
      n: 4,
      estimate: 0.2,
      interval: [0.1, 0.3],
    });
    expect(measure({ ...mean, explainer: 'rise' }, evaluation)).toBeUndefined();
    const difference = { kind: 'difference', metric: 'deletion', first: 'random', second: 'cam' } as const;
    expect(measure(difference, evaluation)).toEqual({
      n: 4,
      estimate: 0.1,
      interval: [0.05, 0.2],
      pValue: 0.02,
      unit: 'number',
    });
    expect(measure({ ...difference, metric: 'road' }, evaluation)).toBeUndefined();
  });

  it('finds the numbers of an attack and of maps', () => {
    const attack = {
      attacks: [
        {
          ...{ attack: 'all', n: 5, success: { count: 4, n: 5, share: 0.8, interval: [0.4, 0.9] } },
          stepsOfSuccesses: { n: 4, mean: 8.5, interval: [6, 9] },
        },
      ],
    };
    expect(measure({ kind: 'success', attack: 'all' }, attack)).toEqual({
      n: 5,
      estimate: 0.8,
      interval: [0.4, 0.9],
      unit: 'share',
    });
    expect(measure({ kind: 'steps', attack: 'all' }, attack)).toEqual({
      n: 4,
      estimate: 8.5,
      interval: [6, 9],
      unit: 'number',
    });
    const maps = { correlations: [{ first: 'cam', second: 'gradcam', n: 7, mean: 0.99, interval: [0.98, 1] }] };
    expect(measure({ kind: 'correlation', first: 'gradcam', second: 'cam' }, maps)).toMatchObject({
      n: 7,
      estimate: 0.99,
    });
    expect(measure({ kind: 'correlation', first: 'gradcam', second: 'rise' }, maps)).toBeUndefined();
    expect(measure(same, maps)).toBeUndefined();
    // A difference of two fractions is in percentage points, not in percent.
    expect(measure(success('bottom', 'top'), compared(0.4, 0.01))).toEqual({
      n: 20,
      estimate: -0.4,
      interval: null,
      pValue: 0.01,
      unit: 'points',
    });
  });

  it('takes what is zero but for rounding as zero', () => {
    expect(measure(same, probe(2e-17, [-1.6e-19, 0.001]))).toMatchObject({ estimate: 0, interval: [0, 0.001] });
  });
});
