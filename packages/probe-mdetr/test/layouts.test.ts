import { describe, expect, it } from '@jest/globals';
import { float32, type Feeds, type Model, type ModelFacts, type QuestionAnswerer, type Tensor } from '@understory/core';
import { questionAnswering } from '@understory/probe-mdetr';
import { openAnswerer } from './answerer.ts';
import { fixture, readGolden } from './golden.ts';

/** CLEVR's heads as MDETR has them: one number for yes or no, and two lists. */
const outputs: Readonly<
  Record<string, { readonly dims: readonly (string | number)[]; readonly values: readonly number[] }>
> = {
  pred_answer_type: { dims: ['N', 3], values: [3, 1, 1] },
  pred_answer_binary: { dims: ['N'], values: [-1.5] },
  pred_answer_attr: { dims: ['N', 2], values: [2, 0] },
  pred_answer_reg: { dims: ['N', 3], values: [0, 1, 0] },
};

const model: Model = {
  inputs: [
    { name: 'pixel_values', type: 'float32', dims: ['N', 3, 4, 4] },
    { name: 'input_ids', type: 'int64', dims: ['N', 'T'] },
  ],
  outputs: Object.entries(outputs).map(([name, { dims }]) => ({ name, type: 'float32' as const, dims })),
  layers: [],
  origin: { backend: 'test', executionProvider: 'memory', sha256: '', remarks: [] },
  async run(feeds: Feeds) {
    const count = feeds['pixel_values']!.dims[0]!;
    const tensorOf = ({ dims, values }: (typeof outputs)[string]) =>
      float32(Float32Array.from(Array.from({ length: count }, () => values).flat()), [
        count,
        ...dims.slice(1),
      ] as number[]);
    return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, tensorOf(output)]));
  },
  close: async () => undefined,
};

const words = { name: 'vocabulary.json', json: { '<pad>': 0, is: 1, it: 2, red: 3 }, isAsked: false };
const answers = {
  ...{ name: 'answer2id_by_type.json', isAsked: false },
  json: {
    answer_type: { binary: 0, attr: 1, reg: 2 },
    answer_attr: { red: 0, blue: 1 },
    answer_reg: { 0: 0, 1: 1, 2: 2 },
  },
};

async function open(vocabularies: NonNullable<ModelFacts['text']>['vocabularies'] = [words, answers]) {
  const facts: ModelFacts = { model, folder: {}, text: { vocabularies } };
  const [reading] = questionAnswering.readings(facts);
  return (await questionAnswering.open(facts, reading!, { question: 'is it red' })) as QuestionAnswerer;
}

const pixels = float32(new Float32Array(2 * 48), [2, 3, 4, 4]);

describe("a head of one number, as CLEVR's yes and no", () => {
  it('is two answers, of which its sigmoid is the probability of the second', async () => {
    const answerer = await open();
    const [, said] = await answerer.ask(pixels, 'is it red');
    const ofType = Math.exp(3) / (Math.exp(3) + 2 * Math.exp(1));
    const yes = 1 / (1 + Math.exp(1.5));
    expect(said!.type).toEqual({ name: 'binary', probability: expect.closeTo(ofType, 6) });
    expect(said!.decision).toBe('no');
    expect(said!.answers.filter(({ type }) => type === 'binary')).toEqual([
      {
        ...{ target: 'answer:binary:no', type: 'binary', answer: 'no', score: 1.5 },
        probability: expect.closeTo(ofType * (1 - yes), 6),
      },
      {
        ...{ target: 'answer:binary:yes', type: 'binary', answer: 'yes', score: -1.5 },
        probability: expect.closeTo(ofType * yes, 6),
      },
    ]);
  });

  it('is explained with its sign', async () => {
    const answerer = await open();
    const [said] = await answerer.ask(pixels, 'is it red');
    const weightOf = (text: string) => {
      const [target] = answerer.targets(text, said!)!;
      const { reading } = target!;
      if (reading.kind !== 'sum') throw new Error(`a sum was expected, found ${reading.kind}`);
      const own = reading.terms
        .map(({ of }) => of)
        .find((of) => of.kind === 'weights' && of.output === 'pred_answer_binary');
      return own?.kind === 'weights' ? [...own.weights.data] : undefined;
    };
    expect([weightOf('answer:yes'), weightOf('answer:binary:no'), weightOf('answer:red')]).toEqual([[1], [-1], [0]]);
  });

  it('is named by the list that lies beside the model, which has two answers', async () => {
    const named = (answer_binary: object) => [words, { ...answers, json: { ...answers.json, answer_binary } }];
    const [said] = await (await open(named({ false: 0, true: 1 }))).ask(pixels, 'is it red');
    expect(said!.decision).toBe('false');
    await expect(open(named({ no: 0, yes: 1, maybe: 2 }))).rejects.toMatchObject({
      ...{ code: 'VOCABULARY_SIZE', found: '3 answers of binary' },
      expected: '2 for "pred_answer_binary" (binary)',
    });
  });
});

describe('a network that looks for texts as a whole, as OWL-ViT does', () => {
  it('boxes what a text says, though its boxes are made of the picture alone', async () => {
    const golden = await readGolden('owl-vit');
    const opened = await openAnswerer(fixture('owl-vit'), { question: golden.text! });
    const { answerer, reading } = opened;
    expect(reading.tensors).toEqual({ boxes: 'pred_boxes', tokens: 'logits' });
    const { best } = golden.cases[0]!.said as {
      best: { query: number; box: [number, number, number, number]; probability: number };
    };
    const [said] = await answerer.ask(golden.cases[0]!.feeds['pixel_values'] as Tensor<'float32'>, golden.text!);
    const [first] = said!.boxes;
    expect([first!.query, first!.phrases, said!.answers]).toEqual([best.query, [golden.text], []]);
    expect(first!.probability).toBeCloseTo(best.probability, 5);
    const [left, top, width, height] = best.box;
    const close = (value: number) => expect.closeTo(value, 3);
    expect(first!.box).toEqual({ x: close(left), y: close(top), width: close(width), height: close(height) });
    const [target] = answerer.targets('box:0', said!)!;
    expect(target!.reading).toEqual({
      ...{ kind: 'sum' },
      terms: [{ weight: 1, of: { kind: 'element', output: 'logits', index: [best.query, 0] } }],
    });
    expect(answerer.targets('phrase:dog', said!)![0]!.reading).toEqual(target!.reading);
    await opened.close();
  });
});
