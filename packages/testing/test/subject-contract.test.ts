import { describe, expect, it } from '@jest/globals';
import { errors, float32, ImageClassifier, toFloat32 } from '@understory/core';
import type { Answer, Subject } from '@understory/core';
import { subjectContract } from '@understory/testing';
import { classifier, failuresOf, feeds, unbroken } from './subjects.ts';

const plain = () => new ImageClassifier({ model: classifier(), labels: ['ant', 'bee', 'cat'] });

/** A subject that behaves as another one but for what is given. */
const changed = (changes: (own: ImageClassifier) => Partial<Subject>) => (): Subject => {
  const own = plain();
  const all = changes(own);
  return new Proxy<Subject>(own, {
    get(target, name) {
      if (Object.hasOwn(all, name)) return Reflect.get(all, name) as unknown;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
};

const withAnswers = (change: (answers: readonly Answer[]) => readonly Answer[]) =>
  changed((own) => ({ answersOf: (outputs) => change(own.answersOf(outputs)) }));

const contractOf = (open: () => Subject) => subjectContract({ open, pixels: structuredClone(feeds.pixels) });

describe('subjectContract on a subject that keeps it', () => {
  for (const { name, run, timeout } of contractOf(plain)) it(name, run, timeout);
});

describe('subjectContract', () => {
  let calls = 0;
  const one: Answer[] = [];
  const broken: readonly (readonly [what: string, open: () => Subject, caught: readonly string[]])[] = [
    ['reads what is not there', changed(() => ({ reads: ['nothing'] })), ['says what it reads']],
    ['takes no form of targets', changed(() => ({ forms: [] })), ['says what it reads']],
    [
      'feeds an input that is not there',
      changed((own) => ({ feeds: (pixels) => ({ ...own.feeds(pixels), mask: pixels }) })),
      ['feeds inputs of its model'],
    ],
    ['forgets a sample', withAnswers((answers) => answers.slice(1)), ['one answer a sample']],
    [
      'counts its calls',
      withAnswers((answers) => answers.map((answer) => ({ ...answer, decision: `${answer.decision} ${++calls}` }))),
      ['the same each time', 'alone'],
    ],
    [
      'knows its neighbours',
      withAnswers((answers) => answers.map((answer) => ({ ...answer, decision: `${answers.length}` }))),
      ['alone, and in any order'],
    ],
    [
      'gives percentages',
      withAnswers((answers) => answers.map((answer) => ({ ...answer, probability: 100 * answer.probability! }))),
      ['probabilities in 0..1'],
    ],
    [
      'scores by something else than its targets',
      withAnswers((answers) =>
        answers.map((answer) => ({
          ...answer,
          options: answer.options.map((option) => ({ ...option, score: option.score + 1 })),
        })),
      ),
      ['whose number is the score'],
    ],
    [
      'does not know its own words',
      withAnswers((answers) =>
        answers.map((answer) => ({
          ...answer,
          options: answer.options.map((option) => ({ ...option, target: `class ${option.target}` })),
        })),
      ),
      ['whose number is the score'],
    ],
    [
      'gives the probability of another class',
      changed((own) => ({
        probabilities: (targets, outputs) => own.probabilities(targets, outputs).map((p) => 1 - p),
      })),
      ['the probability of a target'],
    ],
    ['never agrees', changed(() => ({ agrees: () => false })), ['agrees with itself']],
    [
      'agrees one way',
      changed(() => ({ agrees: (first, second) => first.options[0]!.score >= second.options[0]!.score })),
      ['both ways'],
    ],
    ['says nothing of what it decides', changed(() => ({ says: () => false })), ['says what its decision is of']],
    [
      'takes any word for its best class',
      changed((own) => ({
        targets: (words, answer) => own.targets(/^\d+$/.test(words) ? words : 'top1', answer),
      })),
      ['words of another kind'],
    ],
    [
      'breaks on words',
      changed((own) => ({
        targets(words, answer) {
          if (!/^\d+$/.test(words)) throw new TypeError('no');
          return own.targets(words, answer);
        },
      })),
      ['words of another kind'],
    ],
    [
      'writes into the pixels',
      changed((own) => ({
        feeds(pixels) {
          pixels.data[0] = 7;
          return own.feeds(pixels);
        },
      })),
      ['leaves pixels'],
    ],
    [
      'writes into the outputs',
      changed((own) => ({
        answersOf(outputs) {
          const answers = own.answersOf(outputs);
          toFloat32(outputs['logits']!)[0] = 7;
          return answers;
        },
      })),
      ['leaves pixels'],
    ],
    [
      'hands out the same list again',
      changed((own) => ({
        answersOf: (outputs) => {
          const answers = own.answersOf(outputs);
          return Object.assign(one, answers, { length: answers.length });
        },
      })),
      ['leaves pixels'],
    ],
  ];

  it.each(broken)('catches a subject that %s', async (_, open, caught) => {
    const cases = contractOf(open);
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('lets a subject refuse words by a code, or not know them', async () => {
    const silent = changed((own) => ({
      targets: (words, answer) => (/^\d+$/.test(words) ? own.targets(words, answer) : undefined),
    }));
    const coded = changed((own) => ({
      targets(words, answer) {
        if (!/^\d+$/.test(words)) throw errors.unknownClass({ label: words, suggestions: [] });
        return own.targets(words, answer);
      },
    }));
    for (const open of [silent, coded]) expect(await failuresOf(contractOf(open))).toEqual([]);
  });

  it('has one that breaks each promise', async () => {
    expect(await unbroken(broken.map(([, open]) => contractOf(open)))).toEqual([]);
  });

  it('needs two pictures to say anything', () => {
    expect(() => subjectContract({ open: plain, pixels: float32(new Float32Array(12), [1, 2, 2, 3]) })).toThrow(
      RangeError,
    );
  });
});
