import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answer,
  findLayer,
  isDifferentiable,
  objectiveOf,
  outputsOf,
  toFloat32,
  type Model,
  type QuestionAnswer,
  type Target,
  type Tensor,
} from '@understory/core';
import { questionAnswering } from '@understory/probe-mdetr';
import { plainGradCam } from '@understory/testing';
import { openAnswerer, type OpenedAnswerer } from './answerer.ts';
import { fixture, readGolden, type Golden, type GoldenCase } from './golden.ts';

const thrown = (work: () => unknown): { code?: string; found?: string; next?: string; expected?: string } => {
  try {
    work();
    return {};
  } catch (error) {
    return error as { code?: string };
  }
};

function masksOf({ feeds }: GoldenCase): readonly Uint8Array[] | undefined {
  const mask = feeds['pixel_mask'];
  return mask && [Uint8Array.from(toFloat32(mask))];
}

const pixelsOf = ({ feeds }: GoldenCase) => (feeds['pixel_values'] ?? feeds['image']) as Tensor<'float32'>;

async function mapOf(model: Model, feeds: GoldenCase['feeds'], target: Target, layer: string) {
  if (!isDifferentiable(model)) throw new Error('no gradients');
  const asked = { feeds, objective: objectiveOf([target]), withRespectTo: [layer], fetch: [layer] };
  const { gradients, fetched, value } = await model.differentiate(asked);
  return { map: plainGradCam(fetched[layer]!, gradients[layer]!)[0]!, value: value[0]! };
}

const apart = (actual: Float64Array, expected: Float32Array) =>
  expected.reduce((most, each, at) => Math.max(most, Math.abs(each - actual[at]!)), 0) /
  expected.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

/** What names an answer by its number. */
const answerWords = (output: string, at: number) => `answer:${output.replace('pred_answer_', '')}:#${at}`;

interface SaidBoxes {
  readonly box: readonly number[];
  readonly probability: number;
  readonly phrases: readonly string[];
}

const expectBoxes = (said: QuestionAnswer, expected: readonly SaidBoxes[]) => {
  expect(said.boxes.map(({ phrases }) => phrases)).toEqual(expected.map(({ phrases }) => phrases));
  for (const [at, { box, probability }] of said.boxes.entries()) {
    const numbers = [box.x, box.y, box.width, box.height];
    for (const [axis, number] of numbers.entries()) expect(number).toBeCloseTo(expected[at]!.box[axis]!, 3);
    expect(probability).toBeCloseTo(expected[at]!.probability, 5);
  }
};

describe('mdetr', () => {
  let golden: Golden;
  let opened: OpenedAnswerer;
  let said: QuestionAnswer;

  beforeAll(async () => {
    golden = await readGolden('mdetr');
    opened = await openAnswerer(fixture('mdetr'), { question: golden.text! });
    const { answerer } = opened;
    [said] = (await answer(answerer, answerer.feeds(pixelsOf(golden.cases[0]!)))) as [QuestionAnswer];
  });
  afterAll(() => opened.close());

  it('is told by its text and its heads', () => {
    expect(opened.reading).toMatchObject({
      evidence: 'partner',
      fills: ['input_ids', 'attention_mask', 'pixel_mask'],
      tensors: { type: 'pred_answer_type', 'answers of attr': 'pred_answer_attr', boxes: 'pred_boxes' },
    });
  });

  it('feeds the tokens and the mask that PyTorch was fed, with the mask of a padded picture', () => {
    for (const each of golden.cases) {
      const feeds = opened.answerer.feeds(pixelsOf(each), masksOf(each));
      for (const name of ['input_ids', 'attention_mask', 'pixel_mask']) expect(feeds[name]).toEqual(each.feeds[name]);
    }
  });

  it('answers as PyTorch does, with P(type) x P(answer), and boxes in pixels without the padding', async () => {
    for (const each of golden.cases) {
      const expected = each.said as {
        answer: { type: string; typeProbability: number; word: string; target: string; confidence: number };
        boxes: readonly SaidBoxes[];
      };
      const [own] = await opened.answerer.ask(pixelsOf(each), golden.text!, masksOf(each));
      expect(own!.type!.name).toBe(expected.answer.type);
      expect(own!.type!.probability).toBeCloseTo(expected.answer.typeProbability, 5);
      expect(own!.decision).toBe(expected.answer.word);
      expect(own!.options[0]!.target).toBe(`answer:${expected.answer.target}`);
      expect(own!.probability).toBeCloseTo(expected.answer.confidence, 5);
      expectBoxes(own!, expected.boxes);
    }
  });

  it('says of a padded picture what it says of the picture', async () => {
    const [plain, padded] = golden.cases;
    const { answerer } = opened;
    const [one] = await answerer.ask(pixelsOf(plain!), golden.text!);
    const [other] = await answerer.ask(pixelsOf(padded!), golden.text!, masksOf(padded!));
    const [without] = await answerer.ask(pixelsOf(padded!), golden.text!);
    expect(answerer.agrees(one!, other!)).toBe(true);
    // The map at the edge of a picture is another beside padding; the answer and the boxes are the same.
    expect(other!.boxes.map(({ phrases }) => phrases)).toEqual(one!.boxes.map(({ phrases }) => phrases));
    const places = (said: QuestionAnswer) => said.boxes.map(({ box }) => box.x + box.width / 2);
    for (const [at, x] of places(one!).entries()) expect(Math.abs(places(other!)[at]! - x)).toBeLessThan(3);
    // Without its mask the padding is part of the picture.
    expect(places(without!)).not.toEqual(places(other!));
  });

  it('orders the answers: the best of the likeliest type, then the others', () => {
    const [first, ...rest] = said.answers;
    expect(first!.type).toBe('global');
    expect(said.answers).toHaveLength(3 + 12 + 14 + 5 + 8);
    expect(rest.every(({ probability }, at) => at === 0 || probability <= rest[at - 1]!.probability)).toBe(true);
    expect(said.answers.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  it("has PyTorch's map of an answer of each head, of a forced one, of a box and of a phrase, all in one form", async () => {
    const { answerer } = opened;
    const [plain] = golden.cases;
    const layer = findLayer(answerer.model.layers, 'blocks.6.2').name;
    expect([layer, answerer.layer]).toEqual([plain!.layer, plain!.layer]);
    const boxed: Record<string, string> = { objectness: 'box:0', phrase: `phrase:${said.boxes[0]!.phrases[0]!}` };
    const feeds = answerer.feeds(pixelsOf(plain!));
    const forms = new Set<string>();
    for (const { name, value, map: expected, objective } of plain!.maps) {
      const explained = objective((output) => plain!.outputs[output]!.dims);
      const words = explained.kind === 'score' ? answerWords(explained.output, explained.index[0]![0]!) : boxed[name]!;
      const [target] = answerer.targets(words, said)!;
      const found = await mapOf(answerer.model, feeds, target!, layer);
      expect(found.value).toBeCloseTo(value, 4);
      expect([name, apart(found.map, expected) < 1e-4]).toEqual([name, true]);
      const asked = objectiveOf([target!]);
      forms.add(JSON.stringify(asked, (key, each: unknown) => (key === 'data' ? null : each)));
      // What a model is told that it will be asked for.
      const terms =
        asked.kind === 'sum' ? asked.terms.map(({ of }) => ({ kind: of.kind, outputs: outputsOf(of) })) : [];
      expect(answerer.form).toEqual({ kind: 'sum', terms });
    }
    expect(forms.size).toBe(1);
  });

  it('gives the probability of any answer', async () => {
    const { answerer } = opened;
    const [plain] = golden.cases;
    const outputs = await answerer.model.run(answerer.feeds(pixelsOf(plain!)), answerer.reads);
    const [target] = answerer.targets('answer:attr:red', said)!;
    const red = said.answers.find((each) => each.target === 'answer:attr:red')!;
    expect(answerer.probabilities!([target!], outputs)![0]).toBeCloseTo(red.probability, 6);
    expect([answerer.says(said, target!), answerer.says(said, answerer.targets('top1', said)![0]!)]).toEqual([
      false,
      true,
    ]);
  });

  it('names both types of an answer that two heads know, and what comes close to one that none knows', () => {
    const { answerer } = opened;
    expect(thrown(() => answerer.targets('answer:left', said))).toMatchObject({
      code: 'ANSWER_AMBIGUOUS',
      next: 'Say the type: rel:left or attr:left.',
    });
    expect(thrown(() => answerer.targets('answer:attr:rde', said))).toMatchObject({
      code: 'ANSWER_UNKNOWN',
      next: 'Did you mean "attr:red"?',
    });
    expect(thrown(() => answerer.targets('answer:rel:red', said))).toMatchObject({
      code: 'ANSWER_UNKNOWN',
      next: 'Did you mean "attr:red"?',
    });
    expect(answerer.targets('answer:red', said)![0]!.words).toBe('answer:attr:red');
    expect(answerer.targets('tabby', said)).toBeUndefined();
  });

  it('finds boxes by their place and by parts of the text, and says where there is none', () => {
    const { answerer } = opened;
    const wordsOf = (text: string, of = said) => answerer.targets(text, of)!.map(({ words }) => words);
    expect(wordsOf('boxes')).toEqual(['box:0']);
    const many = { ...said, boxes: Array.from({ length: 30 }, (_, query) => ({ ...said.boxes[0]!, query })) };
    expect([wordsOf('boxes', many).length, wordsOf('boxes', many).at(-1)]).toEqual([20, 'box:19']);
    expect(wordsOf('boxes:25', many)).toHaveLength(25);
    expect(answerer.targets('boxes:0', many)).toBeUndefined();
    expect(answerer.targets('phrase:apple', said)![0]!.box).toEqual(said.boxes[0]!.box);
    expect(thrown(() => answerer.targets('box:3', said))).toMatchObject({
      code: 'BOX_MISSING',
      expected: 'box:0 (left apple)',
    });
    expect(thrown(() => answerer.targets('box:0', { ...said, boxes: [] }))).toMatchObject({
      code: 'BOX_MISSING',
      found: '"box:0", and no box with a probability over 0.7',
    });
    expect(thrown(() => answerer.targets('phrase:pear', said)).code).toBe('PHRASE_UNKNOWN');
  });

  it('wants a question of words that it can read', async () => {
    const { answerer, facts, reading } = opened;
    expect(thrown(() => answerer.asking('  ')).code).toBe('QUESTION_EMPTY');
    expect(thrown(() => answerer.asking('左边的苹果是什么颜色?')).code).toBe('QUESTION_NOT_READABLE');
    const unasked = (await questionAnswering.open(facts, reading, {})) as typeof answerer;
    const [nothing] = await answer(unasked, unasked.feeds(pixelsOf(golden.cases[0]!)));
    expect(nothing!.options).toEqual([]);
    expect(thrown(() => unasked.targets('answer:attr:red', nothing!)).code).toBe('QUESTION_MISSING');
    expect(unasked.asking(golden.text!).question).toBe(golden.text);
  });

  it('refuses lists of answers that fit no head', async () => {
    const { facts, reading } = opened;
    const withList = (json: unknown) =>
      questionAnswering.open(
        { ...facts, text: { ...facts.text!, vocabularies: [{ name: 'own.json', json, isAsked: true }] } },
        reading,
        {},
      );
    await expect(withList({ answer_attr: { red: 0, green: 1 } })).rejects.toMatchObject({
      code: 'VOCABULARY_SIZE',
      found: '2 answers of attr',
      expected: '12 for "pred_answer_attr" (attr)',
    });
    await expect(withList({ answer_colour: { red: 0, green: 1 } })).rejects.toMatchObject({ code: 'VOCABULARY_SIZE' });
    await expect(withList({ nothing: null })).rejects.toMatchObject({ code: 'VOCABULARY_INVALID' });
  });
});

describe.each(['vilt', 'grounding-dino', 'relation-network'])('%s', (name) => {
  let golden: Golden;
  let opened: OpenedAnswerer;

  beforeAll(async () => {
    golden = await readGolden(name);
    opened = await openAnswerer(fixture(name), { question: golden.text! });
  });
  afterAll(() => opened.close());

  it('says what PyTorch says, of a picture with and without padding', async () => {
    const { answerer } = opened;
    for (const each of golden.cases) {
      const feeds = answerer.feeds(pixelsOf(each), masksOf(each));
      for (const input of Object.keys(feeds)) expect(feeds[input]).toEqual(each.feeds[input]);
      const [said] = (await answer(answerer, feeds)) as [QuestionAnswer];
      const { word, probability, boxes } = each.said as { word?: string; probability?: number; boxes?: SaidBoxes[] };
      if (word !== undefined) {
        expect(said.decision).toBe(word);
        expect(said.probability).toBeCloseTo(probability!, 5);
      }
      expectBoxes(said, boxes ?? []);
    }
  });
});

describe('a network of numbered words', () => {
  let opened: OpenedAnswerer;
  let golden: Golden;
  beforeAll(async () => {
    golden = await readGolden('relation-network');
    opened = await openAnswerer(fixture('relation-network'));
  });
  afterAll(() => opened.close());

  it('reads questions of any length, and no other words', async () => {
    const { answerer } = opened;
    const pixels = pixelsOf(golden.cases[0]!);
    for (const question of ['red', 'What color is the cube ?', golden.text!]) {
      const [said] = await answerer.ask(pixels, question);
      expect(said!.answers.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    }
    expect(answerer.asking('red').feeds(pixels)['question']!.dims).toEqual([1, 1]);
    expect(thrown(() => answerer.asking('What colour is the cube?'))).toMatchObject({ code: 'TOKEN_UNKNOWN' });
  });

  it('numbers its answers from 0 or from 1, in every form that files have', async () => {
    const { facts, reading } = opened;
    const [words, answers] = ['vocabulary.json', 'answers.json'].map(
      (file) => facts.text!.vocabularies!.find((each) => each.name === file)!.json,
    ) as [Record<string, number>, string[]];
    const from = (first: number) => Object.fromEntries(answers.map((each, at) => [each, at + first]));
    const forms: readonly (readonly [string, unknown])[][] = [
      [
        ['own.json', from(0)],
        ['words.json', words],
      ],
      [['own.json', { question_token_to_idx: words, answer_token_to_idx: from(0) }]],
      [['own.json', [words, from(1), { 1: 'query_color' }]]],
      [
        ['b.json', words],
        ['a.json', answers],
      ],
    ];
    const pixels = pixelsOf(golden.cases[0]!);
    const { word, probability } = golden.cases[0]!.said as { word: string; probability: number };
    for (const form of forms) {
      const vocabularies = form.map(([file, json]) => ({ name: file, json, isAsked: true }));
      const own = (await questionAnswering.open(
        { ...facts, text: { vocabularies } },
        reading,
        {},
      )) as typeof opened.answerer;
      const [said] = await own.ask(pixels, golden.text!);
      expect(said!.decision).toBe(word);
      expect(said!.probability).toBeCloseTo(probability, 5);
    }
    await expect(questionAnswering.open({ ...facts, text: {} }, reading, {})).rejects.toMatchObject({
      code: 'TOKENIZER_MISSING',
    });
  });
});

it('feeds a question of numbers beside a list of answers', async () => {
  const golden = await readGolden('relation-network-vector');
  const { feeds, said: expected } = golden.cases[0]!;
  const opened = await openAnswerer(fixture('relation-network-vector'), {
    sides: () => ({ question: feeds['question']! }),
  });
  const { answerer } = opened;
  const [said] = await answer(answerer, answerer.feeds(feeds['image'] as Tensor<'float32'>));
  expect(said!.decision).toBe(expected['word']);
  expect(answerer.targets('answer:red', said as QuestionAnswer)![0]!.label).toBe('red');
  expect(thrown(() => answerer.asking('What color is the cube?')).code).toBe('QUESTION_NOT_READ');
  await opened.close();
});
