import { describe, expect, it } from '@jest/globals';
import type { MeanEstimate } from '@understory/statistics';
import { outcomeOfClass } from '../src/outcome.ts';
import { spreadOf, type Spread } from '../src/spread.ts';
import { agreementByChance } from '../src/tally.ts';
import { verdictOf } from '../src/verdict.ts';

describe('agreementByChance', () => {
  it('is the share of pairs of different images that have one class', () => {
    expect(
      agreementByChance(
        new Map([
          [3, 2],
          [8, 2],
        ]),
      ),
    ).toBeCloseTo(2 / 6, 12);
    expect(agreementByChance(new Map([[3, 5]]))).toBe(1);
    expect(agreementByChance(new Map([[3, 1]]))).toBeUndefined();
    expect(agreementByChance(new Map())).toBeUndefined();
  });
});

describe('outcomeOfClass', () => {
  it('is about the class that it is asked for', () => {
    const probabilities = Float32Array.of(0.5, 0.25, 0.25);
    const prediction = { logits: Float32Array.of(2, 1, -1), probabilities, ranking: [0, 1, 2], decision: 0 };
    expect(outcomeOfClass(prediction, 0)).toMatchObject({ predicted: 0, logit: 2, probability: 0.5, margin: 1 });
    expect(outcomeOfClass(prediction, 2)).toMatchObject({ predicted: 0, logit: -1, margin: -3 });
    expect(outcomeOfClass(prediction, 0).entropy).toBeCloseTo(1.5 * Math.LN2, 6);
    // As a sigmoid gives them: scaled to a sum of 1 first.
    const twice = probabilities.map((value) => 2 * value);
    expect(outcomeOfClass({ ...prediction, probabilities: twice }, 0).entropy).toBeCloseTo(1.5 * Math.LN2, 6);
  });
});

describe('spreadOf', () => {
  it('is the deviation of a sample and the mean difference of its pairs, in deviations', () => {
    // Pairs differ by 1, 3, 4, 2, 3 and 1.
    const { deviation, between } = spreadOf([4, 0, 1, 3])!;
    expect(deviation).toBeCloseTo(Math.sqrt(10 / 3), 12);
    expect(between * deviation).toBeCloseTo(14 / 6, 12);
  });

  it('is none of one number, of equal ones, and of what is no number', () => {
    for (const numbers of [[], [2], [2, 2, 2], [1, Number.NaN]]) expect(spreadOf(numbers)).toBeUndefined();
  });
});

const classes = { one: 'predicted class', many: 'predicted class' };
const answers = { one: 'answer', many: 'answers' };

describe('verdictOf a number', () => {
  const none = { n: 0, estimate: null, interval: null };
  const about = (size: MeanEstimate, spread: Spread | undefined) =>
    verdictOf({
      ...{ grid: 4, kept: none, permutations: [], chance: undefined, images: size.n, what: answers },
      moved: { name: 'age', size, spread },
    });
  const spread = { deviation: 2, between: 1.1 };

  it.each([
    [0.3, 0.2, 0.4, 'less than'],
    [1, 0.8, 1.2, 'about as much as'],
    [2, 1.5, 2.5, 'more than'],
  ])('holds a change of %d spreads against how images differ', (estimate, low, high, than) => {
    const { statement, interval } = about({ n: 9, estimate, interval: [low, high] }, spread);
    expect(statement).toBe(
      `The model decides nothing; cut into 4 x 4 patches and shuffled, age changes by ${estimate.toFixed(2)} of its standard deviation over images on average (95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}), ${than} two different images differ: 1.10.`,
    );
    expect(interval).toEqual([low, high]);
  });

  it('gives no verdict where there is no spread', () => {
    expect(about({ n: 1, estimate: 0.25, interval: null }, undefined).statement).toBe(
      'The model decides nothing; cut into 4 x 4 patches and shuffled, age changes by 0.25 on average; one image has no spread to hold that against, so there is no verdict.',
    );
  });
});

describe('verdictOf', () => {
  const about = (estimated: number, interval: readonly [number, number], isClassifier = true) => {
    const kept = { n: 50, estimate: estimated, interval };
    const what = isClassifier ? classes : answers;
    return verdictOf({ ...{ grid: 4, kept, permutations: [], chance: 0.03, images: 50 }, what, moved: undefined })
      .statement;
  };

  it('speaks of answers where the model is no classifier', () => {
    expect(about(0.7, [0.6, 0.8], false)).toContain('images keep their answers more often than not');
    const one = { grid: 4, kept: { n: 1, estimate: 1, interval: null }, permutations: [true], chance: 0.03, images: 1 };
    expect(verdictOf({ ...one, what: answers, moved: undefined }).statement).toContain(
      'this one image keeps its answer 1 of 1 times',
    );
  });

  it('says which way it goes only where the interval does', () => {
    expect(about(0.7, [0.6, 0.8])).toBe(
      'Cut into 4 x 4 patches and shuffled, images keep their predicted class more often than not: 70.0 % (95 % interval 60.0 to 80.0 %); chance level, that of two different images, 3.0 %.',
    );
    expect(about(0.3, [0.2, 0.4])).toContain('less often than not');
    expect(about(0.55, [0.45, 0.65])).toContain('about as often as not');
  });

  it.each([
    [0, 'No image was shuffled, so there is no verdict.'],
    [2, 'The model decides nothing that a shuffle could change, so there is no verdict.'],
  ])('says why there is none, of %i images', (images, statement) => {
    const kept = { n: 0, estimate: null, interval: null };
    expect(
      verdictOf({ ...{ grid: 4, kept, permutations: [], chance: undefined, images }, what: classes, moved: undefined })
        .statement,
    ).toBe(statement);
  });

  it('has an interval where all images have one share', () => {
    const { interval } = verdictOf({
      grid: 2,
      kept: { n: 10, estimate: 0.6, interval: null },
      permutations: [],
      ...{ chance: 1, images: 10, what: classes, moved: undefined },
    });
    expect(interval[0]).toBeCloseTo(0.3127, 4);
  });
});
