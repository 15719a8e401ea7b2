import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answer,
  float32,
  objectiveOf,
  objectiveValues,
  type Model,
  type ModelFacts,
  type Subject,
  type Tensor,
} from '@understory/core';
import { subjectContract } from '@understory/testing';
import { kinds } from '@understory/subjects';
import { modelOf, spec } from './models.ts';

const pixels = float32(
  Float32Array.from({ length: 24 }, (_, at) => Math.sin(1.3 * at)),
  [2, 1, 2, 6],
);

/** A model whose one output `[N, ...dims]` is a fixed linear map of the pixels. */
function linearModel(name: string, dims: readonly number[], weight: (to: number, from: number) => number): Model {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const inputs = [spec('pixels', ['N', 1, 2, 6])];
  const model = modelOf({ inputs, outputs: [spec(name, ['N', ...dims])] });
  return {
    ...model,
    async run(feeds, fetch) {
      const { data, dims: fed } = feeds['pixels'] as Tensor<'float32'>;
      const [samples = 0] = fed;
      const values = Float32Array.from({ length: samples * size }, (_, at) => {
        const [sample, to] = [Math.floor(at / size), at % size];
        const row = data.subarray((sample * data.length) / samples, ((sample + 1) * data.length) / samples);
        return row.reduce((sum, value, from) => sum + value * weight(to, from), 0);
      });
      return Object.fromEntries(fetch.map((each) => [each, float32(values, [samples, ...dims])]));
    },
  };
}

const open = (
  id: string,
  facts: ModelFacts,
  tensors: Record<string, string>,
  more: object = {},
  settings: object = {},
) =>
  kinds
    .find((kind) => kind.id === id)!
    .kind.open(facts, { evidence: 'shape', why: 'asked for', tensors, ...more }, settings);

const mixing = (to: number, from: number) => Math.cos(to * 1.7 + from * 0.9);
const facts = (model: Model, more: Partial<ModelFacts> = {}): ModelFacts => ({ model, folder: {}, ...more });
const other = float32(
  Float32Array.from({ length: 12 }, (_, at) => Math.cos(at)),
  [1, 1, 2, 6],
);
const samplesFirst = { form: '[N, T, C]' };

const subjects: Record<string, () => Promise<Subject>> = {
  'image classification': () =>
    open('image-classification', facts(linearModel('out', [3], mixing), { labels: ['a', 'b', 'c'] }), {
      scores: 'out',
    }),
  'image classification of several labels': () =>
    open('image-classification', facts(linearModel('out', [3], mixing)), { scores: 'out' }, { form: 'multi-label' }),
  'image classification of one number': () =>
    open('image-classification', facts(linearModel('out', [1], mixing)), { scores: 'out' }),
  'image classification on the last axis': () =>
    open('image-classification', facts(linearModel('out', [1, 1, 5], mixing)), { scores: 'out' }),
  'regression of one number': () => open('regression', facts(linearModel('age', [1], mixing)), { age: 'age' }),
  'regression of a vector [N]': () => open('regression', facts(linearModel('age', [], mixing)), { age: 'age' }),
  'regression of landmarks': () => open('regression', facts(linearModel('points', [1, 1, 8], mixing)), { p: 'points' }),
  'feature extraction': () =>
    open(
      'image-feature-extraction',
      facts(linearModel('out', [4], mixing)),
      { embedding: 'out' },
      {},
      { others: { to: other } },
    ),
  'feature extraction without a second picture': () =>
    open('image-feature-extraction', facts(linearModel('out', [4, 1, 1], mixing)), { embedding: 'out' }),
  'text recognition': () =>
    open(
      'text-recognition',
      facts(linearModel('out', [6, 4], mixing), { labels: ['', 'x', 'y', 'z'] }),
      { scores: 'out' },
      samplesFirst,
    ),
  raw: () => open('raw', facts(linearModel('out', [6, 4], mixing)), { out: 'out' }),
};

describe.each(Object.entries(subjects))('%s', (_, make) => {
  for (const { name, run, timeout } of subjectContract({ open: make, pixels })) it(name, run, timeout);
});

const said = async (subject: Subject, name: string, values: readonly number[], dims: readonly number[]) =>
  subject.answersOf({ [name]: float32(Float32Array.from(values), dims) });

describe('regression', () => {
  it('names numbers by their output, and by their place where there are several', async () => {
    const age = await subjects['regression of one number']!();
    const [years] = await said(age, 'age', [31.4159], [1, 1]);
    expect(years).toMatchObject({ decision: 'age 31.42', probability: undefined, options: [{ target: 'age' }] });
    expect(age.targets('age', years!)).toEqual([
      { words: 'age', label: null, reading: { kind: 'element', output: 'age', index: [0] } },
    ]);
    expect(age.targets('top1', years!)).toBeUndefined();
    expect(age.forms).toEqual(['age']);

    const points = await subjects['regression of landmarks']!();
    const [eight] = await said(points, 'points', [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 8]);
    expect(eight!.decision).toBe('points: 8 numbers');
    const element = { kind: 'element', output: 'points', index: [0, 0, 5] };
    for (const words of ['points[5]', '5', 'points[0,0,5]']) {
      expect(points.targets(words, eight!)).toMatchObject([{ reading: element }]);
    }
    const [region] = points.targets('points[2:4]', eight!)!;
    expect(region!.reading).toMatchObject({
      weights: { dims: [1, 1, 8], data: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 0) },
    });
    for (const words of ['points', 'points[8]', 'points[1,2]']) {
      expect(() => points.targets(words, eight!)).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }));
    }
  });

  it('takes two answers for the same within a tenth of the largest number', async () => {
    const points = await subjects['regression of landmarks']!();
    const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
      minLength: 8,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(numbers, fc.double({ min: -0.09, max: 0.09, noNaN: true }), async (values, change) => {
        const largest = Math.max(...values.map(Math.abs));
        const [one] = await said(points, 'points', values, [1, 1, 1, 8]);
        const [near] = await said(
          points,
          'points',
          values.map((value) => value + change * largest),
          [1, 1, 1, 8],
        );
        const [far] = await said(
          points,
          'points',
          values.map((value) => value + 0.5 * largest + 1),
          [1, 1, 1, 8],
        );
        expect([points.agrees(one!, near!), points.agrees(near!, one!)]).toEqual([true, true]);
        expect(points.agrees(one!, far!)).toBe(false);
      }),
    );
  });
});

describe('image feature extraction', () => {
  it('is the cosine with the second picture', async () => {
    const subject = await subjects['feature extraction']!();
    const [same] = await answer(subject, subject.feeds(other));
    expect(same!.decision).toBe('similarity 1.000');
    expect(same!.options[0]!.score).toBeCloseTo(1, 6);
    const [target] = subject.targets('similarity', same!)!;
    expect(target).toMatchObject({ words: 'similarity', reading: { kind: 'similarity', output: 'out', scale: 1 } });
    const [opposite] = await answer(
      subject,
      subject.feeds(
        float32(
          other.data.map((value) => -2 * value),
          other.dims,
        ),
      ),
    );
    expect(opposite!.options[0]!.score).toBeCloseTo(-1, 6);
    expect(subject.agrees(same!, opposite!)).toBe(false);
  });

  it('has no similarity without a second picture, and says so', async () => {
    const subject = await subjects['feature extraction without a second picture']!();
    const [alone] = await answer(subject, subject.feeds(other));
    expect(alone).toMatchObject({ options: [], decision: '' });
    const itself = subject.itself!(alone!)!;
    expect(itself).toMatchObject({ words: 'similarity to itself', reading: { kind: 'similarity', output: 'out' } });
    const outputs = await subject.model.run(subject.feeds(other), subject.reads);
    expect(objectiveValues(objectiveOf([itself]), outputs)[0]).toBeCloseTo(1, 6);
    expect(subject.agreement).toBe('embeddings (a cosine of at least 0.9)');
    for (const words of ['similarity', 'top1']) {
      expect(() => subject.targets(words, alone!)).toThrow(expect.objectContaining({ code: 'SECOND_PICTURE_MISSING' }));
    }
  });
});

/** Scores of steps in which the given classes are best, each by what stands beside it. */
const steps = (classes: readonly (readonly [best: number, score: number])[], count: number) =>
  classes.flatMap(([best, score]) => Array.from({ length: count }, (_, at) => (at === best ? score : 0)));

describe('text recognition', () => {
  const alphabet = ['-', 'a', 'b', 'c'];
  const reader = (form: string, dims: readonly (number | string)[], labels: readonly string[] | undefined) => {
    const model = modelOf({
      inputs: [spec('x', ['N', 1, 2, 6])],
      outputs: [spec('out', dims)],
      answers: { out: empty },
    });
    return open('text-recognition', { model, folder: {}, labels }, { scores: 'out' }, { form });
  };
  const empty = float32(
    Float32Array.from(
      steps(
        [
          [3, 1],
          [3, 1],
          [0, 1],
        ],
        4,
      ),
    ),
    [1, 3, 4],
  );
  const read = steps(
    [
      [1, 2],
      [1, 5],
      [0, 1],
      [1, 3],
      [2, 4],
      [2, 4],
    ],
    4,
  );

  it('leaves out blanks and repetitions, and explains a character where it is surest', async () => {
    const subject = await reader('[N, T, C]', ['N', 6, 4], alphabet);
    const [text] = await said(subject, 'out', read, [1, 6, 4]);
    expect(text).toMatchObject({
      decision: 'aab',
      options: [
        { target: 'char:0', label: 'a', score: 5 },
        { target: 'char:1', label: 'a', score: 3 },
        { target: 'char:2', label: 'b', score: 4 },
      ],
    });
    expect(subject.targets('char:0', text!)).toMatchObject([{ label: 'a', reading: { output: 'out', index: [1, 1] } }]);
    expect(subject.targets('char:a', text!)!.map(({ words }) => words)).toEqual(['char:0', 'char:1']);
    expect(subject.targets('chars', text!)).toHaveLength(3);
    expect(subject.targets('top1', text!)).toBeUndefined();
    for (const words of ['char:3', 'char:c']) {
      expect(() => subject.targets(words, text!)).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }));
    }
    const [shorter] = await said(
      subject,
      'out',
      steps(
        [
          [1, 2],
          [2, 5],
        ],
        4,
      ),
      [1, 2, 4],
    );
    const [first, , third] = subject.targets('chars', text!)!;
    expect([subject.agrees(text!, shorter!), subject.says(shorter!, first!), subject.says(shorter!, third!)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('gives the probability of all that was best at each step', async () => {
    const subject = await reader('[N, T, C]', ['N', 2, 4], alphabet);
    const [text] = await said(
      subject,
      'out',
      steps(
        [
          [1, 2],
          [0, 1],
        ],
        4,
      ),
      [1, 2, 4],
    );
    const [a, blank] = [Math.exp(2) / (Math.exp(2) + 3), Math.exp(1) / (Math.exp(1) + 3)];
    expect(text!.probability).toBeCloseTo(a * blank, 6);
    expect(text!.options[0]!.probability).toBeCloseTo(a, 6);
  });

  it('reads steps that stand before the samples, and says why they cannot be explained', async () => {
    const subject = await reader('[T, N, C]', [2, 'N', 4], alphabet);
    const both = [
      ...steps(
        [
          [1, 1],
          [2, 1],
        ],
        4,
      ),
      ...steps(
        [
          [0, 1],
          [3, 1],
        ],
        4,
      ),
    ];
    const answers = await said(subject, 'out', both, [2, 2, 4]);
    expect(answers.map(({ decision }) => decision)).toEqual(['a', 'bc']);
    expect(() => subject.targets('char:0', answers[0]!)).toThrow(
      expect.objectContaining({ code: 'STEPS_NOT_REACHABLE' }),
    );
    const alone = await reader('[T, N, C]', [2, 1, 4], alphabet);
    const joined = await said(alone, 'out', both, [4, 1, 4]);
    expect(joined.map(({ decision }) => decision)).toEqual(['ab', 'c']);
  });

  it('takes for the blank what it is called, what it is counted as, or what is said of an empty picture', async () => {
    const decisionOf = async (labels: readonly string[] | undefined, count: number) => {
      const subject = await reader('[N, T, C]', ['N', 'T', count], labels);
      const classes = Array.from({ length: count }, (_, at): readonly [number, number] => [at, 1]);
      return (await said(subject, 'out', steps(classes, count), [1, count, count]))[0]!.decision;
    };
    expect(await decisionOf(['a', 'b', 'c', '<blank>'], 4)).toBe('abc');
    expect(await decisionOf(['[CTC]', 'a', 'b', '-'], 4)).toBe('ab-');
    expect(await decisionOf(['a', 'b', 'c'], 4)).toBe('abc');
    expect(await decisionOf(['a', 'b'], 4)).toBe('ab ');
    expect(await decisionOf(undefined, 4)).toBe('0 1 2');
    await expect(decisionOf(['a', 'b', 'c', 'd', 'e'], 4)).rejects.toMatchObject({ code: 'LABEL_COUNT' });
  });
});
