import { describe, expect, it } from '@jest/globals';
import type { RunAttack } from '../src/attack/attack-rows.ts';
import type { DiagnosisRow } from '../src/diagnosis/diagnosis-rows.ts';
import { summariseDiagnosis } from '../src/diagnosis/summarise-diagnosis.ts';
import type { EvaluationRow } from '../src/evaluation/evaluation-rows.ts';

const attackOf = (mask: string, level: number): RunAttack => ({
  ...{ name: `${mask} epsilon=${level}/255`, attack: 'pgd', title: 'PGD', preset: null, options: {} },
  budget: { norm: 'linf', epsilon: level / 255 },
  mask: { id: mask, title: mask, options: {}, fraction: 0.1 },
});

const settings = {
  explainers: [{ name: 'gradcam' }, { name: 'saliency' }, { name: 'centre' }, { name: 'random-order' }],
  metrics: [
    { id: 'deletion', name: 'deletion', title: 'Deletion', better: 'lower' as const },
    { id: 'sanity', name: 'sanity', title: 'Sanity check', better: 'lower' as const },
  ],
  attacks: [1, 2, 4].flatMap((level) => [attackOf('origin-top', level), attackOf('random', level)]),
  baselines: ['centre'],
  seed: 0,
  probe: async () => null,
};

interface Found {
  readonly margin?: number;
  /** Areas and similarities by metric and explainer. */
  readonly values?: Readonly<Record<string, number>>;
  readonly correlations?: readonly [methods: number, first: number, second: number];
  /** The level that flips through each of the two masks. */
  readonly flips?: readonly [number | null, number | null];
}

function rowOf(
  item: string,
  { margin = 0.5, values = {}, correlations = [0.8, 0.1, 0.1], flips = [1, 2] }: Found = {},
): DiagnosisRow {
  const said = {
    item,
    label: null,
    predicted: 0,
    predictedLabel: 'cat',
    probability: 0.7,
    correct: null,
    target: 0,
    targetLabel: 'cat',
  };
  const measurements = Object.entries(values).map(([name, value]): EvaluationRow => {
    const [metric, explainer] = name.split(' ') as [string, string];
    return { ...said, metric, explainer, value, reason: null, curve: null, details: null };
  });
  const names = [
    ['gradcam', 'saliency'],
    ['gradcam', 'centre'],
    ['saliency', 'centre'],
  ] as const;
  return {
    ...said,
    ...{ asked: null, probed: [] },
    ...{ decision: 'cat', margin, targetProbability: 0.7, measurements, disturbances: [], attacks: [], budgets: 3 },
    options: [
      { target: '0', label: 'cat', score: 2, probability: 0.7 },
      { target: '1', label: 'dog', score: 1, probability: 0.7 - margin },
    ],
    similarities: names.map(([first, second], at) => ({ first, second, correlation: correlations[at]! })),
    flips: (['origin-top', 'random'] as const).map((mask, at) => {
      const level = flips[at]!;
      return {
        mask,
        epsilon: level === null ? null : level / 255,
        decision: level === null ? null : 'dog',
        probability: 0.6,
      };
    }),
  };
}

const verdictOf = async (topic: string, ...rows: readonly DiagnosisRow[]) =>
  (await summariseDiagnosis(rows, settings)).verdicts.find((each) => each.topic === topic)!;

describe('summariseDiagnosis', () => {
  it('says by how much a single image is decided, and where that is close', async () => {
    expect(await verdictOf('prediction', rowOf('a'))).toMatchObject({
      statement: 'The network says cat (70.0\u00a0%), 50.0 points ahead of dog.',
      tone: 'neutral',
    });
    const close = await verdictOf('prediction', rowOf('a', { margin: 0.05 }));
    expect([close.statement, close.tone]).toEqual([expect.stringContaining('a close call'), 'unclear']);
  });

  it('says of a network that finds several things which probability is the best, and no margin', async () => {
    const row = { ...rowOf('a'), decision: '2 cats', margin: null };
    expect((await verdictOf('prediction', row)).statement).toBe('The network says 2 cats, the best with 70.0\u00a0%.');
  });

  it('holds agreement between explainers against agreement with baselines', async () => {
    const { agreement } = await summariseDiagnosis([rowOf('a', { correlations: [0.8, 0.2, 0.4] })], settings);
    expect([agreement.methods.mean, agreement.baselines.mean]).toEqual([0.8, expect.closeTo(0.3, 12)]);
    expect((await verdictOf('agreement', rowOf('a'))).tone).toBe('good');
    expect((await verdictOf('agreement', rowOf('a', { correlations: [0.3, 0.1, 0.1] }))).tone).toBe('unclear');
    expect(await verdictOf('agreement', rowOf('a', { correlations: [0.3, 0.5, 0.5] }))).toMatchObject({
      statement: expect.stringContaining('agree no more with each other than with maps that ignore the network'),
      tone: 'bad',
    });
  });

  it('names the maps that stay alike with re-initialised weights, and asks it of no baseline', async () => {
    const values = { 'sanity gradcam': 0.1, 'sanity saliency': 0.9, 'sanity centre': 1 };
    const { statement, tone } = await verdictOf('sanity', rowOf('a', { values }));
    expect([statement, tone]).toEqual([expect.stringMatching(/stay alike .*: saliency \(0\.90\)\.$/), 'bad']);
    const good = await verdictOf('sanity', rowOf('a', { values: { ...values, 'sanity saliency': 0.2 } }));
    expect([good.statement, good.tone]).toEqual([expect.stringContaining('at most 0.20 is left (saliency)'), 'good']);
  });

  it('holds areas of a single image against random order as they are, and of many by the paired test', async () => {
    const values = (shift: number) => ({
      ...{ 'deletion gradcam': 0.2 + shift, 'deletion saliency': 0.6 + shift, 'deletion centre': 0.1 },
      'deletion random-order': 0.4 + shift,
    });
    expect(await verdictOf('faithfulness', rowOf('a', { values: values(0) }))).toMatchObject({
      statement:
        'Deletion: 1 of 2 explainers beats pixels in a random order (gradcam 0.200, saliency 0.600; random order 0.400, lower is better).',
      tone: 'unclear',
    });
    // Two images cannot tell.
    const two = await verdictOf(
      'faithfulness',
      ...['a', 'b'].map((item, at) => rowOf(item, { values: values(at / 10) })),
    );
    expect([two.statement, two.tone]).toEqual([
      expect.stringContaining('it cannot be told from 2 images that an explainer beats pixels in a random order'),
      'unclear',
    ]);
    const many = Array.from({ length: 20 }, (_, at) => rowOf(`image-${at}`, { values: values(at / 100) }));
    expect((await verdictOf('faithfulness', ...many)).statement).toContain('1 of 2 explainers beats');
  });

  it('takes the median of the smallest budgets, an image that none flips above all of them', async () => {
    const rows = [rowOf('a', { flips: [1, null] }), rowOf('b', { flips: [2, null] }), rowOf('c', { flips: [null, 4] })];
    const { fooling, verdicts } = await summariseDiagnosis(rows, settings);
    expect(fooling).toMatchObject([
      { mask: 'origin-top', n: 3, flipped: 2, median: 2 / 255, title: 'the top tenth of the heat map' },
      { mask: 'random', n: 3, flipped: 1, median: null, title: 'a random tenth' },
    ]);
    // Of three budgets 3, 2 and 0 succeed.
    expect(fooling[0]!.share.mean).toBeCloseTo(5 / 9, 12);
    expect(verdicts.at(-1)!.statement).toBe(
      'Through which mask it is flipped most easily cannot be told by the paired test: the top tenth of the heat map, 2 of 3 flipped (a median of 2/255); a random tenth, 1 of 3 flipped (fewer than half).',
    );
  });

  it('names the mask through which decisions are flipped most easily where the paired test tells', async () => {
    const rows = Array.from({ length: 12 }, (_, at) => rowOf(`image-${at}`, { flips: [1, at % 2 === 0 ? 4 : null] }));
    const { foolingComparisons, verdicts } = await summariseDiagnosis(rows, settings);
    // Three of three budgets, against one and none.
    expect(foolingComparisons).toMatchObject([{ first: 'origin-top', second: 'random', n: 12 }]);
    expect(foolingComparisons[0]!.difference).toBeCloseTo(5 / 6, 12);
    expect(verdicts.at(-1)!.statement).toMatch(/^It is flipped most easily through the top tenth of the heat map:/);
  });

  it('says of a single image what it is taken for, and where no attack flips it', async () => {
    const { statement } = await verdictOf('robustness', rowOf('a', { flips: [1, null] }));
    expect(statement).toContain('the top tenth of the heat map, a change of at most 1/255, then dog (60.0\u00a0%)');
    expect(statement).toContain('a random tenth, not within 4/255');
    const safe = await verdictOf('robustness', rowOf('a', { flips: [null, null] }));
    expect([safe.statement, safe.tone]).toEqual([
      expect.stringMatching(/^No attack flips the decision within 4\/255/),
      'good',
    ]);
  });
});
